// RANGES (protocol.md §13.9): what one side has of some ranges of the order, as fingerprints or as
// elements. Ranges follow each other; a bound is written as what it has more than the one before, with
// no more of an element than tells two neighbors apart.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';

const ELEMENT_BYTES = 12;
const FINGERPRINT_BYTES = 12;
const IS_REPLY = 1;
const IS_LAST = 2;
const CONTENTS = ['skip', 'fingerprint', 'elements'] as const;
/** In the place of a prefix's length: there is no bound, the range goes to the end. */
const ENDLESS = 15;
const RANGE_BYTES_MIN = 1;

/** Before all elements of this time whose bytes are not below the prefix. */
export interface Bound {
  /** Milliseconds. */
  readonly time: number;
  /** Up to 12 bytes, of which the last is not zero. */
  readonly prefix: Uint8Array;
}

export interface SyncRange {
  /** Exclusive; null for the end of the order. */
  readonly upTo: Bound | null;
  readonly content: RangeContent;
}

export type RangeContent =
  /** Nothing is left to be said of it. */
  | { readonly kind: 'skip' }
  /** 12 bytes. */
  | { readonly kind: 'fingerprint'; readonly fingerprint: Uint8Array }
  /** 12 bytes each, one after the other, in the order of their bytes, each once. */
  | { readonly kind: 'elements'; readonly elements: Uint8Array };

export interface RangesMessage {
  /** By the side that was asked. */
  readonly isReply: boolean;
  /** Of the replies to one question, or the question itself. */
  readonly isLast: boolean;
  /** Where the first range begins. */
  readonly from: Bound;
  readonly ranges: readonly SyncRange[];
}

export const FIRST_BOUND: Bound = { time: 0, prefix: new Uint8Array(0) };

export function compareBounds(a: Bound, b: Bound): number {
  return a.time - b.time || compareBytes(a.prefix, b.prefix);
}

export function encodeRanges({ isReply, isLast, from, ranges }: RangesMessage): Uint8Array {
  assert(ranges.length <= LIMITS.syncRangesMax, 'a frame has a bounded number of ranges');
  const out = new ByteWriter(64 + 20 * ranges.length);
  out.u8((isReply ? IS_REPLY : 0) + (isLast ? IS_LAST : 0));
  out.u8(from.prefix.length);
  writeBound(out, from, 0);
  out.varint(ranges.length);
  let before = from;
  for (const { upTo, content } of ranges) {
    out.u8(CONTENTS.indexOf(content.kind) * 16 + (upTo?.prefix.length ?? ENDLESS));
    if (upTo !== null) {
      assert(compareBounds(before, upTo) < 0, 'bounds are in their order');
      writeBound(out, upTo, before.time);
      before = upTo;
    }
    writeContent(out, content);
  }
  return out.finish();
}

/** Bytes are views. Throws `MalformedBytes`. */
export function decodeRanges(bytes: Uint8Array): RangesMessage {
  const input = new ByteReader(bytes);
  const flags = input.u8();
  if (flags > IS_REPLY + IS_LAST) throw new MalformedBytes(`RANGES: flags ${flags}`);
  const from = readBound(input, input.u8(), 0);
  const ranges: SyncRange[] = [];
  let before: Bound | null = from;
  for (let left = input.count(LIMITS.syncRangesMax, RANGE_BYTES_MIN); left > 0; left--) {
    if (before === null) throw new MalformedBytes('RANGES: a range after the end');
    const range = readRange(input, before);
    ranges.push(range);
    before = range.upTo;
  }
  input.end();
  return { isReply: (flags & IS_REPLY) !== 0, isLast: (flags & IS_LAST) !== 0, from, ranges };
}

function readRange(input: ByteReader, before: Bound): SyncRange {
  const tag = input.u8();
  const kind = CONTENTS[tag >>> 4];
  if (kind === undefined) throw new MalformedBytes(`RANGES: content ${tag >>> 4}`);
  const length = tag & 15;
  if (length === ENDLESS) return { upTo: null, content: readContent(input, kind) };
  const upTo = readBound(input, length, before.time);
  if (compareBounds(before, upTo) >= 0) throw new MalformedBytes('RANGES: bounds in their order');
  return { upTo, content: readContent(input, kind) };
}

function readContent(input: ByteReader, kind: RangeContent['kind']): RangeContent {
  if (kind === 'skip') return { kind };
  if (kind === 'fingerprint') return { kind, fingerprint: input.raw(FINGERPRINT_BYTES) };
  const count = input.count(LIMITS.syncRangeElementsMax, ELEMENT_BYTES);
  const elements = input.raw(count * ELEMENT_BYTES);
  if (!areAscending(elements, ELEMENT_BYTES)) throw new MalformedBytes('RANGES: elements in order');
  return { kind, elements };
}

function writeContent(out: ByteWriter, content: RangeContent): void {
  if (content.kind === 'skip') return;
  if (content.kind === 'fingerprint') {
    assert(content.fingerprint.length === FINGERPRINT_BYTES, 'a fingerprint has 12 bytes');
    out.raw(content.fingerprint);
    return;
  }
  const count = content.elements.length / ELEMENT_BYTES;
  assert(count <= LIMITS.syncRangeElementsMax, 'a range has a bounded number of elements');
  assert(areAscending(content.elements, ELEMENT_BYTES), 'elements stand in their order');
  out.varint(count).raw(content.elements);
}

/** Each above the one before. */
export function areAscending(packed: Uint8Array, itemBytes: number): boolean {
  for (let at = itemBytes; at < packed.length; at += itemBytes) {
    const before = packed.subarray(at - itemBytes, at);
    if (compareBytes(before, packed.subarray(at, at + itemBytes)) >= 0) return false;
  }
  return true;
}

/** Its prefix's length stands before it. */
export function writeBound(out: ByteWriter, { time, prefix }: Bound, timeBefore: number): void {
  assert(isPrefix(prefix), 'a prefix has up to 12 bytes and does not end in zero');
  out.varint(time - timeBefore).raw(prefix);
}

export function readBound(input: ByteReader, prefixLength: number, timeBefore: number): Bound {
  const time = timeBefore + input.varint(Number.MAX_SAFE_INTEGER - timeBefore);
  if (prefixLength > ELEMENT_BYTES) throw new MalformedBytes('bound: prefix too long');
  const prefix = input.raw(prefixLength);
  if (!isPrefix(prefix)) throw new MalformedBytes('bound: prefix ends in zero');
  return { time, prefix };
}

function isPrefix(prefix: Uint8Array): boolean {
  return prefix.length <= ELEMENT_BYTES && prefix.at(-1) !== 0;
}
