// A bench as the main program sees it, whatever its processes are.

import type { Plan } from './plan.ts';
import type { Outcome, RunOptions } from './run.ts';
import { run } from './run.ts';
import type { Crew } from './troupe.ts';

export interface Bench {
  readonly name: string;
  /** Unless --rounds says. */
  readonly rounds: number;
  readonly quickRounds: number;
  run(options: RunOptions): Promise<Outcome>;
}

export function benchOf<SomeCrew extends Crew>(plan: Plan<SomeCrew>): Bench {
  const { name, rounds, quickRounds } = plan;
  return { name, rounds, quickRounds, run: (options) => run(plan, options) };
}
