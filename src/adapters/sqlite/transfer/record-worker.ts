// The thread for what takes long on a database file and would hold up everything else: exports, reading
// exports, checks. It is started by record-jobs.ts and ends when its one job has.

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../../core/base/assert.ts';
import { WorldError } from '../../../core/ports/world-error.ts';
import { checkDatabase } from '../database-check.ts';
import { exportRecords } from './export-records.ts';
import { ImportFile } from './import-file.ts';
import { PartSender } from './import-sender.ts';
import type { WorkerJob, WorkerMessage } from './record-jobs.ts';
import { TransferControl } from './transfer-control.ts';

/** Progress is told at most so often. */
const TELL_MS = 50;

function tell(message: WorkerMessage): void {
  assert(parentPort !== null, 'this file is run as a worker');
  // What was read is given away: a copy of each large record would lie about until it is collected.
  const given = message.kind === 'parts' ? message.parts.map(({ body }) => body.buffer) : [];
  parentPort.postMessage(message, given);
}

/** What to tell at the end. Throws `WorldError`. */
function run(job: WorkerJob): WorkerMessage {
  const control = new TransferControl(job.control);
  switch (job.kind) {
    case 'export':
      return runExport(job, control);
    case 'import':
      return runImport(job, control);
    case 'check':
      return { kind: 'checked', problems: checkDatabase(job.databasePath).problems };
  }
}

function runExport(
  { request }: WorkerJob & { readonly kind: 'export' },
  control: TransferControl,
): WorkerMessage {
  let toldAt = 0;
  const progress = exportRecords(request, {
    get isAborted() {
      return control.isAborted;
    },
    onProgress: (now) => {
      if (performance.now() - toldAt < TELL_MS) return;
      toldAt = performance.now();
      tell({ kind: 'progress', progress: now });
    },
  });
  return progress === null ? { kind: 'aborted' } : { kind: 'exported', progress };
}

function runImport(
  { path, expected }: WorkerJob & { readonly kind: 'import' },
  control: TransferControl,
): WorkerMessage {
  const file = new ImportFile(path);
  try {
    const totals = file.check(expected, () => control.isAborted);
    if (totals === null) return { kind: 'aborted' };
    tell({ kind: 'opened', totals });
    const sender = new PartSender(control, tell);
    for (const part of file.parts()) {
      if (!sender.send(part)) return { kind: 'aborted' };
    }
    return sender.end() ? { kind: 'read' } : { kind: 'aborted' };
  } finally {
    file.close();
  }
}

const job: WorkerJob = workerData;
try {
  tell(run(job));
} catch (error) {
  if (!(error instanceof WorldError)) throw error;
  const { code, message, hint, details } = error;
  tell({ kind: 'failed', code, message, hint, details });
}
