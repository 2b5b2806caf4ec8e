// Repairs a database that is damaged: everything in it that proves itself goes into a new file, which
// takes its place. The damaged file is kept. Takes as long as it takes, so it runs on a thread of its own.

import { existsSync } from 'node:fs';
import type { GroupName, PeerName } from '../../../core/domain/names.ts';
import type { Chance } from '../../../core/ports/clock.ts';
import { DatabaseLock } from '../database-lock.ts';
import { openRecordDatabase } from '../record-database.ts';
import { databaseFailure, databaseOfAnother, storageFailed } from '../tables/database-failures.ts';
import { lookAtOld } from './repair-about.ts';
import { finishRepair, removeUnfinished, swapRepaired, unfinishedPath } from './repair-files.ts';
import { DatabasePages } from './repair-pages.ts';
import { SavedRows } from './repair-rows.ts';
import { Salvage, type SalvageParts } from './repair-salvage.ts';

export interface RepairRequest extends SalvageParts {
  readonly path: string;
  readonly group: GroupName;
  readonly member: PeerName;
  readonly ownChain: readonly Uint8Array[];
  readonly chance: Chance;
}

export interface RepairResult {
  readonly recordsKept: number;
  /** Null when nobody can tell. */
  readonly recordsLost: number | null;
  /** The damaged file. */
  readonly keptAs: string;
}

/** Throws `WorldError`: `DATABASE_IN_USE`, `DATABASE_OF_ANOTHER`, `STORAGE_FULL`, `STORAGE_FAILED`. */
export function repairDatabase(request: RepairRequest): RepairResult {
  try {
    const lock = DatabaseLock.acquire(`${request.path}.lock`);
    try {
      return repairLocked(request);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw databaseFailure(request.path, error);
  }
}

function repairLocked(request: RepairRequest): RepairResult {
  const { path, group, member, now } = request;
  swapRepaired(path);
  if (!existsSync(path)) throw storageFailed(path, 'ENOENT');
  const old = lookAtOld(path, now);
  if (old.group !== null && old.group !== group) throw databaseOfAnother(path, 'group');
  if (old.member !== null && old.member !== member) throw databaseOfAnother(path, 'member');
  const recordsKept = salvage(request);
  const keptAs = finishRepair(path) ?? path;
  const recordsLost = old.records === null ? null : Math.max(0, old.records - recordsKept);
  return { recordsKept, recordsLost, keptAs };
}

/** What cannot be finished is taken away: on a full disk it would keep everybody from the rest of it. */
function salvage(request: RepairRequest): number {
  removeUnfinished(request.path);
  try {
    return salvageInto(unfinishedPath(request.path), request);
  } catch (error) {
    removeUnfinished(request.path);
    throw error;
  }
}

/**
 * Into a new file, with a journal of its own: what is missing at the end of the old one may have left
 * no trace, and its sequences would be given again (protocol.md §12.8).
 */
function salvageInto(path: string, request: RepairRequest): number {
  const pages = new DatabasePages(request.path);
  try {
    const { group, member, chance } = request;
    const store = openRecordDatabase({ path, group, member, chance });
    try {
      return new Salvage(new SavedRows(pages), store, request).run(request.ownChain);
    } finally {
      store.close();
    }
  } finally {
    pages.close();
  }
}
