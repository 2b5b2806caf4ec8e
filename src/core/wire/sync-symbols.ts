// GET_SYMBOLS and SYMBOLS (protocol.md §13.8): the symbols of a set from one place on, and of the next
// ones the counts alone, by which the far end estimates how many it needs.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';

const SYMBOL_BYTES = 17;
const DIGEST_BYTES = 8;

export interface GetSymbols {
  readonly from: number;
  /** Whole symbols. */
  readonly count: number;
  /** Of the symbols after those, the counts alone. */
  readonly countsOnly: number;
}

export interface Symbols {
  readonly from: number;
  /** Of the set from which they were made: how many elements, and the beginning of its digest, 8 bytes. */
  readonly setCount: number;
  readonly setDigest: Uint8Array;
  /** 17 bytes each: the XOR of the elements, of their checks, and their number modulo 256. */
  readonly symbols: Uint8Array;
  /** One byte each. */
  readonly counts: Uint8Array;
}

export function encodeGetSymbols({ from, count, countsOnly }: GetSymbols): Uint8Array {
  assert(from + count + countsOnly <= LIMITS.syncSymbolsMax, 'symbols are asked for that are kept');
  return new ByteWriter(8).varint(from).varint(count).varint(countsOnly).finish();
}

/** Throws `MalformedBytes`. */
export function decodeGetSymbols(bytes: Uint8Array): GetSymbols {
  const input = new ByteReader(bytes);
  const from = input.varint(LIMITS.syncSymbolsMax);
  const count = input.varint(LIMITS.syncSymbolsMax - from);
  const countsOnly = input.varint(LIMITS.syncSymbolsMax - from - count);
  input.end();
  return { from, count, countsOnly };
}

export function encodeSymbols(message: Symbols): Uint8Array {
  const { from, setCount, setDigest, symbols, counts } = message;
  assert(setDigest.length === DIGEST_BYTES, 'of a digest 8 bytes are sent');
  assert(symbols.length % SYMBOL_BYTES === 0, 'a symbol has 17 bytes');
  const out = new ByteWriter(32 + symbols.length + counts.length);
  out.varint(from).varint(setCount).raw(setDigest);
  out.varint(symbols.length / SYMBOL_BYTES).raw(symbols);
  return out.bytes(counts).finish();
}

/** Bytes are views. Throws `MalformedBytes`. */
export function decodeSymbols(bytes: Uint8Array): Symbols {
  const input = new ByteReader(bytes);
  const from = input.varint(LIMITS.syncSymbolsMax);
  const setCount = input.varint(Number.MAX_SAFE_INTEGER);
  const setDigest = input.raw(DIGEST_BYTES);
  const count = input.count(LIMITS.syncSymbolsMax - from, SYMBOL_BYTES);
  const symbols = input.raw(count * SYMBOL_BYTES);
  const counts = input.bytes(LIMITS.syncSymbolsMax - from - count);
  if (count === 0) throw new MalformedBytes('SYMBOLS: none');
  input.end();
  return { from, setCount, setDigest, symbols, counts };
}
