// Attack 15: records from before, after and beyond a membership. What a member says lies in the
// membership that the batch names, and nothing outlives every membership of its creator.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { lastExpiration } from '../../src/core/book/record-laws.ts';
import type { RecordContent } from '../../src/core/domain/records.ts';
import {
  BOB_RENEWED,
  BOB_SHORTENED,
  batchIn,
  brokenLaw,
  CAST,
  craftOne,
  DAY_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  nextBy,
  only,
  sent,
} from '../support/record-club.ts';

const { ann, mallory, bob, carol, eve } = CAST;
const LAST = lastExpiration(eve.membership);

test('a version from before or after the membership of its author is refused', () => {
  const begin = eve.membership.notBefore;
  const dates: readonly Partial<RecordContent>[] = [
    { createdAt: wallTimeOf(begin - 1), expiresAt: wallTimeOf(NOW + DAY_MS) },
    { createdAt: wallTimeOf(LAST + 1), expiresAt: wallTimeOf(LAST + 2) },
  ];
  const home = keeper(carol);
  for (const content of dates) {
    assert.equal(brokenLaw(home.take(sent(craftOne(eve, content)))), 'inside membership');
  }
  home.now = wallTimeOf(LAST + 1_000);
  const [, late] = dates;
  assert.equal(brokenLaw(home.take(sent(craftOne(eve, { ...late })))), 'inside membership');
});

test('a record does not outlive the membership that it was published under', () => {
  const home = keeper(carol);
  assert.deepEqual(kinds(home.take(sent(craftOne(eve, { expiresAt: LAST })))), ['accepted']);
  const expiresAt = wallTimeOf(LAST + 1);
  assert.equal(brokenLaw(home.take(sent(craftOne(eve, { expiresAt })))), 'inside membership');
  const later = home.take(sent(craftOne(eve, { version: 2, expiresAt })));
  assert.deepEqual(kinds(later), ['deferred'], 'no membership of hers reaches so far');
});

test('a longer membership helps when the batch names it', () => {
  const home = keeper(carol);
  home.learn(BOB_RENEWED);
  const expiresAt = lastExpiration(BOB_RENEWED.membership);
  assert.equal(brokenLaw(home.take(sent(craftOne(bob, { expiresAt })))), 'inside membership');
  assert.deepEqual(kinds(home.take(sent(craftOne(BOB_RENEWED, { expiresAt })))), ['accepted']);
});

test('who comes back for a shorter time does not create for longer, only changes what was created', () => {
  const home = keeper(carol);
  home.learn(BOB_SHORTENED);
  const last = lastExpiration(bob.membership);
  const long = craftOne(BOB_SHORTENED, { expiresAt: last });
  assert.equal(brokenLaw(home.take(sent(long))), 'inside membership');
  const published = keeper(bob).publish(newNote('', { expiresAt: last }));
  home.take(sent(batchIn(published)));
  const gone = nextBy(BOB_SHORTENED, only(published), { isDeleted: true });
  assert.deepEqual(kinds(home.take(sent(gone))), ['accepted']);
  const beyond = { version: 3, isDeleted: true, expiresAt: wallTimeOf(last + 1) };
  assert.deepEqual(kinds(home.take(sent(nextBy(BOB_SHORTENED, only(published), beyond)))), [
    'deferred',
  ]);
});

test("an administrator deletes for longer than the own membership, not for longer than the creator's", () => {
  const home = keeper(carol);
  const far = lastExpiration(bob.membership);
  const published = keeper(bob).publish(newNote('', { expiresAt: far }));
  home.take(sent(batchIn(published)));
  const note = only(published);
  const gone = sent(nextBy(ann, note, { isDeleted: true }));
  assert.deepEqual(kinds(home.take(gone)), ['accepted']);
  home.now = wallTimeOf(lastExpiration(ann.membership) + DAY_MS);
  home.doWhatIsDue();
  assert.deepEqual(kinds(home.take(sent(batchIn(published)))), ['superseded'], 'still deleted');
  const beyond = { version: 3, isDeleted: true, expiresAt: wallTimeOf(far + 1) };
  assert.deepEqual(kinds(home.take(sent(nextBy(mallory, note, beyond)))), ['deferred']);
});

test('an administrator whose membership is over changes nothing any more', () => {
  const home = keeper(carol);
  const over = wallTimeOf(lastExpiration(ann.membership) + 1);
  const published = keeper(bob).publish(newNote());
  home.take(sent(batchIn(published)));
  home.now = wallTimeOf(over + DAY_MS);
  const batch = nextBy(ann, only(published), { modifiedAt: over });
  assert.equal(brokenLaw(home.take(sent(batch))), 'inside membership');
});
