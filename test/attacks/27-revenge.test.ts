// Attack 27: an administrator is removed, and removes whoever did it, or others, at the same time or with a date
// of before. What stands above decides first, and whom it struck off says nothing any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lives, peerOf, town } from '../support/security-town.ts';

test('whoever was removed by somebody above cannot strike back, however early it says so', () => {
  const { village, alice, bob, carol, dave } = town('strike back');
  for (const isFirst of [true, false]) {
    const peer = peerOf(village);
    const removal = village.revoke(bob, [alice]);
    const revenge = village.revoke(dave, [bob, carol]);
    const kinds = peer.learnAll(...(isFirst ? [revenge, removal] : [removal, revenge]));
    assert.deepEqual(kinds, ['stored', 'stored']);
    assert.deepEqual(lives(peer, bob, carol, dave), [false, true, true]);
  }
});

test('nor does it remove the one who removed it, though its word be the older one', () => {
  const { village, alice, bob, carol } = town('creator');
  const revenge = village.revoke(alice, [bob, carol]);
  const removal = village.revoke(bob, [alice]);
  const peer = peerOf(village);
  peer.learnAll(revenge, removal);
  assert.deepEqual(lives(peer, alice, bob, carol), [true, false, true]);
});

test('whom a removed one took away is back, at those who heard of that first as well', () => {
  const { village, alice, bob, grace } = town('undone');
  const peer = peerOf(village);
  peer.learnAll(village.revoke(grace, [bob]));
  assert.deepEqual(lives(peer, grace), [false]);
  peer.learnAll(village.revoke(bob, [alice]));
  assert.deepEqual(lives(peer, bob, grace), [false, true]);
});
