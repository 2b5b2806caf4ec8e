// A simulated record store whose rows are those of the SQLite store, if that has the same secret.

import { furtherRows, ROW_SECRET_BYTES } from '../../src/adapters/sqlite/tables/record-row.ts';
import { MemoryRecordStore } from '../../src/sim/disk/memory-record-store.ts';

/** A database that is to have its rows in the same places has this one too. */
export const SIMULATED_ROW_SECRET = new Uint8Array(ROW_SECRET_BYTES);

export function newMemoryStore(journal: Uint8Array): MemoryRecordStore {
  return new MemoryRecordStore(journal, {
    furtherRows: (id) => furtherRows(id, SIMULATED_ROW_SECRET),
  });
}
