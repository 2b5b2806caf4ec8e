// What is carried to another machine, without a network: whose secret is newer, what is told of addresses, and
// the form of PEM.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressEntries } from '../../../src/api/address-memory.ts';
import type { GroupSecrets } from '../../../src/api/moving/group-config.ts';
import { isNewerSecret, mergedSecrets } from '../../../src/api/moving/merged-secrets.ts';
import { pemOf } from '../../../src/api/moving/pem.ts';
import { toldContacts } from '../../../src/api/told-contacts.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { parsePeerName } from '../../../src/core/domain/names.ts';

const NOW = wallTimeOf(100);

function secret(value: number): Uint8Array {
  return new Uint8Array(32).fill(value);
}

/** The present one, and each earlier one with the time of its end. */
function secrets(present: number, ...earlier: readonly [number, number][]): GroupSecrets {
  return {
    discoverySecret: secret(present),
    epoch: null,
    earlierSecrets: earlier.map(([value, at]) => ({
      secret: secret(value),
      replacedAt: wallTimeOf(at),
    })),
  };
}

test('the copy whose secret took its place later is the newer one', () => {
  assert.ok(isNewerSecret(secrets(2, [1, 50]), secrets(1)));
  assert.ok(!isNewerSecret(secrets(1), secrets(2, [1, 50])));
  assert.ok(isNewerSecret(secrets(3, [2, 60], [1, 50]), secrets(2, [1, 50])));
  assert.ok(!isNewerSecret(secrets(1), secrets(1)));
});

test('nothing that either copy knew is forgotten, and each is kept once', () => {
  const merged = mergedSecrets(secrets(3, [2, 60]), secrets(4, [2, 55], [1, 50]), NOW);
  assert.deepEqual(merged, secrets(3, [4, 100], [2, 60], [1, 50]));
  assert.deepEqual(mergedSecrets(secrets(1), secrets(1), NOW), secrets(1));
  assert.deepEqual(mergedSecrets(secrets(2), secrets(1, [2, 9]), NOW), secrets(2, [1, 100]));
});

test('of more than eight secrets the oldest are forgotten', () => {
  const many = [9, 8, 7, 6, 5, 4, 3, 2].map((value): [number, number] => [value, value]);
  const merged = mergedSecrets(secrets(10, ...many), secrets(1), NOW);
  assert.deepEqual(merged, secrets(10, [1, 100], ...many.slice(0, -1)));
});

test('the epoch goes with its secret', () => {
  const epoch = secret(99);
  const known = { ...secrets(1), epoch };
  assert.deepEqual(mergedSecrets(secrets(1), known, NOW).epoch, epoch);
  assert.deepEqual(mergedSecrets(known, secrets(2), NOW).epoch, epoch);
  assert.equal(mergedSecrets(secrets(2), known, NOW).epoch, null);
});

test('others are told of addresses that mean the same everywhere, ourselves first', () => {
  const [us, old, recent, nowhere] = ['a1', 'b2', 'c3', 'd4'].map((digits) =>
    parsePeerName(digits.repeat(20)),
  );
  assert.ok(us !== undefined && old !== undefined && recent !== undefined && nowhere !== undefined);
  const at = (host: string) => ({ host, port: 1, lastSuccessAt: null });
  const known: AddressEntries = [
    { member: old, addresses: [at('192.0.2.2'), at('fe80::1%eth0')] },
    { member: us, addresses: [at('192.0.2.9')] },
    { member: recent, addresses: [at('192.0.2.3')] },
    { member: nowhere, addresses: [at('fe80::2%eth0')] },
  ];
  const told = toldContacts({ member: us, addresses: [{ host: '192.0.2.1', port: 1 }] }, known, 3);
  const hosts = told.map(({ member, addresses }) => [member, addresses.map(({ host }) => host)]);
  assert.deepEqual(hosts, [
    [us, ['192.0.2.1', '192.0.2.9']],
    [recent, ['192.0.2.3']],
    [old, ['192.0.2.2']],
  ]);
  assert.equal(toldContacts({ member: us, addresses: [] }, known, 2).length, 2);
});

test('PEM has lines of 64 digits between its two marks', () => {
  const pem = pemOf([new Uint8Array(49), new Uint8Array(1)]);
  const [first = '', second = '', ...rest] = pem.split('-----END CERTIFICATE-----\n');
  assert.equal(first, `-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\nAA==\n`);
  assert.equal(second, '-----BEGIN CERTIFICATE-----\nAA==\n');
  assert.deepEqual(rest, ['']);
});
