// How long a line may stand: until a membership at one of its ends is over that was not renewed.

import type { WallTime } from '../core/base/time.ts';

export class Validity {
  readonly #ends: () => WallTime;
  /** When it is asked for again. */
  #atLeastUntil: WallTime;

  /** `ends` is asked now, and each time when what it said is over: either membership may have been renewed. */
  constructor(ends: () => WallTime) {
    this.#ends = ends;
    this.#atLeastUntil = ends();
  }

  isOver(now: WallTime): boolean {
    if (now >= this.#atLeastUntil) this.#atLeastUntil = this.#ends();
    return now >= this.#atLeastUntil;
  }
}
