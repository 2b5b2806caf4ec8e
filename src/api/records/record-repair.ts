// Checks and repairs the database of a group's records. Both take long on a large one, and run on
// threads of their own.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { runCheck } from '../../adapters/sqlite/transfer/record-jobs.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import { facingTheWorld, PeerGroupError } from '../peer-group-error.ts';
import type { RepairEnd, RepairJob } from './repair-worker.ts';

export interface RecordsCheck {
  /** A sentence each, for people; none for a sound database. */
  readonly problems: readonly string[];
}

export interface RepairSummary {
  /** Those that were read and verified, tombstones included; 0 when the whole file was unreadable. */
  readonly recordsKept: number;
  /** Undefined when the damaged file does not tell any more how many there were. */
  readonly recordsLost: number | undefined;
  /** Where the damaged file is now. Nobody needs it; it may be deleted. */
  readonly keptAs: string;
}

export async function checkRecords(path: string): Promise<RecordsCheck> {
  try {
    return { problems: await runCheck(path) };
  } catch (error) {
    const isFound = error instanceof WorldError && error.code === 'DATABASE_CORRUPT';
    if (isFound) return { problems: [error.message] };
    return await facingTheWorld(() => Promise.reject(error));
  }
}

export async function repairRecords(job: RepairJob): Promise<RepairSummary> {
  const end = await facingTheWorld(() => endOf(job));
  if (end.kind === 'failed') {
    const { code, message, details } = end;
    throw new PeerGroupError(code, message, { details });
  }
  const { recordsKept, recordsLost, keptAs } = end.result;
  return { recordsKept, recordsLost: recordsLost ?? undefined, keptAs };
}

function endOf(job: RepairJob): Promise<RepairEnd> {
  return new Promise((resolve, reject) => {
    const url = new URL(`./repair-worker${extname(import.meta.url)}`, import.meta.url);
    // What the process was started with is not for the thread.
    const worker = new Worker(url, { workerData: job, execArgv: [] });
    let end: RepairEnd | null = null;
    worker.once('message', (message: RepairEnd) => {
      end = message;
    });
    worker.once('error', reject);
    // Only then are its files closed.
    worker.once('exit', () => {
      if (end === null) reject(new Error('a thread ended early'));
      else resolve(end);
    });
  });
}
