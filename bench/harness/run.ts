// One bench: rounds of works, each work by all subjects in a row, forwards in one round and
// backwards in the next, so that neither drift nor the place in the row favors anybody. Each round
// has fresh processes: how well a process happens to be compiled and laid out in memory is chance
// too.

import { Figures } from './figures.ts';
import type { Plan } from './plan.ts';
import { whyMissing } from './subject-entry.ts';
import { Team } from './team.ts';
import type { Crew, Troupe } from './troupe.ts';

export interface RunOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Part of the names of the subjects or works to run; empty for all. */
  readonly only: string;
  readonly onProgress: (line: string) => void;
}

export interface Outcome {
  readonly figures: Figures;
  readonly subjects: readonly string[];
  readonly notes: readonly string[];
  /** It was not for this run to measure everything. */
  readonly isPartial?: boolean;
}

export async function run<SomeCrew extends Crew>(
  plan: Plan<SomeCrew>,
  options: RunOptions,
): Promise<Outcome> {
  const notes: string[] = plan.troupe.remark === null ? [] : [plan.troupe.remark];
  const figures = new Figures();
  const subjects = presentSubjects(plan.troupe, (note) => notes.push(note));
  const { isQuick, onProgress } = options;
  const onFailure = (note: string) => notes.push(note);
  const team = new Team(plan.troupe, { isQuick, onProgress, onFailure });
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      options.onProgress(`round ${round} of ${options.rounds}`);
      await runRound(plan, { options, round, figures, team, subjects });
      await team.dismissAll();
    }
  } finally {
    await team.dismissAll();
  }
  return { figures, subjects, notes };
}

function presentSubjects(troupe: Troupe<Crew>, onNote: (note: string) => void): string[] {
  return Object.entries(troupe.subjects).flatMap(([name, entry]) => {
    const why = whyMissing(entry);
    if (why !== null) onNote(`${name} left out: ${why}`);
    else if (entry.remark !== undefined) onNote(`${name}: ${entry.remark}`);
    return why === null ? [name] : [];
  });
}

interface Round<SomeCrew extends Crew> {
  readonly options: RunOptions;
  readonly round: number;
  readonly figures: Figures;
  readonly team: Team<SomeCrew>;
  readonly subjects: readonly string[];
}

async function runRound<SomeCrew extends Crew>(
  plan: Plan<SomeCrew>,
  { options, round, figures, team, subjects }: Round<SomeCrew>,
): Promise<void> {
  const row = round % 2 === 1 ? subjects : subjects.toReversed();
  for (const work of plan.works) {
    for (const subject of row) {
      if (work.isFor !== undefined && !work.isFor(subject)) continue;
      if (!`${subject} ${work.name}`.includes(options.only)) continue;
      options.onProgress(`  ${work.name}: ${subject}`);
      const measured = await team.attempt(subject, work.name, (crew) =>
        work.measure(crew, options.isQuick),
      );
      if (plan.isFreshEachTime) await team.dismiss(subject);
      for (const [metric, value] of Object.entries(measured ?? {})) {
        figures.add({ round, subject, work: work.name, metric, value });
      }
    }
  }
}
