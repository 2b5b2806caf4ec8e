// Looks a database over without changing it: pages and indexes by SQLite's own check, then what only
// we know must hold: checksums, counters, and that columns and indexes say what the contents say. It
// reads beside an open store as well, and sees what was committed when it began.

import { DatabaseSync } from 'node:sqlite';
import { equalBytes } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import { guidText } from '../../core/domain/guid.ts';
import type { GroupRecord } from '../../core/domain/records.ts';
import { indexValue, NUMBER_BY_KIND } from './tables/attribute-table.ts';
import { BATCH_COLUMNS, BatchTable, batchCost, storedBatchOf } from './tables/batch-table.ts';
import { databaseFailure, isDamagedRow } from './tables/database-failures.ts';
import { MemberTable } from './tables/member-table.ts';
import { Query, type Row } from './tables/query.ts';
import { displacementOf } from './tables/record-row.ts';
import { contentValues } from './tables/record-table.ts';
import { RowDisplacement } from './tables/row-displacement.ts';
import { SecurityTable } from './tables/security-table.ts';
import {
  costOf,
  SHADOW_COLUMNS,
  soundData,
  VERSION_COLUMNS,
  versionOf,
} from './tables/version-row.ts';
import { readNotedRows } from './tables/waiting-attributes.ts';

export interface CheckedDatabase {
  /** A sentence each; none for a sound database. */
  readonly problems: readonly string[];
}

/** More tell nobody more: a page that is gone brings one for each of its rows. */
const PROBLEMS_MAX = 100;

/** Rows that are in memory at a time. */
const ROWS_AT_ONCE = 500;

/** The leaves of a batch take 32 KiB; those that were forgotten are read again. */
const LEAVES_KEPT_MAX = 64;

const HASH_BYTES = 32;

/** Those of `contentValues`. */
const CONTENT_COLUMNS = ['version', 'is_deleted', 'modified_at', 'expires_at', 'refresh_at'];

/** Throws `WorldError` for a file that is no database at all, or not there. */
export function checkDatabase(path: string): CheckedDatabase {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    database.exec('BEGIN');
    const check = new DatabaseChecking(database);
    check.run();
    return { problems: check.problems };
  } catch (error) {
    throw databaseFailure(path, error);
  } finally {
    database?.close();
  }
}

class DatabaseChecking {
  readonly #database: DatabaseSync;
  readonly #members: MemberTable;
  readonly #batches: BatchTable;
  readonly problems: string[] = [];
  /** What the rows add up to, by the number of a member or batch. */
  readonly #recordsByMember = new Map<number, number>();
  readonly #bytesByMember = new Map<number, number>();
  readonly #liveByBatch = new Map<number, number>();
  /** Entries of the index that are those of a record. */
  #attributes = 0;
  #notedRows: ReadonlySet<bigint> = new Set();
  /** Milliseconds. */
  #displacementMax = 0;
  readonly #keptLeaves = new Map<number, Uint8Array | null>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#members = new MemberTable(database);
    this.#batches = new BatchTable(database, this.#members);
  }

  run(): void {
    this.#checkPages();
    this.#part('notes', () => this.#readNotes());
    this.#part('records', () => this.#checkRecords());
    this.#part('shadows', () => this.#checkShadows());
    this.#part('batches', () => this.#checkBatches());
    this.#part('members', () => this.#checkMembers());
    this.#part('memberships', () => this.#checkMemberships());
    this.#part('security', () => this.#checkSecurity());
  }

  #checkPages(): void {
    for (const row of this.#query(`PRAGMA integrity_check(${PROBLEMS_MAX})`).all()) {
      if (row.text(0) !== 'ok') this.#report(row.text(0));
    }
  }

  #readNotes(): void {
    this.#notedRows = readNotedRows(this.#database);
    this.#displacementMax = new RowDisplacement(this.#database).milliseconds();
  }

  #checkRecords(): void {
    const page = new Query(
      this.#database,
      `SELECT ${VERSION_COLUMNS}, row, (SELECT guid FROM record_type WHERE record_type = record.record_type),
       creator, author, ${CONTENT_COLUMNS.join(', ')}
       FROM record WHERE row > ? ORDER BY row LIMIT ${ROWS_AT_ONCE}`,
      'bigints',
    );
    const data = this.#query('SELECT data FROM record_data WHERE row = ?');
    for (let after = -1n; ; ) {
      const rows = page.all(after);
      for (const row of rows) {
        this.#part(`record ${guidText(row.bytes(0))}`, () => {
          const record = this.#checkVersion(row);
          this.#checkColumns(row, record);
          this.#checkAttributes(row.bigint(7), record);
          soundData(record, data.first(row.bigint(7))?.bytes(0) ?? null);
        });
        after = row.bigint(7);
      }
      if (rows.length < ROWS_AT_ONCE) break;
    }
    this.#require(this.#count('attribute') === this.#attributes, 'the index has other attributes');
    const detached = this.#query(
      'SELECT count(*) FROM record_data WHERE row NOT IN (SELECT row FROM record)',
    ).first();
    this.#require(detached?.number(0) === 0, 'there are data without a record');
  }

  #checkShadows(): void {
    const ids = this.#query(`SELECT id FROM shadow WHERE id > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`);
    const shadow = this.#query(`SELECT ${SHADOW_COLUMNS}, data FROM shadow WHERE id = ?`);
    for (let after: Uint8Array = new Uint8Array(0); ; ) {
      const rows = ids.all(after);
      for (const row of rows) {
        after = row.bytes(0);
        this.#part(`shadow ${guidText(after)}`, () => {
          const found = shadow.first(row.bytes(0));
          if (found !== null) soundData(this.#checkVersion(found), found.bytesOrNull(7));
        });
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  /** Also adds it up. */
  #checkVersion(row: Row): GroupRecord {
    const { record, batch } = versionOf(row, this.#batches, this.#members);
    add(this.#recordsByMember, batch.author.number, 1);
    add(this.#bytesByMember, batch.author.number, costOf(record));
    add(this.#liveByBatch, batch.number, 1);
    this.#checkLeaf(record, batch.number);
    return record;
  }

  #checkLeaf({ hash, place }: GroupRecord, batch: number): void {
    const leaves = this.#leavesOf(batch);
    if (leaves === null) return;
    const leaf = leaves.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
    this.#require(equalBytes(leaf, hash), 'it is not among the leaves of its batch');
  }

  /** Null as well for a batch that is damaged: that is said once, with the batches. */
  #leavesOf(batch: number): Uint8Array | null {
    const kept = this.#keptLeaves.get(batch);
    if (kept !== undefined) return kept;
    if (this.#keptLeaves.size >= LEAVES_KEPT_MAX) this.#keptLeaves.clear();
    const leaves = this.#readLeaves(batch);
    this.#keptLeaves.set(batch, leaves);
    return leaves;
  }

  #readLeaves(batch: number): Uint8Array | null {
    try {
      return this.#batches.storedWithNumber(batch).leaves;
    } catch (error) {
      damageIn(error);
      return null;
    }
  }

  #checkColumns(row: Row, { id, content, author }: GroupRecord): void {
    const displaced = displacementOf(id, row.bigint(7));
    const isFound = displaced >= 0 && displaced <= this.#displacementMax;
    this.#require(isFound, 'it stands where its time of creation does not lead to');
    this.#require(equalBytes(row.bytes(8), content.type), 'its type is another one');
    const creator = this.#members.withNumber(row.number(9)).publicKey;
    this.#require(equalBytes(creator, content.creator), 'its creator is another one');
    const writer = this.#members.withNumber(row.number(10)).publicKey;
    this.#require(equalBytes(writer, author), 'its author is another one');
    contentValues(content).forEach((value, at) => {
      this.#require(
        row.numberOrNull(11 + at) === value,
        `its ${CONTENT_COLUMNS[at]} is not what its content says`,
      );
    });
  }

  #checkAttributes(row: bigint, { content }: GroupRecord): void {
    const entry = this.#query(
      `SELECT 1 FROM attribute WHERE row = ? AND value = ? AND attribute_name =
       (SELECT attribute_name FROM attribute_name WHERE name = ? AND kind = ?)`,
    );
    for (const { name, value } of content.attributes) {
      const found = entry.first(row, indexValue(value), name, NUMBER_BY_KIND[value.kind]);
      if (found !== null) this.#attributes += 1;
      const isAccounted = found !== null || this.#notedRows.has(row);
      this.#require(isAccounted, `the index lacks its attribute ${name}`);
    }
  }

  #checkBatches(): void {
    const numbers = this.#query(
      `SELECT batch, author, live, first_sequence, last_sequence FROM batch
       WHERE batch > ? ORDER BY batch LIMIT ${ROWS_AT_ONCE}`,
    );
    const stored = this.#query(`SELECT ${BATCH_COLUMNS} FROM batch WHERE batch = ?`);
    for (let after = 0; ; ) {
      const rows = numbers.all(after);
      for (const row of rows) {
        after = row.number(0);
        this.#part(`batch ${after}`, () => this.#checkBatch(row, stored.first(row.number(0))));
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  #checkBatch(row: Row, found: Row | null): void {
    if (found === null) return;
    const { batch, leaves } = storedBatchOf(found);
    const { author, firstSequence, count } = batch.statement;
    add(this.#bytesByMember, row.number(1), batchCost(batch.signature.length, leaves?.length ?? 0));
    const { publicKey } = this.#members.withNumber(row.number(1));
    this.#require(equalBytes(publicKey, author), 'its author is another one');
    const isNumbered =
      row.number(3) === firstSequence && row.number(4) === firstSequence + count - 1;
    this.#require(isNumbered, 'its sequences are others');
    const live = this.#liveByBatch.get(row.number(0)) ?? 0;
    this.#require(
      row.number(2) === live,
      `${live} records need it, and it counts ${row.number(2)}`,
    );
  }

  #checkMembers(): void {
    for (const row of this.#query('SELECT member, records, bytes, public_key FROM member').all()) {
      const records = this.#recordsByMember.get(row.number(0)) ?? 0;
      const bytes = this.#bytesByMember.get(row.number(0)) ?? 0;
      const isRight = row.number(1) === records && row.number(2) === bytes;
      this.#require(isRight, `member ${hexText(row.bytes(3))} counts other records than it has`);
    }
  }

  #checkMemberships(): void {
    for (const row of this.#query('SELECT chain_digest FROM membership').all()) {
      this.#part('a membership', () => this.#members.findMembership(row.bytes(0)));
    }
  }

  /** In a file that was not opened since there is such a table, it is not there. */
  #checkSecurity(): void {
    const isThere = this.#query("SELECT 1 FROM sqlite_schema WHERE name = 'security'").first();
    if (isThere === null) return;
    const security = new SecurityTable(this.#database);
    for (const row of this.#query('SELECT digest FROM security').each()) {
      this.#part('a security item', () => security.find(row.bytes(0)));
    }
  }

  #count(table: string): number {
    return this.#query(`SELECT count(*) FROM ${table}`).first()?.number(0) ?? 0;
  }

  /** Damage ends the part it is in, and nothing else. */
  #part(name: string, check: () => void): void {
    const before = this.problems.length;
    try {
      check();
    } catch (error) {
      this.#report(damageIn(error));
    }
    for (let at = before; at < this.problems.length; at++) {
      const problem = this.problems[at] ?? '';
      if (!problem.includes(': ')) this.problems[at] = `${name}: ${problem}`;
    }
  }

  #require(holds: boolean, problem: string): void {
    if (!holds) this.#report(problem);
  }

  #report(problem: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  #query(sql: string): Query {
    return new Query(this.#database, sql);
  }
}

/** What is wrong with the file; anything else is thrown on. */
function damageIn(error: unknown): string {
  const isSqlite = error instanceof Error && 'errcode' in error;
  if (isDamagedRow(error) || isSqlite) return error.message;
  throw error;
}

function add(sums: Map<number, number>, key: number, more: number): void {
  sums.set(key, (sums.get(key) ?? 0) + more);
}
