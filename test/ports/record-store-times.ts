// The kit goes on: shadows, what is due and when, and searches, on whatever store it is given.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { guidText } from '../../src/core/domain/guid.ts';
import type { GroupRecord } from '../../src/core/domain/records.ts';
import type { SearchRequest } from '../../src/core/domain/search.ts';
import { type RecordWish, TestJournal } from '../support/record-builder.ts';
import {
  ALICE,
  at,
  BOB,
  publishOne,
  type StoreMaker,
  type StoreOnDisk,
  storeOfTwo,
} from './record-store-kit.ts';

export function recordStoreTimes(storeName: string, make: StoreMaker): void {
  const spec = (sentence: string, prove: (disk: StoreOnDisk) => void): void => {
    test(`${storeName}: ${sentence}`, async (t) => prove(await storeOfTwo(t, make)));
  };

  spec('a shadow is the version that was there, and takes its place again', ({ store }) => {
    const first = publishOne(store, new TestJournal(ALICE), aliceWish(1));
    const { id } = first;
    const before = store.totalUse();
    store.commit([{ kind: 'keepShadow', id, until: at(9_000) }], 'process');
    assert.equal(store.findRecord(id), null);
    assert.deepEqual(store.findShadow(id), first);
    assert.deepEqual(store.totalUse(), before, 'a shadow costs what its record did');
    const second = publishOne(store, new TestJournal(BOB), aliceWish(2));
    assert.deepEqual([second.authorName, second.creatorName], [BOB.name, ALICE.name]);
    assert.deepEqual(store.findRecord(id), second);
    assert.deepEqual(store.findShadow(id), first);
    assert.deepEqual(store.readData(id), new Uint8Array(2_000).fill(2));
    store.commit([{ kind: 'restoreShadow', id, removeAt: at(77) }], 'process');
    assert.deepEqual(store.findRecord(id), first);
    assert.equal(store.findShadow(id), null);
    assert.deepEqual(store.readData(id), new Uint8Array(2_000).fill(1));
    assert.equal(store.nextRemoval(), at(77));
    assert.equal(store.use(BOB.publicKey).records, 0);
    assert.notEqual(store.findBatch(first.batch)?.leaves, null);
  });

  spec(
    'a shadow goes when it is removed or its time is over, and gives way to a later one',
    ({ store }) => {
      const journal = new TestJournal(ALICE);
      const keep = (version: number, until: number): GroupRecord => {
        const record = publishOne(store, journal, aliceWish(version));
        store.commit([{ kind: 'keepShadow', id: record.id, until: at(until) }], 'process');
        return record;
      };
      const { id } = keep(1, 500);
      const second = keep(2, 900);
      assert.deepEqual(store.findShadow(id), second);
      assert.equal(store.totalUse().records, 1);
      assert.equal(store.nextRemoval(), at(900));
      store.commit([{ kind: 'removeShadowsUntil', now: at(899) }], 'process');
      assert.deepEqual(store.findShadow(id), second);
      store.commit([{ kind: 'removeShadowsUntil', now: at(900) }], 'process');
      assert.equal(store.findShadow(id), null);
      assert.equal(store.nextRemoval(), null);
      keep(3, 900);
      store.commit([{ kind: 'removeShadow', id }], 'process');
      assert.equal(store.findShadow(id), null);
      assert.equal(store.totalUse().records, 0);
      for (const kind of ['keepShadow', 'restoreShadow'] as const) {
        const change = { kind, id, until: at(1), removeAt: at(1) };
        assert.throws(() => store.commit([change], 'process'), BrokenInvariant);
      }
    },
  );

  spec('a shadow may come after the version that replaced it', ({ store }) => {
    const late = publishOne(store, new TestJournal(ALICE), aliceWish(1));
    const { id } = late;
    const data = new Uint8Array(2_000).fill(1);
    publishOne(store, new TestJournal(BOB), aliceWish(2));
    store.commit([{ kind: 'putBatch', batch: lastOf(store, late), leaves: null }], 'process');
    const shadow = { kind: 'putShadow', record: late, data, path: new Uint8Array(32) } as const;
    store.commit([{ ...shadow, until: at(3) }], 'process');
    assert.deepEqual(store.findShadow(id), late);
    store.commit([{ kind: 'restoreShadow', id, removeAt: at(5) }], 'process');
    assert.deepEqual(store.findRecord(id), late);
    assert.deepEqual(store.readData(id), data);
  });

  spec('what is due to be removed is told, the earliest first', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const records = [30, 10, 20].map((end, ordinal) =>
      publishOne(store, journal, { ordinal, expiresAt: at(end) }),
    );
    const [late, early, middle] = records;
    assert.equal(store.nextRemoval(), at(10));
    assert.deepEqual(store.removable(at(9), 10), []);
    assert.deepEqual(store.removable(at(10), 10), [early]);
    assert.deepEqual(store.removable(at(99), 10), [early, middle, late]);
    assert.deepEqual(store.removable(at(99), 2), [early, middle]);
  });

  spec('of long records that are due some are told, and then others', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const value = { kind: 'string', value: 'x'.repeat(190_000) } as const;
    const wishes = Array.from({ length: 40 }, (_, ordinal): RecordWish => {
      const attributes = [{ name: 'long', value }];
      return { ordinal, attributes, expiresAt: at(30), refreshMs: 10 };
    });
    for (const wish of wishes) publishOne(store, journal, wish);
    const refreshable = store.refreshable(ALICE.publicKey, at(30), 100);
    assert.deepEqual(refreshable, store.removable(at(30), 100));
    let told = 0;
    for (let time = 0; told < wishes.length; time++) {
      const due = store.removable(at(30), 100);
      assert.ok(due.length >= 1 && due.length < 30, `${due.length} at once`);
      told += due.length;
      store.commit(
        due.map(({ id }) => ({ kind: 'removeRecord', id })),
        'process',
      );
      assert.ok(time < 5);
    }
    assert.equal(told, wishes.length);
    assert.deepEqual(store.removable(at(30), 100), []);
  });

  spec('an author is told what to refresh, at half of its time', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const slow = publishOne(store, journal, { ordinal: 1, refreshMs: 401 });
    const fast = publishOne(store, journal, { ordinal: 2, refreshMs: 300 });
    publishOne(store, journal, { ordinal: 3 });
    publishOne(store, new TestJournal(BOB), { refreshMs: 1 });
    assert.equal(store.nextRefresh(ALICE.publicKey), at(150));
    assert.deepEqual(store.refreshable(ALICE.publicKey, at(199), 9), [fast]);
    assert.deepEqual(store.refreshable(ALICE.publicKey, at(200), 9), [fast, slow]);
    assert.deepEqual(store.refreshable(ALICE.publicKey, at(200), 1), [fast]);
    assert.equal(store.nextRefresh(new Uint8Array(32)), null);
    const refreshed = { ordinal: 2, version: 2, modifiedAt: at(200), refreshMs: 300 };
    publishOne(store, journal, refreshed);
    assert.equal(store.nextRefresh(ALICE.publicKey), at(200));
    assert.equal(store.refreshable(ALICE.publicKey, at(349), 9).length, 1);
  });

  spec(
    'a search finds records, page by page, and neither deleted nor expired ones',
    ({ store }) => {
      const journal = new TestJournal(ALICE);
      const records = [5, 3, 4, 1].map((rank, ordinal) =>
        publishOne(store, journal, {
          ordinal,
          expiresAt: at(100 + ordinal),
          attributes: [{ name: 'rank', value: { kind: 'int', value: BigInt(rank) } }],
        }),
      );
      publishOne(store, journal, { ordinal: 9, isDeleted: true });
      const request: SearchRequest = {
        where: null,
        order: { by: 'attribute', name: 'rank', kind: 'int', isDescending: true },
        limit: 2,
        after: null,
        now: at(0),
      };
      const first = store.search(request);
      assert.deepEqual(ranksOf(first.records), [5n, 4n]);
      const second = store.search({ ...request, after: first.next });
      assert.deepEqual(ranksOf(second.records), [3n, 1n]);
      assert.equal(second.next, null);
      assert.deepEqual(ranksOf(store.search({ ...request, now: at(101) }).records), [4n, 1n]);
      const byId: SearchRequest = {
        ...request,
        order: { by: 'createdAt', isDescending: false },
        where: {
          kind: 'clause',
          subject: { kind: 'field', field: 'id' },
          compare: 'equal',
          operand: { kind: 'string', value: guidText(records[1]?.id ?? new Uint8Array(16)) },
        },
      };
      assert.deepEqual(store.search(byId).records, [records[1]]);
    },
  );
}

/** A version of one record of Alice's, whose data are its number. */
function aliceWish(version: number): RecordWish {
  return { creator: ALICE.publicKey, version, data: new Uint8Array(2_000).fill(version) };
}

function lastOf(store: StoreOnDisk['store'], record: GroupRecord) {
  const journal = new Uint8Array(8).fill(1);
  const batch = store.lastBatch(record.author, journal);
  assert.ok(batch !== null);
  return batch;
}

function ranksOf(records: readonly GroupRecord[]): unknown[] {
  return records.map(({ content }) => content.attributes[0]?.value.value);
}
