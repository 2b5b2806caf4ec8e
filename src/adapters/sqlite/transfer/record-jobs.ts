// Starts the thread for long work on a database file, and is the near end of it. Nothing of a job stays
// when it was ended early: the thread cleans up, and is waited for.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { WorldError, type WorldErrorCode } from '../../../core/ports/world-error.ts';
import type { ExportTotals } from '../../../core/records/export-file.ts';
import type { ExportRequest, TransferProgress } from './export-records.ts';
import type { ExpectedExport } from './import-file.ts';
import type { SentPart } from './import-sender.ts';
import { TransferControl } from './transfer-control.ts';

type JobWish =
  | { readonly kind: 'export'; readonly request: ExportRequest }
  | { readonly kind: 'import'; readonly path: string; readonly expected: ExpectedExport }
  | { readonly kind: 'check'; readonly databasePath: string };

export type WorkerJob = JobWish & { readonly control: SharedArrayBuffer };

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: TransferProgress }
  /** The file was checked, and parts follow. */
  | { readonly kind: 'opened'; readonly totals: ExportTotals }
  | { readonly kind: 'parts'; readonly parts: readonly SentPart[] }
  | JobEnd;

type JobEnd =
  | { readonly kind: 'exported'; readonly progress: TransferProgress }
  | { readonly kind: 'read' }
  | { readonly kind: 'checked'; readonly problems: readonly string[] }
  | { readonly kind: 'aborted' }
  | {
      readonly kind: 'failed';
      readonly code: WorldErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
      readonly details: WorldError['details'];
    };

/** What an import hands over. */
export interface ImportTaker {
  onOpened(totals: ExportTotals): void;
  /** More come once the result is there. */
  takeParts(parts: readonly SentPart[]): Promise<void>;
}

/** Null when it was aborted: there is no file then, or the one that was there. Rejects with `WorldError`. */
export async function runExport(
  request: ExportRequest,
  signal: AbortSignal,
  onProgress: (progress: TransferProgress) => void,
): Promise<TransferProgress | null> {
  const end = await runJob({ kind: 'export', request }, signal, async (message) => {
    if (message.kind === 'progress') onProgress(message.progress);
  });
  return end.kind === 'exported' ? end.progress : null;
}

/** False when it was aborted. Rejects with `WorldError`, before the first part when the file is not as it should be. */
export async function runImport(
  path: string,
  expected: ExpectedExport,
  signal: AbortSignal,
  taker: ImportTaker,
): Promise<boolean> {
  const end = await runJob({ kind: 'import', path, expected }, signal, async (message) => {
    if (message.kind === 'opened') taker.onOpened(message.totals);
    else if (message.kind === 'parts') await taker.takeParts(message.parts);
  });
  return end.kind === 'read';
}

/** What is wrong with the file, sentence by sentence. Rejects with `WorldError`. */
export async function runCheck(databasePath: string): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const end = await runJob({ kind: 'check', databasePath }, signal, async () => undefined);
  return end.kind === 'checked' ? end.problems : [];
}

/** Messages are handed to `onMessage` one after the other; what it rejects with ends the job. */
async function runJob(
  wish: JobWish,
  signal: AbortSignal,
  onMessage: (message: WorkerMessage) => Promise<void>,
): Promise<JobEnd> {
  const control = new TransferControl();
  const abort = (): void => control.abort();
  signal.addEventListener('abort', abort);
  const worker = startWorker({ ...wish, control: control.memory });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  try {
    if (signal.aborted) abort();
    return await messagesOf(worker, async (message) => {
      await onMessage(message);
      if (message.kind === 'parts') control.take();
    });
  } finally {
    signal.removeEventListener('abort', abort);
    abort();
    await exited;
  }
}

function messagesOf(
  worker: Worker,
  onMessage: (message: WorkerMessage) => Promise<void>,
): Promise<JobEnd> {
  return new Promise((resolve, reject) => {
    let handled: Promise<void> = Promise.resolve();
    worker.on('message', (message: WorkerMessage) => {
      handled = handled.then(() => onMessage(message));
      handled.catch(reject);
      if (message.kind === 'failed') handled.then(() => reject(failureOf(message)), reject);
      else if (isEnd(message)) handled.then(() => resolve(message), reject);
    });
    worker.on('error', reject);
    worker.on('exit', () => handled.then(() => reject(new Error('a thread ended early')), reject));
  });
}

/** The sources run as they are, and as they are built: the worker has the ending that this file has. */
function startWorker(job: WorkerJob): Worker {
  const url = new URL(`./record-worker${extname(import.meta.url)}`, import.meta.url);
  // What the process was started with, `--input-type` for one, would be said to the thread as well.
  return new Worker(url, { workerData: job, execArgv: [] });
}

function isEnd(message: WorkerMessage): message is JobEnd {
  return message.kind !== 'progress' && message.kind !== 'opened' && message.kind !== 'parts';
}

function failureOf({ code, message, hint, details }: JobEnd & { readonly kind: 'failed' }): Error {
  return new WorldError(code, message, { ...(hint === undefined ? {} : { hint }), details });
}
