// Turns what core knows of memberships and statements into what an application sees of them.

import { bytesKey } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { Removal } from '../../core/domain/security.ts';
import type { Crypto } from '../../core/ports/crypto.ts';
import {
  explainMember,
  type MemberRights,
  type MembershipExplanation,
} from '../../core/security/explanation.ts';
import type {
  RevocationView as CoreRevocation,
  SecurityState,
} from '../../core/security/security-state.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { issuerNamed } from './invitation-view.ts';
import type {
  ExplainedIssuer,
  ExplainedMembership,
  Explanation,
  MemberView,
  RemovalView,
  RevocationView,
} from './membership-views.ts';

export interface ViewedBy {
  readonly state: SecurityState;
  readonly self: string;
  readonly now: WallTime;
}

/** `membership` is the one that counts. */
export function memberViewOf(membership: Membership, { state, self, now }: ViewedBy): MemberView {
  const { member, friendlyName, publicKey, role, notBefore, notAfter, leaseMs } = membership;
  const removal = state.removalOf(membership);
  const issuer = issuerNamed(membership);
  return {
    name: member,
    friendlyName,
    publicKey: publicKey.slice(),
    role,
    state: stateOf(membership, removal, now),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    leaseMs,
    issuer: issuer.name,
    issuerFriendlyName: issuer.friendlyName,
    isSelf: member === self,
    removal: removal === null ? null : removalViewOf(removal),
  };
}

export function removalViewOf({ why, by, at, reason }: Removal): RemovalView {
  return { why, by, at: new Date(at), reason };
}

/** `memberships` are all that are known of the member, the one that counts first. */
export function explanationOf(
  memberships: readonly [Membership, ...Membership[]],
  viewer: ViewedBy,
  crypto: Pick<Crypto, 'sha256'>,
): Explanation {
  const [first] = memberships;
  const member = memberViewOf(first, viewer);
  const explained = explainMember(first.publicKey, memberships, viewer.state);
  const [counting] = explained;
  return {
    member,
    memberships: explained.map((each) => explainedMembership(each, viewer, crypto)),
    lines: counting === undefined ? [] : linesOf(counting, member),
  };
}

export function revocationViewOf(
  { statement, revocation, counts, why }: CoreRevocation,
  nameOf: (publicKey: Uint8Array) => PeerName | null,
): RevocationView {
  return {
    id: hexText(statement.digest),
    member: nameOf(revocation.target) ?? hexText(revocation.target),
    scope: revocation.scope,
    state: counts ? 'counts' : 'doesNotCount',
    why,
    signedBy: statement.signatures.map(({ publicKey }) => nameOf(publicKey) ?? hexText(publicKey)),
    at: new Date(statement.issuedAt),
    reason: revocation.reason,
  };
}

/** By key, for what has only that; null for one of whom nothing is known. */
export function namesByKey(
  memberships: Iterable<Membership>,
): (publicKey: Uint8Array) => PeerName | null {
  const names = new Map<string, PeerName>();
  for (const { publicKey, member } of memberships) names.set(bytesKey(publicKey), member);
  return (publicKey) => names.get(bytesKey(publicKey)) ?? null;
}

function stateOf(
  membership: Membership,
  removal: Removal | null,
  now: WallTime,
): MemberView['state'] {
  if (removal !== null) return 'removed';
  if (judgeDates(membership, now).ok) return 'member';
  return now < membership.notBefore ? 'notYetValid' : 'expired';
}

function explainedMembership(
  { membership, path, removal }: MembershipExplanation,
  { now }: ViewedBy,
  crypto: Pick<Crypto, 'sha256'>,
): ExplainedMembership {
  const state = stateOf(membership, removal, now);
  const certificate = membership.chain.at(-1);
  return {
    role: membership.role,
    counts: state === 'member',
    why: state === 'member' ? '' : whyNot(state, removal),
    notBefore: new Date(membership.notBefore),
    notAfter: new Date(membership.notAfter),
    issuedBy: path
      .slice(0, -1)
      .flatMap(({ name, friendlyName, role, notAfter }): ExplainedIssuer[] =>
        role === null ? [] : [{ name, friendlyName, role, notAfter: new Date(notAfter) }],
      ),
    certificate: certificate === undefined ? '' : hexText(crypto.sha256(certificate.der)),
  };
}

function whyNot(state: MemberView['state'], removal: Removal | null): string {
  if (removal === null) return state === 'expired' ? 'its time is over' : 'it has not begun';
  const by = removal.by === null ? '' : ` by ${removal.by}`;
  const reason = removal.reason === '' ? '' : `: ${removal.reason}`;
  return `${WHY[removal.why]}${by}${reason}`;
}

const WHY: Readonly<Record<Removal['why'], string>> = {
  removed: 'taken away',
  issuerRemoved: 'whoever issued it had been removed',
  ticketOverused: 'the ticket was used more often than it allows, and others came first',
  offerEnded: 'the invitation had been taken back',
};

function linesOf({ path, removal, rights }: MembershipExplanation, member: MemberView): string[] {
  const until = member.notAfter.toISOString();
  const steps = path.map(({ friendlyName, role, name }, at) =>
    at === 0
      ? `The group's key (${name})`
      : `${'  '.repeat(at)}made ${friendlyName} (${name}) ${article(role)}`,
  );
  const isMember = removal === null && member.state === 'member';
  const lease = member.leaseMs === null ? 'and not renewed by itself' : 'and renewed by itself';
  const now = isMember
    ? `until ${until}, ${lease}`
    : `which does not count: ${removal === null ? datesLine(member) : whyNot(member.state, removal)}`;
  return [...steps, `${'  '.repeat(path.length)}${now}`, ...(isMember ? rightLines(rights) : [])];
}

function datesLine({ state, notBefore, notAfter }: MemberView): string {
  return state === 'expired'
    ? `it ended at ${notAfter.toISOString()}`
    : `it begins at ${notBefore.toISOString()}`;
}

function rightLines({
  issues,
  changesRecordsOfOthers,
  removes,
  removesWithAnother,
}: MemberRights): string[] {
  const lines = ['May publish records, and change its own'];
  if (changesRecordsOfOthers) lines.push('May change and delete the records of others');
  if (issues.length > 0) lines.push(`May make others ${issues.join(', ')}`);
  if (removes.length > 0) lines.push(`May remove ${removes.join(', ')}`);
  if (removesWithAnother.length > 0) {
    lines.push(`May remove ${removesWithAnother.join(', ')} together with another administrator`);
  }
  lines.push('May remove itself, and whom it took in');
  return lines;
}

function article(role: string | null): string {
  return `${role === 'administrator' || role === 'invitingMember' ? 'an' : 'a'} ${role ?? 'member'}`;
}
