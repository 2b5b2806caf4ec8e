// Measures one thing again and again, with a warm-up, and no longer than a cap.

import { median, percentile } from './statistics.ts';

export interface Repetition {
  readonly warmUpCount: number;
  readonly count: number;
  readonly capMs: number;
}

/** Of one round's samples, in milliseconds. */
export interface Spread {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** A cap on time must not leave too few samples for a median. */
const SAMPLES_MIN = 10;

/** Repeats `measure`, drops the warm-up and stops early at the cap. */
export async function collect(
  repetition: Repetition,
  measure: () => Promise<number>,
): Promise<number[]> {
  const { warmUpCount, count, capMs } = repetition;
  const beganAt = performance.now();
  const isLate = (share: number): boolean => performance.now() - beganAt > capMs * share;
  for (let done = 0; done < warmUpCount && !isLate(0.3); done += 1) await measure();
  const values: number[] = [];
  while (values.length < count && (values.length < SAMPLES_MIN || !isLate(1))) {
    values.push(await measure());
  }
  return values;
}

export function spreadOf(timesMs: readonly number[]): Spread {
  return {
    medianMs: median(timesMs),
    p95Ms: percentile(timesMs, 0.95),
    p99Ms: percentile(timesMs, 0.99),
  };
}
