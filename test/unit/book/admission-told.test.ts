// What is told of the records that come in, and of batches with several (protocol.md §12.7): whoever
// only listens knows what can be seen.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RecordChange } from '../../../src/core/domain/records.ts';
import {
  batchIn,
  CAST,
  craft,
  craftOne,
  DAY_MS,
  deletion,
  idOf,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  nextBy,
  nextVersion,
  only,
  sent,
  versionBy,
} from '../../support/record-club.ts';

const { bob, carol, eve } = CAST;

function changesOf(told: readonly RecordChange[]): readonly string[] {
  return told.map(
    ({ kind, before, after }) =>
      `${kind} ${before?.content.version ?? '-'} ${after?.content.version ?? '-'}`,
  );
}

function bobsNote(text = 'chess at six') {
  const published = keeper(bob).publish(newNote(text));
  return { batch: batchIn(published), note: only(published) };
}

describe('what is told', () => {
  test('a record that is added, changed and deleted is told as that', () => {
    const [home, author] = [keeper(carol), keeper(bob)];
    const added = author.publish(newNote('one'));
    const { id } = only(added);
    const updated = author.publish(newText(id, 'two'));
    const deleted = author.publish(deletion(id));
    for (const published of [added, updated, deleted]) home.take(sent(batchIn(published)));
    assert.deepEqual(changesOf(home.takeTold()), ['added - 1', 'updated 1 2', 'deleted 2 -']);
    assert.equal(home.book.find(id, NOW), null);
  });

  test('of a version that counts less nothing is told, nor of one that is here', () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    home.take(nextBy(bob, note));
    home.takeTold();
    assert.deepEqual(kinds([...home.take(batch), ...home.take(sent(batch))]), [
      'superseded',
      'superseded',
    ]);
    home.take(nextBy(bob, note));
    assert.deepEqual(home.takeTold(), []);
  });

  test('of the deletion of a record that was never here nothing is told, and the record stays out', () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    assert.deepEqual(kinds(home.take(nextBy(bob, note, { isDeleted: true }))), ['accepted']);
    assert.deepEqual(kinds(home.take(batch)), ['superseded']);
    assert.deepEqual(home.takeTold(), []);
    assert.equal(home.store.findRecord(note.id)?.content.isDeleted, true);
  });

  test('a record that comes back after its deletion is told as added', () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    home.take(batch);
    home.take(nextBy(bob, note, { isDeleted: true }));
    home.takeTold();
    home.take(nextBy(bob, note, { version: 3 }));
    assert.deepEqual(changesOf(home.takeTold()), ['added - 3']);
  });

  test('a record that was over and not removed yet is told as updated by the version that lives on', () => {
    const home = keeper(carol);
    const short = craftOne(bob, { expiresAt: wallTimeOf(NOW + 1_000) });
    home.take(short);
    home.takeTold();
    home.now = wallTimeOf(NOW + 2_000);
    const [entry] = short.entries;
    assert.ok(entry !== undefined);
    home.take(nextBy(bob, entry, { expiresAt: wallTimeOf(NOW + 9_000) }));
    assert.deepEqual(changesOf(home.takeTold()), ['updated 1 2']);
  });
});

describe('one batch', () => {
  test('sees its own records one after the other', () => {
    const home = keeper(carol);
    const first = versionBy(bob, {});
    const batch = craft(bob, [
      first,
      nextVersion(first.content),
      nextVersion(first.content, { version: 3, isDeleted: true }),
      nextVersion(first.content),
    ]);
    assert.deepEqual(kinds(home.take(sent(batch))), [
      'accepted',
      'accepted',
      'accepted',
      'superseded',
    ]);
    assert.deepEqual(changesOf(home.takeTold()), ['added - 1', 'updated 1 2', 'deleted 2 -']);
    assert.equal(home.store.findRecord(idOf(first.content))?.content.version, 3);
  });

  test('has each of its records judged alone', () => {
    const home = keeper(carol);
    const { note } = bobsNote();
    const batch = craft(eve, [
      versionBy(eve, {}),
      versionBy(eve, { ordinal: 1, type: new Uint8Array(16) }),
      nextVersion(note.content),
      versionBy(eve, { ordinal: 2, createdAt: wallTimeOf(NOW + DAY_MS) }),
      versionBy(eve, { ordinal: 3 }),
    ]);
    assert.deepEqual(kinds(home.take(sent(batch))), [
      'accepted',
      'RECORD_INVALID',
      'NOT_AUTHORIZED',
      'deferred',
      'accepted',
    ]);
  });
});
