// `npm run sim`: runs scenarios with seeds. A failure prints the seed, the sentence of the check and the
// last lines of the diary, and ends with exit code 1.

import type { SimFailure } from '../src/sim/sim-failure.ts';
import { compareWithBaseline, writeBaseline } from './baseline.ts';
import { readCommandLine, type SimWish } from './command-line.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { LARGE_WORLDS } from './scenarios/large-worlds.ts';
import { MEMBERSHIP_WORLDS } from './scenarios/membership-worlds.ts';
import { SMALL_WORLDS } from './scenarios/small-worlds.ts';

const SCENARIOS: readonly Scenario[] = [...SMALL_WORLDS, ...MEMBERSHIP_WORLDS, ...LARGE_WORLDS];

const wish = readCommandLine(process.argv.slice(2));
process.exitCode = act(wish) ? 0 : 1;

function act(wanted: SimWish): boolean {
  switch (wanted.command) {
    case 'list':
      for (const { name, about } of SCENARIOS) console.log(`${name.padEnd(14)} ${about}`);
      return true;
    case 'baseline':
      return wanted.isWriting ? writeAnew() : compare();
    case 'run':
      return runSeeds(wanted);
  }
}

function writeAnew(): true {
  console.log(`written: ${writeBaseline()}`);
  return true;
}

/** True when every figure is within its tolerance. */
function compare(): boolean {
  const comparisons = compareWithBaseline();
  for (const { line } of comparisons) console.log(line);
  return comparisons.every(({ isWorse }) => !isWorse);
}

function runSeeds(wanted: SimWish): boolean {
  const scenario = SCENARIOS.find(({ name }) => name === wanted.scenario);
  if (scenario === undefined) throw new Error(`sim: there is no scenario '${wanted.scenario}'`);
  const size = {
    nodes: wanted.nodes ?? scenario.size.nodes,
    minutes: wanted.minutes ?? scenario.size.minutes,
  };
  const print = wanted.isDiaryWanted ? { print: (line: string) => console.log(line) } : {};
  const began = process.cpuUsage();
  let events = 0;
  let failures = 0;
  for (const seed of wanted.seeds) {
    const result = runScenario({ scenario, seed, size, options: print });
    events += result.events;
    if (result.failure !== null) {
      failures += 1;
      printFailure(scenario, result.failure);
    }
    if (wanted.isMeasureWanted) console.log(JSON.stringify(result.measures, null, 2));
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  const rate = Math.round(events / seconds).toLocaleString('en');
  console.log(
    `${scenario.name}: ${wanted.seeds.length} seeds, ${failures} failed, ${seconds.toFixed(1)} s of CPU, ${rate} events/s`,
  );
  return failures === 0;
}

function printFailure(scenario: Scenario, failure: SimFailure): void {
  console.log(failure.message);
  console.log(
    `    again: npm run sim -- --scenario ${scenario.name} --seed ${failure.seed} --diary`,
  );
}
