// The key of a vault: what a passphrase costs, and what a foreign file may not demand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldRecord, Fields } from '../../../src/adapters/vault/fields.ts';
import { decodeVaultKey, unlockVaultKey, VaultKey } from '../../../src/adapters/vault/vault-key.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';

const secret = Uint8Array.of(1, 2, 3);

test('a key opens what it sealed, where it sealed it, and nowhere else', async () => {
  const [key, other] = [VaultKey.generate(), VaultKey.generate()];
  const sealed = key.seal(secret, 'a');
  assert.deepEqual(key.open(sealed, 'a'), secret);
  assert.throws(() => key.open(sealed, 'b'), MalformedBytes);
  assert.throws(() => other.open(sealed, 'a'), MalformedBytes);
  assert.notDeepEqual(key.seal(secret, 'a'), sealed);
  const kept = decodeVaultKey(new Fields(await key.encode(null)));
  assert.deepEqual((await unlockVaultKey(kept, null)).open(sealed, 'a'), secret);
});

test('a guess at a passphrase costs 128 MiB', async () => {
  const { cost, blockSize, parallelization } = await VaultKey.generate().encode('tea');
  assert.deepEqual([cost, blockSize, parallelization], [2 ** 17, 8, 1]);
});

test('a file that demands more than a gigabyte, or less than 16 MiB, is refused unread', () => {
  const fields = (change: FieldRecord): Fields =>
    new Fields({
      protection: 'scrypt',
      cost: 2 ** 17,
      blockSize: 8,
      parallelization: 1,
      salt: 'AAAAAAAAAAAAAAAAAAAAAA',
      sealedKey: {},
      ...change,
    });
  assert.equal(decodeVaultKey(fields({})).protection, 'scrypt');
  const refused: readonly FieldRecord[] = [
    { cost: 2 ** 21 },
    { cost: 2 ** 13 },
    { cost: 2 ** 17 + 1 },
    { cost: -1 },
    { cost: '131072' },
    { blockSize: 16 },
    { parallelization: 0 },
    { parallelization: 5 },
    { salt: 'AAAA' },
    { protection: 'rot13' },
  ];
  for (const change of refused) {
    assert.throws(() => decodeVaultKey(fields(change)), MalformedBytes, JSON.stringify(change));
  }
});
