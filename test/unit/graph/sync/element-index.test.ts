// The set of elements against the plainest model of it: whatever comes and goes, both say the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesKey, compareBytes } from '../../../../src/core/base/bytes.ts';
import { ElementIndex } from '../../../../src/core/graph/sync/element-index.ts';
import { boundAt, boundBetween } from '../../../../src/core/graph/sync/ranges.ts';
import { put, type TestRecord, testRecord } from '../../../support/sync-peers.ts';

function inOrder(records: Iterable<TestRecord>): readonly TestRecord[] {
  return [...records].sort(
    (a, b) => a.modifiedAt - b.modifiedAt || compareBytes(a.element, b.element),
  );
}

function indexOf(records: Iterable<TestRecord>): ElementIndex {
  const index = new ElementIndex();
  for (const record of records) put(index, record);
  return index;
}

const steps = fc.array(
  fc.record({
    number: fc.nat(400),
    version: fc.nat(3),
    isRemoved: fc.boolean(),
    modifiedAt: fc.nat(20),
  }),
  { maxLength: 600 },
);

test('whatever comes and goes, the index says what a plain map says', () => {
  fc.assert(
    fc.property(steps, fc.nat(64), fc.nat(), (all, symbolsKept, seed) => {
      const index = new ElementIndex(seed);
      const model = new Map<string, TestRecord>();
      index.growSymbols(symbolsKept);
      for (const { number, version, isRemoved, modifiedAt } of all) {
        const record = { ...testRecord(number, version), modifiedAt };
        const key = bytesKey(record.id);
        if (isRemoved) assert.equal(index.remove(record.id), model.delete(key));
        else {
          put(index, record);
          model.set(key, record);
        }
      }
      const records = inOrder(model.values());
      assert.equal(index.count, records.length);
      assert.deepEqual(
        index.between(0, index.count).map(({ element }) => element),
        records.map(({ element }) => element),
      );
      for (const [rank, { id, element, modifiedAt }] of records.entries()) {
        assert.deepEqual(index.elementOf(id), element);
        assert.deepEqual(index.idOf(element), id);
        assert.deepEqual(index.idsByPrefix(element.subarray(0, 8)), [id]);
        assert.equal(index.rankOf(boundAt({ id, element, modifiedAt })), rank);
      }
      const again = indexOf(records);
      assert.deepEqual(index.digest, again.digest);
      assert.deepEqual(index.symbols(0, 100), again.symbols(0, 100));
      assert.deepEqual(index.symbolCounts(3, 50), again.symbolCounts(3, 50));
    }),
    { numRuns: 60 },
  );
});

test('the sums of a range are those of a set with nothing else', () => {
  const records = inOrder(
    Array.from({ length: 3_000 }, (_, number) => ({
      ...testRecord(number),
      modifiedAt: (number * 7_919) % 900,
    })),
  );
  const index = indexOf(records.toSorted((a, b) => compareBytes(a.id, b.id)));
  for (const [from, to] of [
    [0, 3_000],
    [0, 1],
    [5, 5],
    [100, 400],
    [250, 260],
    [1, 2_999],
    [700, 2_050],
  ] as const) {
    const part = indexOf(records.slice(from, to));
    assert.deepEqual(index.fingerprint(from, to), part.fingerprint(0, to - from));
  }
});

test('a bound between two neighbors stands between them, however much they share', () => {
  const element = fc.uint8Array({ minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(fc.tuple(element, element), fc.nat(12), fc.nat(1), ([a, b], shared, later) => {
      const close = Uint8Array.of(...a.slice(0, shared), ...b.slice(shared));
      const both = [
        { id: testRecord(1).id, element: a, modifiedAt: 5 },
        { id: testRecord(2).id, element: close, modifiedAt: 5 + later },
      ];
      const [first, second] = inOrder(both);
      assert.ok(first !== undefined && second !== undefined);
      if (first.modifiedAt === second.modifiedAt && compareBytes(a, close) === 0) return;
      const bound = boundBetween(first, second);
      assert.notEqual(bound.prefix.at(-1), 0);
      assert.equal(indexOf(both).rankOf(bound), 1);
    }),
  );
});

test('a set that changed and changed back has its digest again, any other one has another', () => {
  const index = indexOf([testRecord(1), testRecord(2)]);
  const digest = index.digest.slice();
  put(index, testRecord(2, 2));
  assert.notDeepEqual(index.digest, digest);
  put(index, testRecord(2));
  assert.deepEqual(index.digest, digest);
  assert.notDeepEqual(new ElementIndex().digest, digest);
});

test('an element takes less than 64 bytes, and a small set next to nothing', () => {
  const index = indexOf(Array.from({ length: 50_000 }, (_, number) => testRecord(number)));
  assert.ok(index.memoryBytes / index.count <= 80, `${index.memoryBytes / index.count}`);
  const reserved = new ElementIndex();
  reserved.reserve(50_000);
  for (let number = 0; number < 50_000; number++) {
    put(reserved, { ...testRecord(number), modifiedAt: number });
  }
  assert.ok(reserved.memoryBytes / 50_000 <= 64, `${reserved.memoryBytes / 50_000}`);
  assert.ok(indexOf([testRecord(1), testRecord(2)]).memoryBytes < 600);
  assert.equal(new ElementIndex().memoryBytes, 0);
});

test('two records with one element, which somebody paid 2^48 hashes for, come and go as others do', () => {
  const [one, other] = [testRecord(1), { ...testRecord(2), element: testRecord(1).element }];
  for (const first of [one, other]) {
    const index = new ElementIndex();
    put(index, { ...one, modifiedAt: 5 });
    put(index, { ...other, modifiedAt: 5 });
    assert.ok(index.remove(first.id));
    assert.equal(index.count, 1);
    assert.ok(index.has(one.element));
  }
});
