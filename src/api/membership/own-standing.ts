// What stands in the way of a member that acts: its membership was taken away, has ended, or has not begun.

import type { WallTime } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Removal } from '../../core/domain/security.ts';
import { removalText } from '../../core/link/removal-text.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';

/** Null when it may act. */
export function standingError(
  membership: Membership,
  removal: Removal | null,
  now: WallTime,
): PeerGroupError | null {
  if (removal !== null) return removedError(removal);
  const dates = judgeDates(membership, now);
  return dates.ok ? null : errorOfRefusal(dates.refusal);
}

export function removedError(removal: Removal): PeerGroupError {
  return new PeerGroupError('MEMBERSHIP_REMOVED', `${removalText(removal)}.`);
}
