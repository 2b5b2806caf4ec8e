// The small parts that the judges stand on: dates as text, what is remembered, and the codecs of
// chains and addresses.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { hexBytes } from '../../../src/core/base/hex.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { Address } from '../../../src/core/domain/addresses.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { RecentlySound } from '../../../src/core/trust/recently-sound.ts';
import { formatWallTime } from '../../../src/core/trust/wall-time-text.ts';
import { readAddresses, writeAddresses } from '../../../src/core/wire/address-codec.ts';
import { readChain, writeChain } from '../../../src/core/wire/chain-codec.ts';

test('a time is written as the calendar has it', () => {
  const day = 86_400_000;
  const times = [0, 951_782_399_000, 951_782_400_000, 951_868_800_000, 253_402_300_799_000];
  for (let at = -800 * day; at < 400 * 366 * day; at += 7.37 * day) times.push(Math.floor(at));
  for (const time of times) {
    const expected = new Date(time).toISOString().replace(/\.\d+/, '');
    assert.equal(formatWallTime(wallTimeOf(time)), expected);
  }
});

test('what was asked for the longest time ago is forgotten first', () => {
  const sound = new RecentlySound<string>(2);
  const key = (byte: number) => Uint8Array.of(byte);
  sound.remember(key(1), 'Alice');
  sound.remember(key(2), 'Bob');
  assert.equal(sound.find(key(1)), 'Alice');
  sound.remember(key(3), 'Carol');
  assert.equal(sound.find(key(2)), null);
  assert.deepEqual([sound.find(key(1)), sound.find(key(3)), sound.size], ['Alice', 'Carol', 2]);
});

const chainBytes = (chain: readonly Uint8Array[]) => {
  const out = new ByteWriter();
  writeChain(out, chain);
  return out.finish();
};

test('a chain is a count, then each certificate with its length', () => {
  const chain = [Uint8Array.of(0xaa), new Uint8Array(200).fill(0xbb), new Uint8Array()];
  const bytes = chainBytes(chain);
  assert.deepEqual(bytes.subarray(0, 5), hexBytes('0301aac801'));
  const input = new ByteReader(bytes);
  assert.deepEqual(readChain(input), chain);
  input.end();
});

test('chains of up to 64 certificates and 32,768 bytes are carried, no longer ones', () => {
  const of = (count: number, length = 1) =>
    Array.from({ length: count }, () => new Uint8Array(length));
  for (let count = 0; count <= 64; count++) {
    assert.equal(readChain(new ByteReader(chainBytes(of(count)))).length, count);
  }
  assert.throws(() => chainBytes(of(65)), BrokenInvariant);
  assert.throws(() => chainBytes(of(9, 4_096)), BrokenInvariant);
  const refused = (bytes: Uint8Array) =>
    assert.throws(() => readChain(new ByteReader(bytes)), MalformedBytes);
  refused(Uint8Array.of(65, ...new Uint8Array(65)));
  const six = new ByteWriter().varint(6);
  for (let left = 6; left > 0; left--) six.bytes(new Uint8Array(LIMITS.certificateBytesMax));
  refused(six.finish());
  refused(new ByteWriter().varint(1).bytes(new Uint8Array(6_145)).finish());
  refused(hexBytes('0205'));
  refused(hexBytes('8100'));
});

const addressBytes = (addresses: readonly Address[]) => {
  const out = new ByteWriter();
  writeAddresses(out, addresses);
  return out.finish();
};

test('addresses come back as they were', () => {
  const addresses = [
    { host: '192.0.2.1', port: 4001 },
    { host: '2001:db8::1', port: 65_535 },
    { host: '::1', port: 1 },
  ];
  const bytes = addressBytes(addresses);
  assert.deepEqual(bytes.subarray(0, 8), hexBytes('0304c00002010fa1'));
  assert.deepEqual(readAddresses(new ByteReader(bytes)), addresses);
});

test('addresses that mean nothing elsewhere, or have a second form, are refused', () => {
  const wrongs = [
    '0105c00002010fa1',
    '0104c00002010000',
    '010600000000000000000000ffffc00002010fa1',
    '0106fe8000000000000000000000000000010fa1',
    '0104c0000201',
    '0204c00002010fa1',
    `09${'04c00002010fa1'.repeat(9)}`,
  ];
  for (const wrong of wrongs) {
    assert.throws(() => readAddresses(new ByteReader(hexBytes(wrong))), MalformedBytes, wrong);
  }
  const unsendable = [
    [{ host: 'fe80::1', port: 1 }],
    [{ host: '::1', port: 0 }],
    [{ host: '0:0::1', port: 1 }],
    Array.from({ length: 9 }, () => ({ host: '::1', port: 1 })),
  ];
  for (const wrong of unsendable) assert.throws(() => addressBytes(wrong), BrokenInvariant);
});
