// Which of several memberships of one member counts now (protocol.md §14). Every node decides it from the
// same facts, and so the same way.

import { compareBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type { Removal } from '../domain/security.ts';
import { judgeDates } from '../trust/chain.ts';

/** Why a membership does not count although its chain is sound; null for one that lives. */
export type RemovalOf = (membership: Membership) => Removal | null;

const VALID = 2;

/**
 * Sorts the one that counts first: it lives, it is valid now, its role is larger, it began later, it ends
 * later. Whoever takes a role away voids the larger one. Were it the later one that counts, any inviting member
 * could make a plain member of every administrator, by a certificate that nobody asked for. Of those that have
 * ended the role says nothing: one that ended long ago is not renewed any more.
 */
export function countingOrder(
  removalOf: RemovalOf,
  now: WallTime,
): (one: Membership, other: Membership) => number {
  const worth = (membership: Membership): number => {
    if (removalOf(membership) !== null) return 0;
    return judgeDates(membership, now).ok ? VALID : 1;
  };
  return (one, other) => {
    const worthOfOne = worth(one);
    const byWorth = worth(other) - worthOfOne;
    if (byWorth !== 0) return byWorth;
    const byRole = ROLE_NUMBERS[one.role] - ROLE_NUMBERS[other.role];
    if (byRole !== 0 && worthOfOne === VALID) return byRole;
    const byStart = other.notBefore - one.notBefore;
    if (byStart !== 0) return byStart;
    const byEnd = other.notAfter - one.notAfter;
    return byEnd === 0 ? compareBytes(one.chainDigest, other.chainDigest) : byEnd;
  };
}
