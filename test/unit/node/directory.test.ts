// The memberships that are held in memory: that nobody can make them any number, whose a key is, and what
// of them others are offered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import { Directory } from '../../../src/core/node/directory.ts';
import { BOB_RENEWED, CAST, DAY_MS, NOW } from '../../support/record-club.ts';

const NOBODY_REMOVED = {
  removalOf: () => null,
  isChainListed: () => true,
  listedDigests: () => [],
};

test('no more memberships are held than can be listed to a neighbor', () => {
  const directory = new Directory(() => NOBODY_REMOVED);
  const { membership } = CAST.bob;
  for (let number = 0; number < LIMITS.syncMembershipsMax + 5; number++) {
    const chainDigest = new Uint8Array(32);
    new DataView(chainDigest.buffer).setUint32(0, number);
    directory.add({ ...membership, chainDigest });
  }
  assert.equal(directory.size, LIMITS.syncMembershipsMax);
});

const REMOVAL: Removal = {
  why: 'removed',
  statement: new Uint8Array(32),
  by: null,
  at: NOW,
  reason: '',
};

/** An evaluation in which these memberships do not live, and these are not offered. */
function evaluation() {
  const removed = new Set<Membership>();
  const unlisted = new Set<Membership>();
  const statement = new Uint8Array(32).fill(7);
  const directory = new Directory(() => ({
    removalOf: (membership) => (removed.has(membership) ? REMOVAL : null),
    isChainListed: (membership) => !unlisted.has(membership),
    listedDigests: () => [statement],
  }));
  return { directory, removed, unlisted, statement };
}

test('a key is that of a member while one of its memberships lives and has not ended', () => {
  const { directory, removed } = evaluation();
  const { membership } = CAST.bob;
  directory.add(membership);
  directory.add(BOB_RENEWED.membership);
  const { publicKey, member } = membership;
  const after = wallTimeOf(NOW + 100 * DAY_MS);
  assert.equal(directory.holderOf(publicKey, after)?.member, member, 'the later one counts');
  removed.add(BOB_RENEWED.membership);
  directory.securityChanged();
  assert.equal(directory.holderOf(publicKey, after), null, 'the other one has ended');
  assert.equal(directory.holderOf(publicKey, NOW)?.member, member);
  assert.equal(directory.isRemoved(member), false);
  removed.add(membership);
  directory.securityChanged();
  assert.equal(directory.holderOf(publicKey, NOW), null);
  assert.equal(directory.isRemoved(member), true);
  assert.equal(directory.isLiving(publicKey), false);
  assert.equal(
    directory.friendlyNameOf(member),
    membership.friendlyName,
    'it had a name all the same',
  );
});

test('somebody of whom nothing is known is nobody, and was not removed', () => {
  const { directory } = evaluation();
  const { publicKey, member } = CAST.eve.membership;
  assert.equal(directory.holderOf(publicKey, NOW), null);
  assert.equal(directory.isRemoved(member), false);
});

test('what ceases to be listed is not offered any more, and may be again', () => {
  const { directory, unlisted, statement } = evaluation();
  const { bob, carol } = CAST;
  directory.add(bob.membership);
  assert.deepEqual(directory.listed(), [bob.membership.chainDigest, statement]);
  directory.add(carol.membership);
  assert.equal(directory.listed().length, 3);
  unlisted.add(bob.membership);
  directory.securityChanged();
  assert.deepEqual(directory.listed(), [carol.membership.chainDigest, statement]);
  assert.ok(directory.chainOf(bob.membership.chainDigest) !== null, 'it is held all the same');
  unlisted.delete(bob.membership);
  directory.securityChanged();
  assert.equal(directory.listed().length, 3);
});
