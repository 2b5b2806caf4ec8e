// How long after its first announcement a parcel still comes along the tree, and so how long to wait
// before the tree is taken for broken. Waiting too short a time was measured to double the traffic.

import type { Instant } from '../../base/time.ts';

/** Below this a tree of a thousand nodes is taken for broken while it is only slow (measured). */
const WAIT_MS_MIN = 250;
/** Whoever announces early and gives late cannot make us wait longer. */
const WAIT_MS_MAX = 2_000;
const WAIT_PER_DELAY = 4;
/** While the tree is known to be broken, because a link of it has just ended: a guess, some links long. */
const WAIT_BROKEN_MS = 60;
const BROKEN_MS = 2_000;
/** It rises quickly and falls slowly, so that it follows the later ones of the parcels. */
const RISE = 1 / 4;
const FALL = 1 / 64;

export class TreeDelay {
  #smoothedMs = 0;
  #brokeAt: Instant | null = null;

  /** A parcel came by itself, this long after somebody announced it; 0 when nobody had. */
  observe(delayMs: number): void {
    const difference = delayMs - this.#smoothedMs;
    this.#smoothedMs += difference * (difference > 0 ? RISE : FALL);
  }

  /** A link of the tree has ended. */
  broke(now: Instant): void {
    this.#brokeAt = now;
  }

  /** From the announcement to the question. */
  waitMs(now: Instant): number {
    const isBroken = this.#brokeAt !== null && now - this.#brokeAt < BROKEN_MS;
    return isBroken ? WAIT_BROKEN_MS : this.answerMs;
  }

  /** From the question to the next one, which a link's way there and back must fit. */
  get answerMs(): number {
    return Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, WAIT_PER_DELAY * this.#smoothedMs));
  }
}
