// Makes an invitation for one identity: issues its membership and seals it with what the invited one
// needs to find the group.

import { wallTimeOf } from '../core/base/time.ts';
import type { Contact } from '../core/domain/invitation.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { Role } from '../core/domain/roles.ts';
import { readIdentityCard } from '../core/trust/identity-card.ts';
import { sealInvitation } from '../core/trust/invitation.ts';
import { planMembership } from '../core/trust/issuing.ts';
import { requireText } from './arguments.ts';
import type { GroupHouse } from './group-house.ts';
import { errorOfRefusal, invalidArgument } from './peer-group-error.ts';

const GRANTABLE: readonly Role[] = ['administrator', 'invitingMember', 'member'];
const DAY_MS = 86_400_000;
/** Design: memberships are leases. p2p.h's default for member data is the same 28 days. */
const LIFETIME_MS = 28 * DAY_MS;
/** A certificate that begins earlier than it was made is also valid by a clock that is slow. */
export const BACKDATING_MS: number = DAY_MS;
export interface InviteOptions {
  /** `'member'` by default. Nobody grants more than it holds. */
  readonly role?: Exclude<Role, 'creator'>;
  /** 28 days from now by default, and never after the end of the inviter's own membership. */
  readonly expiresAt?: Date;
}

export interface Inviter {
  readonly membership: Membership;
  readonly friendlyName: string;
  readonly house: GroupHouse;
  readonly contacts: () => readonly Contact[];
}

/** Throws what `PeerGroup.invite` rejects with. */
export function makeInvitation(card: string, options: InviteOptions, inviter: Inviter): string {
  requireText('card', card);
  const { role = 'member', expiresAt } = options;
  if (!GRANTABLE.includes(role)) {
    throw invalidArgument('role', "'administrator', 'invitingMember' or 'member'");
  }
  const isDate = expiresAt instanceof Date && Number.isFinite(expiresAt.getTime());
  if (expiresAt !== undefined && !isDate) throw invalidArgument('expiresAt', 'a Date');
  const { house, membership, friendlyName, contacts } = inviter;
  const identity = readIdentityCard(card.trim(), house.judge);
  if (!identity.ok) throw errorOfRefusal(identity.refusal);
  const now = house.clock.now().wallTime;
  const lastMs = Math.min(now + LIFETIME_MS, membership.notAfter);
  const plan = planMembership(
    {
      issuerChain: membership.chain,
      issuerKey: house.key,
      subject: identity.value,
      role,
      notBefore: wallTimeOf(Math.max(now - BACKDATING_MS, membership.notBefore)),
      notAfter: wallTimeOf(expiresAt?.getTime() ?? lastMs),
    },
    now,
  );
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  const certificate = house.issuer.issueMembership(plan.value);
  const chain = [...membership.chain, certificate].map(({ der }) => der);
  const invited = house.judge.judge(chain, membership.group, now);
  if (!invited.ok) throw errorOfRefusal(invited.refusal);
  return sealInvitation(
    {
      groupFriendlyName: friendlyName,
      discoverySecret: house.discoverySecret,
      contacts: contacts(),
      membership: invited.value,
    },
    house.key,
  );
}
