// Groups of nodes that find each other, lose most of their neighbors, or are split and healed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DIALED_MIN, viewSizesOf } from '../../../../src/core/graph/overlay/view-sizes.ts';
import type { Resident } from '../../../support/overlay-network.ts';
import { alice, invited, OverlayNetwork } from '../../../support/overlay-network.ts';

const crowd: readonly Resident[] = Array.from({ length: 100 }, (_, at) => invited(`Guest ${at}`));

/** They come one after the other, all through Alice. */
function grown(seed: string, count: number): OverlayNetwork {
  const network = new OverlayNetwork(seed);
  const first = network.join(alice);
  for (const resident of crowd.slice(0, count - 1)) {
    network.join(resident, [first]);
    network.runFor(200);
  }
  network.runFor(60_000);
  return network;
}

function degrees(network: OverlayNetwork): readonly number[] {
  return network.alive.map(({ neighborIds }) => neighborIds.length);
}

test('two to eight nodes are neighbors of each other', () => {
  for (let count = 2; count <= 8; count++) {
    const network = grown('mesh', count);
    assert.deepEqual(degrees(network), new Array(count).fill(count - 1), `${count} nodes`);
    assert.deepEqual(network.oneSided(), []);
  }
});

test('whoever comes to a group in which all know each other finds enough neighbors, and rest', () => {
  for (const count of [9, 10, 12, 17]) {
    const network = grown('full', count);
    network.runFor(300_000);
    const least = Math.min(...degrees(network));
    assert.ok(least >= 3, `${least} neighbors in a group of ${count}`);
    const dialsBefore = network.dials;
    network.runFor(600_000);
    assert.ok(network.dials - dialsBefore <= 15 * count, `${network.dials - dialsBefore} dials`);
  }
});

test('60 nodes that came through one contact are one group with few links each', () => {
  const network = grown('sixty', 60);
  const { target, max } = viewSizesOf(60);
  assert.deepEqual(network.components(), [60]);
  assert.deepEqual(network.oneSided(), []);
  for (const degree of degrees(network)) {
    assert.ok(degree >= target - 1 && degree <= max, `${degree} neighbors`);
  }
  const few = network.alive.filter(
    ({ neighbors }) => neighbors.neighbors().filter(({ isDialed }) => isDialed).length < DIALED_MIN,
  );
  assert.ok(few.length <= 6, `${few.length} nodes chose fewer than ${DIALED_MIN} links themselves`);
});

for (const [percent, withinMs] of [
  [50, 3_000],
  [80, 5_000],
  [90, 10_000],
] as const) {
  test(`when ${percent} % die at once the others are one group again in ${withinMs} ms`, () => {
    for (const seed of ['a', 'b']) {
      const network = grown(seed, 60);
      const living = Math.round(60 * (1 - percent / 100));
      for (const node of network.nodes.slice(0, 60 - living)) network.kill(node);
      network.runFor(withinMs);
      assert.deepEqual(network.components(), [living], seed);
      assert.deepEqual(network.oneSided(), []);
    }
  });
}

test('two halves that were apart for a minute are one group within 10 seconds', () => {
  for (const seed of ['a', 'b']) {
    const network = grown(seed, 40);
    network.split((_, at) => at % 2);
    network.runFor(60_000);
    assert.deepEqual(network.components(), [20, 20], seed);
    network.heal();
    network.runFor(10_000);
    assert.deepEqual(network.components(), [40], seed);
    assert.deepEqual(network.oneSided(), []);
  }
});

test('two of three that were apart for ten minutes find the third within 10 seconds', () => {
  const network = grown('three', 3);
  network.split((_, at) => (at === 0 ? 1 : 0));
  network.runFor(600_000);
  assert.deepEqual(network.components(), [1, 2]);
  network.heal();
  network.runFor(10_000);
  assert.deepEqual(network.components(), [3]);
});

test('a group at rest dials nobody, keeps its links, and says little', () => {
  const network = grown('rest', 40);
  network.runFor(120_000);
  const before = { dials: network.dials, bytes: network.bytesSent };
  const downs = () =>
    network.alive.flatMap(({ said }) => said.filter((word) => /^down/.test(word)));
  const downsBefore = downs().length;
  network.runFor(300_000);
  assert.ok(network.dials - before.dials <= 10, `${network.dials - before.dials} dials`);
  assert.ok(downs().length - downsBefore <= 4, `${downs().length - downsBefore} links ended`);
  // A node: its pings and answers, and shuffles of 8 cards that go 6 steps there and back.
  const bytesPerSecond = (network.bytesSent - before.bytes) / 300 / 40;
  assert.ok(bytesPerSecond <= 800, `${bytesPerSecond} B/s of each node`);
});
