// Seeds of the scenario smoke, each a village of its own to which anything may happen. The files that
// call this share the seeds among them, so that they run side by side.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../sim/run-scenario.ts';
import { SMALL_WORLDS } from '../../sim/scenarios/small-worlds.ts';

/** A quarter of a second of CPU each, more or less. One test for ten of them, so that a failure comes early. */
const SEEDS_PER_TEST = 10;

export function testSmokeSeeds(first: number, last: number): void {
  const scenario = SMALL_WORLDS.find(({ name }) => name === 'smoke');
  assert.ok(scenario !== undefined);
  const { size } = scenario;
  for (let begin = first; begin <= last; begin += SEEDS_PER_TEST) {
    const end = Math.min(last, begin + SEEDS_PER_TEST - 1);
    test(`${scenario.about}: seeds ${begin} to ${end}`, () => {
      for (let seed = begin; seed <= end; seed++) {
        const { failure } = runScenario({ scenario, seed, size });
        assert.equal(failure, null, failure?.message);
      }
    });
  }
}
