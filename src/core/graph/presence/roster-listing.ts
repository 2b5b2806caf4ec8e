// Whether our own node is on the list of those present. In a large group only 256 are, whichever these
// happen to be: who sees too many or too few waits for a random time, looks again, and then goes or comes
// (MS-PPGRH's Max Presence, with its figures).

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import type { Dice } from '../overlay/dice.ts';

export const LISTED_MAX = 256;
const HYSTERESIS = 10;
const BACK_OFF_MS_MIN = 30_000;
const BACK_OFF_MS_MAX = 180_000;
/** From the first neighbor on: until then its list has come. */
const FIRST_LOOK_MS = 500;

export class RosterListing {
  readonly #dice: Dice;
  #isListed = false;
  /** Null while all is as it should be. */
  #lookAt: Instant | null = null;
  #hasLooked = false;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  get isListed(): boolean {
    return this.#isListed;
  }

  nextDeadline(): Instant | null {
    return this.#lookAt;
  }

  /** After anything changed; what to do now. */
  review(othersListed: number, now: Instant): 'list' | 'withdraw' | null {
    const shouldChange = this.#isListed
      ? othersListed + 1 > LISTED_MAX + HYSTERESIS
      : othersListed < LISTED_MAX;
    if (!shouldChange) {
      this.#lookAt = null;
      this.#hasLooked = true;
      return null;
    }
    this.#lookAt ??= instantOf(now + this.#backOffMs());
    if (this.#lookAt > now) return null;
    this.#lookAt = null;
    this.#hasLooked = true;
    this.#isListed = !this.#isListed;
    return this.#isListed ? 'list' : 'withdraw';
  }

  /** The group is left; it begins anew with the next neighbor. */
  reset(): void {
    this.#isListed = false;
    this.#lookAt = null;
    this.#hasLooked = false;
  }

  #backOffMs(): number {
    if (!this.#hasLooked) return FIRST_LOOK_MS;
    return BACK_OFF_MS_MIN + this.#dice.below(BACK_OFF_MS_MAX - BACK_OFF_MS_MIN);
  }
}
