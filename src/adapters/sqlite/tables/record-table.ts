// The versions that count, with their detached data. What the columns repeat of a content is there for
// searches and due times; a record itself is always read from its content.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { bytesKey, compareBytes, equalBytes } from '../../../core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../../core/base/time.ts';
import type { GroupRecord, RecordAttribute, RecordContent } from '../../../core/domain/records.ts';
import type { CreatedPage } from '../../../core/ports/record-store.ts';
import type { BatchTable } from './batch-table.ts';
import { withinBytes } from './content-bound.ts';
import { DamagedRow } from './database-failures.ts';
import type { MemberTable } from './member-table.ts';
import { Query, type Row } from './query.ts';
import { displacementOf, furtherRows, stampRow } from './record-row.ts';
import { RowDisplacement } from './row-displacement.ts';
import {
  batchOf,
  costOf,
  requireDataOf,
  type StoredVersion,
  soundData,
  VERSION_COLUMNS,
  versionOf,
  versionValues,
} from './version-row.ts';
import type { WaitingAttributes } from './waiting-attributes.ts';

export interface RecordTables {
  readonly members: MemberTable;
  readonly batches: BatchTable;
  readonly attributes: WaitingAttributes;
}

/** A version on its way into the table. */
export interface ArrivingRecord {
  readonly record: GroupRecord;
  readonly data: Uint8Array | null;
  readonly path: Uint8Array | null;
  readonly removeAt: WallTime;
}

/** A type takes 100 bytes of memory; one that was forgotten is read again. */
const TYPES_KEPT_MAX = 4_096;

/** Records of others between those that are asked for: beyond so many more, each is looked up by itself. */
const OTHERS_BETWEEN_MAX = 64;

const SELECT = `SELECT ${VERSION_COLUMNS} FROM record`;
const CHANGING = `author, version, is_deleted, modified_at, expires_at, refresh_at, remove_at,
  batch, place, checksum, path, content`;

export class RecordTable {
  readonly #tables: RecordTables;
  readonly #queries: RecordQueries;
  readonly #rowSecret: Uint8Array;
  readonly #displacement: RowDisplacement;
  readonly #keptTypes = new Map<string, number>();
  /** Of those of a commit, the one that was asked for last. */
  #lastType: { readonly guid: Uint8Array; readonly number: number } | null = null;
  /** Types of which this commit removed a record. */
  readonly #typesLeft = new Set<number>();

  constructor(database: DatabaseSync, tables: RecordTables, rowSecret: Uint8Array) {
    this.#tables = tables;
    this.#queries = prepareQueries(database);
    this.#rowSecret = rowSecret;
    this.#displacement = new RowDisplacement(database);
  }

  /**
   * Nearly always at its stamp, which is faster than the index of ids. A record that either of the two
   * leads to is there, so a damaged page of one does not make it disappear unnoticed.
   */
  find(id: Uint8Array): GroupRecord | null {
    const stamp = stampRow(id);
    if (stamp === null) return null;
    const own = this.#queries.byRow.first(stamp);
    if (own !== null && equalBytes(own.bytes(0), id)) return this.#recordOf(own);
    const row = this.#queries.byId.first(id);
    return row === null ? null : this.#recordOf(row);
  }

  /**
   * Ids that are asked for together are mostly new, and new ones lie behind all others: one look at the
   * index between the least and the greatest then says that none of them is there.
   */
  findMany(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[] {
    const present = ids.length > 1 ? this.#idsBetween(ids) : null;
    if (present === null) return ids.map((id) => this.find(id));
    return ids.map((id) => (present.has(bytesKey(id)) ? this.find(id) : null));
  }

  /** Of a row that an index names. */
  at(row: bigint): GroupRecord {
    const found = this.#queries.byRow.first(row);
    if (found === null) throw new DamagedRow('an index names a record that is not there');
    return this.#recordOf(found);
  }

  /** Null when no record is in this row. */
  attributesIn(row: bigint): readonly RecordAttribute[] | null {
    const found = this.#queries.byRow.first(row);
    return found === null ? null : this.#recordOf(found).content.attributes;
  }

  readData(id: Uint8Array): Uint8Array | null {
    const record = this.find(id);
    if (record === null || record.content.data.kind === 'inline') return null;
    return soundData(record, this.#queries.data.first(id)?.bytes(0) ?? null);
  }

  nextRemoval(): WallTime | null {
    return momentOf(this.#queries.nextRemoval.first());
  }

  removable(now: WallTime, max: number): readonly GroupRecord[] {
    return this.#withinBytes(this.#queries.removable.each(now, max));
  }

  nextRefresh(author: Uint8Array): WallTime | null {
    const number = this.#tables.members.find(author)?.number;
    return number === undefined ? null : momentOf(this.#queries.nextRefresh.first(number));
  }

  refreshable(author: Uint8Array, now: WallTime, max: number): readonly GroupRecord[] {
    const number = this.#tables.members.find(author)?.number;
    if (number === undefined) return [];
    return this.#withinBytes(this.#queries.refreshable.each(number, now, max));
  }

  /** The first ones: all that is due at one moment may be more than can be decoded in one. */
  #withinBytes(rows: Iterable<Row>): readonly GroupRecord[] {
    return withinBytes(this.#recordsOf(rows), ({ contentBytes }) => contentBytes.length);
  }

  *#recordsOf(rows: Iterable<Row>): Generator<GroupRecord, void> {
    for (const row of rows) yield this.#recordOf(row);
  }

  /** In the order of their rows. */
  createdBy(creator: Uint8Array, after: bigint | null, max: number): CreatedPage {
    const number = this.#tables.members.find(creator)?.number;
    if (number === undefined) return { records: [], next: null };
    const rows = this.#queries.createdBy.all(number, after ?? -1n, max);
    const records = rows.map((row) => {
      return { id: row.bytes(0), expiresAt: wallTimeOf(row.number(1)) };
    });
    return { records, next: rows.length < max ? null : (rows.at(-1)?.bigint(2) ?? null) };
  }

  put(arriving: ArrivingRecord): void {
    const { record, data } = arriving;
    requireDataOf(record, data);
    const batch = batchOf(record, this.#tables.batches);
    const values = changingValues(
      arriving,
      batch.author.number,
      versionValues(record, arriving.path, batch, arriving.removeAt),
    );
    const row = this.#insert(record, batch.author.number, values) ?? this.#replace(record, values);
    if (data !== null) this.#queries.insertData.run(row, data);
    this.#tables.attributes.put(row, record.content.attributes);
    this.#tables.members.charge(batch.author.number, 1, costOf(record));
    this.#tables.batches.addLive(batch.number, 1);
  }

  /** Null when there is none. */
  remove(id: Uint8Array): StoredVersion | null {
    const found = this.#queries.byIdWithRow.first(id);
    if (found === null) return null;
    const row = found.bigint(7);
    const version = this.#withdraw(found, row);
    this.#queries.delete.run(row);
    this.#typesLeft.add(this.#typeNumber(version.record.content.type));
    return version;
  }

  /** At the end of a commit. Whoever publishes chooses the types: without this their table would only grow. */
  write(): void {
    this.#lastType = null;
    for (const type of this.#typesLeft) {
      if (this.#queries.deleteType.run(type) > 0) this.#keptTypes.clear();
    }
    this.#typesLeft.clear();
  }

  /** After a rollback. */
  forget(): void {
    this.#lastType = null;
    this.#keptTypes.clear();
    this.#typesLeft.clear();
  }

  /** Of the records from the least of these ids to the greatest. Null when they are too many to be worth it. */
  #idsBetween(ids: readonly Uint8Array[]): ReadonlySet<string> | null {
    const sorted = ids.toSorted(compareBytes);
    const [least, greatest] = [sorted[0], sorted.at(-1)];
    assert(least !== undefined && greatest !== undefined, 'some ids are asked for');
    const max = ids.length + OTHERS_BETWEEN_MAX;
    const found = this.#queries.between.all(least, greatest, max + 1);
    return found.length > max ? null : new Set(found.map((row) => bytesKey(row.bytes(0))));
  }

  /** Null when a record with this id is there already. */
  #insert(record: GroupRecord, author: number, changing: SQLInputValue[]): bigint | null {
    const { id, content, creatorName } = record;
    const creator =
      content.creator === record.author
        ? author
        : this.#tables.members.findOrAdd(content.creator, creatorName).number;
    const own = stampRow(id);
    assert(own !== null, 'a record is created before the year 2248');
    const values = [own, id, this.#typeOfArriving(content.type), creator, ...changing];
    if (this.#queries.insert.runWith(values) > 0) return own;
    if (this.#queries.isThere.first(id) !== null) return null;
    for (const row of furtherRows(id, this.#rowSecret)) {
      values[0] = row;
      if (this.#queries.insert.runWith(values) === 0) continue;
      this.#displacement.include(displacementOf(id, row));
      return row;
    }
    throw new DamagedRow('no row is free');
  }

  #replace({ id }: GroupRecord, changing: SQLInputValue[]): bigint {
    const found = this.#queries.byIdWithRow.first(id);
    if (found === null) throw new DamagedRow('an index names a record that is not there');
    const row = found.bigint(7);
    this.#withdraw(found, row);
    this.#queries.update.run(...changing, row);
    return row;
  }

  /** Everything about a version but its row itself. */
  #withdraw(found: Row, row: bigint): StoredVersion {
    const { members, batches, attributes } = this.#tables;
    const version = versionOf(found, batches, members);
    const { record, batch } = version;
    if (record.content.data.kind === 'detached') this.#queries.deleteData.run(row);
    attributes.remove(row, record.content.attributes);
    members.charge(batch.author.number, -1, -costOf(record));
    batches.addLive(batch.number, -1);
    return version;
  }

  #typeOfArriving(guid: Uint8Array): number {
    if (this.#lastType?.guid === guid) return this.#lastType.number;
    const number = this.#typeNumber(guid);
    this.#lastType = { guid, number };
    return number;
  }

  #typeNumber(type: Uint8Array): number {
    const key = bytesKey(type);
    const kept = this.#keptTypes.get(key);
    if (kept !== undefined) return kept;
    const found = this.#queries.findType.first(type)?.number(0);
    const number = found ?? this.#queries.insertType.insert(type);
    if (this.#keptTypes.size >= TYPES_KEPT_MAX) this.#keptTypes.clear();
    this.#keptTypes.set(key, number);
    return number;
  }

  #recordOf(row: Row): GroupRecord {
    return versionOf(row, this.#tables.batches, this.#tables.members).record;
  }
}

type RecordQueries = ReturnType<typeof prepareQueries>;

function prepareQueries(database: DatabaseSync) {
  const query = (sql: string): Query => new Query(database, sql);
  const changing = CHANGING.split(',').map((column) => column.trim());
  return {
    byId: query(`${SELECT} WHERE id = ?`),
    byRow: query(`${SELECT} WHERE row = ?`),
    byIdWithRow: new Query(
      database,
      `SELECT ${VERSION_COLUMNS}, row FROM record WHERE id = ?`,
      'bigints',
    ),
    between: query('SELECT id FROM record WHERE id BETWEEN ? AND ? LIMIT ?'),
    isThere: query('SELECT 1 FROM record WHERE id = ?'),
    data: query('SELECT data FROM record_data WHERE row = (SELECT row FROM record WHERE id = ?)'),
    nextRemoval: query('SELECT remove_at FROM record ORDER BY remove_at LIMIT 1'),
    removable: query(`${SELECT} WHERE remove_at <= ? ORDER BY remove_at, row LIMIT ?`),
    nextRefresh: query(
      'SELECT refresh_at FROM record WHERE author = ? AND refresh_at IS NOT NULL ORDER BY refresh_at LIMIT 1',
    ),
    refreshable: query(
      `${SELECT} WHERE author = ? AND refresh_at <= ? ORDER BY refresh_at, row LIMIT ?`,
    ),
    createdBy: new Query(
      database,
      'SELECT id, expires_at, row FROM record WHERE creator = ? AND row > ? ORDER BY row LIMIT ?',
      'bigints',
    ),
    insert: query(
      `INSERT INTO record (row, id, record_type, creator, ${CHANGING})
       VALUES (?, ?, ?, ?, ${changing.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
    ),
    update: query(
      `UPDATE record SET ${changing.map((column) => `${column} = ?`).join(', ')} WHERE row = ?`,
    ),
    delete: query('DELETE FROM record WHERE row = ?'),
    insertData: query('INSERT INTO record_data (row, data) VALUES (?, ?)'),
    deleteData: query('DELETE FROM record_data WHERE row = ?'),
    findType: query('SELECT record_type FROM record_type WHERE guid = ?'),
    insertType: query('INSERT INTO record_type (guid) VALUES (?)'),
    deleteType: query(
      `DELETE FROM record_type WHERE record_type = ?1
       AND NOT EXISTS (SELECT 1 FROM record WHERE record_type = ?1)`,
    ),
  };
}

/** The values of `CHANGING`. */
function changingValues(
  { record: { content }, removeAt }: ArrivingRecord,
  author: number,
  version: readonly SQLInputValue[],
): SQLInputValue[] {
  return [author, ...contentValues(content), removeAt, ...version];
}

/** What columns repeat of a content: version, is_deleted, modified_at, expires_at, refresh_at. */
export function contentValues(content: RecordContent): (number | null)[] {
  const { version, isDeleted, modifiedAt, expiresAt } = content;
  return [version, isDeleted ? 1 : 0, modifiedAt, expiresAt, refreshAtOf(content)];
}

/** Half of its time after it was modified, so that a refresh may fail once. */
function refreshAtOf({ modifiedAt, refreshMs }: RecordContent): number | null {
  return refreshMs === null ? null : modifiedAt + Math.floor(refreshMs / 2);
}

function momentOf(row: Row | null): WallTime | null {
  return row === null ? null : wallTimeOf(row.number(0));
}
