// Attack 24: a removed member gives a sequence below the cutoff once more, to another batch. The cutoff
// alone lets nothing count; the batch has to be listed by its hash.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import {
  batchIn,
  CAST,
  craft,
  keeper,
  kinds,
  newNote,
  sent,
  versionBy,
} from '../support/record-club.ts';
import { removal } from '../support/removals.ts';

const { alice, carol, eve } = CAST;
const EVE = eve.person.publicKey;

/** Three batches of Eve's journal, and one in place of the second. */
function journalOfEve() {
  const author = keeper(eve);
  const batches = ['one', 'two', 'three'].map((text) => {
    return sent(batchIn(author.publish(newNote(text))));
  });
  const [first, second] = batches;
  assert.ok(first !== undefined && second !== undefined);
  const { journal, firstSequence, previous } = second.batch.statement;
  const standing = { journal, firstSequence, previous };
  const forged = sent(craft(eve, [versionBy(eve, { ordinal: 99 })], { standing }));
  return { batches, forged };
}

function removalWith(kept: readonly BatchContents[], perPage?: number) {
  return removal([alice], eve, { kept, ...(perPage === undefined ? {} : { perPage }) });
}

test('a batch that takes a listed place is refused by whoever knows of the removal', () => {
  const { batches, forged } = journalOfEve();
  const home = keeper(carol);
  home.hear(removalWith(batches));
  assert.deepEqual(kinds(home.take(forged)), ['MEMBERSHIP_REMOVED']);
  for (const batch of batches) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
  assert.deepEqual(kinds(home.take(forged)), ['MEMBERSHIP_REMOVED']);
  assert.equal(home.store.use(EVE).records, 3);
});

test('where it came first, it gives way to those that are listed', () => {
  const { batches, forged } = journalOfEve();
  const home = keeper(carol);
  assert.deepEqual(kinds(home.take(forged)), ['accepted']);
  for (const batch of batches) home.take(batch);
  home.hear(removalWith(batches));
  assert.equal(home.store.use(EVE).records, 3);
  const forgedId = forged.entries[0]?.id ?? new Uint8Array(16);
  assert.equal(home.store.findRecord(forgedId), null);
});

test('while a page is missing, what may be on it waits; beyond the cutoff nothing waits', () => {
  const { batches, forged } = journalOfEve();
  const [first, second, third] = batches;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const said = removalWith([first, second], 1);
  const home = keeper(carol);
  home.hear({ ...said, pages: [] });
  assert.deepEqual(kinds(home.take(third)), ['MEMBERSHIP_REMOVED']);
  for (const batch of [first, second, forged])
    assert.deepEqual(kinds(home.take(batch)), ['deferred']);
  assert.equal(home.book.waitingBatches, 3);
  assert.equal(home.store.use(EVE).records, 0);
  for (const page of said.pages) home.hearPage(page);
  assert.equal(home.book.waitingBatches, 0);
  assert.equal(home.store.use(EVE).records, 2);
  assert.deepEqual(kinds(home.take(forged)), ['MEMBERSHIP_REMOVED']);
});

test('with the first of two pages what it lists comes in, and the rest goes on waiting', () => {
  const { batches, forged } = journalOfEve();
  const [first, second] = batches;
  assert.ok(first !== undefined && second !== undefined);
  const said = removalWith([first, second], 1);
  const home = keeper(carol);
  home.hear({ ...said, pages: [] });
  for (const batch of [first, second, forged]) home.take(batch);
  const [page] = said.pages;
  assert.ok(page !== undefined);
  home.hearPage(page);
  assert.equal(home.book.waitingBatches, 2);
  assert.equal(home.store.use(EVE).records, 1);
});
