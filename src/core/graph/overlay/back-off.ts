// Who is not to be tried for a while: those that could not be reached, longer each time, and those
// that parted from us. Bounded; what was noted first is forgotten first, and is then tried too early.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Dice } from './dice.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

interface Pause {
  readonly failures: number;
  readonly until: Instant;
}

export class BackOff {
  readonly #dice: Dice;
  readonly #pauseByKey = new Map<string, Pause>();

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** One second, then twice as long each time up to a minute, jittered. */
  failed(key: string, now: Instant): void {
    const failures = (this.#pauseByKey.get(key)?.failures ?? 0) + 1;
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
    this.#note(key, { failures, until: instantOf(now + this.#dice.jittered(ms)) });
  }

  /** At least so long, whatever was before. */
  pause(key: string, ms: number, now: Instant): void {
    const before = this.#pauseByKey.get(key);
    const until = Math.max(before?.until ?? 0, now + ms);
    this.#note(key, { failures: before?.failures ?? 0, until: instantOf(until) });
  }

  succeeded(key: string): void {
    this.#pauseByKey.delete(key);
  }

  isPaused(key: string, now: Instant): boolean {
    const pause = this.#pauseByKey.get(key);
    return pause !== undefined && pause.until > now;
  }

  /** Null when it is not paused. */
  endOf(key: string, now: Instant): Instant | null {
    const pause = this.#pauseByKey.get(key);
    return pause !== undefined && pause.until > now ? pause.until : null;
  }

  #note(key: string, pause: Pause): void {
    this.#pauseByKey.delete(key);
    this.#pauseByKey.set(key, pause);
    if (this.#pauseByKey.size <= LIMITS.backOffsRememberedMax) return;
    for (const oldest of this.#pauseByKey.keys()) {
      this.#pauseByKey.delete(oldest);
      return;
    }
  }
}
