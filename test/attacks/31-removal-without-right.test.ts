// Attack 31: somebody removes whom it may not: a plain member another one, administrators the creator, one of them
// another, a stranger anybody. It takes nothing away, and what nobody may say at all is not passed on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lives, peerOf, town } from '../support/security-town.ts';

test('a plain member removes nobody but itself, and whoever passes that on is to blame', () => {
  const { village, frank, grace } = town('unauthorised');
  const peer = peerOf(village);
  assert.deepEqual(peer.learnAll(village.revoke(frank, [grace])), ['unsound']);
  assert.deepEqual(lives(peer, frank), [true]);
  assert.deepEqual(peer.learnAll(village.revoke(grace, [grace])), ['stored']);
  assert.deepEqual(lives(peer, grace), [false]);
});

test('administrators do not remove the creator, nor one of them another', () => {
  const { village, alice, bob, carol, dave } = town('above');
  const peer = peerOf(village);
  peer.learnAll(village.revoke(alice, [bob, carol]), village.revoke(dave, [bob]));
  assert.deepEqual(lives(peer, alice, dave), [true, true]);
});

test('a key that is no member says nothing at all', () => {
  const { village, grace } = town('stranger');
  const peer = peerOf(village);
  const signer = village.crypto.signer('a stranger');
  for (const membership of [grace.membership, null]) {
    const removal = village.revoke(grace, [{ signer, membership }]);
    assert.deepEqual(peer.learnAll(removal), ['unsound']);
  }
  assert.deepEqual(lives(peer, grace), [true]);
  assert.deepEqual(peer.held(), []);
});
