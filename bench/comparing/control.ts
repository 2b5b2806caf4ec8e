// What the main process asks of the process that compares two sets, and what it answers.

import type { Way } from './subject.ts';

/** The reply to each command stands beside it in `ComparerReplies`. */
export type ComparerCommand =
  | { readonly name: 'build'; readonly size: number }
  | {
      readonly name: 'compare';
      readonly differences: number;
      readonly placement: Placement;
      readonly way: Way;
      readonly times: number;
    };

/** Where the differences lie in the order of time. */
export type Placement = 'anywhere' | 'recent';

export interface ComparerReplies {
  readonly build: Built;
  readonly compare: Comparisons;
}

export interface Built {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly bytesPerRecord: number | null;
  readonly fixedBytes: number | null;
}

/** Over all comparisons. */
export interface Comparisons {
  readonly bytes: Middle;
  readonly knownRoundTrips: Middle;
  readonly roundTrips: Middle | null;
  readonly firstCpuMs: Middle;
  readonly secondCpuMs: Middle;
}

export interface Middle {
  readonly median: number;
  readonly p95: number;
}
