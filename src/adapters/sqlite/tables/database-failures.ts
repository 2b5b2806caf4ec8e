// Turns what SQLite and the file system say into `WorldError`, with what the user can do about it.
// Whatever is wrong with a file, it stays as it is: it is named, and nobody mends it unasked.

import { MalformedBytes } from '../../../core/base/malformed-bytes.ts';
import { WorldError } from '../../../core/ports/world-error.ts';

/** The disk, a quota, the largest file that the process may have. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOT_A_DATABASE = 26;

/** A row that contradicts another one, or itself: its checksum, its type, or what it refers to. */
export class DamagedRow extends Error {
  override readonly name = 'DamagedRow';
}

/** Assertions and errors that have their code already pass through as they are. */
export function databaseFailure(path: string, error: unknown): unknown {
  if (isDamagedRow(error)) return databaseCorrupt(path, error.message, error);
  const result = sqliteResultOf(error);
  if (result !== null) return failureOfResult(path, result, error);
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof WorldError) return error;
  return NO_ROOM.has(errno) ? storageFull(path, error) : storageFailed(path, errno, error);
}

function failureOfResult(path: string, result: number, error: unknown): WorldError {
  switch (result) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return databaseInUse(path, error);
    case SQLITE_CORRUPT:
      return databaseCorrupt(path, 'a page of it is malformed', error);
    case SQLITE_NOT_A_DATABASE:
      return databaseCorrupt(path, 'it is no SQLite database', error);
    case SQLITE_CONSTRAINT:
      // What we write breaks no constraint, so an index or a counter is not what we wrote.
      return databaseCorrupt(path, 'its tables contradict each other', error);
    case SQLITE_FULL:
      return storageFull(path, error);
    default:
      return storageFailed(path, `SQLITE_${result}`, error);
  }
}

export function databaseCorrupt(path: string, reason: string, cause?: unknown): WorldError {
  return new WorldError('DATABASE_CORRUPT', `damaged record database ${path}: ${reason}`, {
    hint: 'Close the group and call node.repairRecords(): it keeps what can be read, and the other members still have the rest.',
    details: { path, reason },
    cause,
  });
}

function databaseInUse(path: string, cause?: unknown): WorldError {
  return new WorldError('DATABASE_IN_USE', `the record database ${path} is in use`, {
    hint: 'Stop the process that has it open, or use the group through it.',
    details: { path },
    cause,
  });
}

export function databaseTooNew(path: string, version: number, known: number): WorldError {
  const versions = `version ${version}, and this release knows ${known}`;
  return new WorldError('DATABASE_TOO_NEW', `the record database ${path} is of ${versions}`, {
    hint: 'Update peergroup.',
    details: { path, version, known },
  });
}

export function databaseOfAnother(path: string, what: string): WorldError {
  return new WorldError(
    'DATABASE_OF_ANOTHER',
    `the record database ${path} is of another ${what}`,
    {
      hint: `Move ${path} back to where it belongs, or away.`,
      details: { path, what },
    },
  );
}

export function storageFailed(path: string, errno: string, cause?: unknown): WorldError {
  return new WorldError('STORAGE_FAILED', `storage failed (${errno}): ${path}`, {
    details: { path, errno },
    cause,
  });
}

function storageFull(path: string, cause: unknown): WorldError {
  return new WorldError('STORAGE_FULL', `no space is left for ${path}`, {
    hint: 'Free some space on that disk, and try again.',
    details: { path },
    cause,
  });
}

/** SQLite's primary result code, without the extension in the higher bits. */
function sqliteResultOf(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'))
    return null;
  return error.errcode % 256;
}

/** That one row is not as it was written; others may be. */
export function isDamagedRow(error: unknown): error is Error {
  return error instanceof DamagedRow || error instanceof MalformedBytes || isOutOfRange(error);
}

/** What is said of a number above 2^53, where none of ours is. */
function isOutOfRange(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error
    ? String(error.code)
    : undefined;
}
