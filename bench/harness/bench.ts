// What a bench is: works that are measured with one pair of processes at a time.

import type { Pair } from './pair.ts';
import type { SubjectName } from './subject-list.ts';

export interface Bench {
  readonly name: string;
  readonly works: readonly MeasuredWork[];
  /** Memory is weighed in processes that have done nothing else. */
  readonly isFreshEachTime: boolean;
  /** How many the medians are of, unless --rounds says; at least 5. */
  readonly rounds: number;
}

export interface MeasuredWork {
  readonly name: string;
  /** All subjects without it. */
  readonly isFor?: (subject: SubjectName) => boolean;
  /** One round's value of each metric. The name of a metric ends in its unit. */
  measure(pair: Pair, isQuick: boolean): Promise<Readonly<Record<string, number>>>;
}

/**
 * All but the subject that gathers messages by hand, which is a remark about small messages only.
 */
export function sendsEachMessage(subject: SubjectName): boolean {
  return subject !== 'libp2p-tls-writev';
}
