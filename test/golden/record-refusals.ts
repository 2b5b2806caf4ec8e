// Contents that no build may take, each with what is wrong with it; everything else in it is sound.

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { alice, bob } from '../support/golden-chains.ts';
import { type RawContent, rawContent, someBytes } from '../support/record-samples.ts';

export interface RecordRefusal {
  readonly why: string;
  readonly author: string;
  readonly content: string;
}

const ONE = Uint8Array.of(1, 1, 0x61, 1, 0);
const STRING = 1;
const INT = 2;
const DATE = 3;

function refusal(why: string, changes: Partial<RawContent>): RecordRefusal {
  return { why, author: hexText(alice.publicKey), content: hexText(rawContent(changes)) };
}

function attributes(...items: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter().varint(items.length);
  for (const item of items) out.raw(item);
  return out.finish();
}

function attribute(name: string, kind: number, write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter().text(name).u8(kind);
  write(out);
  return out.finish();
}

function number(kind: number, value: bigint): Uint8Array {
  return attributes(attribute('a', kind, (out) => out.u64(BigInt.asUintN(64, value))));
}

function named(...names: readonly string[]): Uint8Array {
  return attributes(...names.map((name) => attribute(name, STRING, (out) => out.text('x'))));
}

export function recordRefusals(): readonly RecordRefusal[] {
  return [
    refusal('a flag that is not defined', { flags: 8 }),
    refusal('the author as creator', { flags: 4, creator: alice.publicKey }),
    refusal('a creator without its flag', { creator: bob.publicKey }),
    refusal('created after 2^43 ms', { stamp: 2n ** 63n }),
    refusal('version 0', { version: 0 }),
    refusal('modified after 2^43 ms', { modified: 2 ** 43 }),
    refusal('no lifetime', { lifetime: 0 }),
    refusal('expires after the year 9999', { lifetime: 253_402_300_800_000 }),
    refusal('refreshed after no time', { flags: 2, refresh: 0 }),
    refusal('refreshed after 2^43 ms', { flags: 2, refresh: 2 ** 43 }),
    refusal('names out of their order', { attributes: named('b', 'a') }),
    refusal('a name twice', { attributes: named('a', 'a') }),
    refusal('a name of no characters', { attributes: named('') }),
    refusal('a name of 41 characters', { attributes: named('x'.repeat(41)) }),
    refusal('a name with a hyphen', { attributes: named('a-b') }),
    refusal('a name beyond ASCII', { attributes: named('é') }),
    refusal('a kind that is not defined', { attributes: number(4, 0n) }),
    refusal('an int of 19 digits', { attributes: number(INT, 10n ** 18n) }),
    refusal('an int of 19 digits below 0', { attributes: number(INT, -(10n ** 18n)) }),
    refusal('a date after the year 9999', { attributes: number(DATE, 253_402_300_800_000n) }),
    refusal('a date before the year 0', { attributes: number(DATE, -62_167_219_200_001n) }),
    refusal('U+0000 in a string', {
      attributes: attributes(attribute('a', STRING, (out) => out.text('\0'))),
    }),
    refusal('a surrogate in a string', {
      attributes: attributes(
        attribute('a', STRING, (out) => out.bytes(Uint8Array.of(0xed, 0xa0, 0x80))),
      ),
    }),
    refusal('257 attributes', {
      attributes: new ByteWriter().varint(257).raw(someBytes(2_000)).finish(),
    }),
    refusal('more attributes than there are bytes', { attributes: Uint8Array.of(100) }),
    refusal('data above the limit', { length: 16_777_217, data: someBytes(32) }),
    refusal('a digest of short data', { length: 1_024, data: someBytes(32) }),
    refusal('long data inline', { length: 1_025, data: someBytes(1_025) }),
    refusal('a tombstone with an attribute', { flags: 1, attributes: ONE }),
    refusal('a tombstone with data', { flags: 1, length: 1, data: someBytes(1) }),
    refusal('a tombstone with a digest', { flags: 1, length: 1_025, data: someBytes(32) }),
    refusal('a tombstone that is refreshed', { flags: 3, refresh: 240_000 }),
    refusal('a byte too many', { data: someBytes(1) }),
  ];
}
