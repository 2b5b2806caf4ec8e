// Attack 12: a record is frozen, by a version so high or an expiration so far that nobody can follow.
// A version may be one higher for each millisecond, and no record outlives its creator's membership.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { lastExpiration } from '../../src/core/book/record-laws.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import {
  batchIn,
  brokenLaw,
  CAST,
  deletion,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  nextBy,
  only,
  sent,
} from '../support/record-club.ts';

const { mallory, bob, carol } = CAST;

test('the highest numbers there are cannot be reached', () => {
  const { content } = only(keeper(bob).publish(newNote()));
  const home = keeper(carol);
  for (const version of [2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 65_537]) {
    assert.equal(brokenLaw(home.take(sent(nextBy(mallory, { content }, { version })))), 'version');
  }
});

test('the highest version that can be reached is followed by its creator', () => {
  const [creator, witness] = [keeper(bob), keeper(carol)];
  const published = creator.publish(newNote('mine'));
  witness.take(sent(batchIn(published)));
  const { id } = only(published);
  for (let round = 0; round < 20; round++) {
    // Mallory's clock is as far ahead as is taken.
    const modifiedAt = wallTimeOf(creator.now + LIMITS.clockAheadMs);
    const version = LIMITS.versionsAhead + (modifiedAt - NOW);
    const frozen = sent(nextBy(mallory, only(published), { version, modifiedAt }));
    for (const home of [creator, witness]) assert.deepEqual(kinds(home.take(frozen)), ['accepted']);
    for (const home of [creator, witness]) home.passTime(2);
    const mine = creator.publish(newText(id, `mine, ${round}`));
    assert.deepEqual(kinds(witness.take(sent(batchIn(mine)))), ['accepted']);
    assert.deepEqual(witness.store.findRecord(id)?.author, bob.person.publicKey);
  }
  const gone = creator.publish(deletion(id));
  assert.deepEqual(kinds(witness.take(sent(batchIn(gone)))), ['accepted']);
});

test('the farthest expiration that is taken leaves the record to its creator', () => {
  const [creator, witness] = [keeper(bob), keeper(carol)];
  const published = creator.publish(newNote('mine'));
  witness.take(sent(batchIn(published)));
  const { id } = only(published);
  const last = lastExpiration(bob.membership);
  assert.ok(last < lastExpiration(mallory.membership));
  const farthest = nextBy(mallory, only(published), {
    version: 9,
    expiresAt: wallTimeOf(last + 1),
  });
  assert.deepEqual(kinds(creator.take(sent(farthest))), ['deferred']);
  const far = sent(nextBy(mallory, only(published), { version: 8, expiresAt: last }));
  for (const home of [creator, witness]) assert.deepEqual(kinds(home.take(far)), ['accepted']);
  for (const wish of [newText(id, 'mine again'), deletion(id)]) {
    assert.deepEqual(kinds(witness.take(sent(batchIn(creator.publish(wish))))), ['accepted']);
  }
});
