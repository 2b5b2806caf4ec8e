// What a goal is, and how a run is judged by the goals of its bench.

import type { Figures } from './figures.ts';
import type { Outcome } from './run.ts';

export interface Goal {
  readonly name: string;
  /** Null for what is only reported. */
  readonly bound: Bound | null;
  /**
   * Subjects without which there is nothing to judge; all others must have been measured or the goal
   * is missed.
   */
  readonly optional: readonly string[];
  readonly value: (figures: Figures) => number | null;
}

export interface Bound {
  readonly relation: 'at least' | 'at most';
  readonly value: number;
}

export interface Verdict {
  readonly name: string;
  readonly value: number | null;
  readonly relation: Bound['relation'] | null;
  readonly goal: number | null;
  /**
   * Null when there is no bound, and when it was not for this run to say: left out by --only, or the
   * peer is not installed.
   */
  readonly met: boolean | null;
}

export function judge(goals: readonly Goal[], outcome: Outcome, isPartial: boolean): Verdict[] {
  return goals.map((goal) => {
    const { name, bound } = goal;
    const value = goal.value(outcome.figures);
    const shown = { name, value, relation: bound?.relation ?? null, goal: bound?.value ?? null };
    return { ...shown, met: isMet(goal, value, outcome, isPartial) };
  });
}

function isMet(
  { bound, optional }: Goal,
  value: number | null,
  outcome: Outcome,
  isPartial: boolean,
): boolean | null {
  if (bound === null) return null;
  if (value !== null) {
    return bound.relation === 'at least' ? value >= bound.value : value <= bound.value;
  }
  const isPeerAbsent =
    optional.length > 0 && !optional.some((peer) => outcome.subjects.includes(peer));
  return isPartial || isPeerAbsent ? null : false;
}
