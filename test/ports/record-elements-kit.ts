// What every RecordStore gives for comparing it with others: what identifies each version that counts,
// and bundles of whichever records are asked for.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bytesKey } from '../../src/core/base/bytes.ts';
import type { Bundle } from '../../src/core/domain/records.ts';
import type { RecordStore, StoredElement } from '../../src/core/ports/record-store.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { coverOf } from '../../src/core/records/merkle.ts';
import { RecordHashes } from '../../src/core/records/record-hashes.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';
import { arrivalOf, type RecordWish, TEST_GROUP, TestJournal } from '../support/record-builder.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { ALICE, at, BOB, CAST, type StoreMaker, storeOfTwo } from './record-store-kit.ts';

const TOOLS = {
  group: TEST_GROUP,
  crypto: nodeCrypto,
  ids: new RecordIds(TEST_GROUP, nodeCrypto),
  hashes: new RecordHashes(TEST_GROUP, nodeCrypto),
};
const ANY_BYTES = 1 << 25;

/** All elements, in pages of this size. */
export function elementsOf(store: RecordStore, max = 7): readonly StoredElement[] {
  const found: StoredElement[] = [];
  let after = null;
  for (let pages = 0; pages < 10_000; pages++) {
    const page = store.elements(after, max);
    found.push(...page.elements);
    if (page.next === null) return found;
    after = page.next;
  }
  throw new Error('the elements do not end');
}

function some(count: number, first = 0, wish: RecordWish = {}): RecordWish[] {
  return Array.from({ length: count }, (_, ordinal) => ({ ...wish, ordinal: first + ordinal }));
}

/** Of a whole batch what arrives of it when only these places travel. */
function partOf(contents: BatchContents, isPresent: (place: number) => boolean): BatchContents {
  const { statement, signature } = contents.batch;
  const hashes = contents.entries.map(({ hash }) => hash);
  const cover = coverOf(hashes, isPresent, nodeCrypto);
  const entries = contents.entries.filter(({ place }) => isPresent(place));
  const verdict = openBundle({ statement, signature, entries, cover }, TOOLS);
  assert.ok(verdict.ok);
  return verdict.value;
}

function opened(bundles: readonly Bundle[]): readonly BatchContents[] {
  return bundles.map((bundle) => {
    const verdict = openBundle(decodeBundle(encodeBundle(bundle), ANY_BYTES), TOOLS);
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.refusal.detail);
    return verdict.value;
  });
}

function hashById(elements: readonly { readonly id: Uint8Array; readonly hash: Uint8Array }[]) {
  return new Map(elements.map(({ id, hash }) => [bytesKey(id), bytesKey(hash)]));
}

export function elementKit(storeName: string, make: StoreMaker): void {
  const spec = (sentence: string, prove: (store: RecordStore, t: TestContext) => void): void => {
    test(`${storeName}: ${sentence}`, async (t) => prove((await storeOfTwo(t, make)).store, t));
  };

  spec('an empty store has no elements and no bundles', (store) => {
    assert.deepEqual(store.elements(null, 10), { elements: [], next: null });
    assert.deepEqual(store.bundlesOf([], ANY_BYTES), { bundles: [], taken: 0 });
    const missing = store.bundlesOf([new Uint8Array(16), new Uint8Array(16).fill(255)], ANY_BYTES);
    assert.deepEqual(missing, { bundles: [], taken: 2 });
  });

  spec('every version that counts has one element, a tombstone and an expired one too', (store) => {
    const journals = [new TestJournal(ALICE), new TestJournal(BOB, 2)] as const;
    const batches = [
      journals[0].publish([...some(9), { ordinal: 9, expiresAt: at(1) }]),
      partOf(journals[1].publish(some(20, 100)), (place) => place % 3 === 0),
      journals[0].publish([
        { ordinal: 0, version: 2, modifiedAt: at(50) },
        { ordinal: 1, version: 2, modifiedAt: at(60), isDeleted: true },
      ]),
    ];
    for (const contents of batches) store.commit(arrivalOf(contents, CAST), 'process');
    const published = batches.flatMap(({ entries }) => entries);
    const ids = [...new Set(published.map(({ id }) => bytesKey(id)))];
    for (const max of [1, 2, 7, 1_000]) {
      const elements = elementsOf(store, max);
      assert.equal(elements.length, 17);
      assert.deepEqual(elements.map(({ id }) => bytesKey(id)).sort(), ids.toSorted());
      for (const { id, hash, modifiedAt } of elements) {
        const record = store.findRecord(id);
        assert.deepEqual(hash, record?.hash);
        assert.equal(modifiedAt, record?.content.modifiedAt);
      }
    }
  });

  spec('what stays has its element, whatever comes and goes between two pages', (store) => {
    const journal = new TestJournal(ALICE);
    const staying: string[] = [];
    for (let batch = 0; batch < 20; batch++) {
      const contents = journal.publish(some(5, 10 * batch));
      store.commit(arrivalOf(contents, CAST), 'process');
      staying.push(...contents.entries.slice(1).map(({ id }) => bytesKey(id)));
    }
    const found = new Set<string>();
    let turn = 0;
    for (let after = null; ; turn++) {
      const { elements, next } = store.elements(after, 4);
      for (const { id } of elements) found.add(bytesKey(id));
      if (next === null) break;
      after = next;
      const wishes = [{ ordinal: 10 * (turn % 20), version: 2 + turn }, { ordinal: 1_000 + turn }];
      if (turn < 30) store.commit(arrivalOf(journal.publish(wishes), CAST), 'process');
    }
    assert.deepEqual(
      staying.filter((id) => !found.has(id)),
      [],
    );
  });

  spec('bundles of some records prove those, a batch with its records together', (store) => {
    const journal = new TestJournal(ALICE);
    const batches = [1, 2, 7, 64].map((count, at) => journal.publish(some(count, 100 * at)));
    const partial = partOf(journal.publish(some(30, 500)), (place) => place > 4);
    for (const contents of [...batches, partial]) {
      store.commit(arrivalOf(contents, CAST), 'process');
    }
    const all = elementsOf(store);
    for (const step of [1, 2, 5, 40]) {
      const asked = all.filter((_, at) => at % step === 0).reverse();
      const { bundles, taken } = store.bundlesOf(
        asked.flatMap(({ id }) => [id, new Uint8Array(16).fill(step)]),
        ANY_BYTES,
      );
      assert.equal(taken, 2 * asked.length);
      const contents = opened(bundles);
      assert.equal(new Set(contents.map(({ batch }) => bytesKey(batch.hash))).size, bundles.length);
      const entries = contents.flatMap((one) => one.entries);
      assert.deepEqual(hashById(entries), hashById(asked));
      assert.equal(entries.length, asked.length);
    }
  });

  spec('a record that is asked for twice comes once', (store) => {
    const contents = new TestJournal(ALICE).publish(some(3));
    store.commit(arrivalOf(contents, CAST), 'process');
    const ids = contents.entries.map(({ id }) => id);
    const { bundles, taken } = store.bundlesOf([...ids, ...ids], ANY_BYTES);
    assert.equal(taken, 6);
    assert.deepEqual(opened(bundles), [contents]);
  });

  spec('detached data travel along, and bound what comes at once', (store) => {
    const wishes = some(6).map((wish, index) => ({
      ...wish,
      data: new Uint8Array(index === 2 ? 9_000 : 1_500).fill(index),
    }));
    const contents = new TestJournal(ALICE).publish(wishes);
    store.commit(arrivalOf(contents, CAST), 'process');
    const ids = contents.entries.map(({ id }) => id);
    const pages: number[] = [];
    const data: (Uint8Array | null)[] = [];
    for (let from = 0; from < ids.length; ) {
      const { bundles, taken } = store.bundlesOf(ids.slice(from), 4_000);
      pages.push(taken);
      data.push(...bundles.flatMap(({ entries }) => entries.map((entry) => entry.data)));
      from += taken;
    }
    assert.deepEqual(pages, [3, 3]);
    assert.deepEqual(
      data,
      contents.entries.map((entry) => entry.data),
    );
    assert.equal(store.bundlesOf(ids, 0).taken, 1);
  });
}
