// Judges a run by the goals of its bench.

import type { Goal } from '../goals.ts';
import type { Outcome } from './run.ts';

export interface Verdict {
  readonly name: string;
  readonly value: number | null;
  readonly relation: Goal['relation'];
  readonly goal: number;
  /** Null when it was not for this run to say: left out by --only, or the peer is not installed. */
  readonly met: boolean | null;
}

export function judge(goals: readonly Goal[], outcome: Outcome, isPartial: boolean): Verdict[] {
  return goals.map((goal) => {
    const { name, relation, goal: bound } = goal;
    const value = goal.value(outcome.figures);
    if (value !== null) {
      const met = relation === 'at least' ? value >= bound : value <= bound;
      return { name, value, relation, goal: bound, met };
    }
    const isPeerAbsent =
      goal.optional.length > 0 && !goal.optional.some((peer) => outcome.subjects.includes(peer));
    return { name, value, relation, goal: bound, met: isPartial || isPeerAbsent ? null : false };
  });
}
