// Seeds of a scenario in which anything may happen, each a village of its own. The files that call this share
// the seeds among them, so that they run side by side.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../sim/run-scenario.ts';
import type { Scenario } from '../../sim/scenario.ts';
import { MEMBERSHIP_WORLDS } from '../../sim/scenarios/membership-worlds.ts';
import { SMALL_WORLDS } from '../../sim/scenarios/small-worlds.ts';

/** A quarter or half a second of CPU each. One test for ten of them, so that a failure comes early. */
const SEEDS_PER_TEST = 10;

export function testSmokeSeeds(first: number, last: number): void {
  testSeeds(named('smoke', SMALL_WORLDS), first, last);
}

export function testMembershipSeeds(first: number, last: number): void {
  testSeeds(named('membership', MEMBERSHIP_WORLDS), first, last);
}

function testSeeds(scenario: Scenario, first: number, last: number): void {
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

function named(name: string, scenarios: readonly Scenario[]): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  assert.ok(scenario !== undefined);
  return scenario;
}
