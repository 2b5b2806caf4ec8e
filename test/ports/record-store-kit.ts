// What every RecordStore does, shown on whatever store it is given: the port's contract as tests.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { hexBytes } from '../../src/core/base/hex.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { RecordStore, StoreChange } from '../../src/core/ports/record-store.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import {
  arrivalOf,
  putOf,
  type RecordWish,
  recordOf,
  TEST_MOMENT,
  TestJournal,
  testAuthor,
} from '../support/record-builder.ts';

export interface StoreOnDisk {
  readonly store: RecordStore;
  /** Ends the store, and opens it again on the same disk. */
  reopen(): StoreOnDisk;
}

export type StoreMaker = (t: TestContext) => Promise<StoreOnDisk>;

export const ALICE = testAuthor('alice');
export const BOB = testAuthor('bob');
export const CAST = [ALICE, BOB];

/** A store that knows Alice and Bob. */
export async function storeOfTwo(t: TestContext, make: StoreMaker): Promise<StoreOnDisk> {
  const disk = await make(t);
  disk.store.commit([ALICE.arrival, BOB.arrival], 'process');
  return disk;
}

export function at(milliseconds: number) {
  return wallTimeOf(TEST_MOMENT + milliseconds);
}

export function nameOf(publicKey: Uint8Array) {
  return Buffer.from(publicKey).equals(ALICE.publicKey) ? ALICE.name : BOB.name;
}

/** Publishes one record and stores it. */
export function publishOne(store: RecordStore, journal: TestJournal, wish: RecordWish) {
  const contents = journal.publish([wish]);
  store.commit(arrivalOf(contents, CAST), 'process');
  const [entry] = contents.entries;
  assert.ok(entry !== undefined);
  return recordOf(contents, entry, nameOf);
}

export function recordStoreKit(storeName: string, make: StoreMaker): void {
  const spec = (sentence: string, prove: (disk: StoreOnDisk, t: TestContext) => void): void => {
    test(`${storeName}: ${sentence}`, async (t) => prove(await storeOfTwo(t, make), t));
  };

  spec(
    'a membership is found by its digest, and its member by key with the latest end',
    ({ store }) => {
      const { arrival } = ALICE;
      assert.ok(arrival.kind === 'putMembership');
      assert.deepEqual(store.findMembership(arrival.chainDigest), arrival.chain);
      const earlier = { ...arrival, chainDigest: new Uint8Array(32), notAfter: at(5) };
      store.commit([earlier], 'process');
      assert.deepEqual(store.findMember(ALICE.publicKey), {
        member: ALICE.name,
        notAfter: arrival.notAfter,
      });
      assert.equal(store.findMembership(new Uint8Array(32).fill(9)), null);
      assert.equal(store.findMember(new Uint8Array(32).fill(9)), null);
    },
  );

  spec('a record comes back as it was, with its data beside it', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const contents = journal.publish([
      {
        data: new Uint8Array(5_000).fill(7),
        refreshMs: 240_000,
        attributes: [
          { name: 'count', value: { kind: 'int', value: -(10n ** 18n - 1n) } },
          { name: 'due', value: { kind: 'date', value: wallTimeOf(-62_167_219_200_000) } },
          { name: 'title', value: { kind: 'string', value: 'größer 😀' } },
        ],
      },
      { ordinal: 1, data: new Uint8Array(3) },
    ]);
    store.commit(arrivalOf(contents, CAST), 'power');
    for (const entry of contents.entries) {
      assert.deepEqual(store.findRecord(entry.id), recordOf(contents, entry, nameOf));
      assert.deepEqual(store.readData(entry.id), entry.data);
    }
    assert.equal(store.findRecord(new Uint8Array(16)), null);
    assert.equal(store.readData(new Uint8Array(16)), null);
  });

  spec('whatever 16 bytes are asked for, those that are no id have no record', ({ store }) => {
    const record = publishOne(store, new TestJournal(ALICE), {});
    const [greatest, least] = [new Uint8Array(16).fill(255), new Uint8Array(16)];
    const beyond = hexBytes('80000000000000000000000000000000');
    const last = hexBytes('7fffffffffffffffffffffffffffffff');
    for (const id of [greatest, beyond, last, least]) {
      assert.equal(store.findRecord(id), null);
      assert.equal(store.readData(id), null);
      assert.equal(store.findShadow(id), null);
      store.commit([{ kind: 'removeRecord', id }], 'process');
    }
    const ids = [greatest, record.id, beyond, last, least, record.id];
    assert.deepEqual(store.findRecords(ids), [null, record, null, null, null, record]);
  });

  spec('records that are asked for together are found among those of others', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const wishes = Array.from({ length: 300 }, (_, ordinal) => ({ ordinal }));
    const contents = journal.publish(wishes);
    store.commit(arrivalOf(contents, CAST), 'process');
    const ids = contents.entries.map(({ id }) => id);
    const unknown = (id: Uint8Array): Uint8Array => Uint8Array.from(id).fill(9, 8);
    // A few next to each other, and a few with hundreds in between; of each second one nothing is here.
    for (const some of [ids.slice(100, 110), [...ids.slice(0, 2), ...ids.slice(-2)], ids]) {
      const found = store.findRecords(some.flatMap((id) => [id, unknown(id)]).toReversed());
      const expected = some.flatMap((id) => [store.findRecord(id), null]).toReversed();
      assert.deepEqual(found, expected);
    }
    assert.deepEqual(store.findRecords([]), []);
    assert.deepEqual(
      store.findRecords(ids.map(unknown)),
      ids.map(() => null),
    );
  });

  spec('a later version takes the place of the one before, with its data', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const first = publishOne(store, journal, { data: new Uint8Array(2_000) });
    const second = publishOne(store, journal, { version: 2, data: new Uint8Array(3_000).fill(1) });
    assert.deepEqual(second.id, first.id);
    assert.deepEqual(store.findRecord(first.id), second);
    assert.deepEqual(store.readData(first.id), new Uint8Array(3_000).fill(1));
    const third = publishOne(store, journal, { version: 3, isDeleted: true });
    assert.deepEqual(store.findRecord(first.id), third);
    assert.equal(store.readData(first.id), null);
    assert.equal(store.use(ALICE.publicKey).records, 1);
  });

  spec('records of one stamp and different types stand beside each other', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const types = Array.from({ length: 300 }, (_, type) =>
      hexBytes(type.toString(16).padStart(32, '0')),
    );
    const contents = journal.publish(types.map((type) => ({ type })));
    store.commit(arrivalOf(contents, CAST), 'process');
    for (const entry of contents.entries) {
      assert.deepEqual(store.findRecord(entry.id)?.content.type, entry.content.type);
    }
    const even = contents.entries.filter(({ place }) => place % 2 === 0);
    store.commit(
      even.map(({ id }) => ({ kind: 'removeRecord', id })),
      'process',
    );
    store.commit(
      even.map((entry) => putOf(contents, entry, CAST)),
      'process',
    );
    for (const entry of contents.entries) {
      assert.deepEqual(store.findRecord(entry.id), recordOf(contents, entry, nameOf));
    }
    assert.equal(store.totalUse().records, 300);
  });

  spec('a batch is found with its leaves, and its journal by sequence', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const batches = [3, 2, 4].map((length, at) => {
      const contents = journal.publish(
        Array.from({ length }, (_, ordinal) => ({ ordinal: 10 * at + ordinal })),
      );
      store.commit(arrivalOf(contents, CAST), 'process');
      assert.deepEqual(store.findBatch(contents.batch.hash), {
        batch: contents.batch,
        leaves: contents.leaves,
      });
      return contents.batch;
    });
    const [first, second, third] = batches;
    const around = (from: number, count: number) =>
      store.batchesAround(ALICE.publicKey, journal.journal, from, count);
    assert.deepEqual(around(4, 2), batches);
    assert.deepEqual(around(1, 1), [first, second]);
    assert.deepEqual(around(3, 2), [first, second, third]);
    assert.deepEqual(around(10, 5), [third]);
    assert.deepEqual(around(1, 100), batches);
    assert.deepEqual(store.lastBatch(ALICE.publicKey, journal.journal), third);
    assert.deepEqual(store.batchesAround(BOB.publicKey, journal.journal, 1, 1), []);
    assert.deepEqual(store.batchesAround(ALICE.publicKey, new Uint8Array(8), 1, 1), []);
    assert.equal(store.lastBatch(ALICE.publicKey, new Uint8Array(8)), null);
    assert.equal(store.findBatch(new Uint8Array(32)), null);
  });

  spec('leaves that come later are added to their batch', ({ store }) => {
    const { batch, leaves } = new TestJournal(ALICE).publish([{}]);
    store.commit([{ kind: 'putBatch', batch, leaves: null }], 'process');
    assert.deepEqual(store.findBatch(batch.hash), { batch, leaves: null });
    const before = store.use(ALICE.publicKey).bytes;
    store.commit([{ kind: 'putBatch', batch, leaves }], 'process');
    store.commit([{ kind: 'putBatch', batch, leaves: null }], 'process');
    assert.deepEqual(store.findBatch(batch.hash), { batch, leaves });
    assert.equal(store.use(ALICE.publicKey).bytes, before + 32);
  });

  spec(
    'a batch without records gives up leaves and signature, and goes from the beginning of its journal',
    ({ store }) => {
      const journal = new TestJournal(ALICE);
      const records = [0, 1, 2, 3].map((ordinal) => publishOne(store, journal, { ordinal }));
      const [first, second, third, fourth] = records;
      assert.ok(first && second && third && fourth);
      store.commit([{ kind: 'removeRecord', id: second.id }], 'process');
      const stripped = store.findBatch(second.batch);
      assert.deepEqual(stripped?.batch.signature, new Uint8Array(0));
      assert.equal(stripped?.leaves, null);
      assert.equal(store.use(ALICE.publicKey).bytes, costOf(records) - costOf([second]) + 256);
      store.commit([{ kind: 'removeRecord', id: first.id }], 'process');
      assert.equal(store.findBatch(first.batch), null);
      assert.equal(store.findBatch(second.batch), null);
      assert.equal(store.use(ALICE.publicKey).bytes, costOf([third, fourth]));
      store.commit(
        [
          { kind: 'removeRecord', id: fourth.id },
          { kind: 'removeRecord', id: third.id },
        ],
        'process',
      );
      assert.equal(store.findBatch(third.batch), null);
      const last = store.findBatch(fourth.batch);
      assert.equal(last?.batch.signature.length, 64, 'the next batch goes on from the last one');
      assert.deepEqual(store.use(ALICE.publicKey), { records: 0, bytes: 320 + 32 });
      publishOne(store, journal, { ordinal: 9 });
      assert.equal(store.findBatch(fourth.batch), null);
    },
  );

  spec('use is that of each author, and the sum of all', ({ store }) => {
    const records = [ALICE, BOB, BOB].map((author, ordinal) =>
      publishOne(store, new TestJournal(author, ordinal + 1), { ordinal }),
    );
    const data = publishOne(store, new TestJournal(BOB, 7), { data: new Uint8Array(1_025) });
    const ofBob = costOf([...records.slice(1), data]) + 1_025;
    assert.deepEqual(store.use(ALICE.publicKey), {
      records: 1,
      bytes: costOf(records.slice(0, 1)),
    });
    assert.deepEqual(store.use(BOB.publicKey), { records: 3, bytes: ofBob });
    assert.deepEqual(store.totalUse(), { records: 4, bytes: ofBob + costOf(records.slice(0, 1)) });
    assert.deepEqual(store.use(new Uint8Array(32)), { records: 0, bytes: 0 });
  });

  spec('contradictions are told once each, the oldest first', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const [first, second] = [journal.fork(), journal.fork()].map(
      (fork, ordinal) => fork.publish([{ ordinal }]).batch,
    );
    const third = new TestJournal(BOB).publish([{}]).batch;
    assert.ok(first && second);
    const ofAlice = { first, second };
    const ofBob = { first: third, second: third };
    for (const equivocation of [ofBob, ofAlice, ofBob]) {
      store.commit([{ kind: 'flagEquivocation', equivocation }], 'process');
    }
    assert.deepEqual(store.equivocations(null), [ofBob, ofAlice]);
    assert.deepEqual(store.equivocations(ALICE.publicKey), [ofAlice]);
    assert.deepEqual(store.equivocations(new Uint8Array(32)), []);
  });

  spec('the changes of a commit are made in their order', ({ store }) => {
    const contents = new TestJournal(ALICE).publish([{}]);
    const [batch, put] = arrivalOf(contents, CAST);
    assert.ok(batch !== undefined && put?.kind === 'putRecord');
    const remove: StoreChange = { kind: 'removeRecord', id: put.record.id };
    store.commit([remove, batch, put, remove], 'process');
    assert.equal(store.findRecord(put.record.id), null);
    store.commit([remove, batch, put, remove, put], 'process');
    assert.deepEqual(store.findRecord(put.record.id), put.record);
    assert.equal(store.totalUse().records, 1);
  });

  spec(
    'a commit that fails midway changes nothing, and the same changes work afterwards',
    (disk) => {
      const { store } = disk;
      const carol = testAuthor('carol');
      const cast = [...CAST, carol];
      const contents = new TestJournal(carol).publish([
        {
          type: hexBytes('ff'.repeat(16)),
          attributes: [{ name: 'rare', value: { kind: 'int', value: 1n } }],
        },
      ]);
      const changes = [carol.arrival, ...arrivalOf(contents, cast)];
      const lost = putOf(
        new TestJournal(ALICE, 9).publish([{}]),
        contents.entries[0] ?? never(),
        cast,
      );
      assert.throws(() => store.commit([...changes, lost], 'process'), BrokenInvariant);
      const id = contents.entries[0]?.id ?? never();
      const proveUnchanged = (one: RecordStore): void => {
        assert.equal(one.findRecord(id), null);
        assert.equal(one.findBatch(contents.batch.hash), null);
        assert.equal(one.findMember(carol.publicKey), null);
        assert.deepEqual(one.totalUse(), { records: 0, bytes: 0 });
      };
      proveUnchanged(store);
      const again = disk.reopen().store;
      proveUnchanged(again);
      assert.throws(() => again.commit([...changes, lost], 'process'), BrokenInvariant);
      proveUnchanged(again);
      again.commit(changes, 'process');
      assert.equal(again.findRecord(id)?.authorName, carol.name);
      assert.equal(again.findMember(carol.publicKey)?.member, carol.name);
      assert.equal(again.totalUse().records, 1);
    },
  );

  spec('what is given is not kept, and what is returned belongs to the caller', ({ store }) => {
    const journal = new TestJournal(ALICE);
    const contents = journal.publish([{ data: new Uint8Array(2_000) }]);
    const [entry] = contents.entries;
    assert.ok(entry);
    const expected = structuredClone(recordOf(contents, entry, nameOf));
    store.commit(arrivalOf(contents, CAST), 'process');
    entry.contentBytes.fill(0);
    entry.data?.fill(1);
    for (let time = 0; time < 2; time++) {
      const found = store.findRecord(expected.id);
      assert.deepEqual(found, expected);
      for (const bytes of [found?.author, found?.batch, found?.contentBytes, found?.hash]) {
        bytes?.fill(3);
      }
      assert.deepEqual(store.readData(expected.id), new Uint8Array(2_000));
      store.readData(expected.id)?.fill(4);
      store.lastBatch(expected.author, journal.journal)?.statement.author.fill(5);
      store.journal.fill(6);
    }
    assert.notDeepEqual(store.journal, new Uint8Array(8).fill(6));
  });

  spec('a store that is opened again has the same records, totals and journal', (disk) => {
    const { store } = disk;
    const { journal } = store;
    const record = publishOne(store, new TestJournal(ALICE), { data: new Uint8Array(9_000) });
    const use = store.totalUse();
    const again = disk.reopen().store;
    assert.deepEqual(again.journal, journal);
    assert.deepEqual(again.findRecord(record.id), record);
    assert.deepEqual(again.readData(record.id), new Uint8Array(9_000));
    assert.deepEqual(again.totalUse(), use);
    assert.deepEqual(again.use(ALICE.publicKey), use);
  });
}

/** What the records and their batches, each of its own, cost without detached data. */
function costOf(records: readonly { readonly contentBytes: Uint8Array }[]): number {
  return records.reduce((sum, { contentBytes }) => sum + contentBytes.length + 64 + 320 + 32, 0);
}

function never(): never {
  throw new WorldError('STORAGE_FAILED', 'unreachable');
}
