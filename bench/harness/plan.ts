// What a bench consists of: works, and who does them.

import type { Crew, Troupe } from './troupe.ts';

export interface Plan<SomeCrew extends Crew> {
  readonly name: string;
  readonly troupe: Troupe<SomeCrew>;
  readonly works: readonly MeasuredWork<SomeCrew>[];
  /** Each work in processes that have done nothing else. */
  readonly isFreshEachTime: boolean;
  /** How many the medians are of, unless --rounds says; at least 5. */
  readonly rounds: number;
  /** With --quick, which only looks whether everything runs. */
  readonly quickRounds: number;
}

export interface MeasuredWork<SomeCrew extends Crew> {
  readonly name: string;
  /** All subjects without it. */
  readonly isFor?: (subject: string) => boolean;
  /** One round's value of each metric. The name of a metric ends in its unit. */
  readonly measure: (crew: SomeCrew, isQuick: boolean) => Promise<Metrics>;
}

type Metrics = Readonly<Record<string, number>>;
