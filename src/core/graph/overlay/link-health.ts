// Is a neighbor still there? Whatever is heard is a sign of life; a silent one is asked, and when it
// does not answer it is suspected, then given up (protocol.md §13.11). A link costs a neighbor nothing
// while it carries other frames, but is asked now and then all the same: the answer has its heads.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';

export type HealthWish = 'none' | 'ping' | 'giveUp';

/** Before an answer is late: a second is what Lifeguard and memberlist probe with. */
const PATIENCE_MIN_MS = 1_000;
/** As many round trips as a loaded link may take. */
const ROUND_TRIPS = 4;
/** So many times the patience without any sign of life end a link. */
const PATIENCES = 3;
/** Also a link that is never idle is asked so often, for the heads and the clock: a guess. */
const PING_EVERY_MS = 10_000;
/** RFC 6298: what a new sample counts. */
const SAMPLE_WEIGHT = 1 / 8;

export class LinkHealth {
  #heardAt: Instant;
  #pingedAt: Instant;
  /** The ping that has not been answered, and when the first of those was sent that nothing was heard since. */
  #nonce: number | null = null;
  #askedAt: Instant | null = null;
  #roundTripMs: number | null = null;
  #isReading = true;

  constructor(now: Instant) {
    this.#heardAt = now;
    this.#pingedAt = now;
  }

  /** Smoothed; null until a ping was answered. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  heard(now: Instant): void {
    this.#heardAt = now;
    this.#askedAt = null;
  }

  /** While we do not read, silence says nothing about the far end. */
  setReading(isReading: boolean, now: Instant): void {
    this.#isReading = isReading;
    if (isReading) this.heard(now);
  }

  /** We were the silent ones: begins anew, with a question. */
  forgive(now: Instant, pingIdleMs: number): void {
    this.#nonce = null;
    this.#askedAt = null;
    this.#heardAt = instantOf(now - pingIdleMs);
  }

  /** `stretch` is how much slower than usual we are ourselves. */
  wish(now: Instant, pingIdleMs: number, stretch: number): HealthWish {
    // The far end hears nothing else of us meanwhile: it is to know that we are there.
    if (!this.#isReading) return now >= this.#pingedAt + pingIdleMs ? 'ping' : 'none';
    if (this.#askedAt !== null) {
      // Sums are compared, as in `nextDeadline`: of fractions a difference may come out smaller for ever.
      if (now >= this.#askedAt + this.#endMs(stretch)) return 'giveUp';
      // One that may have been lost with a broken way is asked again.
      return now >= this.#pingedAt + this.#patienceMs(stretch) ? 'ping' : 'none';
    }
    const isIdle = now >= this.#heardAt + pingIdleMs;
    return isIdle || now >= this.#pingedAt + PING_EVERY_MS ? 'ping' : 'none';
  }

  /** When `wish` is worth asking again. */
  nextDeadline(pingIdleMs: number, stretch: number): Instant | null {
    if (!this.#isReading) return instantOf(this.#pingedAt + pingIdleMs);
    if (this.#askedAt === null) {
      const idleAt = this.#heardAt + pingIdleMs;
      return instantOf(Math.min(idleAt, this.#pingedAt + PING_EVERY_MS));
    }
    const endAt = this.#askedAt + this.#endMs(stretch);
    return instantOf(Math.min(endAt, this.#pingedAt + this.#patienceMs(stretch)));
  }

  pinged(nonce: number, now: Instant): void {
    this.#nonce = nonce;
    this.#pingedAt = now;
    this.#askedAt ??= now;
  }

  /** How long the answer took; null for one that was not asked for. */
  answered(nonce: number, now: Instant): number | null {
    if (nonce !== this.#nonce) return null;
    this.#nonce = null;
    const sample = now - this.#pingedAt;
    const before = this.#roundTripMs ?? sample;
    this.#roundTripMs = before + (sample - before) * SAMPLE_WEIGHT;
    return sample;
  }

  /** It was asked and its answer is late. */
  isSuspect(now: Instant, stretch: number): boolean {
    if (this.#askedAt === null || !this.#isReading) return false;
    return now - this.#askedAt >= this.#patienceMs(stretch);
  }

  #patienceMs(stretch: number): number {
    return Math.max(PATIENCE_MIN_MS, ROUND_TRIPS * (this.#roundTripMs ?? 0)) * stretch;
  }

  #endMs(stretch: number): number {
    return PATIENCES * this.#patienceMs(stretch);
  }
}
