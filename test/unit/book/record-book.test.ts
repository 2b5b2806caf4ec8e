// The records of a group at one member (protocol.md §12.7, §12.9): publications of one step, journals
// that go on, and what ends by itself.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RecordWish } from '../../../src/core/book/record-drafts.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  batchIn,
  CAST,
  craftOne,
  deletion,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  only,
  sent,
} from '../../support/record-club.ts';

const { alice, ann, bob, carol } = CAST;
const MINUTE_MS = 60_000;

describe('publishing', () => {
  test('makes one batch of all publications of a step, and each gets its records', () => {
    const author = keeper(bob);
    const { results, changes, told } = author.publishAll([
      [newNote('a'), newNote('b')],
      [],
      [newNote('c')],
    ]);
    assert.deepEqual(
      results.map((result) => result.ok && result.value.map(({ sequence }) => sequence)),
      [[1, 2], [], [3]],
    );
    assert.equal(changes.filter(({ kind }) => kind === 'putBatch').length, 1);
    assert.equal(told.length, 3);
  });

  test('is all or nothing for one caller, and leaves the others alone', () => {
    const author = keeper(bob);
    const { results } = author.publishAll([
      [newNote('a')],
      [newNote('b'), deletion(new Uint8Array(16))],
      [newNote('c')],
    ]);
    assert.deepEqual(
      results.map((result) => (result.ok ? result.value.length : result.refusal.code)),
      [1, 'RECORD_NOT_FOUND', 1],
    );
    assert.equal(author.store.totalUse().records, 2);
    const last = author.store.lastBatch(bob.person.publicKey, author.store.journal);
    assert.equal(last?.statement.count, 2);
  });

  test('of nothing changes nothing', () => {
    const { results, changes } = keeper(bob).publishAll([[deletion(new Uint8Array(16))]]);
    assert.equal(results[0]?.ok, false);
    assert.deepEqual(changes, []);
    assert.deepEqual(keeper(bob).publishAll([]).changes, []);
  });

  test('several wishes on one record follow each other, in one publication and over several', () => {
    const author = keeper(bob);
    const { id } = only(author.publish(newNote('a')));
    author.takeTold();
    const { results } = author.publishAll([
      [newText(id, 'b'), newText(id, 'c')],
      [newText(id, 'd'), deletion(id)],
      [newText(id, 'e')],
    ]);
    assert.deepEqual(
      results.map((result) =>
        result.ok ? result.value.map(({ content }) => content.version) : result.refusal.code,
      ),
      [[2, 3], [4, 5], 'RECORD_NOT_FOUND'],
    );
    assert.deepEqual(
      author.takeTold().map(({ kind }) => kind),
      ['updated', 'updated', 'updated', 'deleted'],
    );
  });

  test('what a refused publication did to a record is not seen by the next', () => {
    const author = keeper(bob);
    const { id } = only(author.publish(newNote('a')));
    const { results } = author.publishAll([[deletion(id), newText(id, 'x')], [newText(id, 'b')]]);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [false, true],
    );
    assert.equal(author.store.findRecord(id)?.content.version, 2);
  });

  test('records that are created in one moment have ids of their own', () => {
    const wishes = Array.from({ length: 300 }, () => newNote());
    const { records } = keeper(bob).publish(...wishes);
    assert.equal(new Set(records.map(({ id }) => String(id))).size, 300);
    assert.ok(records.every(({ content }) => content.createdAt === NOW));
  });

  test('more than 1,024 records become batches that follow each other', () => {
    const author = keeper(bob);
    author.publish(newNote('before'));
    const published = author.publish(...Array.from({ length: 2_050 }, () => newNote()));
    const after = batchIn(author.publish(newNote('after')));
    const statements = [...published.batches, after].map(({ batch }) => batch.statement);
    assert.deepEqual(
      statements.map(({ firstSequence, count }) => [firstSequence, count]),
      [
        [2, 1_024],
        [1_026, 1_024],
        [2_050, 2],
        [2_052, 1],
      ],
    );
    const hashes = published.batches.map(({ batch }) => batch.hash);
    assert.deepEqual(
      statements.slice(1).map(({ previous }) => previous),
      hashes,
    );
    const home = keeper(carol);
    for (const batch of published.batches) home.take(sent(batch));
    assert.equal(home.store.totalUse().records, 2_050);
    assert.deepEqual(home.store.equivocations(null), []);
  });

  test('goes on with the journal after a restart', () => {
    const author = keeper(bob);
    const first = batchIn(author.publish(newNote()));
    const again = keeper(bob, { store: author.store.restarted() });
    const second = batchIn(again.publish(newNote()));
    assert.deepEqual(second.batch.statement.previous, first.batch.hash);
    assert.equal(second.batch.statement.firstSequence, 2);
    assert.deepEqual(second.batch.statement.journal, first.batch.statement.journal);
  });

  test('what is published here is taken everywhere', () => {
    const author = keeper(ann);
    const homes = [keeper(bob), keeper(carol)];
    const first = author.publish(newNote('a'), newNote('b', { data: new Uint8Array(5_000) }));
    const [{ id } = { id: new Uint8Array(16) }] = first.records;
    const second = author.publish(newText(id, 'c'));
    for (const home of homes) {
      for (const { batches } of [second, first]) {
        for (const batch of batches) home.take(sent(batch));
      }
      for (const record of [...first.records.slice(1), ...second.records]) {
        assert.deepEqual(home.store.findRecord(record.id), author.store.findRecord(record.id));
        assert.deepEqual(home.store.readData(record.id), author.store.readData(record.id));
      }
    }
  });
});

describe('what ends by itself', () => {
  test('a record is gone at its expiration, and told to have expired once', () => {
    const author = keeper(bob);
    const expiresAt = wallTimeOf(NOW + 1_000);
    const { id } = only(author.publish(newNote('', { expiresAt })));
    assert.equal(author.book.nextDue(), expiresAt);
    assert.notEqual(author.book.find(id, wallTimeOf(expiresAt - 1)), null);
    assert.equal(author.book.find(id, expiresAt), null);
    author.takeTold();
    author.passTime(999);
    assert.deepEqual(author.takeTold(), []);
    author.passTime(1);
    assert.deepEqual(
      author.takeTold().map(({ kind, after }) => [kind, after]),
      [['expired', null]],
    );
    assert.equal(author.store.findRecord(id), null);
    assert.equal(author.book.nextDue(), null);
  });

  test('a tombstone stays 20 minutes longer, and nothing is told of its end', () => {
    const author = keeper(bob);
    const expiresAt = wallTimeOf(NOW + 1_000);
    const { id } = only(author.publish(newNote('', { expiresAt })));
    const tombstone = only(author.publish(deletion(id)));
    author.takeTold();
    const removeAt = tombstone.content.expiresAt + LIMITS.tombstoneGraceMs;
    assert.equal(author.book.nextDue(), removeAt);
    author.passTime(removeAt - 1 - NOW);
    assert.notEqual(author.store.findRecord(id), null);
    author.passTime(1);
    assert.equal(author.store.findRecord(id), null);
    assert.deepEqual(author.takeTold(), []);
  });

  test('what is due is done in steps of so many', () => {
    const author = keeper(bob);
    author.publish(
      ...Array.from({ length: 5 }, () => newNote('', { expiresAt: wallTimeOf(NOW + 1) })),
    );
    const step = author.book.removeDue(wallTimeOf(NOW + 1), 2);
    assert.equal(step.told.length, 2);
    assert.deepEqual(author.book.removeDue(NOW, 2), { changes: [], told: [] });
  });

  test('a refreshed record of ours is due at half of its time, others are not', () => {
    const author = keeper(bob);
    const lifeMs = LIMITS.refreshMsMin;
    const expiresAt = wallTimeOf(NOW + lifeMs);
    const { id } = only(author.publish(newNote('', { expiresAt, isRefreshed: true })));
    const theirs = { expiresAt, refreshMs: lifeMs };
    author.take(craftOne(carol, theirs));
    const half = wallTimeOf(NOW + lifeMs / 2);
    assert.equal(author.book.nextDue(), half);
    assert.deepEqual(author.book.refreshDue(wallTimeOf(half - 1), 9, 1_000_000), []);
    assert.deepEqual(author.book.refreshDue(half, 9, 1_000_000), [[{ kind: 'refresh', id }]]);
    author.now = half;
    author.publishAll(author.book.refreshDue(half, 9, 1_000_000));
    assert.deepEqual(author.book.refreshDue(half, 9, 1_000_000), []);
    assert.deepEqual(
      author.book.refreshDue(wallTimeOf(expiresAt + lifeMs), 9, 1_000_000),
      [],
      'over by then',
    );
  });

  test('a batch that waits for its time is due then', () => {
    const home = keeper(carol);
    const { clockAheadMs } = LIMITS;
    home.take(craftOne(bob, { createdAt: wallTimeOf(NOW + clockAheadMs + MINUTE_MS + 1) }));
    assert.equal(home.book.nextDue(), NOW + 2 * MINUTE_MS, 'at the next whole minute');
    home.take(craftOne(bob, { createdAt: wallTimeOf(NOW + clockAheadMs + MINUTE_MS) }));
    assert.equal(home.book.nextDue(), NOW + MINUTE_MS);
  });

  test('large records of ours are refreshed some at a time', () => {
    const author = keeper(bob);
    const lifeMs = LIMITS.refreshMsMin;
    const refreshed = { expiresAt: wallTimeOf(NOW + lifeMs), isRefreshed: true };
    for (const bytes of [30_000, 50_000, 500]) {
      author.publish(newNote('', { ...refreshed, data: new Uint8Array(bytes) }));
    }
    const half = wallTimeOf(NOW + lifeMs / 2);
    const counts = [0, 80_000, 90_000].map(
      (bytesMax) => author.book.refreshDue(half, 9, bytesMax).length,
    );
    assert.deepEqual(counts, [1, 1, 3]);
    assert.equal(author.book.refreshDue(half, 2, 90_000).length, 2);
  });

  test('what waits for a membership that nobody brings waits a minute', () => {
    const home = keeper(carol, { knows: [alice] });
    const note = craftOne(bob, {});
    home.take(note);
    const end = wallTimeOf(NOW + LIMITS.batchWaitsMsMax);
    assert.equal(home.book.nextDue(), end);
    assert.deepEqual(home.book.releaseDue(wallTimeOf(end - 1), 9, 1_000_000), []);
    assert.equal(home.book.waitingBatches, 1);
    assert.deepEqual(home.book.releaseDue(end, 9, 1_000_000), []);
    assert.equal(home.book.waitingBatches, 0);
    home.learn(bob);
    assert.deepEqual(kinds(home.take(note)), ['accepted'], 'when it comes again');
  });

  test('what could not be stored when it was released is due again at the time that is said', () => {
    const home = keeper(carol);
    home.take(craftOne(bob, { createdAt: wallTimeOf(NOW + LIMITS.clockAheadMs + 7) }), 'Eve');
    const due = wallTimeOf(NOW + MINUTE_MS);
    const released = home.book.releaseDue(due, 9, 1_000_000);
    assert.equal(released.length, 1);
    const later = wallTimeOf(due + 5_000);
    home.book.putBack(released, later);
    assert.deepEqual(home.book.releaseDue(wallTimeOf(later - 1), 9, 1_000_000), []);
    assert.deepEqual(home.book.releaseDue(later, 9, 1_000_000), released);
  });
});

test('a publication brings the data of its wishes, and those that its changes keep', () => {
  const author = keeper(bob);
  const data = new Uint8Array(5_000);
  const { id, contentBytes } = only(author.publish(newNote('', { data })));
  const change = newText(id, 'x');
  const bytes = (...wishes: RecordWish[]) => author.book.dataBytesOf(wishes);
  assert.equal(bytes(newNote('', { data }), newNote('abc')), 5_003);
  assert.equal(bytes(change), 5_000 + contentBytes.length);
  assert.equal(bytes({ kind: 'refresh', id }), 5_000 + contentBytes.length);
  const both = { attributes: undefined, data: new Uint8Array(7), expiresAt: undefined };
  assert.equal(bytes({ kind: 'update', id, ...both }), 7);
  assert.equal(bytes(deletion(id), newText(new Uint8Array(16), 'x')), 0);
});

test('deciding about a batch twice before it is stored gives the same answer', () => {
  const home = keeper(carol);
  const batch = batchIn(keeper(bob).publish(newNote()));
  home.store.failNextCommit(new Error('the disk is full'));
  assert.throws(() => home.take(sent(batch)), /the disk is full/);
  assert.deepEqual(kinds(home.take(sent(batch))), ['accepted']);
});
