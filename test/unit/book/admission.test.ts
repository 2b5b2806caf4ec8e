// The one door by which records come in (protocol.md §12.7): every verdict, what is stored with it and
// what is told of it, each where its condition is just met and just missed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { equalBytes } from '../../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { contradicts } from '../../../src/core/book/admission.ts';
import { lastExpiration } from '../../../src/core/book/record-laws.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { RecordChange } from '../../../src/core/domain/records.ts';
import {
  BOB_RENEWED,
  batchIn,
  brokenLaw,
  CAST,
  craft,
  craftOne,
  DAY_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  nextBy,
  only,
  sent,
  sentApart,
  versionBy,
} from '../../support/record-club.ts';
import { guid } from '../../support/record-samples.ts';

const { alice, ann, mallory, bob, carol, eve } = CAST;
const MINUTE_MS = 60_000;

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

describe('what a batch says of itself', () => {
  test('a batch under the membership of another is refused', () => {
    const home = keeper(carol);
    const batch = craftOne(bob, {}, { membership: alice.membership.chainDigest });
    assert.deepEqual(kinds(home.take(sent(batch))), ['RECORD_INVALID']);
    assert.equal(brokenLaw(home.take(batch)), 'author');
  });

  test('only the first batch of a journal has none before it', () => {
    const home = keeper(carol);
    const batch = craftOne(bob, {});
    const { statement } = batch.batch;
    const later = { ...statement, firstSequence: 2 };
    const linked = { ...statement, previous: new Uint8Array(32).fill(1) };
    for (const wrong of [later, linked]) {
      const forged = { ...batch, batch: { ...batch.batch, statement: wrong } };
      assert.equal(brokenLaw(home.take(forged)), 'beginning');
    }
    assert.deepEqual(kinds(home.take(batch)), ['accepted']);
  });

  test('until the membership is here all of a batch is deferred, and then judged', () => {
    const home = keeper(carol, { knows: [alice] });
    const { batch, note } = bobsNote();
    assert.deepEqual(kinds(home.take(sent(batch))), ['deferred']);
    assert.equal(home.book.waitingBatches, 1);
    assert.equal(home.store.findRecord(note.id), null);
    home.learn(ann);
    assert.equal(home.book.waitingBatches, 1);
    home.learn(bob);
    assert.equal(home.book.waitingBatches, 0);
    assert.deepEqual(home.store.findRecord(note.id)?.hash, note.hash);
    assert.deepEqual(changesOf(home.takeTold()), ['added - 1']);
  });

  test('a batch is stored with a record of it, and not without one', () => {
    const home = keeper(carol);
    const rubbish = craftOne(eve, { version: 2 ** 30 });
    assert.deepEqual(kinds(home.take(rubbish)), ['RECORD_INVALID']);
    assert.equal(home.store.findBatch(rubbish.batch.hash), null);
    const mixed = craft(eve, [
      versionBy(eve, { version: 2 ** 30 }),
      versionBy(eve, { ordinal: 1 }),
    ]);
    assert.deepEqual(kinds(home.take(sent(mixed))), ['RECORD_INVALID', 'accepted']);
    assert.deepEqual(home.store.findBatch(mixed.batch.hash)?.batch, mixed.batch);
  });

  test('records that come one by one end as those that come together', () => {
    const [apart, together] = [keeper(carol), keeper(carol)];
    const drafts = [0, 1, 2].map((ordinal) => versionBy(bob, { ordinal }));
    const batch = craft(bob, drafts);
    together.take(sent(batch));
    for (const part of [...sentApart(batch)].reverse()) {
      assert.deepEqual(kinds(apart.take(part)), ['accepted']);
    }
    for (const { id } of batch.entries) {
      assert.deepEqual(apart.store.findRecord(id), together.store.findRecord(id));
    }
    assert.equal(apart.store.findBatch(batch.batch.hash)?.leaves, null);
    apart.take(sent(batch));
    assert.equal(apart.store.findBatch(batch.batch.hash)?.leaves, null, 'nothing new in it');
  });

  test('a batch whose signature was dropped gets it back with its next record', () => {
    const home = keeper(carol);
    const journal = new Uint8Array(8).fill(1);
    const first = craftOne(bob, { ordinal: 9 }, { standing: { journal } });
    const second = { journal, firstSequence: 2, previous: first.batch.hash };
    const drafts = [versionBy(bob, {}), versionBy(bob, { ordinal: 1 })];
    const twice = craft(bob, drafts, { standing: second });
    const [early, late] = sentApart(twice);
    assert.ok(early !== undefined && late !== undefined);
    const last = { journal, firstSequence: 4, previous: twice.batch.hash };
    const replacing = craftOne(bob, { ordinal: 1, version: 2 }, { standing: last });
    for (const batch of [first, late, replacing]) home.take(batch);
    const { hash, signature } = twice.batch;
    assert.equal(home.store.findBatch(hash)?.batch.signature.length, 0);
    home.take(early);
    assert.deepEqual(home.store.findBatch(hash)?.batch.signature, signature);
  });
});

describe('what needs the present', () => {
  test('a record that is over is refused, one that ends next is taken', () => {
    const home = keeper(carol);
    const begun = wallTimeOf(NOW - MINUTE_MS);
    const over = craftOne(bob, { createdAt: begun, expiresAt: NOW });
    const ending = craftOne(bob, { createdAt: begun, expiresAt: wallTimeOf(NOW + 1) });
    assert.deepEqual(kinds(home.take(over)), ['RECORD_EXPIRED']);
    assert.deepEqual(kinds(home.take(ending)), ['accepted']);
  });

  test('a record of the future waits until it is at most 10 minutes ahead', () => {
    const home = keeper(carol);
    const ahead = wallTimeOf(NOW + LIMITS.clockAheadMs);
    assert.deepEqual(kinds(home.take(craftOne(bob, { createdAt: ahead }))), ['accepted']);
    const further = wallTimeOf(ahead + 1);
    const batch = craftOne(bob, { createdAt: further, ordinal: 1 });
    const verdicts = home.take(sent(batch));
    assert.deepEqual(verdicts, [{ kind: 'deferred', until: { kind: 'time', at: NOW + 1 } }]);
    home.passTime(MINUTE_MS - 1);
    assert.equal(home.store.findRecord(batch.entries[0]?.id ?? guid(0)), null);
    home.passTime(1);
    assert.deepEqual(home.store.findRecord(batch.entries[0]?.id ?? guid(0))?.content, {
      ...batch.entries[0]?.content,
    });
  });

  test('records of one batch that wait for different times take one place', () => {
    const home = keeper(carol);
    const drafts = Array.from({ length: 200 }, (_, ordinal) =>
      versionBy(bob, { ordinal, createdAt: wallTimeOf(NOW + LIMITS.clockAheadMs + ordinal) }),
    );
    const batch = craft(bob, drafts);
    const verdicts = kinds(home.take(sent(batch)));
    assert.equal(verdicts.filter((kind) => kind === 'accepted').length, 1);
    assert.equal(home.book.waitingBatches, 1);
    home.passTime(MINUTE_MS);
    assert.equal(home.book.waitingBatches, 0);
    assert.ok(batch.entries.every(({ id }) => home.store.findRecord(id) !== null));
  });

  test('what waits keeps nothing of the message that it came in', () => {
    const home = keeper(carol);
    const future = wallTimeOf(NOW + DAY_MS);
    const batch = craft(bob, [versionBy(bob, {}), versionBy(bob, { createdAt: future })]);
    const opened = sent(batch);
    const [, entry] = opened.entries;
    home.take(opened);
    entry?.contentBytes.fill(0xff);
    opened.batch.signature.fill(0xff);
    home.now = future;
    home.doWhatIsDue();
    assert.deepEqual(
      home.store.findRecord(batch.entries[1]?.id ?? guid(0))?.contentBytes,
      batch.entries[1]?.contentBytes,
    );
  });
});

describe('what an administrator makes of the record of another', () => {
  test('it waits until a membership of the creator is here', () => {
    const home = keeper(carol, { knows: [alice, ann] });
    const { note } = bobsNote();
    const verdicts = home.take(sent(nextBy(ann, note)));
    const until = { kind: 'member', publicKey: bob.membership.publicKey };
    assert.deepEqual(verdicts, [{ kind: 'deferred', until }]);
    home.learn(bob);
    assert.equal(home.store.findRecord(note.id)?.content.version, 2);
    assert.equal(home.store.findRecord(note.id)?.creatorName, bob.membership.member);
  });

  test('it lives as long as the creator may be a member, and waits for a membership that reaches further', () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    home.take(batch);
    const last = lastExpiration(bob.membership);
    const beyond = wallTimeOf(last + 1);
    assert.deepEqual(kinds(home.take(nextBy(mallory, note, { expiresAt: last }))), ['accepted']);
    const longer = nextBy(mallory, note, { version: 3, expiresAt: beyond });
    assert.deepEqual(kinds(home.take(sent(longer))), ['deferred']);
    home.learn(carol);
    assert.equal(home.store.findRecord(note.id)?.content.version, 2);
    home.learn(BOB_RENEWED);
    assert.equal(home.store.findRecord(note.id)?.content.expiresAt, beyond);
  });

  test('a deletion may outlive the membership of the administrator', () => {
    const home = keeper(carol);
    const far = lastExpiration(bob.membership);
    assert.ok(far > lastExpiration(ann.membership));
    const published = keeper(bob).publish(newNote('', { expiresAt: far }));
    home.take(batchIn(published));
    const tombstone = nextBy(ann, only(published), { isDeleted: true });
    assert.deepEqual(kinds(home.take(sent(tombstone))), ['accepted']);
    assert.equal(home.store.findRecord(only(published).id)?.content.isDeleted, true);
  });

  test("the creator's version is kept as a shadow, to its expiration or for one lease", () => {
    for (const days of [1, 60]) {
      const home = keeper(carol);
      const expiresAt = wallTimeOf(NOW + days * DAY_MS);
      const published = keeper(bob).publish(newNote('', { expiresAt }));
      home.take(batchIn(published));
      home.take(nextBy(ann, only(published)));
      const { id, hash } = only(published);
      assert.deepEqual(home.store.findShadow(id)?.hash, hash);
      home.now = wallTimeOf(NOW + Math.min(days, 28) * DAY_MS - 1);
      home.doWhatIsDue();
      assert.deepEqual(home.store.findShadow(id)?.hash, hash);
      home.now = wallTimeOf(home.now + 1);
      home.doWhatIsDue();
      assert.equal(home.store.findShadow(id), null);
    }
  });

  test("the creator's next version makes an end of the shadow", () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    home.take(batch);
    home.take(nextBy(ann, note));
    home.take(nextBy(bob, note, { version: 3 }));
    assert.equal(home.store.findShadow(note.id), null);
    assert.deepEqual(home.store.findRecord(note.id)?.author, bob.membership.publicKey);
  });

  test("a creator's version that comes late becomes the shadow when it counts more than the one there", () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    const second = nextBy(bob, note);
    home.take(nextBy(ann, note, { version: 3 }));
    assert.deepEqual(kinds(home.take(sent(batch))), ['superseded']);
    assert.deepEqual(home.store.findShadow(note.id)?.hash, note.hash);
    assert.deepEqual(kinds(home.take(second)), ['superseded']);
    assert.equal(home.store.findShadow(note.id)?.content.version, 2);
    assert.deepEqual(kinds(home.take(sent(batch))), ['superseded']);
    assert.equal(home.store.findShadow(note.id)?.content.version, 2);
  });

  test('in one batch too the late version that counts more becomes the shadow, whichever comes first', () => {
    for (const versions of [
      [1, 2],
      [2, 1],
    ]) {
      const home = keeper(carol);
      const drafts = versions.map((version) => versionBy(bob, { version }));
      const both = craft(bob, drafts);
      const [entry] = both.entries;
      assert.ok(entry !== undefined);
      home.take(nextBy(ann, entry, { version: 9 }));
      assert.deepEqual(kinds(home.take(sent(both))), ['superseded', 'superseded']);
      assert.equal(home.store.findShadow(entry.id)?.content.version, 2);
    }
  });

  test('one administrator after the other leaves the shadow as it is', () => {
    const home = keeper(carol);
    const { batch, note } = bobsNote();
    home.take(batch);
    home.take(nextBy(ann, note));
    home.take(nextBy(mallory, note, { version: 3 }));
    home.take(nextBy(alice, note, { version: 2 }));
    assert.deepEqual(home.store.findShadow(note.id)?.hash, note.hash);
  });
});

describe('contradictions', () => {
  const journal = new Uint8Array(8).fill(3);
  const first = craft(eve, [versionBy(eve, {}), versionBy(eve, { ordinal: 1 })], {
    standing: { journal },
  });
  const after = (firstSequence: number, previous: Uint8Array, ordinal = 9) =>
    craftOne(eve, { ordinal }, { standing: { journal, firstSequence, previous } });

  test('batches contradict each other when they overlap or are not linked', () => {
    const { hash } = first.batch;
    const other = new Uint8Array(32).fill(7);
    const cases: readonly (readonly [boolean, ReturnType<typeof craft>])[] = [
      [false, first],
      [false, after(3, hash)],
      [true, after(3, other)],
      [true, after(2, hash)],
      [false, after(4, other)],
      [true, craftOne(eve, { ordinal: 9 }, { standing: { journal } })],
    ];
    for (const [expected, { batch }] of cases) {
      assert.equal(contradicts(first.batch, batch), expected);
      assert.equal(contradicts(batch, first.batch), expected);
    }
  });

  test('a pair is kept once, in one order, whichever came first and how often', () => {
    const rival = after(2, first.batch.hash);
    const pairs = [
      [first, rival, first, rival],
      [rival, first, rival, first],
    ].map((batches) => {
      const home = keeper(carol);
      for (const batch of batches) home.take(sent(batch));
      return home.store.equivocations(eve.membership.publicKey);
    });
    assert.equal(pairs[0]?.length, 1);
    assert.deepEqual(pairs[0], pairs[1]);
    const [pair] = pairs[0] ?? [];
    assert.ok(pair !== undefined && !equalBytes(pair.first.hash, pair.second.hash));
  });
});
