// Attack 32: a friend of Eve's removes her in a way that lets her go on: with a cutoff that she will never reach. What
// counts is listed by its hash, and nobody knows the hash of what is not yet said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { batchIn, CAST, keeper, kinds, newNote, sent } from '../support/record-club.ts';
import { removal } from '../support/removals.ts';

const { alice, carol, eve } = CAST;

test('a cutoff in the future lets nothing count that is not listed', () => {
  const author = keeper(eve);
  const kept = sent(batchIn(author.publish(newNote('before'))));
  const { journal } = kept.batch.statement;
  const cutoffs = [{ journal, sequence: Number.MAX_SAFE_INTEGER }];
  const said = removal([alice], eve, { kept: [kept], cutoffs });
  const later = ['next', 'and next'].map((text) => sent(batchIn(author.publish(newNote(text)))));
  const home = keeper(carol);
  home.hear(said);
  assert.deepEqual(kinds(home.take(kept)), ['accepted']);
  for (const batch of later) assert.deepEqual(kinds(home.take(batch)), ['MEMBERSHIP_REMOVED']);
  assert.equal(home.store.use(eve.person.publicKey).records, 1);
});

test('where it came before the removal did, it goes', () => {
  const author = keeper(eve);
  const batches = ['one', 'two'].map((text) => sent(batchIn(author.publish(newNote(text)))));
  const [kept] = batches;
  assert.ok(kept !== undefined);
  const { journal } = kept.batch.statement;
  const home = keeper(carol);
  for (const batch of batches) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
  const cutoffs = [{ journal, sequence: Number.MAX_SAFE_INTEGER }];
  home.hear(removal([alice], eve, { kept: [kept], cutoffs }));
  assert.equal(home.store.use(eve.person.publicKey).records, 1);
});
