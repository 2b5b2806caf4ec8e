// What the calls of `group.records` take: as much as is said, no key that means nothing, and a query
// as it was when it was given.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewRecord, PeerGroup, RecordQuery } from '../../src/api/index.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { refusalOf } from '../support/live-group.ts';
import { fill, recordHouse, SOME_TYPE } from '../support/record-house.ts';

const OTHER_TYPE = '0d3c7b1e-52c1-4f0e-9a83-5f0b6d1c7a42';

/** As a program without types calls it. */
function call(group: PeerGroup, name: 'add' | 'addAll' | 'update', ...given: unknown[]) {
  const called: Promise<unknown> = Reflect.apply(group.records[name], group.records, given);
  return called;
}

async function isRefused(group: PeerGroup, given: Promise<unknown>, text: RegExp): Promise<void> {
  const stored = group.records.use.records;
  const error = await refusalOf(given);
  assert.equal(error.code, 'INVALID_ARGUMENT');
  assert.match(error.message, text);
  assert.equal(group.records.use.records, stored);
}

test('a hole in a list is no record, and spoils nothing that is added in the same turn', async (t) => {
  const { group } = await recordHouse(t);
  const sparse: NewRecord[] = [];
  sparse[1] = { type: SOME_TYPE };
  const [kept, refused] = await Promise.allSettled([
    group.records.add({ type: SOME_TYPE }),
    isRefused(group, group.records.addAll(sparse), /records\[0\]: expected an object/),
  ]);
  assert.equal(refused.status, 'fulfilled', String(Object(refused).reason));
  assert.equal(kept.status, 'fulfilled');
});

test('a key that is misspelt is named, and nothing is stored', async (t) => {
  const { group } = await recordHouse(t);
  const record = await group.records.add({ type: SOME_TYPE });
  const named = /no key atributes/;
  await isRefused(group, call(group, 'add', { type: SOME_TYPE, atributes: { a: 1 } }), named);
  const second = [{ type: SOME_TYPE }, { type: SOME_TYPE, atributes: { a: 1 } }];
  await isRefused(group, call(group, 'addAll', second), /records\[1\]: expected no key atributes/);
  await isRefused(group, call(group, 'update', record, { atributes: { a: 1 } }), named);
  assert.equal((await group.records.get(record.id))?.version, 1);
});

test('one call adds 10,000 records at most, and who watches misses none of them', async (t) => {
  const { group } = await recordHouse(t);
  const { recordsAddedMax } = LIMITS;
  const list = Array.from({ length: recordsAddedMax }, () => ({ type: SOME_TYPE }));
  const one = { type: SOME_TYPE };
  await isRefused(group, group.records.addAll([...list, one]), /at most 10000, not 10001/);
  const live = group.records.watch();
  await group.records.addAll(list);
  let seen = 0;
  for await (const { kind } of live) {
    assert.equal(kind, 'added');
    seen += 1;
    if (seen === recordsAddedMax) break;
  }
});

test('a query that changes while the loop goes on changes nothing', async (t) => {
  const { group } = await recordHouse(t);
  await fill(group, 6, (index) => ({ type: index % 2 === 0 ? SOME_TYPE : OTHER_TYPE }));
  const query: { -readonly [Key in keyof RecordQuery]: RecordQuery[Key] } = {
    type: SOME_TYPE,
    limit: 2,
    direction: 'ascending',
  };
  const all = group.records.all(query);
  const seen: unknown[] = [];
  query.direction = 'descending';
  for await (const { type, attributes } of all) {
    assert.equal(type, SOME_TYPE);
    const { index } = attributes;
    seen.push(index);
    query.type = OTHER_TYPE;
    query.limit = 1;
    delete query.direction;
  }
  assert.deepEqual(seen, [0, 2, 4]);
});

test('a loop over all goes on from the place that a page ended at', async (t) => {
  const { group } = await recordHouse(t);
  await fill(group, 5);
  const query = { direction: 'ascending', limit: 2 } as const;
  const { next } = await group.records.search(query);
  const rest: unknown[] = [];
  for await (const { attributes } of group.records.all({ ...query, after: next ?? '' })) {
    const { index } = attributes;
    rest.push(index);
  }
  assert.deepEqual(rest, [2, 3, 4]);
  assert.throws(() => group.records.all({ limit: 0 }), { code: 'INVALID_ARGUMENT' });
});

test('a group is opened with options that mean something', async (t) => {
  const { group, node } = await recordHouse(t);
  await group.close();
  const open = (options: unknown): Promise<PeerGroup> =>
    Reflect.apply(node.openGroup, node, [group.name, options]);
  for (const options of [
    { quota: {} },
    { quotas: { record: 5 } },
    { quotas: { records: '5' } },
    { quotas: [] },
    { friendlyName: 'x' },
    { durability: null },
  ]) {
    assert.equal((await refusalOf(open(options))).code, 'INVALID_ARGUMENT');
  }
  const opened = await open({ quotas: { records: 1 }, identity: group.self });
  await opened.records.add({ type: SOME_TYPE });
  const error = await refusalOf(opened.records.add({ type: SOME_TYPE }));
  assert.equal(error.code, 'QUOTA_EXCEEDED');
});

test('options with a key that nobody knows are refused, for it may be a misspelt one', async (t) => {
  const { group } = await recordHouse(t);
  const { records } = group;
  const misspelt = { sginal: AbortSignal.abort() };
  const watch = (): unknown => Reflect.apply(records.watch, records, [{}, misspelt]);
  assert.throws(watch, { code: 'INVALID_ARGUMENT' });
  const attempts: readonly Promise<unknown>[] = [
    Reflect.apply(records.exportTo, records, ['x', misspelt]),
    Reflect.apply(records.importFrom, records, ['x', misspelt]),
  ];
  for (const attempt of attempts) {
    assert.equal((await refusalOf(attempt)).code, 'INVALID_ARGUMENT');
  }
});
