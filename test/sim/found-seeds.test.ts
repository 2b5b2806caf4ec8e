// Histories that found a fault once, by the seed that found it. The same seed is another history today,
// so beside each stands what went wrong, as a story of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../sim/run-scenario.ts';
import { MEMBERSHIP_WORLDS } from '../../sim/scenarios/membership-worlds.ts';
import { SMALL_WORLDS } from '../../sim/scenarios/small-worlds.ts';
import { SimWorld } from '../../src/sim/sim-world.ts';

const WORLDS = [...SMALL_WORLDS, ...MEMBERSHIP_WORLDS];

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
  {
    seed: 166,
    scenario: 'membership',
    what: 'a batch waited for ever for a membership that was void and that nobody brought',
  },
  {
    seed: 170,
    scenario: 'membership',
    what: 'what somebody had made of a record stayed where its creator was once known, and there alone',
  },
  {
    seed: 429,
    scenario: 'membership',
    what: 'a version went twice, with its author and with its creator, and its shadow came back twice',
  },
];

for (const { seed, scenario: name, what } of FOUND) {
  test(`${name} ${seed}: ${what}`, () => {
    const scenario = WORLDS.find((one) => one.name === name);
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
