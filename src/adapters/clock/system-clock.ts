// The Clock port on the machine's clocks: performance.now() for waiting, Date.now() for certificates.

import { assert } from '../../core/base/assert.ts';
import { instantOf, wallTimeOf } from '../../core/base/time.ts';
import type { Clock } from '../../core/ports/clock.ts';

/** setTimeout holds its delay in 32 bits and fires at once for more; a membership lasts longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => ({ instant: instantOf(performance.now()), wallTime: wallTimeOf(Date.now()) }),

  wakeAfter(delayMs, wake) {
    assert(delayMs >= 0, 'a wake-up lies in the future');
    const dueMs = performance.now() + delayMs;
    let timer = setTimeout(onTimer, timerMs(delayMs)).unref();
    // Timers may fire a fraction of a millisecond early. Whoever waits for a deadline is woken when
    // it has passed, so what is left is waited for, as is what was beyond TIMER_MS_MAX.
    function onTimer(): void {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) timer = setTimeout(onTimer, timerMs(leftMs)).unref();
      else wake();
    }
    return () => clearTimeout(timer);
  },

  endOfTurn: (act) => process.nextTick(act),

  nextTurn(act) {
    setImmediate(act);
  },
};

function timerMs(delayMs: number): number {
  return Math.min(Math.ceil(delayMs), TIMER_MS_MAX);
}
