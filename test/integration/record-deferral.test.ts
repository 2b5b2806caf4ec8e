// `records.deferExpiry` on a real database: while it is true what is over stays and is found, and nobody is told; then
// all of it goes at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { GroupOptions } from '../../src/api/index.ts';
import { found, refusalOf } from '../support/live-group.ts';
import { told } from '../support/live-members.ts';
import { until } from '../support/until.ts';

const NOTE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';

function soon(ms = 150): Date {
  return new Date(Date.now() + ms);
}

test('while it is put off nothing ends, and afterwards everything that is over does', async (t) => {
  const { group } = await found(t);
  const { records } = group;
  assert.equal(records.deferExpiry, false);
  const seen = told(group, 'recordChanged', ({ change, origin }) => `${change} ${origin}`);
  records.deferExpiry = true;
  const expiresAt = soon();
  const record = await records.add({ type: NOTE, data: 'short', expiresAt });
  const lasting = await records.add({ type: NOTE, data: 'long' });
  await until(() => Date.now() > expiresAt.getTime() + 500, 5_000);
  assert.equal(await (await records.get(record.id))?.text(), 'short');
  const { records: all } = await records.search();
  assert.deepEqual(all.map(({ id }) => id).toSorted(), [record.id, lasting.id].toSorted());
  assert.deepEqual(seen, ['added here', 'added here']);

  records.deferExpiry = false;
  assert.equal(await records.get(record.id), undefined);
  await until(() => seen.length === 3, 1_000);
  assert.equal(seen.at(-1), 'expired clock');
  assert.deepEqual(
    (await records.search()).records.map(({ id }) => id),
    [lasting.id],
  );
});

test('what ends while the group is closed is there when it is opened with it', async (t) => {
  const { node, group } = await found(t);
  const { name } = group;
  const expiresAt = soon();
  const { id } = await group.records.add({ type: NOTE, expiresAt });
  await group.close();
  await until(() => Date.now() > expiresAt.getTime() + 50, 5_000);
  const again = await node.openGroup(name, { deferExpiry: true });
  assert.equal(again.records.deferExpiry, true);
  await until(() => Date.now() > expiresAt.getTime() + 300, 5_000);
  assert.equal((await again.records.get(id))?.id, id);
  const seen = told(again, 'recordChanged', ({ change }) => change);
  again.records.deferExpiry = false;
  await until(() => seen.length === 1, 1_000);
  assert.deepEqual(seen, ['expired']);
  assert.equal(await again.records.get(id), undefined);
});

test('it is true or false, and of an open group', async (t) => {
  const { node, group } = await found(t);
  const { records } = group;
  for (const wrong of [undefined, null, 0, 'true']) {
    assert.throws(() => Reflect.set(records, 'deferExpiry', wrong), { code: 'INVALID_ARGUMENT' });
  }
  await group.close();
  assert.throws(() => Reflect.set(records, 'deferExpiry', true), { code: 'GROUP_CLOSED' });
  for (const wrong of [null, 0, 'true']) {
    const options: GroupOptions = Object.fromEntries([['deferExpiry', wrong]]);
    assert.equal((await refusalOf(node.openGroup(group.name, options))).code, 'INVALID_ARGUMENT');
  }
});

test('a record has the hash that its publisher has signed for, and each version another one', async (t) => {
  const { group } = await found(t);
  const first = await group.records.add({ type: NOTE, data: 'one' });
  const second = await group.records.update(first, { data: 'two' });
  assert.equal(first.hash.length, 32);
  assert.notDeepEqual(first.hash, second.hash);
  assert.deepEqual((await group.records.get(first.id))?.hash, second.hash);
  first.hash.fill(0);
  assert.notDeepEqual(first.hash, new Uint8Array(32));
});
