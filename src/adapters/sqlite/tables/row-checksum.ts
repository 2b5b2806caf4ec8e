// SQLite has no checksums of pages, and a flipped bit in a blob would come back as if it had been
// written. So each row of signed things has a CRC-32: what a disk spoils is found when it is read. It
// protects from disks, not from people; those are what the signatures are for.

import { crc32 } from 'node:zlib';
import { DamagedRow } from './database-failures.ts';

/** Of parts in this order, each with its length; null and nothing are told apart. */
export function rowChecksum(parts: readonly (Uint8Array | null)[], number = 0): number {
  let sum = number % 0x1_0000_0000;
  for (const part of parts) {
    // A number that is XORed into the state passes through all that follows, as the bytes do.
    sum = ((sum ^ (part === null ? 0xffff_ffff : part.length)) >>> 0) % 0x1_0000_0000;
    if (part !== null) sum = crc32(part, sum);
  }
  return sum;
}

export function requireChecksum(stored: number, computed: number, what: string): void {
  if (stored !== computed) throw new DamagedRow(`${what} has the wrong checksum`);
}
