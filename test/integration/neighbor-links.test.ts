// Neighbor links over real TLS and TCP: two desks that find each other at their doors, large frames,
// a reader that stops, and sockets that break.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import type { LinkId } from '../../src/core/domain/links.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { openBare } from '../support/bare-desk.ts';
import { pattern } from '../support/direct-pair.ts';
import { besieged, dial, type LiveNeighbor, liveNeighbor } from '../support/live-neighbors.ts';
import { until } from '../support/until.ts';

function linkOf({ opened }: LiveNeighbor): LinkId {
  const [first] = opened;
  assert.ok(first !== undefined);
  return first.link;
}

test('two members of a group are neighbors, and frames of all sizes go both ways', async (t) => {
  const { alice, invite } = await besieged(t);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => alice.opened.length + bob.opened.length === 2, 5_000);
  assert.equal(bob.opened[0]?.role, 'dialer');
  assert.equal(bob.opened[0]?.membership.member, alice.who.name);
  assert.equal(alice.opened[0]?.membership.member, bob.who.name);
  assert.equal(alice.opened[0]?.remoteAddress?.host, '127.0.0.1');
  const sizes = [0, 1, 1_000, 65_536, 65_537, 1_048_576, LIMITS.bundleBytesMax, 3];
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    for (const [at, size] of sizes.entries()) {
      from.links.send(linkOf(from), KIND.bundle, pattern(size, at + 1));
    }
    from.links.askDrained(linkOf(from));
    await until(() => to.frames.length === sizes.length, 20_000);
    await until(() => from.drained.length === 1, 5_000);
    for (const [at, { kind, payload }] of to.frames.entries()) {
      assert.equal(kind, KIND.bundle);
      assert.ok(Buffer.compare(payload, pattern(sizes[at] ?? -1, at + 1)) === 0, `frame ${at}`);
    }
  }
  alice.links.hangUp(linkOf(alice), 'leastUseful');
  await until(() => alice.closed.length + bob.closed.length === 2, 5_000);
  assert.equal(bob.closed[0]?.why, 'the far end hung up: leastUseful');
});

test('both dial at once, and both links work', async (t) => {
  const { alice, invite } = await besieged(t);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  dial(alice, bob);
  await until(() => alice.opened.length + bob.opened.length === 4, 5_000);
  for (const { link } of alice.opened) alice.links.send(link, KIND.ranges, pattern(10));
  await until(() => bob.frames.length === 2, 5_000);
});

test('a direct connection comes through the same door', async (t) => {
  const { alice, invite } = await besieged(t);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  const opened = await openBare(bob.house.desk, alice.who.name, alice.address);
  assert.equal(opened.kind, 'connected');
  await until(() => alice.opened.length === 1, 5_000);
  assert.equal(alice.house.callers.length, 1);
});

test('who stops reading is sent no more than the bound, and catches up', async (t) => {
  const { alice, invite } = await besieged(t);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => alice.opened.length + bob.opened.length === 2, 5_000);
  bob.links.setReading(linkOf(bob), false);
  const page = pattern(LIMITS.bundleBytesMax);
  alice.links.send(linkOf(alice), KIND.bundle, page);
  alice.links.askDrained(linkOf(alice));
  for (let count = 0; count < 20; count++) await new Promise(setImmediate);
  assert.deepEqual([alice.drained, bob.frames], [[], []]);
  bob.links.setReading(linkOf(bob), true);
  await until(() => bob.frames.length === 1 && alice.drained.length === 1, 10_000);
  assert.equal(alice.closed.length, 0);
});

test('a member that goes away without a word is told as gone', async (t) => {
  const { alice, invite } = await besieged(t);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => alice.opened.length + bob.opened.length === 2, 5_000);
  bob.links.close();
  await until(() => alice.closed.length === 1, 5_000);
  assert.deepEqual(bob.closed, [], 'nothing is told to whoever closed');
  await bob.house.listener.close();
  dial(alice, bob);
  await until(() => alice.failed.length === 1, 10_000);
  assert.equal(alice.failed[0]?.code, 'UNREACHABLE');
});
