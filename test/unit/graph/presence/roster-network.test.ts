// Presence in groups: who comes, goes and falls silent is known everywhere, and what that costs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RosterNetwork } from '../../../support/roster-network.ts';

const MINUTE_MS = 60_000;

/** Each connects to some that are there, and to one of them by the tree. */
function grow(network: RosterNetwork, count: number, everyMs: number, links = 3): void {
  for (let left = count; left > 0; left--) {
    network.add();
    const index = network.nodes.length - 1;
    for (let link = 0; link < Math.min(links, index); link++) {
      network.connect(index, network.below(index), link === 0);
    }
    network.advance(everyMs);
  }
}

function presentAt(network: RosterNetwork): readonly number[] {
  return network.nodes.filter(({ isAlive }) => isAlive).map(({ roster }) => roster.presentNodes());
}

test('everybody knows within seconds who is there, and that is told once', () => {
  const network = new RosterNetwork(1);
  grow(network, 40, 10);
  network.advance(5_000);
  assert.deepEqual(presentAt(network), Array(40).fill(40));
  for (const { events } of network.nodes) {
    assert.equal(events.length, 39);
    assert.equal(new Set(events).size, 39);
  }
});

test('nobody is thought to have gone while cards are renewed', () => {
  const network = new RosterNetwork(2);
  grow(network, 40, 10);
  network.advance(60 * MINUTE_MS);
  assert.deepEqual(presentAt(network), Array(40).fill(40));
  for (const { events } of network.nodes) assert.equal(events.length, 39);
});

test('who leaves is gone everywhere within seconds', () => {
  const network = new RosterNetwork(3);
  grow(network, 30, 10);
  network.advance(5_000);
  network.end(29, 'leave');
  network.advance(5_000);
  assert.deepEqual(presentAt(network), Array(29).fill(29));
  for (const { events } of network.nodes.slice(0, 29)) assert.equal(events.at(-1), '-29 left');
});

test('who falls silent is gone when the card has run out, and a late card brings nobody back', () => {
  const network = new RosterNetwork(4);
  grow(network, 30, 10);
  network.advance(5_000);
  network.end(29, 'crash');
  network.advance(2 * MINUTE_MS);
  assert.deepEqual(presentAt(network), Array(29).fill(30));
  network.advance(4 * MINUTE_MS);
  assert.deepEqual(presentAt(network), Array(29).fill(29));
  network.advance(20 * MINUTE_MS);
  for (const { events } of network.nodes.slice(0, 29)) assert.equal(events.at(-1), '-29 expired');
});

test('a tree that is broken costs a question and nobody is thought to have gone', () => {
  const network = new RosterNetwork(5);
  grow(network, 30, 10);
  network.advance(5_000);
  // From now on one link of each is taken for the tree, which makes no tree.
  for (const { eager, links } of network.nodes) {
    eager.clear();
    for (const link of [...links.keys()].slice(0, 1)) eager.add(link);
  }
  network.advance(30 * MINUTE_MS);
  assert.deepEqual(presentAt(network), Array(30).fill(30));
  for (const { events } of network.nodes) assert.equal(events.length, 29);
});

test('of a large group that begins at once some withdraw, and the rest costs less than 200 bytes a second', () => {
  const network = new RosterNetwork(6);
  grow(network, 290, 1, 2);
  network.advance(20_000);
  assert.ok(Math.min(...presentAt(network)) > 266);
  network.advance(8 * MINUTE_MS);
  const listed = network.nodes.map(({ roster }) => roster.cards().length);
  assert.ok(Math.max(...listed) <= 266, `${Math.max(...listed)} listed`);
  assert.ok(Math.min(...listed) >= 240, `${Math.min(...listed)} listed`);
  network.bytes = 0;
  network.advance(7 * MINUTE_MS);
  // Each byte is sent by one and received by another.
  const perSecond = (2 * network.bytes) / 290 / (7 * 60);
  assert.ok(perSecond >= 50 && perSecond <= 200, `${perSecond} bytes a second`);
});
