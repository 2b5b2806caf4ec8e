// Moves the records of an open group into a file and back (protocol.md §12.10; p2p.h: PeerGroupExportDatabase,
// PeerGroupImportDatabase). Files are read and written by a thread of their own; what an import brings
// is judged here, a little at a time, like anything from others.

import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  ExportRequest,
  TransferProgress,
} from '../../adapters/sqlite/transfer/export-records.ts';
import type { SentPart } from '../../adapters/sqlite/transfer/import-sender.ts';
import {
  type ImportTaker,
  runExport,
  runImport,
} from '../../adapters/sqlite/transfer/record-jobs.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import type { Verdict } from '../../core/domain/refusals.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { BatchContents, BatchTools } from '../../core/records/batch-contents.ts';
import { openBundle } from '../../core/records/bundle.ts';
import {
  decodeExportedBundle,
  decodeMembership,
  decodeSecurityPart,
  type ExportedSecurity,
  type ExportTotals,
} from '../../core/records/export-file.ts';
import type { TakeResult } from '../../engine/record-desk.ts';
import { abortedBy, requireFunction, requireNotAborted, requireText } from '../arguments.ts';
import type { ErrorCode } from '../error-catalogue.ts';
import { guarded } from '../guarded.ts';
import { facingTheWorld, invalidArgument } from '../peer-group-error.ts';
import { ownValues } from './own-values.ts';

export type { TransferProgress } from '../../adapters/sqlite/transfer/export-records.ts';

export interface TransferOptions {
  /** Ends it early with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Told some times each second. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

export interface ExportSummary {
  readonly records: number;
  /** Of the file. */
  readonly bytes: number;
}

export interface ImportSummary {
  /** Records that count now. */
  readonly records: number;
  /** Records of which this or a later version was here. */
  readonly superseded: number;
  /**
   * Records that could not be judged yet and were not taken, for want of a membership or because they
   * are of the future: import the file again later.
   */
  readonly deferred: number;
  /** How many records and memberships were refused, by why. */
  readonly refused: Readonly<Partial<Record<ErrorCode, number>>>;
}

export interface RecordTransferParts {
  readonly databasePath: string;
  readonly group: GroupName;
  readonly member: PeerName;
  readonly clock: Clock;
  readonly tools: BatchTools;
}

/** Where an import goes. */
export interface TransferDesk {
  take(contents: BatchContents, from: null, done: (result: TakeResult) => void): void;
  learnMembership(chain: readonly Uint8Array[]): Verdict<void>;
  learnStatement(bytes: Uint8Array, from: null): unknown;
  learnPage(bytes: Uint8Array, from: null): unknown;
}

/** Records that are judged and stored as one commit; measured: some 10 ms. */
const RECORDS_AT_ONCE = 256;
/** Records whose signatures are checked: they may all be stored in one turn. */
const RECORDS_UNDER_WAY_MAX = 512;
/** Each is a commit of its own. */
const BUNDLES_UNDER_WAY_MAX = 16;
/** After so long others have their turn. */
const TURN_MS = 5;

export class RecordTransfers {
  readonly #parts: RecordTransferParts;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: RecordTransferParts) {
    this.#parts = parts;
  }

  async exportTo(path: string, options: TransferOptions): Promise<ExportSummary> {
    requireTransfer(path, options);
    const { databasePath, group, member, clock } = this.#parts;
    const target = resolve(path);
    await requireElsewhere(target, databasePath);
    const now = clock.now().wallTime;
    const request: ExportRequest = { databasePath, path: target, group, member, now };
    const done = await this.#run(options, (signal) => runExport(request, signal, told(options)));
    return { records: done.records, bytes: done.bytes };
  }

  async importFrom(
    path: string,
    options: TransferOptions,
    desk: TransferDesk,
  ): Promise<ImportSummary> {
    requireTransfer(path, options);
    const { group, member, tools } = this.#parts;
    return await this.#run(options, async (signal) => {
      const importing = new RecordImport(desk, tools, signal, told(options));
      const isWhole = await runImport(resolve(path), { group, member }, signal, importing);
      const summary = await importing.end();
      return isWhole && !signal.aborted ? summary : null;
    });
  }

  /** Whatever runs is aborted, and waited for. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  /** Null stands for aborted. */
  async #run<Result>(
    { signal }: TransferOptions,
    act: (signal: AbortSignal) => Promise<Result | null>,
  ): Promise<Result> {
    const closing = this.#closing.signal;
    const ending = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const running = facingTheWorld(() => act(ending));
    this.#running.add(running);
    try {
      const result = await running;
      if (result === null) throw abortedBy(ending);
      return result;
    } finally {
      this.#running.delete(running);
    }
  }
}

class RecordImport implements ImportTaker {
  readonly #desk: TransferDesk;
  readonly #tools: BatchTools;
  readonly #signal: AbortSignal;
  readonly #onProgress: (progress: TransferProgress) => void;
  readonly #counts = { records: 0, superseded: 0, deferred: 0 };
  readonly #refused = new Map<ErrorCode, number>();
  #recordsTotal = 0;
  #recordsRead = 0;
  #bytes = 0;
  #recordsUnderWay = 0;
  #bundlesUnderWay = 0;
  #onRoom: (() => void) | null = null;
  #failure: { readonly error: unknown } | null = null;
  #turnBeganAt = performance.now();

  constructor(
    desk: TransferDesk,
    tools: BatchTools,
    signal: AbortSignal,
    onProgress: (progress: TransferProgress) => void,
  ) {
    this.#desk = desk;
    this.#tools = tools;
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  onOpened({ records }: ExportTotals): void {
    this.#recordsTotal = records;
  }

  async takeParts(parts: readonly SentPart[]): Promise<void> {
    for (const { name, body } of parts) {
      if (this.#signal.aborted) return;
      await this.#turn();
      if (name === 'membership') this.#learn(decodeMembership(body));
      else if (name === 'security') this.#learnSecurity(decodeSecurityPart(body));
      else await this.#take(body);
      this.#bytes += body.length;
    }
    const recordsTotal = this.#recordsTotal;
    this.#onProgress({ records: this.#recordsRead, recordsTotal, bytes: this.#bytes });
  }

  /** Once everything that was taken is judged. */
  async end(): Promise<ImportSummary> {
    await this.#room(RECORDS_UNDER_WAY_MAX);
    return { ...this.#counts, refused: Object.fromEntries(this.#refused) };
  }

  #learn(chain: readonly Uint8Array[]): void {
    const learned = this.#desk.learnMembership(chain);
    if (!learned.ok) this.#refuse(learned.refusal.code, 1);
  }

  /** What does not count any more, or is no better than what anybody could send, is passed over. */
  #learnSecurity({ form, bytes }: ExportedSecurity): void {
    if (form === 'page') this.#desk.learnPage(bytes, null);
    else this.#desk.learnStatement(bytes, null);
  }

  async #take(body: Uint8Array): Promise<void> {
    const bundle = decodeExportedBundle(body);
    const opened = openBundle(bundle, this.#tools);
    if (!opened.ok) {
      this.#recordsRead += bundle.entries.length;
      this.#refuse(opened.refusal.code, bundle.entries.length);
      return;
    }
    const { entries } = opened.value;
    for (let at = 0; at < entries.length; at += RECORDS_AT_ONCE) {
      const some = entries.slice(at, at + RECORDS_AT_ONCE);
      await this.#room(some.length);
      await this.#turn();
      if (this.#signal.aborted) return;
      // What was proved of all of them holds for each.
      this.#takeSome({ ...opened.value, entries: some });
    }
  }

  #takeSome(contents: BatchContents): void {
    const count = contents.entries.length;
    this.#recordsRead += count;
    this.#recordsUnderWay += count;
    this.#bundlesUnderWay += 1;
    // Nobody forwarded it: the file is there to be imported again, the waiting room is for others.
    this.#desk.take(contents, null, (result) => {
      this.#recordsUnderWay -= count;
      this.#bundlesUnderWay -= 1;
      this.#onResult(result, count);
      this.#onRoom?.();
    });
  }

  #onResult(result: TakeResult, count: number): void {
    switch (result.kind) {
      case 'judged':
        for (const verdict of result.verdicts) {
          if (verdict.kind === 'refused') this.#refuse(verdict.refusal.code, 1);
          else this.#counts[verdict.kind === 'accepted' ? 'records' : verdict.kind] += 1;
        }
        return;
      case 'forged':
        this.#refuse('RECORD_INVALID', count);
        return;
      case 'closed':
        return;
      case 'failed':
        this.#failure ??= { error: result.error };
    }
  }

  #refuse(code: ErrorCode, count: number): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + count);
  }

  /** Resolves when so many records may be judged. Rejects with what kept others from being stored. */
  async #room(records: number): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      const isFull =
        this.#bundlesUnderWay >= BUNDLES_UNDER_WAY_MAX ||
        this.#recordsUnderWay + records > RECORDS_UNDER_WAY_MAX;
      if (this.#bundlesUnderWay === 0 || !isFull) return;
      await new Promise<void>((wake) => {
        this.#onRoom = wake;
      });
    }
  }

  /** Lets everything else have its turn when this one has lasted long enough. */
  async #turn(): Promise<void> {
    if (performance.now() - this.#turnBeganAt < TURN_MS) return;
    await nextTurn();
    this.#turnBeganAt = performance.now();
  }
}

function requireTransfer(path: string, options: TransferOptions): void {
  requireText('path', path);
  ownValues('options', options, ['signal', 'onProgress']);
  requireNotAborted(options.signal);
  requireFunction('onProgress', options.onProgress);
}

/** Among the databases an export would take the place of one of them. */
async function requireElsewhere(target: string, databasePath: string): Promise<void> {
  const folder = await realpath(dirname(databasePath));
  // A folder that is not there is found out by whoever writes.
  const given = await realpath(dirname(target)).catch(() => null);
  if (folder === given) {
    throw invalidArgument('path', 'a file that is not among the databases of the node');
  }
}

function told({ onProgress }: TransferOptions): (progress: TransferProgress) => void {
  return (progress) => {
    if (onProgress !== undefined) guarded(onProgress, progress);
  };
}
