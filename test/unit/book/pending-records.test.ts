// Records as one step sees them, and the quotas (protocol.md §12.7, law "quota"): each figure where it
// is just kept and just not, what a replaced version frees, and that nobody is kept from deleting.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PendingRecords, type Quotas } from '../../../src/core/book/pending-records.ts';
import type { GroupRecord } from '../../../src/core/domain/records.ts';
import {
  AMPLE,
  batchIn,
  CAST,
  craft,
  craftOne,
  deletion,
  keeper,
  kinds,
  newNote,
  newText,
  nextBy,
  only,
  type Recorder,
  sent,
  versionBy,
} from '../../support/record-club.ts';
import { draftOf, someBytes } from '../../support/record-samples.ts';

const { ann, bob, carol, eve } = CAST;
/** What a batch of one record costs in the simulated store, and a record besides its content. */
const BATCH_BYTES = 256 + 64 + 32;
const RECORD_BYTES = 64;

function home(quotas: Partial<Quotas>) {
  return keeper(carol, { quotas: { ...AMPLE, ...quotas } });
}

/** One after the other, each under a journal of its own. */
function some(author: Recorder, count: number, firstOrdinal = 0) {
  return Array.from({ length: count }, (_, at) => {
    const ordinal = firstOrdinal + at;
    const standing = { journal: new Uint8Array(8).fill(ordinal + 1) };
    return craftOne(author, { ordinal }, { standing });
  });
}

function sizeOf({ contentBytes }: Pick<GroupRecord, 'contentBytes'>): number {
  return contentBytes.length;
}

describe('the number of records', () => {
  test('of one author is bounded, and that of another is not', () => {
    const { take } = bound(home({ recordsPerAuthorMax: 2 }));
    assert.deepEqual(some(eve, 3).flatMap(take), ['accepted', 'accepted', 'QUOTA_EXCEEDED']);
    assert.deepEqual(some(bob, 2).flatMap(take), ['accepted', 'accepted']);
  });

  test('of all is bounded', () => {
    const { take } = bound(home({ recordsMax: 3 }));
    const batches = [...some(eve, 2), ...some(bob, 1), ...some(carol, 1)];
    assert.deepEqual(batches.flatMap(take), ['accepted', 'accepted', 'accepted', 'QUOTA_EXCEEDED']);
  });

  test('is bounded within one batch too', () => {
    const drafts = [0, 1, 2, 3].map((ordinal) => versionBy(eve, { ordinal }));
    assert.deepEqual(kinds(home({ recordsPerAuthorMax: 3 }).take(sent(craft(eve, drafts)))), [
      'accepted',
      'accepted',
      'accepted',
      'QUOTA_EXCEEDED',
    ]);
  });
});

describe('the bytes', () => {
  test('of one author are bounded to the byte', () => {
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(batch !== undefined && entry !== undefined);
    assert.deepEqual(kinds(home({ bytesPerAuthorMax: sizeOf(entry) }).take(batch)), ['accepted']);
    assert.deepEqual(kinds(home({ bytesPerAuthorMax: sizeOf(entry) - 1 }).take(batch)), [
      'QUOTA_EXCEEDED',
    ]);
    assert.deepEqual(kinds(home({ bytesMax: sizeOf(entry) - 1 }).take(batch)), ['QUOTA_EXCEEDED']);
  });

  test('of what is stored count with their batches, and long data with their record', () => {
    const draft = draftOf(someBytes(5_000));
    const content = { ...versionBy(eve, {}).content, data: draft.content.data };
    const batch = craft(eve, [{ content, data: draft.data }]);
    const [entry] = batch.entries;
    const [next] = some(eve, 1, 7);
    const [more] = next?.entries ?? [];
    assert.ok(entry !== undefined && next !== undefined && more !== undefined);
    const stored = BATCH_BYTES + RECORD_BYTES + sizeOf(entry) + 5_000;
    const ample = home({ bytesPerAuthorMax: stored + sizeOf(more) });
    assert.deepEqual(kinds([...ample.take(batch), ...ample.take(next)]), ['accepted', 'accepted']);
    const tight = home({ bytesPerAuthorMax: stored + sizeOf(more) - 1 });
    assert.deepEqual(kinds([...tight.take(batch), ...tight.take(next)]), [
      'accepted',
      'QUOTA_EXCEEDED',
    ]);
  });
});

describe('what is replaced', () => {
  test('makes room for what replaces it', () => {
    const full = home({ recordsPerAuthorMax: 1, recordsMax: 1 });
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(batch !== undefined && entry !== undefined);
    full.take(batch);
    assert.deepEqual(kinds(full.take(nextBy(eve, entry))), ['accepted']);
  });

  test('by an administrator frees nothing, for it stays as a shadow', () => {
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(batch !== undefined && entry !== undefined);
    for (const [recordsMax, verdict] of [
      [2, 'accepted'],
      [1, 'QUOTA_EXCEEDED'],
    ] as const) {
      const full = home({ recordsMax });
      full.take(batch);
      assert.deepEqual(kinds(full.take(nextBy(ann, entry))), [verdict]);
    }
  });

  test('by the creator again frees what the administrator made and the shadow', () => {
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(batch !== undefined && entry !== undefined);
    const full = home({ recordsMax: 2, recordsPerAuthorMax: 1 });
    full.take(batch);
    full.take(nextBy(ann, entry));
    assert.equal(full.store.totalUse().records, 2);
    assert.deepEqual(kinds(full.take(nextBy(eve, entry, { version: 3 }))), ['accepted']);
    assert.equal(full.store.totalUse().records, 1);
  });
});

describe('a deletion', () => {
  test('is never refused for a quota', () => {
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(batch !== undefined && entry !== undefined);
    for (const author of [eve, ann]) {
      const exhausted = home({ recordsMax: 1, recordsPerAuthorMax: 1, bytesMax: 400 });
      exhausted.take(batch);
      const tombstone = nextBy(author, entry, { isDeleted: true });
      assert.deepEqual(kinds(exhausted.take(tombstone)), ['accepted']);
    }
  });

  test('of what is not here takes room like any record', () => {
    const [batch] = some(eve, 1);
    const [entry] = batch?.entries ?? [];
    assert.ok(entry !== undefined);
    const full = home({ recordsPerAuthorMax: 0 });
    assert.deepEqual(kinds(full.take(nextBy(eve, entry, { isDeleted: true }))), ['QUOTA_EXCEEDED']);
  });
});

test('a shadow that comes late takes room too, or does not stay', () => {
  const [batch] = some(eve, 1);
  const [entry] = batch?.entries ?? [];
  assert.ok(batch !== undefined && entry !== undefined);
  for (const recordsPerAuthorMax of [1, 0]) {
    const full = home({ recordsPerAuthorMax });
    if (recordsPerAuthorMax === 0) {
      const { store } = full;
      const ample = keeper(carol, { store });
      ample.take(nextBy(ann, entry));
    } else full.take(nextBy(ann, entry));
    assert.deepEqual(kinds(full.take(batch)), ['superseded']);
    assert.equal(full.store.findShadow(entry.id) !== null, recordsPerAuthorMax === 1);
  }
});

describe('what is published here', () => {
  test('is judged by the same quotas, one publication by itself', () => {
    const author = keeper(bob, { quotas: { ...AMPLE, recordsPerAuthorMax: 3 } });
    const wishes = [newNote('a'), newNote('b'), newNote('c'), newNote('d')];
    const [tooMany, fits, full] = author.publishAll([wishes, wishes.slice(1), [newNote()]]).results;
    assert.equal(tooMany?.ok === false && tooMany.refusal.code, 'QUOTA_EXCEEDED');
    assert.ok(fits?.ok);
    assert.equal(full?.ok === false && full.refusal.code, 'QUOTA_EXCEEDED');
    assert.equal(author.store.totalUse().records, 3);
    assert.equal(
      author.store.lastBatch(bob.person.publicKey, author.store.journal)?.statement.count,
      3,
    );
  });

  test('can be changed and deleted while the quota is exhausted', () => {
    const author = keeper(bob, { quotas: { ...AMPLE, recordsPerAuthorMax: 1 } });
    const { id } = only(author.publish(newNote('a')));
    author.publish(newText(id, 'b'), newText(id, 'c'));
    author.publish(deletion(id));
    assert.equal(author.refusal(newNote()).code, 'QUOTA_EXCEEDED');
  });
});

test('a step sees what it decided, and what is below for the rest', () => {
  const author = keeper(bob);
  const first = only(author.publish(newNote('a')));
  const long = author.publish(newNote('', { data: someBytes(2_000) }));
  const [second] = long.records;
  assert.ok(second !== undefined);
  const below = new PendingRecords(author.store);
  const step = new PendingRecords(below);
  const change = batchIn(keeper(bob).publish(newNote('other')));
  const [entry] = change.entries;
  assert.ok(entry !== undefined);
  const next = { ...first, ...entry, id: first.id };
  step.put(next, null);
  assert.equal(step.findRecord(first.id), next);
  assert.deepEqual(below.findRecord(first.id), author.store.findRecord(first.id));
  assert.deepEqual(step.readData(second.id), someBytes(2_000));
  assert.equal(step.readData(first.id), null);
  assert.equal(step.totalUse().records, 2);
  step.settleInto(below);
  assert.equal(below.findRecord(first.id), next);
  assert.deepEqual(below.use(bob.person.publicKey), step.use(bob.person.publicKey));
});

function bound(of: ReturnType<typeof home>) {
  return { take: (batch: Parameters<typeof of.take>[0]) => kinds(of.take(sent(batch))) };
}
