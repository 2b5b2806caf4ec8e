// What every RecordStore keeps of security, and what it says of an author's batches: what a removal is
// planned by, and swept away by.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { compareBytes } from '../../src/core/base/bytes.ts';
import { hexText } from '../../src/core/base/hex.ts';
import type {
  CreatedPage,
  StoreChange,
  StoredSecurityItem,
  StoredVersions,
} from '../../src/core/ports/record-store.ts';
import { arrivalOf, TestJournal } from '../support/record-builder.ts';
import { batchesOf, createdBy } from './member-pages.ts';
import {
  ALICE,
  at,
  BOB,
  CAST,
  publishOne,
  type StoreMaker,
  type StoreOnDisk,
  storeOfTwo,
} from './record-store-kit.ts';

function item(byte: number, length = 40 * byte): StoredSecurityItem {
  const digest = new Uint8Array(32).fill(byte);
  const form = byte % 2 === 0 ? 'statement' : 'page';
  return { digest, form, bytes: new Uint8Array(length).fill(byte) };
}

function put(stored: StoredSecurityItem): StoreChange {
  return { kind: 'putSecurity', ...stored };
}

export function securityKit(storeName: string, make: StoreMaker): void {
  const spec = (sentence: string, prove: (disk: StoreOnDisk, t: TestContext) => void): void => {
    test(`${storeName}: ${sentence}`, async (t) => prove(await storeOfTwo(t, make), t));
  };

  spec('statements and pages come back as they were, also after opening again', (disk) => {
    const items = [item(7), item(2, 131_072), item(5, 0)];
    disk.store.commit(items.map(put), 'power');
    for (const open of [() => disk, () => disk.reopen()]) {
      const { store } = open();
      for (const one of items) assert.deepEqual(store.findSecurityItem(one.digest), one);
      assert.deepEqual(store.securityItems(null, 9), [item(2, 131_072), item(5, 0), item(7)]);
      assert.equal(store.findSecurityItem(new Uint8Array(32)), null);
    }
  });

  spec('they come page by page in the order of their digests', ({ store }) => {
    const items = [1, 2, 3, 4, 5].map((byte) => item(byte));
    store.commit(items.toReversed().map(put), 'process');
    assert.deepEqual(store.securityItems(null, 2), items.slice(0, 2));
    assert.deepEqual(store.securityItems(new Uint8Array(32).fill(2), 2), items.slice(2, 4));
    assert.deepEqual(store.securityItems(new Uint8Array(32).fill(4), 2), items.slice(4));
    assert.deepEqual(store.securityItems(new Uint8Array(32).fill(5), 2), []);
  });

  spec('one that is there stays as it is, and one that is removed is gone', ({ store }) => {
    store.commit([put(item(3)), put({ ...item(3), form: 'statement' })], 'process');
    store.commit([put({ ...item(3), bytes: new Uint8Array(1) })], 'process');
    assert.deepEqual(store.securityItems(null, 9), [item(3)]);
    store.commit([{ kind: 'removeSecurity', digest: item(3).digest }], 'process');
    assert.deepEqual(store.securityItems(null, 9), []);
    store.commit([{ kind: 'removeSecurity', digest: item(3).digest }, put(item(4))], 'process');
    assert.deepEqual(store.securityItems(null, 9), [item(4)]);
  });

  spec('what a commit that fails brought or took away of them is as it was', ({ store }) => {
    store.commit([put(item(1))], 'process');
    const contents = new TestJournal(ALICE).publish([{}]);
    const [, record] = arrivalOf(contents, CAST);
    assert.ok(record !== undefined);
    const changes: StoreChange[] = [
      put(item(2)),
      { kind: 'removeSecurity', digest: item(1).digest },
      record,
    ];
    assert.throws(() => store.commit(changes, 'process'), BrokenInvariant);
    assert.deepEqual(store.securityItems(null, 9), [item(1)]);
  });

  spec('what is given of them is a copy', ({ store }) => {
    const given = item(6);
    store.commit([put(given)], 'process');
    given.bytes.fill(0);
    for (const read of [store.findSecurityItem(given.digest), store.securityItems(null, 1)[0]]) {
      assert.deepEqual(read, item(6));
      read?.bytes.fill(1);
      read?.digest.fill(1);
    }
    assert.deepEqual(store.securityItems(null, 9), [item(6)]);
  });

  spec('the batches of an author come page by page in the order of their coming', ({ store }) => {
    const [one, two, other] = [
      new TestJournal(ALICE, 1),
      new TestJournal(ALICE, 2),
      new TestJournal(BOB),
    ];
    const ordinals = [1, 2, 3, 4, 5, 6, 7];
    const published = ordinals.map((ordinal) => {
      const journal = ordinal % 3 === 0 ? other : ordinal % 2 === 0 ? two : one;
      const contents = journal.publish([{ ordinal }]);
      store.commit(arrivalOf(contents, CAST), 'process');
      return contents.batch;
    });
    const ofAlice = published.filter((_, at) => (at + 1) % 3 !== 0).map(({ hash }) => hash);
    for (const max of [1, 2, 3, 100]) {
      assert.deepEqual(batchesOf(store, ALICE.publicKey, max), ofAlice);
      assert.equal(batchesOf(store, BOB.publicKey, max).length, 2);
    }
    assert.deepEqual(store.batchesOf(new Uint8Array(32), null, 5), { batches: [], next: null });
    const first = store.batchesOf(ALICE.publicKey, null, 1).batches[0];
    assert.deepEqual(first, published[0], 'whole');
  });

  spec('a batch of which no record is left is among them while its statement is there', (disk) => {
    const journal = new TestJournal(ALICE);
    const contents = [1, 2, 3].map((ordinal) => journal.publish([{ ordinal }]));
    for (const each of contents) disk.store.commit(arrivalOf(each, CAST), 'process');
    const middle = contents[1];
    const id = middle?.entries[0]?.id;
    assert.ok(middle !== undefined && id !== undefined);
    disk.store.commit([{ kind: 'removeRecord', id }], 'process');
    for (const open of [() => disk, () => disk.reopen()]) {
      const { store } = open();
      const { batches } = store.batchesOf(ALICE.publicKey, null, 9);
      assert.deepEqual(
        batches.map(({ hash }) => hash),
        contents.map(({ batch }) => batch.hash),
      );
      assert.equal(batches[1]?.signature.length, 0);
      assert.deepEqual(store.versionsIn(middle.batch.hash), { records: [], shadows: [] });
    }
  });

  spec('of a batch it is known which records stand in its versions, and which shadows', (disk) => {
    const { store } = disk;
    const [ofAlice, ofBob] = [new TestJournal(ALICE), new TestJournal(BOB)];
    const first = ofAlice.publish([1, 2, 3].map((ordinal) => ({ ordinal })));
    store.commit(arrivalOf(first, CAST), 'process');
    const ids = first.entries.map(({ id }) => id);
    const [one, two, three] = ids;
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    assert.deepEqual(store.versionsIn(first.batch.hash), { records: ids, shadows: [] });
    const creator = ALICE.publicKey;
    const next = ofBob.publish([{ ordinal: 2, creator, version: 2 }]);
    const keep = { kind: 'keepShadow', id: two, until: at(5_000) } as const;
    store.commit([keep, ...arrivalOf(next, CAST)], 'process');
    const left: StoredVersions = { records: [one, three], shadows: [two] };
    for (const open of [() => disk, () => disk.reopen()]) {
      const opened = open().store;
      assert.deepEqual(opened.versionsIn(first.batch.hash), left);
      assert.deepEqual(opened.versionsIn(next.batch.hash), { records: [two], shadows: [] });
      assert.deepEqual(opened.versionsIn(new Uint8Array(32)), { records: [], shadows: [] });
    }
  });

  spec('the chains of a member come by their digests, the one that ends last first', (disk) => {
    const { arrival } = ALICE;
    assert.ok(arrival.kind === 'putMembership');
    const chain = (byte: number, notAfter: number): StoreChange => {
      return { ...arrival, chainDigest: new Uint8Array(32).fill(byte), notAfter: at(notAfter) };
    };
    disk.store.commit(
      [chain(4, 1_000), chain(2, 3_000), chain(9, 1_000), chain(3, 2_000)],
      'process',
    );
    const own = hexText(arrival.chainDigest);
    for (const open of [() => disk, () => disk.reopen()]) {
      const { store } = open();
      const found = store.chainsOf(ALICE.publicKey).map(hexText);
      const bytes = found
        .filter((digest) => digest !== own)
        .map((digest) => Number(`0x${digest.slice(0, 2)}`));
      assert.deepEqual(bytes, [2, 3, 4, 9]);
      assert.equal(found.length, 5);
      assert.equal(store.chainsOf(BOB.publicKey).length, 1);
      assert.deepEqual(store.chainsOf(new Uint8Array(32)), []);
    }
  });

  spec('what a member created is found, whoever made the version that counts', (disk) => {
    const { store } = disk;
    const [ofAlice, ofBob] = [new TestJournal(ALICE), new TestJournal(BOB)];
    const ordinals = [1, 2, 3, 4, 5];
    const first = ofAlice.publish(ordinals.map((ordinal) => ({ ordinal })));
    store.commit(arrivalOf(first, CAST), 'process');
    const creator = ALICE.publicKey;
    const expiresAt = at(7_777);
    const next = ofBob.publish([{ ordinal: 2, creator, version: 2, expiresAt }, { ordinal: 9 }]);
    store.commit(arrivalOf(next, CAST), 'process');
    const ids = first.entries.map(({ id }) => id);
    for (const open of [() => disk, () => disk.reopen()]) {
      const opened = open().store;
      for (const max of [1, 2, 4, 5, 6]) {
        const found = createdBy(opened, creator, max);
        assert.deepEqual(
          found.map(({ id }) => id).toSorted(compareBytes),
          ids.toSorted(compareBytes),
        );
        const late = found.filter((each) => each.expiresAt === expiresAt);
        assert.deepEqual(
          late.map(({ id }) => id),
          [ids[1]],
        );
      }
      assert.equal(createdBy(opened, BOB.publicKey, 2).length, 1);
      assert.deepEqual(opened.createdBy(new Uint8Array(32), null, 5), { records: [], next: null });
    }
  });

  spec('pages of what a member created go on although what they had is gone', ({ store }) => {
    const contents = new TestJournal(ALICE).publish([1, 2, 3].map((ordinal) => ({ ordinal })));
    store.commit(arrivalOf(contents, CAST), 'process');
    const found: Uint8Array[] = [];
    for (let after: bigint | null = null; ; ) {
      const { records, next }: CreatedPage = store.createdBy(ALICE.publicKey, after, 1);
      for (const { id } of records) {
        found.push(id);
        store.commit([{ kind: 'removeRecord', id }], 'process');
      }
      if (next === null) break;
      after = next;
    }
    assert.equal(found.length, 3);
    assert.equal(store.totalUse().records, 0);
  });

  spec('a shadow that is restored stands in its batch again', ({ store }) => {
    const record = publishOne(store, new TestJournal(ALICE), {});
    const { id } = record;
    const next = new TestJournal(BOB).publish([{ creator: ALICE.publicKey, version: 2 }]);
    store.commit(
      [{ kind: 'keepShadow', id, until: at(5_000) }, ...arrivalOf(next, CAST)],
      'process',
    );
    store.commit([{ kind: 'restoreShadow', id, removeAt: at(9_000) }], 'process');
    assert.deepEqual(store.versionsIn(record.batch), { records: [id], shadows: [] });
    assert.deepEqual(store.versionsIn(next.batch.hash), { records: [], shadows: [] });
  });
}
