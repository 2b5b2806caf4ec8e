// Data on connections, on groups of the API: when it is taken, of which types it may be, and for whom it waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registration } from '../../../src/p2p/events/registration.ts';
import { CreateEvent, PEER_GROUP_EVENT_TYPE } from '../../../src/p2p/index.ts';
import { pair, type Side } from './side.ts';

const { PEER_GROUP_EVENT_DIRECT_CONNECTION, PEER_GROUP_EVENT_INCOMING_DATA } =
  PEER_GROUP_EVENT_TYPE;
const TYPE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';
const MIB = 1_048_576;

/** The ID at Bob's side, by which he sends to Ann. */
async function direct(ann: Side, bob: Side): Promise<bigint> {
  const id = bob.connections.openDirect(ann.group.self, ann.address);
  assert.equal(await bob.next(), `direct ${id} up 0`);
  assert.match(await ann.next(), /up 0$/);
  return id;
}

async function neighbor(ann: Side, bob: Side): Promise<bigint> {
  await ann.group.connect();
  await bob.group.connect();
  const [, id = '0'] = (await bob.next()).split(' ');
  assert.match(await ann.next(), /^neighbor/);
  return BigInt(id);
}

for (const [kind, connect] of Object.entries({ direct, neighbor })) {
  test(`bytes are taken at the call (${kind})`, async (t) => {
    const [ann, bob] = await pair(t);
    const id = await connect(ann, bob);
    const lengths = [1, 64, 65_535, 65_536, 65_537, MIB, 3, 65_536, 2 * MIB, 65_536, 9];
    const sent = lengths.map((length, at) => {
      const bytes = new Uint8Array(length).fill(at + 1);
      const promise = bob.connections.send(id, TYPE, bytes);
      bytes.fill(0);
      return promise;
    });
    for (const [at, length] of lengths.entries()) {
      const { data } = await ann.nextData();
      assert.equal(data.length, length);
      assert.ok(data.every((byte) => byte === at + 1));
      assert.equal(data.buffer.byteLength, length, 'in memory of its own');
    }
    await Promise.all(sent);
  });
}

test('data may be of any number of types', async (t) => {
  const [ann, bob] = await pair(t);
  const id = await direct(ann, bob);
  const types = Array.from(
    { length: 3_000 },
    (_, at) => `${(at * 7_919).toString(16).padStart(8, '0')}-0000-0000-0000-000000000000`,
  );
  // The one that says what comes next is a type like any other to an application.
  types.push('b8f3a1d6-0c57-4e2b-96a4-7d15e9c2f083', ...types.slice(0, 5), ...types.slice(-5));
  for (const type of types) {
    void bob.connections.send(id, type, new TextEncoder().encode(type));
  }
  for (const type of types) {
    const event = await ann.nextData();
    assert.equal(event.type, type);
    assert.equal(Buffer.from(event.data).toString(), type);
  }
});

test('what waits is counted for each queue, and for those only that somebody may still want', async (t) => {
  const [ann, bob] = await pair(t);
  const id = await direct(ann, bob);
  const wishes = [PEER_GROUP_EVENT_INCOMING_DATA, PEER_GROUP_EVENT_DIRECT_CONNECTION];
  const second = new Registration(
    CreateEvent(),
    wishes.map((eventType) => ({ eventType, type: null })),
  );
  ann.events.add(second);
  const piece = new Uint8Array(MIB);
  const sending = (async () => {
    for (let at = 0; at < 60; at += 1) await bob.connections.send(id, TYPE, piece);
  })();
  // As much in each of the two as is let in with nobody reading.
  for (let at = 0; at < 16; at += 1) await ann.nextData();
  let count = 0;
  while (!second.isEmpty) {
    second.take();
    count += 1;
  }
  assert.ok(count >= 16, `${count} in the second`);
  // The second reads no more, and ends: the first goes on.
  for (let at = 16; at < 30; at += 1) await ann.nextData();
  ann.events.remove(second);
  for (let at = 30; at < 60; at += 1) await ann.nextData();
  await sending;
  while (!second.isEmpty) assert.notEqual(second.take(), null);
});

test('what was sent has arrived before whoever sent it is offline, on every connection', async (t) => {
  const [ann, bob] = await pair(t);
  const near = await neighbor(ann, bob);
  const id = await direct(ann, bob);
  for (let at = 0; at < 20; at += 1) {
    for (const each of [near, id]) {
      void bob.connections.send(each, TYPE, new Uint8Array(MIB / 2).fill(at));
    }
  }
  await bob.connections.goOffline();
  bob.group.disconnect();
  const seen = new Map<bigint, number>();
  for (let at = 0; at < 40; at += 1) {
    const { ullConnectionId, data } = await ann.nextData();
    const before = seen.get(ullConnectionId) ?? 0;
    assert.equal(data[0], before);
    seen.set(ullConnectionId, before + 1);
  }
  const ends = [await ann.next(), await ann.next()].map((each) => each.replace(/ \d+ /, ' '));
  assert.deepEqual(ends.toSorted(), ['direct down 0', 'neighbor down 0']);
});
