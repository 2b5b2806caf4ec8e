// What a damaged database still says of itself: whose it is, and how many records it had. Not how far
// the member's own journal goes: a repair begins another one whatever the file says, for of what the
// disk lost nothing may be left that tells of it.

import { DatabaseSync } from 'node:sqlite';
import { databaseFailure } from '../tables/database-failures.ts';
import { Query } from '../tables/query.ts';
import { requireChecksum, rowChecksum } from '../tables/row-checksum.ts';

export interface OldDatabase {
  /** How many records it had; null when that cannot be told. */
  readonly records: number | null;
  /** Null when it does not say. */
  readonly group: string | null;
  readonly member: string | null;
}

/** As far as SQLite can read it. */
export function lookAtOld(path: string, now: number): OldDatabase {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    const opened = database;
    opened.exec('PRAGMA cell_size_check = ON; BEGIN');
    return {
      records: unlessDamaged(path, () => countRecords(opened, now)),
      group: unlessDamaged(path, () => aboutText(opened, 'group')),
      member: unlessDamaged(path, () => aboutText(opened, 'member')),
    };
  } catch (error) {
    requireDamage(path, error);
    return { records: null, group: null, member: null };
  } finally {
    database?.close();
  }
}

function countRecords(database: DatabaseSync, now: number): number {
  const query = new Query(database, 'SELECT count(*) FROM record WHERE remove_at > ?');
  return query.first(now)?.number(0) ?? 0;
}

function aboutText(database: DatabaseSync, name: string): string {
  const row = new Query(database, 'SELECT value, checksum FROM about WHERE name = ?').first(name);
  const value = row?.bytes(0) ?? new Uint8Array(0);
  requireChecksum(row?.number(1) ?? -1, rowChecksum([value]), `its ${name}`);
  return Buffer.from(value).toString('utf8');
}

function unlessDamaged<Value>(path: string, read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    requireDamage(path, error);
    return null;
  }
}

/** Whatever SQLite says of a damaged file is damage; a bug of ours is not. */
function requireDamage(path: string, error: unknown): void {
  if (databaseFailure(path, error) === error) throw error;
}
