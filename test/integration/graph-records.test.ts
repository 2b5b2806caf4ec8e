// The graph on real sockets, through the front door: members that connect get each other's records, at
// once and after they were away, and know who is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PeerGroup } from '../../src/api/index.ts';
import { found, joinAs } from '../support/live-group.ts';
import { until } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };
const NOTICE = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

async function texts(group: PeerGroup): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const record of group.records.all({ type: NOTICE })) found.push(await record.text());
  return found.sort();
}

/** How many records were told to have come from others. */
function arrivals(group: PeerGroup): { count: number } {
  const seen = { count: 0 };
  group.addEventListener('recordChanged', ({ origin }) => {
    if (origin === 'elsewhere') seen.count += 1;
  });
  return seen;
}

test('a record that one member publishes reaches the two others', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const carol = await joinAs(t, alice, 'Carol', HERE);
  for (const { group } of [alice, bob, carol]) await group.connect();
  await bob.group.synced();
  await carol.group.synced();
  const atAlice = arrivals(alice.group);
  const atCarol = arrivals(carol.group);

  await bob.group.records.add({ type: NOTICE, data: 'meeting at six' });

  await until(() => atAlice.count === 1 && atCarol.count === 1, 5_000);
  assert.deepEqual(await texts(alice.group), ['meeting at six']);
  assert.deepEqual(await texts(carol.group), ['meeting at six']);
});

test('what was published while nobody was there arrives with the next connection, both ways', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  await alice.group.records.addAll(
    Array.from({ length: 500 }, (_, at) => ({ type: NOTICE, data: `alice ${at}` })),
  );
  const { id } = await bob.group.records.add({ type: NOTICE, data: 'bob was first' });
  await bob.group.records.update(id, { data: 'bob' });

  await alice.group.connect();
  await bob.group.connect();
  const summary = await bob.group.synced();
  await alice.group.synced();

  assert.equal(summary.records, 501);
  assert.deepEqual(await texts(alice.group), await texts(bob.group));
  assert.equal((await texts(alice.group)).length, 501);
});

test('members see who is present, and that somebody left', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const carol = await joinAs(t, alice, 'Carol', HERE);
  const left: string[] = [];
  alice.group.addEventListener('presenceChanged', ({ change, member }) => {
    if (change === 'left') left.push(member.name);
  });
  for (const { group } of [alice, bob, carol]) await group.connect();

  await until(() => alice.group.members().length === 3, 5_000);
  await until(() => carol.group.members().length === 3, 5_000);
  await bob.group.close();

  await until(() => left.length > 0, 5_000);
  assert.deepEqual(left, [bob.group.self]);
});

test('a broadcast reaches everybody once, and what is said to a neighbor only that one', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const carol = await joinAs(t, alice, 'Carol', HERE);
  const heard: string[] = [];
  for (const [name, { group }] of [
    ['bob', bob],
    ['carol', carol],
  ] as const) {
    group.addEventListener('broadcastReceived', ({ data, sender, isForUsAlone }) => {
      assert.equal(sender.name, alice.group.self);
      heard.push(`${name} ${Buffer.from(data).toString()} ${isForUsAlone}`);
    });
  }
  for (const { group } of [alice, bob, carol]) await group.connect();
  await until(() => alice.group.neighbors.length === 2, 5_000);

  assert.equal(await alice.group.broadcast('hello all'), 2);
  const neighbor = alice.group.neighbors.find(({ name }) => name === bob.group.self);
  assert.ok(neighbor !== undefined);
  await alice.group.sendToNeighbor(neighbor, 'hello bob');

  await until(() => heard.length === 3, 5_000);
  assert.deepEqual(heard.sort(), [
    'bob hello all false',
    'bob hello bob true',
    'carol hello all false',
  ]);
});
