// Hashes of records that are stored (protocol.md §12.3). They are computed when a record is read: its
// batch holds them as leaves already, and a second copy would be a third of what a record costs in proof.

import { hash as digestOf } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { parseGroupName } from '../../../core/domain/names.ts';
import { RecordHashes } from '../../../core/records/record-hashes.ts';
import { DamagedRow } from './database-failures.ts';
import { Query } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

export class StoredHashes {
  readonly #group: Query;
  #hashes: RecordHashes | null = null;

  constructor(database: DatabaseSync) {
    this.#group = new Query(database, "SELECT value, checksum FROM about WHERE name = 'group'");
  }

  /** 32 bytes. */
  hashOf(
    author: Uint8Array,
    journal: Uint8Array,
    sequence: number,
    contentBytes: Uint8Array,
  ): Uint8Array {
    this.#hashes ??= this.#open();
    return this.#hashes.hashOf(author, journal, sequence, contentBytes);
  }

  /** Not before it is needed: of a damaged file, that much may be readable which needs no group. */
  #open(): RecordHashes {
    const row = this.#group.first();
    if (row === null) throw new DamagedRow('it does not say whose group it is');
    const value = row.bytes(0);
    requireChecksum(row.number(1), rowChecksum([value]), 'its group');
    return new RecordHashes(parseGroupName(Buffer.from(value).toString('utf8')), { sha256 });
  }
}

/** Without the methods of Buffer, as all bytes that go to core. */
function sha256(bytes: Uint8Array): Uint8Array {
  const digest = digestOf('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
