// Another role for a member (protocol.md §14): a new certificate, and when the role becomes smaller the
// certificates that gave the larger one are taken away, for what was granted once is good until its end.

import { compareBytes, equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type { MembershipRequest } from '../ports/certificate-codec.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import { planMembership } from '../trust/issuing.ts';
import { issuerOf } from '../trust/laws.ts';
import { countingOrder, type RemovalOf } from './counting-order.ts';
import { hasRight } from './rights.ts';

export interface RoleWish {
  /** All that are known of the one member, those that have ended as well; one at least. */
  readonly memberships: readonly [Membership, ...Membership[]];
  readonly role: Exclude<Role, 'creator'>;
  readonly issuer: Membership;
  /** The issuer's. */
  readonly issuerKey: Signer;
  /** Null when it is to end with `endsAt`. */
  readonly leaseMs: number | null;
  /** Cut at the end of the issuer's own. */
  readonly endsAt: WallTime;
  /** How much earlier than now it begins, for clocks that are slow. */
  readonly backdatingMs: number;
}

export interface RoleChange {
  /** What to ask the `CertificateIssuer` for. */
  readonly request: MembershipRequest;
  /**
   * SHA-256 of the first certificates that gave more, whose renewals go with them, ascending: each list is for one revocation of the scope
   * `certificates`. None when the role does not become smaller.
   */
  readonly voided: readonly (readonly Uint8Array[])[];
  /** True when another administrator has to sign these revocations as well. */
  readonly needsCoSignature: boolean;
}

export function planRoleChange(
  wish: RoleWish,
  { removalOf, crypto }: { readonly removalOf: RemovalOf; readonly crypto: Pick<Crypto, 'sha256'> },
  now: WallTime,
): Verdict<RoleChange> {
  const { memberships, role, issuer, issuerKey, leaseMs } = wish;
  const counting = memberships.toSorted(countingOrder(removalOf, now))[0] ?? memberships[0];
  const removal = removalOf(counting);
  if (removal !== null) return refuse('MEMBERSHIP_REMOVED', 'a removed member gets no other role');
  const subject = counting.chain.at(-1);
  if (subject?.kind !== 'membership') return refuse('NOT_AUTHORIZED', 'a root has no role');
  const request = planMembership(
    {
      issuerChain: issuer.chain,
      issuerKey,
      subject,
      role,
      leaseMs,
      ...datesOf(wish, counting, now),
    },
    now,
  );
  if (!request.ok) return request;
  const larger = memberships.filter((known) => isLarger(known.role, role));
  const living = larger.filter((known) => removalOf(known) === null);
  const beyondUs = living.filter((known) => !mayVoid(issuer, known));
  const hopeless = beyondUs.find((known) => !mayVoidWithAnother(issuer, known));
  if (hopeless !== undefined) {
    const detail = `${issuer.role} may not take the role ${hopeless.role} away`;
    return refuse('NOT_AUTHORIZED', detail);
  }
  return accept({
    request: request.value,
    voided: inLists(living.map(({ line }) => crypto.sha256(issuerOf(line).der))),
    needsCoSignature: beyondUs.length > 0,
  });
}

/** Later than what counted before, even when that was granted a moment ago. */
function datesOf(
  { issuer, endsAt, backdatingMs }: RoleWish,
  counting: Membership,
  now: WallTime,
): { readonly notBefore: WallTime; readonly notAfter: WallTime } {
  const later = Math.min(now, Math.max(now - backdatingMs, counting.notBefore + 1_000));
  return {
    notBefore: wallTimeOf(Math.max(later, issuer.notBefore)),
    notAfter: wallTimeOf(Math.min(endsAt, issuer.notAfter)),
  };
}

function isLarger(one: Role, other: Role): boolean {
  return ROLE_NUMBERS[one] < ROLE_NUMBERS[other];
}

function mayVoid(issuer: Membership, target: Membership): boolean {
  return hasRight(
    [{ publicKey: issuer.publicKey, membership: issuer }],
    target.line,
    target.line.length - 1,
  );
}

/** Whether the two are independent of each other is judged when both have signed. */
function mayVoidWithAnother(issuer: Membership, target: Membership): boolean {
  const isOwn = equalBytes(issuer.publicKey, target.publicKey);
  return issuer.role === 'administrator' && target.role === 'administrator' && !isOwn;
}

/** Two chains may share their last certificate. */
function inLists(digests: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const sorted = digests
    .toSorted(compareBytes)
    .filter((digest, at, all) => at === 0 || compareBytes(all[at - 1] ?? digest, digest) !== 0);
  const lists: Uint8Array[][] = [];
  for (let at = 0; at < sorted.length; at += LIMITS.certificatesRevokedMax) {
    lists.push(sorted.slice(at, at + LIMITS.certificatesRevokedMax));
  }
  return lists;
}
