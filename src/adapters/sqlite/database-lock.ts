// One store per database file. The lock is SQLite's lock on an empty database beside it, as that of the
// vault: it is the operating system's and dies with its holder. A lock on the database itself would
// not do: `locking_mode = EXCLUSIVE` shuts out those who read beside us, as exports do, and without it
// two stores would work in turns, each with totals in memory that the other one changes.

import { closeSync, fsyncSync, lstatSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { storageFailed } from './tables/database-failures.ts';

const FILE_MODE = 0o600;

export class DatabaseLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Throws SQLite's error that somebody has it. BEGIN IMMEDIATE takes one lock without waiting, so of many exactly one gets it. */
  static acquire(path: string): DatabaseLock {
    createPrivateFile(path);
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    } catch (error) {
      database.close();
      throw error;
    }
    return new DatabaseLock(database);
  }

  release(): void {
    this.#database.close();
  }
}

/**
 * True when it was missing. A file that is there is not opened to look at it: POSIX drops all locks of
 * a process on a file when any of its descriptors is closed, and the holder may be this process.
 */
export function createPrivateFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (!found.isFile()) throw storageFailed(path, found.isSymbolicLink() ? 'ELOOP' : 'EISDIR');
    return false;
  }
  closeSync(openSync(path, 'wx', FILE_MODE));
  return true;
}

/** So that the loss of power does not take a new file away; Windows cannot open directories, and needs no such call. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
