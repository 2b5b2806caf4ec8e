// Where a record stands in the table: at its stamp, which its id begins with (protocol.md §12.2). Ids of
// different creators or types may share a stamp, and whoever publishes may make thousands that do. The
// second and further ones stand elsewhere in the same millisecond, so that rows stay in the order of
// creation; where exactly follows from a secret of the database, so that nobody can take those places.

import { createHmac } from 'node:crypto';

const ORDINALS = 2 ** 20;
const ORDINAL_BITS = 20n;
/** With half of a millisecond taken, so many attempts fail once in 2^64. Then the next one has to do. */
const ATTEMPTS_PER_MILLISECOND = 64;
const ROW_MAX = 2n ** 63n - 1n;

export const ROW_SECRET_BYTES = 16;

/** The row of nearly every record, from its id. Null for 16 bytes that are the id of none: created after the year 2248. */
export function stampRow(id: Uint8Array): bigint | null {
  const row = viewOf(id).getBigUint64(0);
  return row > ROW_MAX ? null : row;
}

/** The rows to try when that one is taken, in this order. */
export function* furtherRows(id: Uint8Array, secret: Uint8Array): Generator<bigint, void> {
  const places = viewOf(createHmac('sha256', secret).update(id).digest());
  const start = places.getUint32(0) % ORDINALS;
  // Odd, to visit all ordinals before it comes back; far, to leave a run of taken ones at once.
  const step = (ORDINALS / 4 + (places.getUint32(4) % (ORDINALS / 2))) | 1;
  for (let moment = viewOf(id).getBigUint64(0) >> ORDINAL_BITS; ; moment += 1n) {
    for (let attempt = 0; attempt < ATTEMPTS_PER_MILLISECOND; attempt++) {
      const row = (moment << ORDINAL_BITS) | BigInt((start + attempt * step) % ORDINALS);
      if (row > ROW_MAX) return;
      yield row;
    }
  }
}

/** Milliseconds from the creation of the record to the row that it stands in; 0 for nearly all. */
export function displacementOf(id: Uint8Array, row: bigint): number {
  return Number((row >> ORDINAL_BITS) - (viewOf(id).getBigUint64(0) >> ORDINAL_BITS));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
