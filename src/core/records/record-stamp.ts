// When a record was created, as the eight bytes that its content and its id share: milliseconds times
// 2^20 plus the ordinal, which is below 2^63 (protocol.md §12.1, §12.2). Computed in two halves of 32
// bits, for a bigint costs as much as the rest of a record.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import type { RecordContent } from '../domain/records.ts';

export type Creation = Pick<RecordContent, 'createdAt' | 'ordinal'>;

export const STAMP_BYTES = 8;

/** In the year 2248: a moment times 2^20 has to stay below 2^63, which databases take as an integer. */
export const MOMENT_MAX = 2 ** 43 - 1;

const ORDINAL_MAX = 2 ** 20 - 1;
/** How many milliseconds the lower half can tell apart. */
const LOW_MOMENTS = 2 ** 12;
const HIGH_END = 2 ** 31;

export function writeStamp(out: ByteWriter, creation: Creation): void {
  requireStamp(creation);
  out.u32(highOf(creation)).u32(lowOf(creation));
}

/** The same into bytes that are there, from `at` on. */
export function setStamp(bytes: DataView, at: number, creation: Creation): void {
  requireStamp(creation);
  bytes.setUint32(at, highOf(creation));
  bytes.setUint32(at + 4, lowOf(creation));
}

export function readStamp(input: ByteReader): Creation {
  const high = input.u32();
  if (high >= HIGH_END) throw new MalformedBytes('stamp: created after the year 2248');
  const low = input.u32();
  return { createdAt: momentOf(high, low), ordinal: low & ORDINAL_MAX };
}

function requireStamp({ createdAt, ordinal }: Creation): void {
  assert(isWhole(createdAt, MOMENT_MAX), 'a record is created in whole milliseconds below 2^43');
  assert(isWhole(ordinal, ORDINAL_MAX), 'an ordinal is below 2^20');
}

function highOf({ createdAt }: Creation): number {
  return Math.floor(createdAt / LOW_MOMENTS);
}

function lowOf({ createdAt, ordinal }: Creation): number {
  return (createdAt % LOW_MOMENTS) * (ORDINAL_MAX + 1) + ordinal;
}

function momentOf(high: number, low: number): WallTime {
  return wallTimeOf(high * LOW_MOMENTS + (low >>> 20));
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
