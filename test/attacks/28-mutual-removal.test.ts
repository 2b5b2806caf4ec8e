// Attack 28: administrators remove each other two by two, each pair hoping that its word comes first. There is no
// first: both count, everywhere, and the creator can bring people back under new keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lives, peerOf, town } from '../support/security-town.ts';

test('pairs that remove each other are all out, whichever word came first', () => {
  const { village, bob, carol, dave } = town('mutual');
  const heidi = village.member('heidi', 'administrator');
  const words = [village.revoke(dave, [bob, carol]), village.revoke(bob, [dave, heidi])];
  for (const order of [words, words.toReversed()]) {
    const peer = peerOf(village);
    peer.learnAll(...order);
    assert.deepEqual(lives(peer, bob, carol, dave, heidi), [false, true, false, true]);
    assert.deepEqual(
      peer.state.revocations().map(({ counts }) => counts),
      [true, true],
    );
  }
});

test('two pairs that name all four of each other leave none of them', () => {
  const { village, alice, bob, carol, dave } = town('four');
  const heidi = village.member('heidi', 'administrator');
  const [ours, theirs] = [
    [bob, carol],
    [dave, heidi],
  ];
  const words = [
    ...theirs.map((each) => village.revoke(each, ours)),
    ...ours.map((each) => village.revoke(each, theirs)),
  ];
  const peer = peerOf(village);
  peer.learnAll(...words);
  assert.deepEqual(lives(peer, ...ours, ...theirs, alice), [false, false, false, false, true]);
});
