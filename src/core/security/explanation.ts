// Why a member belongs or does not: each of its memberships, from the group's key down, what ended it, and what it
// lets the member do. For people.

import { equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName, PeerName } from '../domain/names.ts';
import { mayIssue, ROLES, type Role } from '../domain/roles.ts';
import type { Removal, SecurityStatement } from '../domain/security.ts';
import type { SecurityState } from './security-state.ts';

export interface MembershipExplanation {
  readonly membership: Membership;
  /** Null for one that lives. Dates are not judged. */
  readonly removal: Removal | null;
  /** What ended it: the revocation, the end of an offer, or the offer. */
  readonly endedBy: SecurityStatement | null;
  /** From the group's key to the member. */
  readonly path: readonly ChainStep[];
  readonly rights: MemberRights;
}

interface ChainStep {
  readonly name: PeerName | GroupName;
  readonly friendlyName: string;
  /** Null for the group's key. */
  readonly role: Role | null;
  readonly notBefore: WallTime;
  readonly notAfter: WallTime;
}

/** What the role allows while the membership lives. */
export interface MemberRights {
  readonly issues: readonly Role[];
  readonly changesRecordsOfOthers: boolean;
  /** Whoever has one of these roles, alone. */
  readonly removes: readonly Role[];
  /** The same, together with another administrator. */
  readonly removesWithAnother: readonly Role[];
  /** Whom it took in, and those below; itself as well. */
  readonly removesOwn: boolean;
}

export function explainMember(
  publicKey: Uint8Array,
  memberships: Iterable<Membership>,
  state: SecurityState,
): readonly MembershipExplanation[] {
  return [...memberships]
    .filter((membership) => equalBytes(membership.publicKey, publicKey))
    .map((membership) => {
      const removal = state.removalOf(membership);
      return {
        membership,
        removal,
        endedBy: removal === null ? null : state.findStatement(removal.statement),
        path: pathOf(membership),
        rights: rightsOf(membership.role),
      };
    });
}

export function rightsOf(role: Role): MemberRights {
  const isAdministrator = role === 'administrator';
  const isCreator = role === 'creator';
  return {
    issues: ROLES.filter((each) => mayIssue(role, each)),
    changesRecordsOfOthers: isCreator || isAdministrator,
    removes: isCreator
      ? ['administrator', 'invitingMember', 'member']
      : isAdministrator
        ? ['invitingMember', 'member']
        : [],
    removesWithAnother: isAdministrator ? ['administrator'] : [],
    removesOwn: true,
  };
}

/** Whom it came from, and the dates that it has now. */
function pathOf({ line, certificate: shown }: Membership): readonly ChainStep[] {
  const [root, ...grants] = line;
  return [root, ...grants.slice(0, -1), shown].map((certificate) => ({
    name: certificate.subject,
    friendlyName: certificate.friendlyName,
    role: certificate.kind === 'membership' ? certificate.role : null,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  }));
}
