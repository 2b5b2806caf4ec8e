// Which parcels may change the tree. Duplicates of one parcel show where there are circles, and to cut
// there leaves exactly the tree on which that parcel came. Two parcels that cross each other would cut
// the same circle at two places, so of many parcels only a few, chosen by their ids, are taken: nearly
// all nodes choose the same ones.

import type { Instant } from '../../base/time.ts';

/** So many do not meet. */
const ALL_BUILD_PER_SECOND = 2;
/** Of more: rare enough that two seldom meet (measured), and often enough that a tree is there after some seconds. */
const BUILDERS_PER_SECOND = 0.5;
/** In which a parcel has reached everybody and the tree is changed (measured: 300 ms, and a link's latency). */
const BUILDING_MS = 500;
const COUNTING_MS = 2_000;
/** A rate that was counted for less means nothing. */
const COUNTED_MS_MIN = 250;

export class TreeBuilders {
  #builtAt: Instant | null = null;
  #countedFrom: Instant | null = null;
  #count = 0;
  #countBefore = 0;

  /** Asked once for each parcel that came or went along the tree. */
  isBuilder(id: Uint8Array, now: Instant): boolean {
    const perSecond = this.#countOne(now);
    if (this.#builtAt !== null && now - this.#builtAt < BUILDING_MS) return false;
    const isChosen = fractionOf(id) * perSecond < BUILDERS_PER_SECOND;
    if (perSecond > ALL_BUILD_PER_SECOND && !isChosen) return false;
    this.#builtAt = now;
    return true;
  }

  /** How many came in a second, this one not counted. */
  #countOne(now: Instant): number {
    const sinceMs = this.#countedFrom === null ? 2 * COUNTING_MS : now - this.#countedFrom;
    if (sinceMs >= COUNTING_MS) {
      this.#countBefore = sinceMs < 2 * COUNTING_MS ? this.#count : 0;
      this.#count = 0;
      this.#countedFrom = now;
    }
    const count = this.#count + this.#countBefore;
    this.#count += 1;
    const countingMs = sinceMs >= COUNTING_MS ? 0 : sinceMs;
    const countedMs = countingMs + (this.#countBefore > 0 ? COUNTING_MS : 0);
    return (count * 1_000) / Math.max(countedMs, COUNTED_MS_MIN);
  }
}

/** Of an id that is a hash, evenly between 0 and 1. */
function fractionOf(id: Uint8Array): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = id;
  return (((first * 256 + second) * 256 + third) * 256 + fourth) / 2 ** 32;
}
