// Flooding on whole networks: every parcel reaches everybody, once, soon, and by few hops; also when
// many send at once, and when half of the nodes are gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KIND } from '../../../../src/core/wire/frame.ts';
import { FloodNetwork, type ParcelRun } from '../../../support/flood-network.ts';

const KIB = 1_024;
/** Everything has come and every timer has run out. */
const SETTLED_MS = 5_000;
const DEGREE = 6;

interface Measured {
  readonly redundancy: number;
  readonly hops: number;
  readonly p99Ms: number;
}

function measured(run: ParcelRun, others: number): Measured {
  assert.equal(run.arrivals.size, others, 'everybody has it');
  const arrivals = [...run.arrivals.values()];
  const times = arrivals.map(({ afterMs }) => afterMs).sort((a, b) => a - b);
  return {
    redundancy: run.copies / others - 1,
    hops: Math.max(...arrivals.map(({ hop }) => hop)),
    p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? 0,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Sending {
  readonly count: number;
  readonly everyMs: number;
  readonly sender: () => number;
}

function send(network: FloodNetwork, { count, everyMs, sender }: Sending): readonly Measured[] {
  const runs = Array.from({ length: count }, () => {
    const run = network.publish(sender(), KIB);
    network.advance(everyMs);
    return run;
  });
  network.advance(SETTLED_MS);
  return runs.map((run) => measured(run, network.alive.length - 1));
}

function assertSteady(steady: readonly Measured[], redundancyMax: number, hopsMax: number): void {
  const redundancy = mean(steady.map((each) => each.redundancy));
  assert.ok(redundancy <= redundancyMax, `redundancy ${redundancy}`);
  for (const { hops, p99Ms } of steady) {
    assert.ok(hops <= hopsMax, `${hops} hops`);
    assert.ok(p99Ms <= 450, `p99 ${p99Ms} ms`);
  }
}

for (const nodes of [100, 1_000]) {
  test(`of ${nodes} nodes everybody gets each parcel of one sender once, after the first`, () => {
    const network = new FloodNetwork({ nodes, seed: 7, judgeMs: 1 });
    const [first, ...steady] = send(network, { count: 8, everyMs: 1_000, sender: () => 3 });
    assert.ok(first !== undefined && first.redundancy <= DEGREE - 1 && first.hops <= 10);
    assertSteady(steady, 0.05, 16);
    assert.deepEqual(network.misconduct, []);
  });

  test(`of ${nodes} nodes everybody gets each parcel of many senders once, within 16 hops`, () => {
    const network = new FloodNetwork({ nodes, seed: 8, judgeMs: 1 });
    const all = send(network, { count: 20, everyMs: 1_000, sender: () => network.below(nodes) });
    assertSteady(all.slice(5), 0.1, 16);
    const each = network.announcements / nodes / all.length;
    assert.ok(each <= DEGREE - 2, `${each} announcements for a node and a parcel`);
    assert.deepEqual(network.misconduct, []);
  });
}

test('parcels of many senders that cross each other leave the tree whole', () => {
  const network = new FloodNetwork({ nodes: 100, seed: 9, judgeMs: 1 });
  const sender = (): number => network.below(100);
  const all = send(network, { count: 600, everyMs: 10, sender });
  assertSteady(all, 5, 16);
  assertSteady(all.slice(400), 0.1, 16);
  assert.ok((network.frames.get(KIND.graft) ?? 0) < 60, 'the tree is seldom mended');
});

test('a judge that takes long delays the parcel and nothing else', () => {
  const network = new FloodNetwork({ nodes: 60, seed: 10, judgeMs: 60 });
  const all = send(network, { count: 30, everyMs: 3_000, sender: () => network.below(60) });
  const redundancy = mean(all.slice(20).map((each) => each.redundancy));
  assert.ok(redundancy <= 0.1, `redundancy ${redundancy}`);
});

test('large parcels are asked for by each node once', () => {
  const network = new FloodNetwork({ nodes: 40, seed: 11, judgeMs: 1 });
  const run = network.publish(5, 100 * KIB);
  network.advance(SETTLED_MS);
  assert.equal(measured(run, 39).redundancy, 0);
});

test('small parcels go to every neighbor and announce nothing', () => {
  const network = new FloodNetwork({ nodes: 100, seed: 12 });
  const [first, second] = [network.publish(5, 200), network.publish(5, 200)];
  network.advance(SETTLED_MS);
  assert.ok(measured(first, 99).redundancy > 2);
  assert.ok(measured(second, 99).hops <= 8);
  assert.equal(network.announcements, 0);
  assert.equal(network.frames.get(KIND.prune), undefined);
});

/** Everybody has at least as many neighbors as before. */
function repair(network: FloodNetwork): void {
  const alive = network.alive;
  for (const node of alive) {
    for (let tries = 0; tries < 100; tries++) {
      if ((network.nodes[node]?.links.size ?? 0) >= DEGREE - 1) break;
      network.connect(node, alive[network.below(alive.length)] ?? node);
    }
  }
}

test('when half of the nodes are gone and the rest found new neighbors, a tree is there again', () => {
  const network = new FloodNetwork({ nodes: 400, seed: 13, judgeMs: 1 });
  send(network, { count: 5, everyMs: 1_000, sender: () => network.below(400) });
  for (let node = 0; node < 400; node += 2) network.kill(node);
  network.advance(1_000);
  repair(network);
  const sender = (): number => network.below(200) * 2 + 1;
  const after = send(network, { count: 20, everyMs: 1_000, sender });
  const redundancy = after.map((each) => each.redundancy);
  assert.ok((redundancy[0] ?? 9) <= DEGREE - 1, `first ${redundancy[0]}`);
  assert.ok(mean(redundancy.slice(1, 3)) <= 0.5, `then ${redundancy.slice(1, 3)}`);
  for (const each of redundancy.slice(10)) assert.ok(each <= 0.1, `within ten: ${each}`);
  assert.deepEqual(network.misconduct, []);
});

test('a parcel on its way when half of the nodes fall silent reaches nearly all of the rest', () => {
  const network = new FloodNetwork({ nodes: 400, seed: 14, judgeMs: 1 });
  send(network, { count: 3, everyMs: 1_000, sender: () => 1 });
  const run = network.publish(1, KIB);
  network.advance(20);
  for (let node = 0; node < 400; node += 2) network.kill(node);
  network.advance(SETTLED_MS);
  const reached = [...run.arrivals.keys()].filter((node) => node % 2 === 1).length;
  assert.ok(reached >= 0.95 * 199, `${reached} of 199`);
});
