// What is measured for the baseline: quiet worlds of a hundred, and worlds that were parted and healed. Any
// change of the code is another history, and some histories are dearer than others by chance: so each
// figure is the median of three worlds, and the tolerances are what it differs by between such threes.

import { startWriting } from '../src/sim/life/random-writes.ts';
import { newNote } from '../src/sim/life/wishes.ts';
import { SimWorld } from '../src/sim/sim-world.ts';
import { settle } from './scenarios/large-worlds.ts';

export type Figures = Readonly<Record<string, number>>;

interface Figure {
  readonly unit: string;
  /** The part by which it may be worse than it was. */
  readonly tolerance: number;
  /** The same as a number, for figures near 0. */
  readonly slack: number;
}

export const FIGURES: Readonly<Record<string, Figure>> = {
  'copies of a record': { unit: 'payloads per member', tolerance: 0.15, slack: 0 },
  'hops of a record, mean': { unit: 'hops', tolerance: 0.4, slack: 0 },
  'hops of a record, most': { unit: 'hops', tolerance: 0.8, slack: 0 },
  'to the last member, median': { unit: 'ms', tolerance: 0.5, slack: 0 },
  'to the last member, longest': { unit: 'ms', tolerance: 0.8, slack: 0 },
  'bytes of a record': { unit: 'bytes per member', tolerance: 0.2, slack: 0 },
  'bytes at rest': { unit: 'bytes per member and second', tolerance: 0.15, slack: 10 },
  'agreement after a partition': { unit: 's', tolerance: 0.5, slack: 4 },
};

const SEEDS = ['baseline 1', 'baseline 2', 'baseline 3'];
const NODES = 100;
const RECORDS = 60;
const RECORD_BYTES = 900;
const REST_SECONDS = 20;

export function measureFigures(): Figures {
  const measured = SEEDS.map(
    (seed): Figures => ({
      ...quietFigures(seed),
      'agreement after a partition': partitionSeconds(seed),
    }),
  );
  return Object.fromEntries(
    Object.keys(FIGURES).map((name) => [
      name,
      round(median(measured.map((one) => one[name] ?? 0))),
    ]),
  );
}

function quietFigures(seed: string): Figures {
  const world = new SimWorld(seed, { nodes: NODES, checksSteps: false, sharesRecords: true });
  settle(world);
  world.measures.begin(world.nowMs);
  world.runFor({ seconds: REST_SECONDS });
  const atRest = world.measures.report(world.nowMs).bytes / NODES / REST_SECONDS;
  publishOver(world, 20);
  world.measures.begin(world.nowMs);
  publishOver(world, RECORDS);
  const report = world.measures.report(world.nowMs);
  const moved = report.bytes - atRest * NODES * report.seconds;
  return {
    'copies of a record': report.copiesPerDelivery,
    'hops of a record, mean': report.hopsMean,
    'hops of a record, most': report.hopsMax,
    'to the last member, median': report.lastDeliveryMsMedian,
    'to the last member, longest': report.lastDeliveryMsMax,
    'bytes of a record': moved / RECORDS / NODES,
    'bytes at rest': atRest,
  };
}

/** Two a second, each by another member. */
function publishOver(world: SimWorld, records: number): void {
  for (let at = 0; at < records; at++) {
    const node = world.chance.pick(world.running);
    if (node !== undefined) {
      world.publish(node, newNote(`record ${at}`, world.chance.bytes(RECORD_BYTES)));
    }
    world.runFor({ seconds: 0.5 });
  }
  world.runFor({ seconds: 5 });
}

function partitionSeconds(seed: string): number {
  const world = new SimWorld(seed, { nodes: 40, checksSteps: false, sharesRecords: true });
  settle(world);
  const heal = world.part(world.nodes.slice(0, 20), world.nodes.slice(20));
  startWriting(world, { perSecond: 5, seconds: 60 });
  world.runFor({ seconds: 70 });
  heal();
  return world.runUntil(() => world.isConverged, { seconds: 300 }) ?? 300;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
