// Attack 23: a removed member goes on publishing and says that it was long ago. Its own clock decides
// nothing: what counts is what the removal lists, by the hash of the batch.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import {
  batchIn,
  CAST,
  craft,
  DAY_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  only,
  sent,
  versionBy,
} from '../support/record-club.ts';
import { removal } from '../support/removals.ts';

const { alice, bob, carol, eve } = CAST;
const LONG_AGO = wallTimeOf(NOW - 20 * DAY_MS);

/** Eve published once, and was removed with that listed. What she says now is of long ago. */
function afterTheRemoval() {
  const author = keeper(eve);
  const first = author.publish(newNote('while she was a member'));
  const honest = sent(batchIn(first));
  const said = removal([alice], eve, { kept: [honest], reason: 'gone' });
  author.now = LONG_AGO;
  const late = sent(batchIn(author.publish(newNote('backdated'))));
  author.now = NOW;
  const change = sent(batchIn(author.publish(newText(only(first).id, 'backdated change'))));
  return { said, honest, late, change };
}

/** In a journal that nobody has heard of. */
function otherJournal() {
  const content = { createdAt: LONG_AGO, ordinal: 7, expiresAt: wallTimeOf(NOW + DAY_MS) };
  const journal = new Uint8Array(8).fill(77);
  return sent(craft(eve, [versionBy(eve, content)], { standing: { journal } }));
}

test('a record with an old time and a new sequence is refused by whoever knows of the removal', () => {
  const { said, honest, late, change } = afterTheRemoval();
  const home = keeper(carol);
  home.hear(said);
  assert.deepEqual(kinds(home.take(honest)), ['accepted'], 'what is listed still comes in');
  for (const batch of [late, change, otherJournal()]) {
    assert.deepEqual(kinds(home.take(batch)), ['MEMBERSHIP_REMOVED']);
  }
  assert.equal(home.store.use(eve.person.publicKey).records, 1);
  assert.deepEqual(home.store.equivocations(null), []);
});

test('where it came before the removal did, it goes, and what is listed stays', () => {
  const { said, honest, late, change } = afterTheRemoval();
  const home = keeper(carol);
  for (const batch of [honest, late, otherJournal()]) {
    assert.deepEqual(kinds(home.take(batch)), ['accepted']);
  }
  home.takeTold();
  home.hear(said);
  const told = home.takeTold();
  assert.deepEqual(
    told.map(({ kind, after }) => [kind, after]),
    [
      ['revoked', null],
      ['revoked', null],
    ],
  );
  assert.equal(home.store.use(eve.person.publicKey).records, 1);
  assert.deepEqual(kinds(home.take(change)), ['MEMBERSHIP_REMOVED']);
  const [entry] = honest.entries;
  assert.deepEqual(home.store.findRecord(entry?.id ?? new Uint8Array(16))?.hash, entry?.hash);
});

test('it does not come back by any door: not by sync, not by an import, not after opening again', () => {
  const { said, late } = afterTheRemoval();
  const home = keeper(carol);
  home.take(late);
  home.hear(said);
  for (const from of ['a neighbor', 'an import']) {
    assert.deepEqual(kinds(home.take(late, from)), ['MEMBERSHIP_REMOVED']);
  }
  const again = keeper(carol, { store: home.store.restarted() });
  assert.deepEqual(kinds(again.take(late)), ['MEMBERSHIP_REMOVED']);
  assert.equal(again.store.use(eve.person.publicKey).records, 0);
  assert.equal(again.book.waitingBatches, 0);
});

test('what the removed member made of a record of another is undone as well', () => {
  const owner = keeper(bob);
  const mine = owner.publish(newNote('of Bob'));
  const { mallory } = CAST;
  const administrator = keeper(mallory);
  administrator.take(sent(batchIn(mine)));
  administrator.now = wallTimeOf(NOW + 1);
  const vandalism = sent(batchIn(administrator.publish(newText(only(mine).id, 'of Mallory'))));
  const home = keeper(carol);
  home.now = administrator.now;
  for (const batch of [sent(batchIn(mine)), vandalism]) home.take(batch);
  home.hear(removal([alice], mallory));
  assert.deepEqual(home.store.findRecord(only(mine).id)?.hash, only(mine).hash);
});

test('the removed member itself publishes nothing any more, and signs nothing', () => {
  const author = keeper(eve);
  author.publish(newNote('before'));
  author.hear(removal([alice], eve, { reason: 'enough' }));
  const before = author.store.lastBatch(eve.person.publicKey, author.store.journal);
  const refusal = author.refusal(newNote('after'));
  assert.equal(refusal.code, 'MEMBERSHIP_REMOVED');
  assert.match(refusal.detail, /because: enough/);
  assert.deepEqual(author.store.lastBatch(eve.person.publicKey, author.store.journal), before);
  assert.deepEqual(author.book.refreshDue(author.now, 100, 1e9), []);
});
