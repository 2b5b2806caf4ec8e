// The group's time (protocol.md §13.12): every node's own clock, drawn slowly to the median of what it
// and its neighbors say, so that fewer than half of them cannot draw it away from the others. It goes a
// tenth faster or slower than our clock at most, and never back, also when the machine's clock is set.

import type { Instant, Now, WallTime } from '../../base/time.ts';
import { wallTimeOf } from '../../base/time.ts';
import type { LinkId } from '../../domain/links.ts';

/** A clock that is further from ours counts for nothing; the figure of MS-PPGRH. */
const DIFFERENCE_MS_MAX = 1_200_000;
/** What one word of a neighbor counts, against its own words before: a word that was late on its way passes by. */
const WEIGHT = 1 / 8;
/** How much faster or slower the group's time goes than ours: a guess that no timer minds. */
const SLEW = 1 / 10;
/** What a round trip may add to the error of a word. */
const ROUND_TRIP_MS_MAX = 10_000;

export class GroupTime {
  /** By link: the neighbor's group time less our monotonic clock. */
  readonly #epochByLink = new Map<LinkId, number>();
  #time: number;
  #toldAt: Instant;

  /**
   * `before` is what the group's time was when this node last left it, and from where it goes on: cards
   * that are signed now have to be later than the one that said so. Null for the first time.
   */
  constructor(now: Now, before: WallTime | null = null) {
    const aheadMs = before === null ? 0 : before - now.wallTime;
    // Further ahead, the machine's clock was wrong then.
    const isUsable = aheadMs > 0 && aheadMs <= DIFFERENCE_MS_MAX;
    this.#time = isUsable ? now.wallTime + aheadMs : now.wallTime;
    this.#toldAt = now.instant;
  }

  /** What a neighbor's PING, PONG or HELLO says; it was on its way for half of the round trip. */
  heard(link: LinkId, theirs: WallTime, roundTripMs: number, now: Now): void {
    this.#advance(now);
    const onItsWayMs = Math.min(Math.max(0, roundTripMs), ROUND_TRIP_MS_MAX) / 2;
    const said = theirs + onItsWayMs - now.instant;
    if (Math.abs(said - ownEpoch(now)) > DIFFERENCE_MS_MAX) {
      this.#epochByLink.delete(link);
      return;
    }
    const before = this.#epochByLink.get(link);
    const epoch = before === undefined ? said : before + (said - before) * WEIGHT;
    this.#epochByLink.set(link, epoch);
  }

  neighborDown(link: LinkId, now: Now): void {
    this.#advance(now);
    this.#epochByLink.delete(link);
  }

  at(now: Now): WallTime {
    this.#advance(now);
    return wallTimeOf(Math.floor(this.#time));
  }

  #advance(now: Now): void {
    const passedMs = Math.max(0, now.instant - this.#toldAt);
    this.#toldAt = now.instant;
    const behindMs = this.#target(now) - (this.#time + passedMs);
    const slewMs = Math.min(passedMs * SLEW, Math.max(-passedMs * SLEW, behindMs));
    this.#time += passedMs + slewMs;
  }

  /** The median of all, ourselves included; of an even number the middle of the two. */
  #target(now: Now): number {
    const own = ownEpoch(now);
    const near = [...this.#epochByLink.values()].filter(
      (epoch) => Math.abs(epoch - own) <= DIFFERENCE_MS_MAX,
    );
    const epochs = [own, ...near].sort((a, b) => a - b);
    const half = (epochs.length - 1) / 2;
    const lower = epochs[Math.floor(half)] ?? own;
    const upper = epochs[Math.ceil(half)] ?? own;
    return (lower + upper) / 2 + now.instant;
  }
}

function ownEpoch(now: Now): number {
  return now.wallTime - now.instant;
}
