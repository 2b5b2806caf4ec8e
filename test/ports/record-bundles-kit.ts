// What every RecordStore does when all of it is asked for: bundles that prove what they say, page by
// page, whatever changes in between.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bytesKey } from '../../src/core/base/bytes.ts';
import { hexBytes } from '../../src/core/base/hex.ts';
import type { Bundle } from '../../src/core/domain/records.ts';
import type { BundleRequest, RecordStore } from '../../src/core/ports/record-store.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { coverOf } from '../../src/core/records/merkle.ts';
import { RecordHashes } from '../../src/core/records/record-hashes.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';
import { arrivalOf, type RecordWish, TEST_GROUP, TestJournal } from '../support/record-builder.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { ALICE, at, BOB, CAST, type StoreMaker, storeOfTwo } from './record-store-kit.ts';

const URGENT = hexBytes('00000000000000000000000000000011');
const ORDINARY = hexBytes('00000000000000000000000000000022');
const EVERYTHING: BundleRequest = { bytesMax: 4 << 20, priorityTypes: [], now: at(0) };
const PAGES_MAX = 10_000;

const TOOLS = {
  group: TEST_GROUP,
  crypto: nodeCrypto,
  ids: new RecordIds(TEST_GROUP, nodeCrypto),
  hashes: new RecordHashes(TEST_GROUP, nodeCrypto),
};

/** Calls `between` after each page. */
function enumerated(
  store: RecordStore,
  request: BundleRequest,
  between: () => void = () => undefined,
): readonly Bundle[] {
  const bundles: Bundle[] = [];
  let after = null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = store.bundles(after, request);
    bundles.push(...page.bundles);
    if (page.next === null) return bundles;
    after = page.next;
    between();
  }
  throw new Error('the enumeration does not end');
}

/** As whoever takes them sees them. */
function opened(bundles: readonly Bundle[]): readonly BatchContents[] {
  return bundles.map((bundle) => {
    const verdict = openBundle(decodeBundle(encodeBundle(bundle), 1 << 25), TOOLS);
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.refusal.detail);
    return verdict.value;
  });
}

function idsOf(contents: readonly BatchContents[]): readonly string[] {
  return contents.flatMap(({ entries }) => entries.map(({ id }) => bytesKey(id)));
}

function some(count: number, first = 0, wish: RecordWish = {}): RecordWish[] {
  return Array.from({ length: count }, (_, ordinal) => ({ ...wish, ordinal: first + ordinal }));
}

/** Of a whole batch what arrives of it when only these places travel. */
function partOf(contents: BatchContents, places: readonly number[]): BatchContents {
  const { statement, signature } = contents.batch;
  const isPresent = (place: number): boolean => places.includes(place);
  const cover = coverOf(
    contents.entries.map(({ hash }) => hash),
    isPresent,
    nodeCrypto,
  );
  const entries = contents.entries.filter(({ place }) => isPresent(place));
  const verdict = openBundle({ statement, signature, entries, cover }, TOOLS);
  assert.ok(verdict.ok);
  return verdict.value;
}

export function bundleKit(storeName: string, make: StoreMaker): void {
  const spec = (sentence: string, prove: (store: RecordStore, t: TestContext) => void): void => {
    test(`${storeName}: ${sentence}`, async (t) => prove((await storeOfTwo(t, make)).store, t));
  };

  spec('an empty store has no bundles', (store) => {
    assert.deepEqual(enumerated(store, EVERYTHING), []);
  });

  spec('a batch that is here whole is one bundle without a cover', (store) => {
    const contents = new TestJournal(ALICE).publish([
      { data: new Uint8Array(5_000) },
      ...some(9, 1),
    ]);
    store.commit(arrivalOf(contents, CAST), 'process');
    const [bundle, ...others] = opened(enumerated(store, EVERYTHING));
    assert.deepEqual(others, []);
    assert.deepEqual(bundle, contents);
  });

  spec('what was replaced or is over stands in no bundle, a tombstone does', (store) => {
    const journal = new TestJournal(ALICE);
    const first = journal.publish([...some(5), { ordinal: 5, expiresAt: at(10) }]);
    const second = journal.publish([
      { ordinal: 0, version: 2 },
      { ordinal: 1, version: 2, isDeleted: true },
    ]);
    for (const contents of [first, second]) store.commit(arrivalOf(contents, CAST), 'process');
    const bundles = opened(enumerated(store, { ...EVERYTHING, now: at(10) }));
    assert.deepEqual(
      bundles.map(({ entries }) => entries.map(({ place, content }) => [place, content.isDeleted])),
      [
        [
          [2, false],
          [3, false],
          [4, false],
        ],
        [
          [0, false],
          [1, true],
        ],
      ],
    );
  });

  spec('a batch of which only some records are here proves those', (store) => {
    const journal = new TestJournal(ALICE);
    for (const count of [1, 2, 3, 7, 64, 100]) {
      const contents = journal.publish(some(count, 200 * count));
      const places = contents.entries.map(({ place }) => place).filter((place) => place % 3 === 1);
      if (places.length === 0) continue;
      store.commit(arrivalOf(partOf(contents, places), CAST), 'process');
      const rest = partOf(contents, [contents.entries.length - 1]);
      store.commit(arrivalOf(rest, CAST), 'process');
    }
    const bundles = opened(enumerated(store, EVERYTHING));
    assert.equal(idsOf(bundles).length, store.totalUse().records);
  });

  spec('large data split a batch, and a larger record goes alone', (store) => {
    const wishes = some(8).map((wish, index) => ({
      ...wish,
      data: new Uint8Array(index === 3 ? 9_000 : 1_500).fill(index),
    }));
    const contents = new TestJournal(ALICE).publish(wishes);
    store.commit(arrivalOf(contents, CAST), 'process');
    const bundles = opened(enumerated(store, { ...EVERYTHING, bytesMax: 4_000 }));
    assert.deepEqual(
      bundles.map(({ entries }) => entries.map(({ place }) => place)),
      [[0, 1], [2], [3], [4, 5], [6, 7]],
    );
    assert.deepEqual(
      bundles.flatMap(({ entries }) => entries.map(({ data }) => data)),
      contents.entries.map(({ data }) => data),
    );
  });

  spec('records of priority types come first, each record once', (store) => {
    const journals = [new TestJournal(ALICE), new TestJournal(BOB, 2)];
    for (let batch = 0; batch < 20; batch++) {
      const type = (index: number): Uint8Array => ((batch + index) % 4 === 0 ? URGENT : ORDINARY);
      const wishes = some(6, 10 * batch).map((wish, index) => ({ ...wish, type: type(index) }));
      const journal = journals[batch % 2] ?? new TestJournal(ALICE);
      store.commit(arrivalOf(journal.publish(wishes), CAST), 'process');
    }
    for (const bytesMax of [1, 100, 500, 1 << 20]) {
      const request = { ...EVERYTHING, bytesMax, priorityTypes: [URGENT, new Uint8Array(16)] };
      const bundles = opened(enumerated(store, request));
      const urgent = bundles.flatMap(({ entries }) =>
        entries.map(({ content }) => bytesKey(content.type) === bytesKey(URGENT)),
      );
      assert.deepEqual(urgent, [...new Array(30).fill(true), ...new Array(90).fill(false)]);
      assert.equal(new Set(idsOf(bundles)).size, 120);
    }
  });

  spec('what stays is sent, whatever comes and goes between two pages', (store) => {
    const journal = new TestJournal(ALICE);
    const staying: string[] = [];
    for (let batch = 0; batch < 30; batch++) {
      const contents = journal.publish(some(5, 10 * batch));
      store.commit(arrivalOf(contents, CAST), 'process');
      staying.push(...contents.entries.slice(2).map(({ id }) => bytesKey(id)));
    }
    let page = 0;
    const bundles = enumerated(store, { ...EVERYTHING, bytesMax: 100 }, () => {
      const ordinal = 10 * (29 - (page % 30)) + (page % 2);
      page += 1;
      if (page > 60) return;
      const version = 2 + Math.floor(page / 30);
      const wishes = [{ ordinal, version, isDeleted: page % 3 === 0 }, { ordinal: 1_000 + page }];
      store.commit(arrivalOf(journal.publish(wishes), CAST), 'process');
    });
    const sent = new Set(idsOf(opened(bundles)));
    assert.deepEqual(
      staying.filter((id) => !sent.has(id)),
      [],
    );
  });

  spec('more batches than one look takes are all found', (store) => {
    const journal = new TestJournal(ALICE);
    for (let batch = 0; batch < 5; batch++) {
      store.commit(arrivalOf(journal.publish(some(1_024, 2_000 * batch)), CAST), 'process');
    }
    const bundles = opened(enumerated(store, { ...EVERYTHING, priorityTypes: [URGENT] }));
    assert.deepEqual(
      bundles.map(({ entries, leaves }) => [entries.length, leaves?.length]),
      new Array(5).fill([1_024, 32 * 1_024]),
    );
  });

  spec('memberships come by their digests, page by page', (store) => {
    const digests = Array.from({ length: 7 }, (_, index) => new Uint8Array(32).fill(40 * index));
    assert.ok(ALICE.arrival.kind === 'putMembership');
    const { arrival } = ALICE;
    store.commit(
      digests.map((chainDigest) => ({ ...arrival, chainDigest })),
      'process',
    );
    const found: string[] = [];
    let after: Uint8Array | null = null;
    for (;;) {
      const page = store.memberships(after, 4);
      for (const { chainDigest, chain } of page) {
        assert.deepEqual(store.findMembership(chainDigest), chain);
        found.push(bytesKey(chainDigest));
      }
      after = page.at(-1)?.chainDigest ?? null;
      if (page.length < 4) break;
    }
    assert.equal(found.length, 9);
    const inOrder = digests.map(bytesKey).filter((digest) => found.includes(digest));
    assert.deepEqual(
      found.filter((digest) => inOrder.includes(digest)),
      inOrder,
    );
    assert.deepEqual(store.memberships(new Uint8Array(32).fill(255), 4), []);
  });
}
