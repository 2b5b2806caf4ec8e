// Attack 16: a record from the future, to count more than all that is said until then. It waits, where
// nobody sees it, until it is 10 minutes ahead at most, and never counts before.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import {
  batchIn,
  CAST,
  craftOne,
  DAY_MS,
  HOUR_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  nextBy,
  only,
  sent,
  sentApart,
  viewOf,
} from '../support/record-club.ts';

const { ann, mallory, bob, carol, eve } = CAST;

test('a version of the future does not count before its time, at any moment until then', () => {
  const home = keeper(carol);
  const published = keeper(bob).publish(newNote('now'));
  home.take(sent(batchIn(published)));
  const note = only(published);
  const modifiedAt = wallTimeOf(NOW + 5 * HOUR_MS);
  const future = sent(nextBy(mallory, note, { modifiedAt, isDeleted: true }));
  assert.deepEqual(kinds(home.take(future)), ['deferred']);
  const dueMs = 5 * HOUR_MS - LIMITS.clockAheadMs;
  home.passTime(dueMs - 1);
  assert.deepEqual(home.store.findRecord(note.id)?.hash, note.hash);
  assert.deepEqual(kinds(home.take(future)), ['deferred'], 'the same when it is sent again');
  home.passTime(1);
  assert.equal(home.store.findRecord(note.id)?.content.isDeleted, true);
  assert.equal(home.book.waitingBatches, 0);
});

test('what was said meanwhile counts as it would have without', () => {
  const note = only(keeper(bob).publish(newNote('now')));
  const future = nextBy(mallory, note, { modifiedAt: wallTimeOf(NOW + HOUR_MS) });
  const now = nextBy(ann, note, { version: 3, modifiedAt: wallTimeOf(NOW + 1_000) });
  const views = [
    [future, now],
    [now, future],
  ].map((batches) => {
    const home = keeper(carol);
    for (const batch of batches.map((each) => sent(each))) {
      home.take(batch);
      home.passTime(30 * 60_000);
    }
    home.passTime(HOUR_MS);
    assert.equal(home.store.findRecord(note.id)?.content.version, 3);
    return viewOf(home.store, [note.id], home.now);
  });
  assert.deepEqual(views[0], views[1]);
});

test('a clock that is set back makes it wait again, and nothing is lost', () => {
  const home = keeper(carol);
  const batch = craftOne(eve, { createdAt: wallTimeOf(NOW + HOUR_MS) });
  home.take(sent(batch));
  home.now = wallTimeOf(NOW - DAY_MS);
  home.doWhatIsDue();
  assert.equal(home.book.waitingBatches, 1);
  home.now = wallTimeOf(NOW + HOUR_MS);
  home.doWhatIsDue();
  assert.equal(home.store.totalUse().records, 1);
});

test('a moment that never comes waits in its share of the room, and ends nothing', () => {
  const home = keeper(carol, { knows: [CAST.alice, eve] });
  const never = wallTimeOf(eve.membership.notAfter - 1);
  for (let ordinal = 0; ordinal < 200; ordinal++) {
    const batch = craftOne(eve, { createdAt: never, expiresAt: wallTimeOf(never + 1), ordinal });
    for (const part of sentApart(batch)) home.take(part, 'Eve');
  }
  assert.equal(home.book.waitingBatches, LIMITS.batchesWaitingPerNeighborMax);
  assert.equal(home.store.totalUse().records, 0);
});
