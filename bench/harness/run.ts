// One bench: rounds of works, each work by all subjects in a row, forwards in one round and
// backwards in the next, so that neither drift nor the place in the row favors anybody. Each round
// has fresh processes: how well a process happens to be compiled and laid out in memory is chance
// too.

import type { Bench } from './bench.ts';
import { Figures } from './figures.ts';
import type { SubjectName } from './subject-list.ts';
import { SUBJECT_NAMES, whyMissing } from './subject-list.ts';
import { Team } from './team.ts';

export interface RunOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Part of the names of the subjects or works to run; empty for all. */
  readonly only: string;
  readonly onProgress: (line: string) => void;
}

export interface Outcome {
  readonly figures: Figures;
  readonly subjects: readonly SubjectName[];
  readonly notes: readonly string[];
}

export async function run(bench: Bench, options: RunOptions): Promise<Outcome> {
  const notes: string[] = [];
  const figures = new Figures();
  const subjects = SUBJECT_NAMES.filter((name) => {
    const why = whyMissing(name);
    if (why !== null) notes.push(`${name} left out: ${why}`);
    return why === null;
  });
  const team = new Team((note) => notes.push(note));
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      options.onProgress(`round ${round} of ${options.rounds}`);
      await runRound(bench, { options, round, figures, team, subjects });
      await team.dismissAll();
    }
  } finally {
    await team.dismissAll();
  }
  return { figures, subjects, notes };
}

interface Round {
  readonly options: RunOptions;
  readonly round: number;
  readonly figures: Figures;
  readonly team: Team;
  readonly subjects: readonly SubjectName[];
}

async function runRound(bench: Bench, { options, round, figures, team, subjects }: Round) {
  const row = round % 2 === 1 ? subjects : subjects.toReversed();
  for (const work of bench.works) {
    for (const subject of row) {
      if (work.isFor !== undefined && !work.isFor(subject)) continue;
      if (!`${subject} ${work.name}`.includes(options.only)) continue;
      options.onProgress(`  ${work.name}: ${subject}`);
      const measured = await team.attempt(subject, work.name, (pair) =>
        work.measure(pair, options.isQuick),
      );
      if (bench.isFreshEachTime) await team.dismiss(subject);
      for (const [metric, value] of Object.entries(measured ?? {})) {
        figures.add({ round, subject, work: work.name, metric, value });
      }
    }
  }
}
