// Batches: what the author signed, and how many records here still need it. A batch without any keeps
// its statement, by which gaps and contradictions in a journal are seen, and gives up leaves and
// signature; before the journal's first living batch it is not needed at all. Only the last batch of
// a journal stays whole, for the next one goes on from it.

import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { ByteReader } from '../../../core/base/byte-reader.ts';
import { ByteWriter } from '../../../core/base/byte-writer.ts';
import { bytesKey } from '../../../core/base/bytes.ts';
import { LIMITS } from '../../../core/domain/limits.ts';
import type { SignedBatch } from '../../../core/domain/records.ts';
import type { BatchesPage, StoredBatch, StoredVersions } from '../../../core/ports/record-store.ts';
import { readBatchStatement, writeBatchStatement } from '../../../core/records/batch-statement.ts';
import { DamagedRow } from './database-failures.ts';
import type { MemberTable, NumberedMember } from './member-table.ts';
import { Query, type Row } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';
import { StoredHashes } from './stored-hashes.ts';

/** What a record needs to know about its batch. */
export interface BatchOfRecord {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly author: NumberedMember;
  readonly journal: Uint8Array;
  readonly firstSequence: number;
}

/** What decides whether a batch is still needed. */
interface BatchStanding {
  readonly number: number;
  readonly author: number;
  readonly journal: Uint8Array;
  readonly live: number;
  readonly cost: number;
  readonly isWhole: boolean;
  readonly hasLeaves: boolean;
}

/** What a batch costs its author beside signature and leaves: statement, row and indexes. */
const STATEMENT_COST = 256;

/** One batch across a range convicts its author; whoever makes thousands of them must not have us read them all. */
const ACROSS_MAX = 8;

/** A batch takes 250 bytes of memory; one that was forgotten is read again. */
const BATCHES_KEPT_MAX = 4_096;

export const BATCH_COLUMNS = 'checksum, hash, statement, signature, leaves';
const STANDING = 'batch, author, journal, live, length(signature), coalesce(length(leaves), 0)';
const OF_JOURNAL = 'FROM batch WHERE author = ? AND journal = ?';
const NOTHING = new Uint8Array(0);

export class BatchTable {
  readonly #members: MemberTable;
  readonly #queries: BatchQueries;
  readonly #hashes: StoredHashes;
  readonly #keptByNumber = new Map<number, BatchOfRecord>();
  readonly #keptByHash = new Map<string, BatchOfRecord>();
  /** Records come batch by batch: of those of a commit, the one that was asked for last. */
  #last: { readonly hash: Uint8Array; readonly batch: BatchOfRecord } | null = null;
  /** How many records more or fewer each batch has by this commit; with 0 those to look at for another reason. */
  readonly #liveChanges = new Map<number, number>();

  constructor(database: DatabaseSync, members: MemberTable) {
    this.#members = members;
    this.#queries = prepareQueries(database);
    this.#hashes = new StoredHashes(database);
  }

  find(hash: Uint8Array): StoredBatch | null {
    const row = this.#queries.byHash.first(hash);
    return row === null ? null : storedBatchOf(row);
  }

  /** In the order: the one before, those across, the one after. */
  around(author: Uint8Array, journal: Uint8Array, from: number, count: number): SignedBatch[] {
    const number = this.#members.find(author)?.number;
    if (number === undefined) return [];
    const end = from + count;
    const { before, across, after } = this.#queries;
    return [
      ...before.all(number, journal, from),
      ...across.all(number, journal, from, end + LIMITS.recordsInBatchMax, end),
      ...after.all(number, journal, end),
    ].map((row) => storedBatchOf(row).batch);
  }

  last(author: Uint8Array, journal: Uint8Array): SignedBatch | null {
    const number = this.#members.find(author)?.number;
    const row = number === undefined ? null : this.#queries.last.first(number, journal);
    return row === null ? null : storedBatchOf(row).batch;
  }

  /** Of one author, in the order of their coming. */
  ofAuthor(author: Uint8Array, after: number | null, max: number): BatchesPage {
    const number = this.#members.find(author)?.number;
    if (number === undefined) return { batches: [], next: null };
    const rows = this.#queries.ofAuthor.all(number, after ?? 0, max);
    const next = rows.length < max ? null : (rows.at(-1)?.number(5) ?? null);
    return { batches: rows.map((row) => storedBatchOf(row).batch), next };
  }

  /** Which records and shadows stand here as this batch has them. */
  versionsIn(hash: Uint8Array): StoredVersions {
    const number = this.withHash(hash)?.number;
    if (number === undefined) return { records: [], shadows: [] };
    const idsBy = (query: Query): readonly Uint8Array[] =>
      query.all(number).map((row) => row.bytes(0));
    return { records: idsBy(this.#queries.records), shadows: idsBy(this.#queries.shadows) };
  }

  /** Whole, of a number that another row names. */
  storedWithNumber(number: number): StoredBatch {
    return this.#stored(number);
  }

  /** The hashes of all its records; null when they are not all here. */
  leavesOf(number: number): Uint8Array | null {
    return this.#stored(number).leaves;
  }

  /** Of a number that another row names. */
  withNumber(number: number): BatchOfRecord {
    const kept = this.#keptByNumber.get(number);
    if (kept !== undefined) return kept;
    const row = this.#queries.ofRecord.first(number);
    if (row === null) throw new DamagedRow('a row names a batch that is not there');
    return this.#keep(row);
  }

  withHash(hash: Uint8Array): BatchOfRecord | null {
    const kept = this.#keptByHash.get(bytesKey(hash));
    if (kept !== undefined) return kept;
    const row = this.#queries.ofRecordByHash.first(hash);
    return row === null ? null : this.#keep(row);
  }

  /** In a commit, while whose changes nobody changes. */
  ofArriving(hash: Uint8Array): BatchOfRecord | null {
    if (this.#last?.hash === hash) return this.#last.batch;
    const batch = this.withHash(hash);
    if (batch !== null) this.#last = { hash, batch };
    return batch;
  }

  /** Of a record with this sequence in the journal of the batch. */
  hashOf(
    { author, journal }: BatchOfRecord,
    sequence: number,
    contentBytes: Uint8Array,
  ): Uint8Array {
    return this.#hashes.hashOf(author.publicKey, journal, sequence, contentBytes);
  }

  /** Of a batch that is there already, what was missing is added. */
  put(batch: SignedBatch, leaves: Uint8Array | null): void {
    const known = this.withHash(batch.hash);
    if (known === null) this.#add(batch, leaves);
    else this.#complete(known.number, batch.signature, leaves);
  }

  /** So many records or shadows more need this batch, or fewer. */
  addLive(number: number, count: number): void {
    this.#liveChanges.set(number, (this.#liveChanges.get(number) ?? 0) + count);
  }

  /** At the end of a commit: counts are written, and what no record needs any more goes. */
  write(): void {
    this.#last = null;
    const touched: BatchStanding[] = [];
    for (const [number, change] of this.#liveChanges) {
      if (change !== 0) this.#queries.addLive.run(number, change);
      touched.push(this.#standing(number));
    }
    this.#liveChanges.clear();
    const journals = Map.groupBy(touched, journalKey);
    for (const batches of journals.values()) {
      for (const { author, journal } of batches.slice(0, 1)) {
        const last = this.#queries.lastNumber.first(author, journal)?.number(0) ?? 0;
        for (const batch of batches) {
          if (batch.live === 0 && batch.number !== last) this.#strip(batch);
        }
        this.#deleteDeadBeginning(author, journal, last);
      }
    }
  }

  /** After a rollback. */
  forget(): void {
    this.#last = null;
    this.#liveChanges.clear();
    this.#keptByNumber.clear();
    this.#keptByHash.clear();
  }

  #add({ hash, signature, statement }: SignedBatch, leaves: Uint8Array | null): void {
    const author = this.#members.find(statement.author);
    assert(author !== null, 'the membership of an author is stored before its batches');
    const former = this.#queries.lastNumber.first(author.number, statement.journal);
    if (former !== null) this.addLive(former.number(0), 0);
    const out = new ByteWriter();
    writeBatchStatement(out, statement);
    const bytes = out.finish();
    const { journal, firstSequence, count } = statement;
    const number = this.#queries.insert.insert(
      hash,
      author.number,
      journal,
      firstSequence,
      firstSequence + count - 1,
      rowChecksum([hash, bytes, signature, leaves]),
      bytes,
      signature,
      leaves,
    );
    this.#members.charge(author.number, 0, batchCost(signature.length, leaves?.length ?? 0));
    this.addLive(number, 0);
  }

  #complete(number: number, signature: Uint8Array, leaves: Uint8Array | null): void {
    const standing = this.#standing(number);
    if (standing.isWhole && (leaves === null || standing.hasLeaves)) return;
    const stored = this.#stored(number);
    const kept = standing.isWhole ? stored.batch.signature : signature;
    this.#rewrite(standing, stored, kept, stored.leaves ?? leaves);
    this.addLive(number, 0);
  }

  #strip(batch: BatchStanding): void {
    if (batch.isWhole) this.#rewrite(batch, this.#stored(batch.number), NOTHING, null);
  }

  #rewrite(
    { number, author, cost }: BatchStanding,
    { batch: { hash, statement } }: StoredBatch,
    signature: Uint8Array,
    leaves: Uint8Array | null,
  ): void {
    const out = new ByteWriter();
    writeBatchStatement(out, statement);
    const checksum = rowChecksum([hash, out.finish(), signature, leaves]);
    this.#queries.rewrite.run(number, checksum, signature, leaves);
    this.#members.charge(author, 0, batchCost(signature.length, leaves?.length ?? 0) - cost);
  }

  /** All before the first living one, but never the last. */
  #deleteDeadBeginning(author: number, journal: Uint8Array, last: number): void {
    const living = this.#queries.firstLiving.first(author, journal);
    const end = living?.number(0) ?? Number.MAX_SAFE_INTEGER;
    for (const row of this.#queries.beginning.all(author, journal, end, last)) {
      const { number, cost } = standingOf(row);
      this.#queries.delete.run(number);
      this.#members.charge(author, 0, -cost);
      this.#keptByNumber.delete(number);
      this.#keptByHash.clear();
    }
  }

  #standing(number: number): BatchStanding {
    const row = this.#queries.standing.first(number);
    if (row === null) throw new DamagedRow('a row names a batch that is not there');
    return standingOf(row);
  }

  #stored(number: number): StoredBatch {
    const row = this.#queries.byNumber.first(number);
    if (row === null) throw new DamagedRow('a row names a batch that is not there');
    return storedBatchOf(row);
  }

  #keep(row: Row): BatchOfRecord {
    if (this.#keptByNumber.size >= BATCHES_KEPT_MAX) {
      this.#keptByNumber.clear();
      this.#keptByHash.clear();
    }
    const batch = {
      number: row.number(0),
      author: this.#members.withNumber(row.number(1)),
      firstSequence: row.number(2),
      hash: row.bytes(3),
      journal: row.bytes(4),
    };
    this.#keptByNumber.set(batch.number, batch);
    this.#keptByHash.set(bytesKey(batch.hash), batch);
    return batch;
  }
}

type BatchQueries = ReturnType<typeof prepareQueries>;

function prepareQueries(database: DatabaseSync) {
  const query = (sql: string): Query => new Query(database, sql);
  return {
    byHash: query(`SELECT ${BATCH_COLUMNS} FROM batch WHERE hash = ?`),
    byNumber: query(`SELECT ${BATCH_COLUMNS} FROM batch WHERE batch = ?`),
    ofRecord: query(
      'SELECT batch, author, first_sequence, hash, journal FROM batch WHERE batch = ?',
    ),
    ofRecordByHash: query(
      'SELECT batch, author, first_sequence, hash, journal FROM batch WHERE hash = ?',
    ),
    before: query(
      `SELECT ${BATCH_COLUMNS} ${OF_JOURNAL} AND last_sequence < ? ORDER BY last_sequence DESC, hash LIMIT 1`,
    ),
    across: query(
      `SELECT ${BATCH_COLUMNS} ${OF_JOURNAL} AND last_sequence >= ? AND last_sequence < ?
       AND first_sequence < ? ORDER BY first_sequence, hash LIMIT ${ACROSS_MAX}`,
    ),
    after: query(
      `SELECT ${BATCH_COLUMNS} ${OF_JOURNAL} AND first_sequence >= ? ORDER BY first_sequence, hash LIMIT 1`,
    ),
    ofAuthor: query(
      `SELECT ${BATCH_COLUMNS}, batch FROM batch WHERE author = ? AND batch > ? ORDER BY batch LIMIT ?`,
    ),
    records: query('SELECT id FROM record WHERE batch = ? ORDER BY place'),
    shadows: query('SELECT id FROM shadow WHERE batch = ? ORDER BY place'),
    last: query(`SELECT ${BATCH_COLUMNS} ${OF_JOURNAL} ORDER BY last_sequence DESC, hash LIMIT 1`),
    lastNumber: query(`SELECT batch ${OF_JOURNAL} ORDER BY last_sequence DESC, hash LIMIT 1`),
    firstLiving: query(
      `SELECT first_sequence ${OF_JOURNAL} AND live > 0 ORDER BY first_sequence LIMIT 1`,
    ),
    standing: query(`SELECT ${STANDING} FROM batch WHERE batch = ?`),
    beginning: query(`SELECT ${STANDING} ${OF_JOURNAL} AND first_sequence < ? AND batch <> ?`),
    insert: query(
      `INSERT INTO batch (hash, author, journal, first_sequence, last_sequence, live, checksum,
       statement, signature, leaves) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
    ),
    addLive: query('UPDATE batch SET live = live + ?2 WHERE batch = ?1'),
    rewrite: query('UPDATE batch SET checksum = ?2, signature = ?3, leaves = ?4 WHERE batch = ?1'),
    delete: query('DELETE FROM batch WHERE batch = ?'),
  };
}

export function batchCost(signatureBytes: number, leavesBytes: number): number {
  return STATEMENT_COST + signatureBytes + leavesBytes;
}

function standingOf(row: Row): BatchStanding {
  return {
    number: row.number(0),
    author: row.number(1),
    journal: row.bytes(2),
    live: row.number(3),
    isWhole: row.number(4) > 0,
    hasLeaves: row.number(5) > 0,
    cost: batchCost(row.number(4), row.number(5)),
  };
}

/** Of a row of `BATCH_COLUMNS`. */
export function storedBatchOf(row: Row): StoredBatch {
  const [hash, bytes, signature, leaves] = [
    row.bytes(1),
    row.bytes(2),
    row.bytes(3),
    row.bytesOrNull(4),
  ];
  requireChecksum(row.number(0), rowChecksum([hash, bytes, signature, leaves]), 'a batch');
  const input = new ByteReader(bytes);
  const statement = readBatchStatement(input);
  input.end();
  return { batch: { statement, hash, signature }, leaves };
}

function journalKey({ author, journal }: BatchStanding): string {
  return `${author}/${bytesKey(journal)}`;
}
