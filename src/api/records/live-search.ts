// The changes that a search would see, as an async iterable. A slow reader is told of each record once,
// from what it saw last to what is there now; what waits is bounded.

import { bytesKey } from '../../core/base/bytes.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { GroupRecord, RecordChange } from '../../core/domain/records.ts';
import { recordMemoryBytes } from '../../core/records/record-memory.ts';
import { PeerGroupError } from '../peer-group-error.ts';
import type { SharedRecord } from './shared-record.ts';

/** What became of one record in the results of a search. */
export interface LiveChange {
  /** It came in, it is another version now, or it is not found any more. */
  readonly kind: 'added' | 'updated' | 'removed';
  /** What was done to the record last. `'updated'` for one that was removed: it is not what is searched for any more. */
  readonly reason: RecordChange['kind'];
  /** As it is now; for a removed one as it was last, without its data when they were above 1 KiB. */
  readonly record: SharedRecord;
  /** As it was before; null for one that came in. */
  readonly previous: SharedRecord | null;
}

interface Waiting {
  /** As the reader knows it; null for one that it does not. */
  readonly before: GroupRecord | null;
  readonly after: GroupRecord | null;
  readonly reason: RecordChange['kind'];
}

export interface LiveSearchParts {
  /** Whether the search finds the record. */
  readonly finds: (record: GroupRecord) => boolean;
  readonly shown: (record: GroupRecord) => SharedRecord;
  readonly onEnd: (search: LiveSearch) => void;
  readonly signal: AbortSignal | undefined;
}

type Result = IteratorResult<LiveChange, undefined>;

interface Reader {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The longest that a timer takes. */
const HOLD_MS = 2 ** 31 - 1;
const OVER: Result = { value: undefined, done: true };

/** Leaving the loop, the signal, or the end of the group ends it. */
export class LiveSearch implements AsyncIterableIterator<LiveChange, undefined> {
  readonly #parts: LiveSearchParts;
  /** In the order of their first change. */
  readonly #waitingById = new Map<string, Waiting>();
  readonly #readers: Reader[] = [];
  #waitingBytes = 0;
  #isOpen = true;
  #failure: PeerGroupError | null = null;
  #hold: NodeJS.Timeout | null = null;

  /** Made by `GroupRecords`. @internal */
  constructor(parts: LiveSearchParts) {
    this.#parts = parts;
    parts.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.#end();

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    const change = this.#take();
    if (change !== null) return Promise.resolve({ value: change, done: false });
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) return Promise.reject(failure);
    if (!this.#isOpen) return Promise.resolve(OVER);
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#holdProcess();
    });
  }

  return(): Promise<Result> {
    this.#waitingById.clear();
    this.#failure = null;
    this.#end();
    return Promise.resolve(OVER);
  }

  /** @internal */
  onChange(change: RecordChange): void {
    if (!this.#isOpen) return;
    const { finds } = this.#parts;
    const before = change.before !== null && finds(change.before) ? change.before : null;
    const after = change.after !== null && finds(change.after) ? change.after : null;
    const record = after ?? before;
    if (record === null) return;
    this.#put(bytesKey(record.id), { before, after, reason: change.kind });
    this.#serve();
  }

  /** What waits can still be taken. @internal */
  close(): void {
    this.#end();
  }

  #put(id: string, { before, after, reason }: Waiting): void {
    const waiting = this.#waitingById.get(id);
    const seen = waiting === undefined ? before : waiting.before;
    if (seen === null && after === null) {
      this.#forget(id);
      return;
    }
    if (waiting !== undefined) this.#waitingBytes -= sizeOf(waiting.before) + sizeOf(waiting.after);
    // It keeps its place: one that changes all the time must not stand behind for ever.
    this.#waitingById.set(id, { before: seen, after, reason });
    this.#waitingBytes += sizeOf(seen) + sizeOf(after);
    const { liveChangesMax, liveChangeBytesMax } = LIMITS;
    if (this.#waitingById.size <= liveChangesMax && this.#waitingBytes <= liveChangeBytesMax)
      return;
    this.#failure = new PeerGroupError(
      'CHANGES_MISSED',
      `${this.#waitingById.size} records have changed since the reader came last.`,
    );
    this.#waitingById.clear();
    this.#end();
  }

  #serve(): void {
    while (this.#readers.length > 0) {
      const change = this.#take();
      if (change === null) return;
      this.#readers.shift()?.resolve({ value: change, done: false });
    }
    this.#letProcessGo();
  }

  /** Whoever waits in a loop has not come to the end of the program, though nothing else may be open. */
  #holdProcess(): void {
    this.#hold ??= setInterval(() => undefined, HOLD_MS);
  }

  #letProcessGo(): void {
    if (this.#hold !== null) clearInterval(this.#hold);
    this.#hold = null;
  }

  #take(): LiveChange | null {
    for (const [id, waiting] of this.#waitingById) {
      this.#forget(id);
      return this.#shown(waiting);
    }
    return null;
  }

  #forget(id: string): void {
    const known = this.#waitingById.get(id);
    if (known === undefined) return;
    this.#waitingBytes -= sizeOf(known.before) + sizeOf(known.after);
    this.#waitingById.delete(id);
  }

  #shown({ before, after, reason }: Waiting): LiveChange | null {
    const { shown } = this.#parts;
    const previous = before === null ? null : shown(before);
    if (after !== null) {
      const kind = previous === null ? 'added' : 'updated';
      return { kind, reason, record: shown(after), previous };
    }
    return previous === null ? null : { kind: 'removed', reason, record: previous, previous };
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.signal?.removeEventListener('abort', this.#onAbort);
    this.#parts.onEnd(this);
    this.#letProcessGo();
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (this.#failure === null) resolve(OVER);
      else reject(this.#failure);
    }
  }
}

/** What it keeps in memory. The objects of a small record are many times its bytes. */
function sizeOf(record: GroupRecord | null): number {
  if (record === null) return 0;
  return recordMemoryBytes(record);
}
