// One identity on two machines, both in one group at once: one member with two nodes. Each has a journal of its
// own, so both publish; and either is reached at its own address.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openNode, type PeerGroup, type PeerNode } from '../../src/api/index.ts';
import { atEnd } from '../support/at-end.ts';
import { accepted, found, type Household, joinAs, watchWarnings } from '../support/live-group.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until } from '../support/until.ts';

const TEA = { password: 'tea' };
const NOTE = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const HERE = { host: '127.0.0.1' };

/** A second machine of the same user, with the identity and the group of the first, listening. */
async function secondMachine(
  t: TestContext,
  first: Household,
): Promise<{ readonly node: PeerNode; readonly group: PeerGroup }> {
  watchWarnings(t);
  const node = await openNode({ directory: await temporaryDirectory(t), listen: HERE });
  atEnd(t, () => node.close());
  await node.importIdentity(await first.identity.export(TEA), TEA);
  const { name } = await node.importGroup(await first.group.exportConfig(TEA), TEA);
  return { node, group: await node.openGroup(name) };
}

async function notesOf(group: PeerGroup): Promise<readonly string[]> {
  const { records } = await group.records.search();
  return (await Promise.all(records.map((record) => record.text()))).toSorted();
}

test('both are in the group at once, both publish, and all three nodes have the same', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const other = await secondMachine(t, bob);
  const groups = [alice.group, bob.group, other.group];
  await bob.group.records.add({ type: NOTE, data: 'before' });
  for (const group of groups) await group.connect();
  for (const group of groups) await group.synced({ timeoutMs: 10_000 });
  await Promise.all([
    bob.group.records.add({ type: NOTE, data: 'from the first' }),
    other.group.records.add({ type: NOTE, data: 'from the second' }),
    alice.group.records.add({ type: NOTE, data: 'from Alice' }),
  ]);
  const all = ['before', 'from Alice', 'from the first', 'from the second'];
  for (const group of groups) {
    await until(() => group.records.use.records === all.length, 10_000);
    assert.deepEqual(await notesOf(group), all);
  }
  // One member, two nodes.
  await until(() => alice.group.members().length === 3, 10_000);
  const nodes = alice.group.members().filter(({ name }) => name === bob.identity.name);
  assert.equal(new Set(nodes.map(({ nodeId }) => nodeId)).size, 2);
  assert.equal(new Set(groups.map(({ self }) => self)).size, 2);
});

test('what one of them changes or deletes, the other may as well', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const other = await secondMachine(t, bob);
  const groups = [alice.group, bob.group, other.group];
  for (const group of groups) await group.connect();
  const { id } = await bob.group.records.add({ type: NOTE, data: 'first' });
  for (const group of groups) await group.synced({ timeoutMs: 10_000 });
  await until(() => other.group.records.use.records === 1, 10_000);
  const seen = groups.map((group) => {
    const told: string[] = [];
    group.addEventListener('recordChanged', ({ change }) => told.push(change));
    return told;
  });
  await other.group.records.update(id, { data: 'second' });
  await until(() => seen.every((told) => told.length === 1), 10_000);
  for (const group of groups) assert.deepEqual(await notesOf(group), ['second']);
  await bob.group.records.delete(id);
  await until(() => seen.every((told) => told.length === 2), 10_000);
  for (const group of groups) assert.equal(await group.records.get(id), undefined);
});

test('a direct connection reaches either, at its address', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const other = await secondMachine(t, bob);
  const [otherAddress = ''] = other.node.addresses;
  const taken = { first: accepted(bob), second: accepted({ ...bob, group: other.group }) };
  const member = bob.identity.name;
  const first = await alice.group.openDirectConnection(member, { address: bob.address });
  const second = await alice.group.openDirectConnection(member, {
    address: otherAddress,
    separate: true,
  });
  await until(() => taken.first.length === 1 && taken.second.length === 1, 5_000);
  await first.send('to the first');
  await second.send('to the second');
  for (const [connections, text] of [
    [taken.first, 'to the first'],
    [taken.second, 'to the second'],
  ] as const) {
    for await (const message of connections[0] ?? []) {
      assert.equal(message.text, text);
      break;
    }
  }
});

test('the two find each other when nobody else is there', async (t) => {
  const alice = await found(t);
  const other = await secondMachine(t, alice);
  await alice.group.records.add({ type: NOTE, data: 'hello' });
  await alice.group.connect();
  await other.group.connect();
  await other.group.synced({ timeoutMs: 10_000 });
  assert.deepEqual(await notesOf(other.group), ['hello']);
});
