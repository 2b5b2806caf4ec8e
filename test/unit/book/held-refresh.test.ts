// Refreshing that is held (protocol.md §12.9): nothing is refreshed and nothing is due for it, until it goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { AMPLE, CAST, Keeper, NOW, newBook, newNote, newStore } from '../../support/record-club.ts';

test('a refresh that is held is not due, and is when it goes on', () => {
  const { bob } = CAST;
  const store = newStore(bob);
  const author = new Keeper(bob, store);
  const expiresAt = wallTimeOf(NOW + LIMITS.refreshMsMin);
  author.publish(newNote('', { expiresAt, isRefreshed: true }));
  const half = wallTimeOf(NOW + LIMITS.refreshMsMin / 2);
  let isHeld = true;
  const book = newBook(bob, store, AMPLE, () => isHeld);
  assert.equal(book.nextDue(), expiresAt);
  assert.deepEqual(book.refreshDue(half, 9, 1_000_000), []);
  isHeld = false;
  assert.equal(book.nextDue(), half);
  assert.equal(book.refreshDue(half, 9, 1_000_000).length, 1);
});
