// Opens the database file of one group and one member: private, locked against a second store, of a
// version that we know, and of this group. Until that is certain nothing is written: whatever else is
// there is named and left as it is. A new file and every migration are one transaction.

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import type { Chance } from '../../core/ports/clock.ts';
import type { Durability } from '../../core/ports/record-store.ts';
import { createPrivateFile, DatabaseLock, syncDirectory } from './database-lock.ts';
import { isLogDamaged } from './log-frames.ts';
import { swapRepaired } from './repair/repair-files.ts';
import { SqliteRecordStore } from './sqlite-record-store.ts';
import {
  databaseCorrupt,
  databaseFailure,
  databaseOfAnother,
  databaseTooNew,
} from './tables/database-failures.ts';
import { Query } from './tables/query.ts';
import { ROW_SECRET_BYTES } from './tables/record-row.ts';
import { requireChecksum, rowChecksum } from './tables/row-checksum.ts';
import { APPLICATION_ID, MIGRATIONS } from './tables/schema.ts';

export interface RecordDatabaseOptions {
  /** In a directory that only its owner may use. */
  readonly path: string;
  readonly group: GroupName;
  readonly member: PeerName;
  readonly chance: Chance;
  /** What own publications survive, `'power'` unless said otherwise. */
  readonly durability?: Durability;
}

/** An open database and what keeps others out of it. */
export interface RecordDatabase {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly lock: DatabaseLock;
  /** 8 bytes. */
  readonly journal: Uint8Array;
  /** Decides where records stand that share a stamp (record-row.ts). */
  readonly rowSecret: Uint8Array;
  /** To be called when it is closed in order. */
  readonly onClose: () => void;
}

type ReadyDatabase = Omit<RecordDatabase, 'path' | 'lock'>;

const JOURNAL_BYTES = 8;

/** Throws `WorldError`. */
export function openRecordDatabase(options: RecordDatabaseOptions): SqliteRecordStore {
  return new SqliteRecordStore(openDatabaseFile(options, MIGRATIONS));
}

/** The same without the store, and with these migrations. */
export function openDatabaseFile(
  options: RecordDatabaseOptions,
  migrations: readonly string[],
): RecordDatabase {
  const { path } = options;
  try {
    return lockedDatabase(options, migrations);
  } catch (error) {
    throw databaseFailure(path, error);
  }
}

function lockedDatabase(
  options: RecordDatabaseOptions,
  migrations: readonly string[],
): RecordDatabase {
  const { path } = options;
  const lock = DatabaseLock.acquire(`${path}.lock`);
  try {
    swapRepaired(path);
    if (createPrivateFile(path)) syncDirectory(dirname(path));
    // Before SQLite sees it, which takes what it can read for all that was there.
    const isDamaged = isLogDamaged(path);
    inspect(options, migrations.length);
    return { path, lock, ...readyDatabase(options, migrations, isDamaged) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Reads only: a connection that may write would clean up after a process that died, in a file that may
 * not be ours. Without a log to read beside the file, `immutable` keeps it from making an empty one.
 */
function inspect({ path, group, member }: RecordDatabaseOptions, versionsKnown: number): void {
  const url = pathToFileURL(path);
  const hasLog = lstatSync(`${path}-wal`, { throwIfNoEntry: false }) !== undefined;
  if (!hasLog) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true, timeout: 0 });
  try {
    const version = pragma(database, 'user_version');
    const isEmpty = new Query(database, 'SELECT 1 FROM sqlite_schema LIMIT 1').first() === null;
    if (isEmpty && version === 0) return;
    if (pragma(database, 'application_id') !== APPLICATION_ID) {
      throw databaseOfAnother(path, 'application');
    }
    if (version > versionsKnown) throw databaseTooNew(path, version, versionsKnown);
    if (aboutText(database, path, 'group') !== group) throw databaseOfAnother(path, 'group');
    if (aboutText(database, path, 'member') !== member) throw databaseOfAnother(path, 'member');
  } finally {
    database.close();
  }
}

function readyDatabase(
  options: RecordDatabaseOptions,
  migrations: readonly string[],
  isDamaged: boolean,
): ReadyDatabase {
  const keeper = isDamaged ? keepLog(options.path) : null;
  try {
    return settledDatabase(options, migrations, isDamaged);
  } finally {
    keeper?.close();
  }
}

/**
 * The last connection to close takes the log up and deletes it, and with it what tells that it is
 * damaged. One that only reads does not, and as long as it is there no other is the last: should the
 * new journal not come about, the next opener finds the log as this one did.
 */
function keepLog(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  new Query(database, 'SELECT 1 FROM sqlite_schema LIMIT 1').first();
  return database;
}

function settledDatabase(
  options: RecordDatabaseOptions,
  migrations: readonly string[],
  isDamaged: boolean,
): ReadyDatabase {
  // References are checked by checkDatabase: at each insert they would cost as much as the insert.
  const database = new DatabaseSync(options.path, {
    timeout: 0,
    enableForeignKeyConstraints: false,
  });
  try {
    tune(database);
    migrate(database, options, migrations);
    settleJournal(database, options, isDamaged);
    const onClose = (): void => forgetExposure(database);
    const journal = about(database, options.path, 'journal');
    const rowSecret = about(database, options.path, 'row secret');
    return { database, journal, rowSecret, onClose };
  } catch (error) {
    database.close();
    throw error;
  }
}

function tune(database: DatabaseSync): void {
  // The size of a page is settled by the first write; in an older file it is what it was.
  database.exec('PRAGMA page_size = 4096');
  // Commits append to one file, and readers such as exports hold nobody up.
  database.exec('PRAGMA journal_mode = WAL');
  // 32 MiB of pages at most, whatever the number of records.
  database.exec('PRAGMA cache_size = -32768');
  // 16 MB of log. Measured, a record costs the same with 2,000 to 16,000 pages, and what a commit that
  // takes the log up takes longer than others grows with them.
  database.exec('PRAGMA wal_autocheckpoint = 4000');
  // What a long export made the log grow to is given back afterwards.
  database.exec('PRAGMA journal_size_limit = 67108864');
  // A wrong pointer in a damaged page is found where it is read, not when it has done harm.
  database.exec('PRAGMA cell_size_check = ON');
}

/** All migrations are one transaction: after a crash the file is of the old version, whole, or of the new one. */
function migrate(
  database: DatabaseSync,
  { group, member, chance }: RecordDatabaseOptions,
  migrations: readonly string[],
): void {
  const version = pragma(database, 'user_version');
  if (version === migrations.length) return;
  database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  try {
    for (const script of migrations.slice(version)) database.exec(script);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    if (version === 0) {
      putAbout(database, {
        group: Buffer.from(group, 'utf8'),
        member: Buffer.from(member, 'utf8'),
        journal: chance.bytes(JOURNAL_BYTES),
        'row secret': chance.bytes(ROW_SECRET_BYTES),
      });
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Publications that do not survive a loss of power are given out as others are: if they are lost here,
 * the journal must not give their numbers to others (protocol.md §12.8). So the file says that they
 * may be, until it is closed in order, and where that did not happen the journal ends and another
 * begins. It does so as well after damage to the log, for then any publication may be lost.
 */
function settleJournal(
  database: DatabaseSync,
  options: RecordDatabaseOptions,
  isDamaged: boolean,
): void {
  const wasExposed = new Query(database, EXPOSED).first() !== null;
  const isExposed = options.durability === 'process';
  if (!wasExposed && !isExposed && !isDamaged) return;
  database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  try {
    if (wasExposed || isDamaged)
      putAbout(database, { journal: options.chance.bytes(JOURNAL_BYTES) });
    if (isExposed) putAbout(database, { exposed: Uint8Array.of(1) });
    else database.exec(NOT_EXPOSED);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function forgetExposure(database: DatabaseSync): void {
  if (new Query(database, EXPOSED).first() === null) return;
  database.exec('PRAGMA synchronous = FULL');
  database.exec(NOT_EXPOSED);
}

const EXPOSED = "SELECT 1 FROM about WHERE name = 'exposed'";
const NOT_EXPOSED = "DELETE FROM about WHERE name = 'exposed'";

function putAbout(database: DatabaseSync, about: Readonly<Record<string, Uint8Array>>): void {
  const put = new Query(
    database,
    'INSERT OR REPLACE INTO about (name, value, checksum) VALUES (?, ?, ?)',
  );
  for (const [name, value] of Object.entries(about)) put.run(name, value, rowChecksum([value]));
}

function aboutText(database: DatabaseSync, path: string, name: string): string {
  return Buffer.from(about(database, path, name)).toString('utf8');
}

function about(database: DatabaseSync, path: string, name: string): Uint8Array {
  const found = new Query(database, 'SELECT value, checksum FROM about WHERE name = ?').first(name);
  if (found === null) throw databaseCorrupt(path, `it does not say its ${name}`);
  const value = found.bytes(0);
  requireChecksum(found.number(1), rowChecksum([value]), `its ${name}`);
  return value;
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return new Query(database, `PRAGMA ${name}`).first()?.number(0) ?? 0;
}
