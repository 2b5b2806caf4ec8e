// What a scenario is: a world of its own making, what happens in it, and how long its members have to
// agree at the end. Whatever a check finds is thrown as `SimFailure`.

import type { SimWorld, SimWorldOptions } from '../src/sim/sim-world.ts';

export interface ScenarioSize {
  readonly nodes: number;
  readonly minutes: number;
}

export interface Scenario {
  readonly name: string;
  /** One sentence: what is shown. */
  readonly about: string;
  readonly size: ScenarioSize;
  /** What the world needs; the seed may decide. */
  options?(size: ScenarioSize, seed: number): Partial<SimWorldOptions>;
  run(world: SimWorld, size: ScenarioSize): void;
  readonly endingSeconds?: number;
  /** Another end than the one that worlds have where nobody is removed. */
  end?(world: SimWorld): void;
}
