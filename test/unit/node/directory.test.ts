// The memberships that are held in memory, and that nobody can make them any number.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { Directory } from '../../../src/core/node/directory.ts';
import { CAST } from '../../support/record-club.ts';

test('no more memberships are held than can be listed to a neighbor', () => {
  const directory = new Directory();
  const { membership } = CAST.bob;
  for (let number = 0; number < LIMITS.syncMembershipsMax + 5; number++) {
    const chainDigest = new Uint8Array(32);
    new DataView(chainDigest.buffer).setUint32(0, number);
    directory.add({ ...membership, chainDigest });
  }
  assert.equal(directory.size, LIMITS.syncMembershipsMax);
});
