// Where a simulated store puts a record: at its stamp, as the SQLite store does, and behind it in the
// same millisecond when that row is taken.

import { assert } from '../../core/base/assert.ts';

const ROW_MAX = 2n ** 63n - 1n;

/** The first eight bytes of the id (protocol.md §12.2). */
export function stampOf(id: Uint8Array): bigint {
  const row = new DataView(id.buffer, id.byteOffset, id.byteLength).getBigUint64(0);
  assert(row <= ROW_MAX, 'a record is created before the year 2248');
  return row;
}

export function* nextFreeRows(id: Uint8Array): Generator<bigint, void> {
  for (let row = stampOf(id) + 1n; row <= ROW_MAX; row += 1n) yield row;
}
