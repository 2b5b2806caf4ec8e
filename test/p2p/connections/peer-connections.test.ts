// Connections of two peers on groups of the API, without the functions around them: which events they raise, and what
// happens to data.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pair } from './side.ts';

const TYPE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';

test('a connection comes up at both sides, carries data in order, and goes down at both', async (t) => {
  const [ann, bob] = await pair(t);
  const id = bob.connections.openDirect(ann.group.self, ann.address);
  assert.equal(await bob.next(), `direct ${id} up 0`);
  assert.equal(await ann.next(), 'direct 1 up 0');
  for (const text of ['one', '', 'three']) {
    void bob.connections.send(id, TYPE, new TextEncoder().encode(text));
  }
  bob.connections.closeDirect(id);
  for (const text of ['one', '', 'three']) assert.equal(await ann.next(), `data 1 ${text}`);
  assert.equal(await ann.next(), 'direct 1 down 0');
  assert.equal(await bob.next(), `direct ${id} down 0`);
  assert.throws(() => ann.connections.closeDirect(1n));
});

test('of two attempts that meet that of the lower name wins', async (t) => {
  const [ann, bob] = await pair(t);
  for (let round = 0; round < 5; round += 1) {
    const ids = new Map([
      [ann, ann.connections.openDirect(bob.group.self, bob.address)],
      [bob, bob.connections.openDirect(ann.group.self, ann.address)],
    ]);
    const [first, second] = ann.group.self < bob.group.self ? [ann, bob] : [bob, ann];
    assert.equal(await first.next(), `direct ${ids.get(first)} up 0`);
    const events = [await second.next(), await second.next()].toSorted();
    assert.ok(events.includes(`direct ${ids.get(second)} failed 8063010b`), events.join());
    assert.equal(ann.connections.list(2).length, 1);
    assert.equal(bob.connections.list(2).length, 1);
    first.connections.closeDirect(ids.get(first) ?? 0n);
    assert.match(await first.next(), /down/);
    assert.match(await second.next(), /down/);
  }
});

test('data for a neighbor arrives whole and in order, whatever its length', async (t) => {
  const [ann, bob] = await pair(t);
  await ann.group.connect();
  await bob.group.connect();
  assert.equal(await bob.next(), 'neighbor 1 up 0');
  assert.equal(await ann.next(), 'neighbor 1 up 0');
  const lengths = [0, 1, 65_535, 65_536, 200_000, 16_777_216, 5];
  const sent = lengths.map((length) =>
    ann.connections.send(1n, TYPE, new Uint8Array(length).fill(65)),
  );
  for (const length of lengths) {
    assert.equal(await bob.next(), `data 1 ${length < 20 ? 'A'.repeat(length) : length}`);
  }
  await Promise.all(sent);
});

test('a connection is not read while much of its data waits, and nothing of it is lost', async (t) => {
  const [ann, bob] = await pair(t);
  const id = bob.connections.openDirect(ann.group.self, ann.address);
  await bob.next();
  const piece = new Uint8Array(1_000_000);
  let taken = 0;
  const sending = (async () => {
    for (let at = 0; at < 100; at += 1) {
      await bob.connections.send(id, TYPE, piece);
      taken += 1;
    }
    bob.connections.closeDirect(id);
  })();
  const deadline = Date.now() + 20_000;
  let before = -1;
  // Until nothing moves any more.
  while (taken !== before && Date.now() < deadline) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(taken < 60, `${taken} of 100 were taken with nobody reading`);
  assert.equal(await ann.next(), 'direct 1 up 0');
  for (let at = 0; at < 100; at += 1) assert.equal(await ann.next(), 'data 1 1000000');
  assert.equal(await ann.next(), 'direct 1 down 0');
  await sending;
});
