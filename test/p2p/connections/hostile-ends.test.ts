// Far ends that do not keep to the rules, or take nothing: what they can make a peer hold, and for how long.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { isPeerGroupError } from '../../../src/api/index.ts';
import { pair, type Side } from './side.ts';

const TYPE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';
const MIB = 1_048_576;
/** So many events without data are as much as may wait, and what may be under way is little beside it. */
const EMPTY_EVENTS_MAX = 75_000;

async function neighbors(t: TestContext): Promise<readonly [Side, Side]> {
  const [ann, bob] = await pair(t);
  await ann.group.connect();
  await bob.group.connect();
  assert.match(await ann.next(), /^neighbor .* up/);
  assert.match(await bob.next(), /^neighbor .* up/);
  return [ann, bob];
}

/** As often as the link is busy. */
async function sendRaw(from: Side, to: Side, message: Uint8Array): Promise<void> {
  const [neighbor] = from.group.neighbors;
  assert.equal(neighbor?.name, to.group.self);
  for (;;) {
    try {
      await from.group.sendToNeighbor(neighbor, message, { type: TYPE });
      return;
    } catch (error) {
      if (!isPeerGroupError(error, 'SEND_QUEUE_FULL')) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test('a neighbor that sends any number of empty messages fills no more than others', async (t) => {
  const [ann, bob] = await neighbors(t);
  for (let at = 0; at < 2 * EMPTY_EVENTS_MAX; at += 1) await sendRaw(bob, ann, new Uint8Array(1));
  const count = ann.waiting().length;
  assert.ok(count > 0 && count <= EMPTY_EVENTS_MAX, `${count} events`);
});

test('many empty data reach a neighbor, and wait for it like long ones', async (t) => {
  const [ann, bob] = await neighbors(t);
  const [connection] = bob.connections.list(0);
  const id = connection?.ullConnectionId ?? 0n;
  const sending = (async () => {
    for (let at = 0; at < 20_000; at += 1) await bob.connections.send(id, TYPE, new Uint8Array());
  })();
  for (let at = 0; at < 20_000; at += 1) assert.equal((await ann.nextData()).data.length, 0);
  await sending;
});

test('pieces without end, or of another length, are no data, and what comes after them is', async (t) => {
  const [ann, bob] = await neighbors(t);
  const more = new Uint8Array(65_536).fill(1);
  for (let at = 0; at < 40; at += 1) await sendRaw(bob, ann, more.slice(0, 1_000));
  await sendRaw(bob, ann, Uint8Array.of(0, 7));
  await sendRaw(bob, ann, Uint8Array.of(0, 8));
  assert.deepEqual([...(await ann.nextData()).data], [8]);
});

test('going offline waits some seconds for one that takes nothing, and no longer', async (t) => {
  const [ann, bob] = await pair(t);
  const id = bob.connections.openDirect(ann.group.self, ann.address);
  assert.equal(await bob.next(), `direct ${id} up 0`);
  const sent = Promise.allSettled(
    Array.from({ length: 60 }, () => bob.connections.send(id, TYPE, new Uint8Array(MIB))),
  );
  const offline = bob.connections.goOffline().then(() => true);
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), 20_000);
  assert.equal(await Promise.race([offline, late.promise]), true);
  clearTimeout(timer);
  assert.equal(await bob.next(), `direct ${id} down 0`);
  const states = new Set((await sent).map(({ status }) => status));
  assert.deepEqual(states, new Set(['fulfilled', 'rejected']));
});
