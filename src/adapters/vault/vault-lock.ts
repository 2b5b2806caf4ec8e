// One opener per vault. The lock is SQLite's lock on an empty database, so it is the operating
// system's: it dies with its holder however that one ends, and no stale file can keep anybody out.
// The file that names the holder's process serves the message of whoever comes second, nothing else.

import { chmodSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { WorldError } from '../../core/ports/world-error.ts';
import { damaged, errnoOf, noAccess, storageFailed } from './storage-failures.ts';

/** A guess: long enough for a winner to write its name, and for Windows to give up a lock that just ended. */
const ATTEMPTS_MAX = 20;
const ATTEMPT_PAUSE_MS = 15;

const SQLITE_BUSY = 5;
const SQLITE_NOT_A_DATABASE = 26;

export class VaultLock {
  readonly #database: DatabaseSync;
  readonly #pidPath: string;

  private constructor(database: DatabaseSync, pidPath: string) {
    this.#database = database;
    this.#pidPath = pidPath;
  }

  /** Throws `VAULT_IN_USE`. */
  static async acquire(directory: string): Promise<VaultLock> {
    const databasePath = join(directory, 'lock.db');
    const pidPath = join(directory, 'lock.pid');
    for (let attempt = 1; ; attempt++) {
      const database = lockedDatabase(databasePath);
      if (database !== null) return VaultLock.#named(database, databasePath, pidPath);
      const pid = livingHolder(pidPath);
      if (pid !== null || attempt === ATTEMPTS_MAX) throw inUse(directory, pid);
      await pause(ATTEMPT_PAUSE_MS);
    }
  }

  static #named(database: DatabaseSync, databasePath: string, pidPath: string): VaultLock {
    try {
      chmodSync(databasePath, 0o600);
      writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
    } catch (error) {
      database.close();
      throw storageFailed(pidPath, error);
    }
    return new VaultLock(database, pidPath);
  }

  /** The name goes first: after the lock it could be that of the next holder. */
  release(): void {
    try {
      rmSync(this.#pidPath, { force: true });
    } catch (error) {
      throw storageFailed(this.#pidPath, error);
    } finally {
      this.#database.close();
    }
  }
}

/**
 * Null while another has the lock. BEGIN IMMEDIATE takes a single lock without waiting, so of many
 * that come at once exactly one gets it; BEGIN EXCLUSIVE takes two, and all may fail. Nothing is
 * ever written. This process must not open the file in any other way: POSIX drops all locks of a
 * process on a file when any of its descriptors is closed.
 */
function lockedDatabase(path: string): DatabaseSync | null {
  requirePlainFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return database;
  } catch (error) {
    database?.close();
    const result = sqliteResultOf(error);
    if (result === SQLITE_BUSY) return null;
    throw result === SQLITE_NOT_A_DATABASE
      ? damaged(path, 'no lock file of ours')
      : storageFailed(path, error);
  }
}

function requirePlainFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === false) throw noAccess(path, 'is no plain file', `Remove ${path}.`);
}

/** SQLite's primary result code, without the extension in the higher bits. */
function sqliteResultOf(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'))
    return null;
  return error.errcode % 256;
}

/** Null when nobody has given a name, or the one who did is gone. */
function livingHolder(pidPath: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(pidPath, 'utf8'), 10);
    return pid > 0 && isAlive(pid) ? pid : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw storageFailed(pidPath, error);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

function inUse(directory: string, pid: number | null): WorldError {
  const holder = pid === process.pid ? `this process (${pid})` : `process ${pid ?? 'unknown'}`;
  return new WorldError('VAULT_IN_USE', `the vault ${directory} is in use by ${holder}`, {
    hint: 'Stop that process, or use the group through it.',
    details: pid === null ? { path: directory } : { path: directory, pid },
  });
}
