// How many milliseconds behind its creation a record may stand at most in this database. Searches by the
// time of creation look that much farther, so that whoever fills up milliseconds, of which each takes half
// a million records, hides no record in the next one. It only grows: the records that it grew for may stay.

import type { DatabaseSync } from 'node:sqlite';
import { Query } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

const MILLISECONDS_BYTES = 8;

export class RowDisplacement {
  readonly #find: Query;
  readonly #put: Query;

  constructor(database: DatabaseSync) {
    this.#find = new Query(
      database,
      "SELECT value, checksum FROM about WHERE name = 'displacement'",
    );
    this.#put = new Query(
      database,
      "INSERT OR REPLACE INTO about (name, value, checksum) VALUES ('displacement', ?, ?)",
    );
  }

  /** Nothing is remembered, so that what a rollback takes back is gone here as well. */
  milliseconds(): number {
    const found = this.#find.first();
    if (found === null) return 0;
    const value = found.bytes(0);
    requireChecksum(found.number(1), rowChecksum([value]), 'how far records are displaced');
    return Number(Buffer.from(value).readBigUInt64BE());
  }

  /** A record stands so far behind its creation. */
  include(milliseconds: number): void {
    if (milliseconds === 0 || milliseconds <= this.milliseconds()) return;
    const value = Buffer.alloc(MILLISECONDS_BYTES);
    value.writeBigUInt64BE(BigInt(milliseconds));
    this.#put.run(value, rowChecksum([value]));
  }
}
