// Attack 38: one who may invite makes any number of members and surrounds a node with them. They get a
// share of its neighbors, and one whose neighbors are all hers looks for others by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kinMaxOf, viewSizesOf } from '../../src/core/graph/overlay/view-sizes.ts';
import type { OverlayNode, Resident } from '../support/overlay-network.ts';
import { alice, invited, OverlayNetwork } from '../support/overlay-network.ts';

const eve = invited('Eve', alice, 'administrator');
const crew = Array.from({ length: 40 }, (_, at) => invited(`Sybil ${at}`, eve));
const guests = Array.from({ length: 20 }, (_, at) => invited(`Guest ${at}`));
const bob = invited('Bob');

function hers(node: OverlayNode): number {
  const { member } = eve.membership;
  return node.neighbors.neighbors().filter(({ holder }) => holder.lineage.includes(member)).length;
}

function party(seed: string, residents: readonly Resident[]) {
  const network = new OverlayNetwork(seed);
  const a = network.join(alice);
  for (const resident of residents) {
    network.join(resident, [a]);
    network.runFor(200);
  }
  network.runFor(30_000);
  return { network, a };
}

test('forty members of one inviter that all say they have nobody get a share', () => {
  const { network, a } = party('share', guests);
  const nodes = crew.map((sybil) => network.join(sybil));
  for (let round = 0; round < 4; round++) {
    for (const one of nodes) {
      if (one.neighborIds.length === 0) network.open(one, a);
      network.runFor(300);
      const link = a.linkWith(one);
      if (link !== undefined) a.neighbors.delivered(link, true);
    }
  }
  const { target } = viewSizesOf(network.nodes.length);
  assert.ok(hers(a) <= kinMaxOf(target), `${hers(a)} of ${a.neighborIds.length}`);
  assert.ok(a.neighborIds.length > hers(a));
});

test('a node all of whose neighbors are of one lineage finds one that is not', () => {
  const { network, a } = party('surrounded', guests);
  const [first, ...others] = crew.slice(0, 12).map((sybil) => network.join(sybil));
  assert.ok(first !== undefined);
  // They only know each other, and Bob knows them alone.
  for (const other of others) network.open(other, first);
  network.runFor(2_000);
  const b = network.join(bob, [first]);
  network.runFor(60_000);
  assert.equal(hers(b), b.neighborIds.length, 'Bob is surrounded');
  // One card is all that comes through.
  const card = a.neighbors.ownCard.at(network.now.wallTime);
  b.step((now) => {
    const verdict = b.neighbors.judge.judge(card, now, now.wallTime);
    if (verdict.kind === 'sound') b.neighbors.learn(verdict.known);
  });
  network.runFor(600_000);
  assert.ok(hers(b) < b.neighborIds.length, 'one of the others is among them');
});
