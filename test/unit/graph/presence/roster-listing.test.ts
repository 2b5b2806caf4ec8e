// Whether our node is on the list: at once while there is room, and otherwise after a random time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf } from '../../../../src/core/base/time.ts';
import { Dice } from '../../../../src/core/graph/overlay/dice.ts';
import { LISTED_MAX, RosterListing } from '../../../../src/core/graph/presence/roster-listing.ts';
import { FuzzSource } from '../../../support/fuzzing.ts';

function listing(seed = 1): RosterListing {
  const source = new FuzzSource(seed);
  return new RosterListing(new Dice({ bytes: (length) => source.bytes(length) }));
}

test('half a second after the first neighbor it is on the list, when there is room', () => {
  const own = listing();
  assert.equal(own.review(0, instantOf(0)), null);
  assert.equal(own.review(LISTED_MAX - 1, instantOf(499)), null);
  assert.equal(own.review(LISTED_MAX - 1, instantOf(500)), 'list');
  assert.ok(own.isListed);
});

test('up to ten too many stay, and more withdraw after 30 to 180 seconds', () => {
  for (let seed = 0; seed < 50; seed++) {
    const own = listing(seed);
    own.review(0, instantOf(0));
    own.review(0, instantOf(500));
    assert.equal(own.review(LISTED_MAX + 9, instantOf(501)), null);
    assert.equal(own.nextDeadline(), null);
    own.review(LISTED_MAX + 10, instantOf(1_000));
    const dueAt = own.nextDeadline() ?? instantOf(0);
    assert.ok(dueAt >= 31_000 && dueAt <= 181_000, `${dueAt}`);
    assert.equal(own.review(LISTED_MAX + 10, dueAt), 'withdraw');
  }
});

test('who sees that others have withdrawn stays', () => {
  const own = listing();
  own.review(0, instantOf(0));
  own.review(0, instantOf(500));
  own.review(LISTED_MAX + 50, instantOf(1_000));
  assert.equal(own.review(LISTED_MAX, instantOf(20_000)), null);
  assert.equal(own.review(LISTED_MAX, instantOf(400_000)), null);
  assert.ok(own.isListed);
});

test('who found the list full comes when there is room, after 30 to 180 seconds', () => {
  const own = listing();
  own.review(0, instantOf(0));
  assert.equal(own.review(LISTED_MAX, instantOf(500)), null);
  assert.equal(own.nextDeadline(), null);
  assert.equal(own.review(LISTED_MAX - 1, instantOf(1_000)), null);
  assert.equal(own.review(LISTED_MAX - 1, instantOf(30_000)), null);
  assert.equal(own.review(LISTED_MAX - 1, instantOf(181_000)), 'list');
});
