// Attack 20: a deleted record comes back once its tombstone is gone. What is over is not taken, and the
// tombstone stays for a lease at least, and for 20 minutes more, twice what two clocks may differ.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import {
  batchIn,
  CAST,
  DAY_MS,
  deletion,
  HOUR_MS,
  keeper,
  NOW,
  newNote,
  only,
  postponed,
  sent,
} from '../support/record-club.ts';

const { ann, bob, carol, eve } = CAST;
const MINUTE_MS = 60_000;
const END = wallTimeOf(NOW + HOUR_MS);
/** Further away than a lease, so that the tombstone ends together with what it hides. */
const LATE_END = wallTimeOf(NOW + 30 * DAY_MS);

/** A note of Bob and its deletion by Ann, as both travel. */
function deletedNote(end = END) {
  const [author, administrator] = [keeper(bob), keeper(ann)];
  const published = author.publish(newNote('gone', { expiresAt: end }));
  const note = sent(batchIn(published));
  administrator.take(note);
  const tombstone = sent(batchIn(administrator.publish(deletion(only(published).id))));
  return { note, tombstone, id: only(published).id };
}

for (const aheadMs of [-10 * MINUTE_MS, 0, 10 * MINUTE_MS]) {
  test(`the record does not come back where the clock is ${aheadMs / MINUTE_MS} minutes ahead`, () => {
    const { note, tombstone, id } = deletedNote();
    const home = keeper(carol);
    home.now = wallTimeOf(NOW + aheadMs);
    home.take(note);
    home.take(tombstone);
    home.takeTold();
    for (let minute = 0; minute < 120; minute++) {
      home.passTime(MINUTE_MS);
      home.take(note, 'Eve');
      assert.equal(home.book.find(id, home.now), null, `minute ${minute}`);
    }
    for (let day = 0; day < 40; day++) {
      home.passTime(DAY_MS);
      home.take(note, 'Eve');
      assert.equal(home.book.find(id, home.now), null, `day ${day}`);
    }
    assert.deepEqual(home.takeTold(), []);
    assert.equal(home.store.findRecord(id), null, 'nothing is kept for ever');
    assert.equal(home.store.findShadow(id), null);
  });
}

test('two members whose clocks differ by 20 minutes do not bring it back to each other', () => {
  const { note, tombstone, id } = deletedNote();
  const [early, late] = [keeper(carol), keeper(eve)];
  early.now = wallTimeOf(NOW - 10 * MINUTE_MS);
  late.now = wallTimeOf(NOW + 10 * MINUTE_MS);
  for (const home of [early, late]) home.take(note);
  late.take(tombstone);
  for (let minute = 0; minute < 120; minute++) {
    // As long as one has the tombstone the other gets it, and as long as one sees the note it sends it.
    for (const [from, to] of [
      [late, early],
      [early, late],
    ] as const) {
      const stored = from.store.findRecord(id);
      if (stored !== null) to.take(stored.content.isDeleted ? tombstone : note);
    }
    assert.equal(early.book.find(id, early.now), null);
    assert.equal(late.book.find(id, late.now), null);
    for (const home of [early, late]) home.passTime(MINUTE_MS);
  }
});

test('the tombstone outlasts the record for a member whose clock is as far behind as is taken', () => {
  const { note, tombstone, id } = deletedNote(LATE_END);
  assert.equal(tombstone.entries[0]?.content.expiresAt, LATE_END);
  const home = keeper(carol);
  home.take(note);
  home.take(tombstone);
  home.now = wallTimeOf(LATE_END + LIMITS.tombstoneGraceMs - 1);
  home.doWhatIsDue();
  // The clock was wrong, and is set back by the most that two clocks may differ.
  home.now = wallTimeOf(LATE_END - 1);
  home.take(note);
  assert.equal(home.book.find(id, home.now), null);
});

test('a tombstone that is over is not taken any more, and leaves nothing behind', () => {
  const { tombstone, id } = deletedNote();
  const home = keeper(carol);
  home.now = wallTimeOf((tombstone.entries[0]?.content.expiresAt ?? 0) + 1);
  home.take(tombstone);
  assert.equal(home.store.findRecord(id), null);
  assert.equal(home.store.findBatch(tombstone.batch.hash), null);
});

test('a version that puts the end off where nobody hears of the deletion does not come back', () => {
  const { note, tombstone, id } = deletedNote();
  const [away, home] = [keeper(bob), keeper(carol)];
  away.take(note);
  const longer = sent(batchIn(away.publish(postponed(id, NOW + 20 * DAY_MS))));
  home.take(tombstone);
  home.passTime(10 * DAY_MS);
  home.take(longer, 'Bob');
  assert.equal(home.book.find(id, home.now), null);
});
