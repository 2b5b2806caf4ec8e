// What a comparison takes from the disk when the disk fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { Directory } from '../../../src/core/node/directory.ts';
import { recordSource } from '../../../src/core/node/record-source.ts';
import { SecurityState } from '../../../src/core/security/security-state.ts';
import { CAST, newStore } from '../../support/record-club.ts';
import { DISK_FULL, WatchedStore } from '../../support/record-office.ts';

test('a record that cannot be read is left out, and those before and behind it are given', () => {
  const store = new WatchedStore(newStore(CAST.bob).journal);
  const asked: number[] = [];
  const failing = 5;
  store.bundlesOf = (ids) => {
    const numbers = ids.map(([number = 0]) => number);
    if (numbers.includes(failing)) throw DISK_FULL;
    asked.push(...numbers);
    return { bundles: [], taken: ids.length };
  };
  const security = () => SecurityState.empty(CAST.bob.membership.group, nodeCrypto);
  const source = recordSource({ store, directory: new Directory(security), security });
  let left = Array.from({ length: 12 }, (_, number) => Uint8Array.of(number));
  while (left.length > 0) {
    const { taken } = source.bundlesOf(left, 1_000);
    assert.ok(taken > 0);
    left = left.slice(taken);
  }
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
});
