// Is the far end still there? A side that sent nothing for a while sends KEEPALIVE; a side that
// heard nothing for three times as long takes the far end for dead (protocol.md §8.1). Any byte
// counts, so one long message is a sign of life in both directions.

import type { Instant } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';

export type PulseVerdict = 'fine' | 'sendKeepAlive' | 'dead';

/** How often `judge` is to be called; it adds at most twice this to the time in which a death is noticed. */
export const PULSE_INTERVAL_MS = 1_000;
/** How long a far end that is doubted may stay silent from then on. */
const PROBE_MS = 3 * PULSE_INTERVAL_MS;
/** A gap between two judgements from which on we ourselves were the silent ones: asleep, or busy. */
const STALL_MS = 3 * PULSE_INTERVAL_MS;

export class Pulse {
  #heardAt: Instant;
  #sentAt: Instant;
  #judgedAt: Instant;
  #heardSinceJudged = false;
  #sentSinceJudged = false;
  #isListening = true;
  #doubtedAt: Instant | null = null;

  constructor(now: Instant) {
    this.#heardAt = now;
    this.#sentAt = now;
    this.#judgedAt = now;
  }

  /** Bytes came. On the hot path, so it reads no clock. */
  heard(): void {
    this.#heardSinceJudged = true;
  }

  sent(): void {
    this.#sentSinceJudged = true;
  }

  /** While we do not read, silence says nothing about the far end. */
  setListening(isListening: boolean): void {
    if (isListening) this.#heardSinceJudged = true;
    this.#isListening = isListening;
  }

  /** There is reason to doubt: from now on silence counts sooner, until something is heard. */
  probe(now: Instant): void {
    if (this.#doubtedAt !== null) return;
    // What was heard until now says nothing about whether we are answered.
    if (this.#heardSinceJudged) this.#heardAt = now;
    this.#heardSinceJudged = false;
    this.#doubtedAt = now;
  }

  judge(now: Instant): PulseVerdict {
    const weStalled = now - this.#judgedAt >= STALL_MS;
    if (this.#heardSinceJudged || weStalled || !this.#isListening) {
      this.#heardAt = now;
      this.#doubtedAt = null;
    }
    if (this.#sentSinceJudged) this.#sentAt = now;
    this.#heardSinceJudged = false;
    this.#sentSinceJudged = false;
    this.#judgedAt = now;
    if (now - this.#heardAt >= LIMITS.silenceMaxMs) return 'dead';
    if (this.#doubtedAt !== null && now - this.#doubtedAt >= PROBE_MS) return 'dead';
    return now - this.#sentAt >= LIMITS.keepAliveMs ? 'sendKeepAlive' : 'fine';
  }
}
