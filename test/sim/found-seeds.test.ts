// Histories that found a fault once, by the seed that found it. The same seed is another history today,
// so beside each stands what went wrong, as a story of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../sim/run-scenario.ts';
import { SMALL_WORLDS } from '../../sim/scenarios/small-worlds.ts';
import { SimWorld } from '../../src/sim/sim-world.ts';

const FOUND: readonly {
  readonly seed: number;
  readonly scenario: string;
  readonly what: string;
}[] = [
  { seed: 5, scenario: 'smoke', what: 'a full disk when a membership came ended the graph' },
  { seed: 26, scenario: 'smoke', what: 'the same with a membership that was flooded' },
  { seed: 2, scenario: 'disk-full', what: 'what a full disk refused was not asked for again' },
  {
    seed: 4786,
    scenario: 'smoke',
    what: 'nobody looked after a member that crashed and came back',
  },
];

for (const { seed, scenario: name, what } of FOUND) {
  test(`${name} ${seed}: ${what}`, () => {
    const scenario = SMALL_WORLDS.find((one) => one.name === name);
    assert.ok(scenario !== undefined);
    const { failure } = runScenario({ scenario, seed, size: scenario.size });
    assert.equal(failure, null, failure?.message);
  });
}

test('a member that crashed and comes back knowing nobody is found by those who have neighbors enough', () => {
  const world = new SimWorld(2, { nodes: 10, knowsEverybody: true });
  world.startAll({ withinSeconds: 1 });
  world.runFor({ seconds: 20 });
  const alice = world.node(0);
  alice.kill();
  world.runFor({ seconds: 5 });
  alice.start([]);
  world.runFor({ seconds: 60 });
  assert.equal(alice.status.state, 'online');
});
