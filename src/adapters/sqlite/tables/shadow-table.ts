// Shadows: versions that a member with rights over others' records replaced, kept for the case that
// the member loses them. A shadow has all that its record had, and is stored in its author's name.

import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { type WallTime, wallTimeOf } from '../../../core/base/time.ts';
import type { GroupRecord } from '../../../core/domain/records.ts';
import type { BatchTable } from './batch-table.ts';
import type { MemberTable } from './member-table.ts';
import { Query } from './query.ts';
import type { RecordTable } from './record-table.ts';
import {
  batchOf,
  costOf,
  requireDataOf,
  SHADOW_COLUMNS,
  soundData,
  VALUE_COLUMNS,
  versionOf,
  versionValues,
} from './version-row.ts';

export class ShadowTable {
  readonly #members: MemberTable;
  readonly #batches: BatchTable;
  readonly #records: RecordTable;
  readonly #find: Query;
  readonly #data: Query;
  readonly #next: Query;
  readonly #over: Query;
  readonly #insert: Query;
  readonly #delete: Query;

  constructor(database: DatabaseSync, { members, batches, records }: ShadowNeighbors) {
    this.#members = members;
    this.#batches = batches;
    this.#records = records;
    this.#find = new Query(database, `SELECT ${SHADOW_COLUMNS} FROM shadow WHERE id = ?`);
    this.#data = new Query(database, 'SELECT data FROM shadow WHERE id = ?');
    this.#next = new Query(database, 'SELECT until FROM shadow ORDER BY until LIMIT 1');
    this.#over = new Query(database, 'SELECT id FROM shadow WHERE until <= ?');
    this.#insert = new Query(
      database,
      `INSERT INTO shadow (id, ${VALUE_COLUMNS}, until, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = new Query(database, 'DELETE FROM shadow WHERE id = ?');
  }

  find(id: Uint8Array): GroupRecord | null {
    const row = this.#find.first(id);
    return row === null ? null : versionOf(row, this.#batches, this.#members).record;
  }

  nextRemoval(): WallTime | null {
    const row = this.#next.first();
    return row === null ? null : wallTimeOf(row.number(0));
  }

  /** Moves the version that counts here. */
  keep(id: Uint8Array, until: WallTime): void {
    const data = this.#records.readData(id);
    const version = this.#records.remove(id);
    assert(version !== null, 'a shadow is made of a record that is there');
    this.put({ record: version.record, data, path: version.path, until });
  }

  /** A shadow that is there gives way. */
  put({ record, data, path, until }: ArrivingShadow): void {
    requireDataOf(record, data);
    this.remove(record.id);
    const batch = batchOf(record, this.#batches);
    this.#insert.run(record.id, ...versionValues(record, path, batch, until), until, data);
    this.#members.charge(batch.author.number, 1, costOf(record));
    this.#batches.addLive(batch.number, 1);
  }

  remove(id: Uint8Array): void {
    const row = this.#find.first(id);
    if (row === null) return;
    const { record, batch } = versionOf(row, this.#batches, this.#members);
    this.#delete.run(id);
    this.#members.charge(batch.author.number, -1, -costOf(record));
    this.#batches.addLive(batch.number, -1);
  }

  removeUntil(now: WallTime): void {
    for (const row of this.#over.all(now)) this.remove(row.bytes(0));
  }

  /** Moves it back; what replaced it is gone. */
  restore(id: Uint8Array, removeAt: WallTime): void {
    const row = this.#find.first(id);
    assert(row !== null, 'a shadow is restored that is there');
    const { record, path } = versionOf(row, this.#batches, this.#members);
    const data = soundData(record, this.#data.first(id)?.bytesOrNull(0) ?? null);
    this.remove(id);
    this.#records.put({ record, data, path, removeAt });
  }
}

export interface ShadowNeighbors {
  readonly members: MemberTable;
  readonly batches: BatchTable;
  readonly records: RecordTable;
}

export interface ArrivingShadow {
  readonly record: GroupRecord;
  readonly data: Uint8Array | null;
  readonly path: Uint8Array | null;
  readonly until: WallTime;
}
