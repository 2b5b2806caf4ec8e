// Runs one scenario with one seed, to the end that every simulation has.

import { endWell } from '../src/sim/ending.ts';
import type { MeasuresReport } from '../src/sim/measures.ts';
import { SimFailure } from '../src/sim/sim-failure.ts';
import { SimWorld, type SimWorldOptions } from '../src/sim/sim-world.ts';
import type { Scenario, ScenarioSize } from './scenario.ts';

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly size: ScenarioSize;
  readonly options?: Partial<SimWorldOptions>;
}

export interface ScenarioResult {
  readonly failure: SimFailure | null;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly measures: MeasuresReport;
}

export function runScenario({ scenario, seed, size, options }: ScenarioRun): ScenarioResult {
  const wished = scenario.options?.(size, seed);
  const world = new SimWorld(seed, { nodes: size.nodes, ...wished, ...options });
  const beganMs = world.nowMs;
  let failure: SimFailure | null = null;
  try {
    scenario.run(world, size);
    const seconds = scenario.endingSeconds;
    if (scenario.end !== undefined) scenario.end(world);
    else endWell(world, seconds === undefined ? {} : { seconds });
  } catch (error) {
    if (!(error instanceof SimFailure)) throw error;
    failure = error;
  }
  return {
    failure,
    events: world.agenda.done,
    virtualSeconds: (world.nowMs - beganMs) / 1_000,
    measures: world.measures.report(world.nowMs),
  };
}
