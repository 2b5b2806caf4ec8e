// Small worlds in which something happens, and that end well: the real engine on simulated ports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../sim/run-scenario.ts';
import { SMALL_WORLDS } from '../../sim/scenarios/small-worlds.ts';

/** Of each scenario; of the first one many more are run beside, and of all of them by `npm run sim`. */
const SEEDS = 2;

for (const scenario of SMALL_WORLDS) {
  test(`${scenario.name}: ${scenario.about}`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { failure } = runScenario({ scenario, seed, size: scenario.size });
      assert.equal(failure, null, failure?.message);
    }
  });
}

test('one seed is one history', () => {
  const [scenario] = SMALL_WORLDS;
  assert.ok(scenario !== undefined);
  const [first, second] = [1, 2].map(() => {
    const lines: string[] = [];
    const options = { print: (line: string) => void lines.push(line) };
    runScenario({ scenario, seed: 3, size: { nodes: 5, minutes: 0.5 }, options });
    return lines;
  });
  assert.deepEqual(first, second);
});
