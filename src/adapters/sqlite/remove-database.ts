// Removes the database of one group and everything that was kept beside it. A removal that was cut short
// leaves nothing that opens as if it were whole: the rest is a new, empty database, and removing again
// removes it.

import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseLock, syncDirectory } from './database-lock.ts';
import { databaseFailure } from './tables/database-failures.ts';

/** What follows the name of the database in the names of its other files; the lock is held meanwhile. */
const BESIDE = /^(?:-|\.(?!lock$))/;

/**
 * Durable when it returns, and nothing to do for what is not there. Throws `DATABASE_IN_USE` while anybody has the
 * database open or repairs it, and `STORAGE_FAILED`.
 */
export function removeRecordDatabase(path: string): void {
  try {
    const lock = DatabaseLock.acquire(`${path}.lock`);
    try {
      for (const name of namesOf(path)) rmSync(name, { force: true });
    } finally {
      lock.release();
    }
    rmSync(`${path}.lock`, { force: true });
    syncDirectory(dirname(path));
  } catch (error) {
    throw databaseFailure(path, error);
  }
}

/**
 * A repaired file would take the place of the database, so those go first. Then the database before its log:
 * a log without its file is nothing, but a file without its log is the past, and who went on from
 * there would sign two histories.
 */
function namesOf(path: string): readonly string[] {
  const beside = readdirSync(dirname(path))
    .map((name) => join(dirname(path), name))
    .filter((name) => BESIDE.test(name.slice(path.length)) && name.startsWith(path))
    .sort();
  const repairs = beside.filter((name) => name.startsWith(`${path}.repair`));
  return [...repairs, path, ...beside.filter((name) => !repairs.includes(name))];
}
