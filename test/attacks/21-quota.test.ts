// Attack 21: one member publishes very many tiny records, to fill everybody's disk. Each member bounds
// what it stores in one's name and in all, by number and by bytes, and others are heard meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import {
  AMPLE,
  batchIn,
  CAST,
  craft,
  craftOne,
  deletion,
  HOUR_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  nextBy,
  only,
  sent,
  sentApart,
  versionBy,
} from '../support/record-club.ts';
import { draftOf } from '../support/record-samples.ts';

const { ann, mallory, bob, carol, eve } = CAST;
const EVE = eve.person.publicKey;
const QUOTAS = { ...AMPLE, recordsPerAuthorMax: 100, recordsMax: 250 };

function tiny(count: number, journal: number, firstOrdinal = 0) {
  const drafts = Array.from({ length: count }, (_, at) =>
    versionBy(eve, { ordinal: firstOrdinal + at }),
  );
  return craft(eve, drafts, { standing: { journal: new Uint8Array(8).fill(journal) } });
}

test('one member has so many records, in one batch, in many, and in many journals', () => {
  const home = keeper(carol, { quotas: QUOTAS });
  const verdicts = [
    ...kinds(home.take(sent(tiny(90, 1)))),
    ...sentApart(tiny(90, 2, 1_000)).flatMap((part) => kinds(home.take(part))),
    ...Array.from({ length: 30 }, (_, at) => kinds(home.take(tiny(1, 3 + at, 2_000 + at)))).flat(),
  ];
  assert.equal(verdicts.filter((kind) => kind === 'accepted').length, 100);
  assert.equal(verdicts.filter((kind) => kind === 'QUOTA_EXCEEDED').length, 110);
  assert.equal(home.store.use(EVE).records, 100);
  assert.deepEqual(kinds(home.take(sent(batchIn(keeper(bob).publish(newNote()))))), ['accepted']);
});

test('what is over makes room', () => {
  const home = keeper(carol, { quotas: QUOTAS });
  const drafts = Array.from({ length: 100 }, (_, ordinal) =>
    versionBy(eve, { ordinal, expiresAt: wallTimeOf(NOW + HOUR_MS) }),
  );
  home.take(sent(craft(eve, drafts)));
  assert.deepEqual(kinds(home.take(tiny(1, 9, 500))), ['QUOTA_EXCEEDED']);
  home.passTime(HOUR_MS);
  assert.deepEqual(kinds(home.take(tiny(1, 9, 500))), ['accepted']);
});

test('all together have so many records', () => {
  const home = keeper(carol, { quotas: { ...QUOTAS, recordsMax: 150 } });
  home.take(sent(tiny(100, 1)));
  const drafts = Array.from({ length: 60 }, (_, ordinal) => versionBy(bob, { ordinal }));
  const verdicts = kinds(home.take(sent(craft(bob, drafts))));
  assert.equal(verdicts.filter((kind) => kind === 'accepted').length, 50);
  assert.equal(home.store.totalUse().records, 150);
});

test('few large records are bounded by their bytes', () => {
  const home = keeper(carol, { quotas: { ...AMPLE, bytesPerAuthorMax: 100_000 } });
  for (let ordinal = 0; ordinal < 20; ordinal++) {
    const long = draftOf(new Uint8Array(30_000));
    const content = { ...versionBy(eve, { ordinal }).content, data: long.content.data };
    const standing = { journal: new Uint8Array(8).fill(1 + ordinal) };
    home.take(sent(craft(eve, [{ content, data: long.data }], { standing })));
  }
  assert.equal(home.store.use(EVE).records, 3);
  assert.ok(home.store.use(EVE).bytes <= 100_000);
});

test('a full quota does not keep anybody from deleting, nor from being deleted', () => {
  const home = keeper(carol, { quotas: { ...QUOTAS, recordsMax: 100 } });
  const batch = tiny(100, 1);
  home.take(sent(batch));
  for (const [at, author] of [eve, ann, mallory].entries()) {
    const entry = batch.entries[at];
    assert.ok(entry !== undefined);
    const gone = sent(nextBy(author, entry, { isDeleted: true }));
    assert.deepEqual(kinds(home.take(gone)), ['accepted']);
    assert.equal(home.book.find(entry.id, NOW), null);
  }
});

test('deletions of what never was, and the shadows under them, fill nobody’s disk', () => {
  const home = keeper(carol, { quotas: QUOTAS });
  const drafts = Array.from({ length: 200 }, (_, ordinal) => versionBy(eve, { ordinal }).content);
  const tombstones = drafts.map((content) => ({
    content: { ...content, version: 2, isDeleted: true },
    data: null,
  }));
  const half = QUOTAS.recordsPerAuthorMax;
  home.take(sent(craft(mallory, tombstones.slice(0, half))));
  home.take(sent(craft(ann, tombstones.slice(half))));
  assert.equal(home.store.totalUse().records, 200);
  // Eve brings the records to the deletions, which become shadows, as far as there is room.
  home.take(
    sent(
      craft(
        eve,
        drafts.map((content) => ({ content, data: null })),
      ),
    ),
  );
  assert.equal(home.store.use(EVE).records, 50);
  assert.equal(home.store.totalUse().records, 250);
});

test('what is replaced over and over costs no more than its statements', () => {
  const home = keeper(carol, { quotas: { ...AMPLE, bytesPerAuthorMax: 30_000 } });
  const [first] = craftOne(eve, {}).entries;
  assert.ok(first !== undefined);
  for (let version = 1; version <= 300; version++) {
    const standing = { journal: new Uint8Array(8).fill(version % 256) };
    home.take(sent(craftOne(eve, { version }, { standing })));
  }
  assert.ok(home.store.use(EVE).bytes < 31_000, `${home.store.use(EVE).bytes} bytes`);
});

test('nor what is deleted over and over', () => {
  const home = keeper(carol, { quotas: { ...AMPLE, bytesPerAuthorMax: 30_000 } });
  home.take(sent(craftOne(eve, {})));
  for (let version = 2; version <= 300; version++) {
    const standing = { journal: new Uint8Array(8).fill(version % 256) };
    home.take(sent(craftOne(eve, { version, isDeleted: true }, { standing })));
  }
  assert.ok(home.store.use(EVE).bytes < 31_000, `${home.store.use(EVE).bytes} bytes`);
});

test('the application is told the same for its own records', () => {
  const author = keeper(bob, { quotas: { ...AMPLE, recordsPerAuthorMax: 2 } });
  const { id } = only(author.publish(newNote()));
  assert.equal(author.refusal(newNote(), newNote()).code, 'QUOTA_EXCEEDED');
  author.publish(newNote());
  assert.equal(author.refusal(newNote()).code, 'QUOTA_EXCEEDED');
  author.publish(deletion(id));
});
