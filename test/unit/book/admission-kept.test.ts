// What of the door to records has to do with memberships that were shortened, and with the memory that
// accepted records take (protocol.md §12.7).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lastExpiration } from '../../../src/core/book/record-laws.ts';
import type { GroupRecord } from '../../../src/core/domain/records.ts';
import {
  BOB_SHORTENED,
  batchIn,
  brokenLaw,
  CAST,
  craftOne,
  keeper,
  kinds,
  newNote,
  nextBy,
  only,
  sent,
} from '../../support/record-club.ts';

const { alice, bob, carol } = CAST;

describe('what is kept of an accepted record', () => {
  /** Of all that whoever keeps the record keeps. */
  function pinnedBytes({ content, ...record }: GroupRecord): number {
    const { data } = content;
    const own = [record.id, record.contentBytes, record.hash, record.author, record.batch];
    const told = [content.type, content.creator, data.kind === 'inline' ? data.bytes : data.digest];
    const buffers = new Set([...own, ...told].map(({ buffer }) => buffer));
    return [...buffers].reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }

  test('is not the message that it came in', () => {
    const home = keeper(carol);
    const published = keeper(bob).publish(
      newNote('small'),
      newNote('large', { data: new Uint8Array(1_000_000) }),
    );
    const opened = sent(batchIn(published));
    home.take(opened);
    const told = home.takeTold().map(({ after }) => after);
    assert.equal(told.length, 2);
    for (const record of told) {
      assert.ok(record !== null && pinnedBytes(record) < 20_000);
      assert.deepEqual(record, home.store.findRecord(record.id));
    }
    const [large] = opened.entries;
    assert.ok((large?.contentBytes.buffer.byteLength ?? 0) > 1_000_000, 'the message is large');
  });

  test('is a small message itself, which a copy would not make smaller', () => {
    const home = keeper(carol);
    const opened = sent(batchIn(keeper(bob).publish(newNote())));
    home.take(opened);
    const [told] = home.takeTold();
    assert.equal(told?.after?.contentBytes, opened.entries[0]?.contentBytes);
  });
});

describe('what a creator makes of its own record', () => {
  const far = lastExpiration(bob.membership);
  const published = keeper(bob).publish(newNote('', { expiresAt: far }));
  const note = only(published);

  test('keeps its end when the membership is a shorter one by now', () => {
    const home = keeper(carol);
    home.learn(BOB_SHORTENED);
    home.take(batchIn(published));
    const changed = nextBy(BOB_SHORTENED, note);
    assert.deepEqual(kinds(home.take(sent(changed))), ['accepted']);
    const gone = nextBy(BOB_SHORTENED, note, { version: 3, isDeleted: true });
    assert.deepEqual(kinds(home.take(sent(gone))), ['accepted']);
    assert.equal(home.store.findRecord(note.id)?.creatorName, bob.membership.member);
  });

  test('waits while the longer membership is not here', () => {
    const home = keeper(carol, { knows: [alice, BOB_SHORTENED] });
    const gone = nextBy(BOB_SHORTENED, note, { isDeleted: true });
    const until = { kind: 'member', publicKey: bob.membership.publicKey };
    assert.deepEqual(home.take(sent(gone)), [{ kind: 'deferred', until }]);
    home.learn(bob);
    assert.equal(home.store.findRecord(note.id)?.content.isDeleted, true);
  });

  test('begins under the membership of now', () => {
    const home = keeper(carol);
    home.learn(BOB_SHORTENED);
    const batch = craftOne(BOB_SHORTENED, { expiresAt: far });
    assert.equal(brokenLaw(home.take(sent(batch))), 'inside membership');
  });
});
