// Lists of digests and keys in what members say of each other (protocol.md §14.1): a count, then 32 bytes
// each, ascending, each once. So a set has one encoding.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';

export const DIGEST_BYTES = 32;

export function writeDigests(
  out: ByteWriter,
  digests: readonly Uint8Array[],
  { min, max }: { readonly min: number; readonly max: number },
): void {
  assert(digests.length >= min && digests.length <= max, 'a list of digests is in its bounds');
  assert(isAscending(digests), 'digests stand in their order, each once');
  out.varint(digests.length);
  for (const digest of digests) writeDigest(out, digest);
}

/** The digests are views. */
export function readDigests(
  input: ByteReader,
  { min, max }: { readonly min: number; readonly max: number },
): readonly Uint8Array[] {
  const digests: Uint8Array[] = [];
  for (let left = input.count(max, DIGEST_BYTES); left > 0; left--) {
    digests.push(input.raw(DIGEST_BYTES));
  }
  if (digests.length < min) throw new MalformedBytes('a list of digests that is too short');
  if (!isAscending(digests)) throw new MalformedBytes('digests not in their order');
  return digests;
}

/** A digest or a key. */
export function writeDigest(out: ByteWriter, digest: Uint8Array): void {
  assert(digest.length === DIGEST_BYTES, 'a digest has 32 bytes, and so has a key');
  out.raw(digest);
}

export function isAscending(items: readonly Uint8Array[]): boolean {
  return items.every((item, at) => {
    const before = items[at - 1];
    return before === undefined || compareBytes(before, item) < 0;
  });
}
