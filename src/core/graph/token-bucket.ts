// How often something may happen: a burst at once, and then so many each second. Used for what a far
// end can make us do; the policy when it is empty stands where it is asked.

import type { Instant } from '../base/time.ts';

export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #countedAt: Instant | null = null;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  /** True while there are as many; otherwise none is taken. */
  take(now: Instant, count = 1): boolean {
    this.#refill(now);
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** It turned out that nothing had to be taken. */
  giveBack(count = 1): void {
    this.#left = Math.min(this.#burst, this.#left + count);
  }

  /** How many could be taken now. */
  left(now: Instant): number {
    this.#refill(now);
    return Math.floor(this.#left);
  }

  isEmpty(now: Instant): boolean {
    this.#refill(now);
    return this.#left < 1;
  }

  isFull(now: Instant): boolean {
    this.#refill(now);
    return this.#left >= this.#burst;
  }

  #refill(now: Instant): void {
    const sinceMs = this.#countedAt === null ? 0 : Math.max(0, now - this.#countedAt);
    this.#left = Math.min(this.#burst, this.#left + (sinceMs / 1000) * this.#perSecond);
    this.#countedAt = now;
  }
}
