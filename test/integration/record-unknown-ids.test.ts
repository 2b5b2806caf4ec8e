// Programs ask for whatever GUID they have: one that no record has, be it one that none can have, is a
// record that is not here, and costs the other calls of the same turn nothing.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { refusalOf } from '../support/live-group.ts';
import { recordHouse, SOME_TYPE } from '../support/record-house.ts';

/** The first would be an id of the year 2248 or later. */
const UNKNOWN = ['ffffffff-ffff-4fff-bfff-ffffffffffff', '00000000-0000-4000-8000-000000000000'];

test('a GUID that no record has is not found, changed or deleted', async (t) => {
  const { group } = await recordHouse(t);
  const random = Array.from({ length: 20 }, () => randomUUID());
  for (const id of [...UNKNOWN, ...random]) {
    assert.equal(await group.records.get(id), undefined);
    for (const call of [group.records.update(id, { attributes: {} }), group.records.delete(id)]) {
      assert.equal((await refusalOf(call)).code, 'RECORD_NOT_FOUND');
    }
  }
});

test('what is added in the same turn is added all the same', async (t) => {
  const { group } = await recordHouse(t);
  const calls = [...UNKNOWN, randomUUID(), randomUUID()].map((id) => group.records.delete(id));
  const added = group.records.add({ type: SOME_TYPE });
  const refused = Promise.all(calls.map((call) => refusalOf(call)));
  const { id } = await added;
  assert.equal((await group.records.get(id))?.id, id);
  for (const { code } of await refused) assert.equal(code, 'RECORD_NOT_FOUND');
});
