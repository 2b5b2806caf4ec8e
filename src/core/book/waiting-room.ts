// Batches that cannot be judged yet: their author's membership is not here, or they are of the future.
// Room is given to whoever forwarded them, so that one neighbor's rubbish displaces only its own; a
// batch that was given up comes again when the sets of records are compared.

import { bytesKey } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import { recordMemoryBytes } from '../records/record-memory.ts';
import type { VerifiedBatch } from '../records/verified-batch.ts';

/** What a batch waits for. */
export type Awaited =
  /** The chain with this digest. */
  | { readonly kind: 'membership'; readonly chainDigest: Uint8Array }
  /** A membership of this key that has not ended. */
  | { readonly kind: 'member'; readonly publicKey: Uint8Array }
  /** A page, with this digest or another of the same revocation, that says whether it counts. */
  | { readonly kind: 'security'; readonly digest: Uint8Array }
  | { readonly kind: 'time'; readonly at: WallTime };

interface Waiting {
  readonly batch: VerifiedBatch;
  readonly from: string;
  readonly bytes: number;
  /** Null while it waits for a time. */
  readonly key: string | null;
}

interface Share {
  /** In the order of their coming. */
  readonly waiting: Set<Waiting>;
  bytes: number;
}

/** A batch that was waiting, and who forwarded it. */
export interface Released {
  readonly batch: VerifiedBatch;
  readonly from: string;
}

export class WaitingRoom {
  readonly #shareByNeighbor = new Map<string, Share>();
  readonly #waitingByKey = new Map<string, Set<Waiting>>();
  readonly #dueAt = new Map<Waiting, WallTime>();

  get size(): number {
    let size = 0;
    for (const { waiting } of this.#shareByNeighbor.values()) size += waiting.size;
    return size;
  }

  /** In the order of their neighbors, then of their coming. */
  get batches(): readonly VerifiedBatch[] {
    const shares = [...this.#shareByNeighbor.values()];
    return shares.flatMap(({ waiting }) => [...waiting].map(({ batch }) => batch));
  }

  /** How many batches of the same neighbor, or of the one that was silent the longest, gave way. */
  admit(batch: VerifiedBatch, from: string, awaited: Awaited): number {
    const key = awaited.kind === 'time' ? null : keyOf(awaited);
    const waiting: Waiting = { batch, from, bytes: bytesOf(batch), key };
    let givenUp = 0;
    const share = this.#shareByNeighbor.get(from) ?? { waiting: new Set(), bytes: 0 };
    // The one that comes is the youngest: neighbors lie in the order of their last batch.
    this.#shareByNeighbor.delete(from);
    this.#shareByNeighbor.set(from, share);
    share.waiting.add(waiting);
    share.bytes += waiting.bytes;
    if (awaited.kind === 'time') this.#dueAt.set(waiting, awaited.at);
    else if (key !== null) this.#indexed(key).add(waiting);
    for (const oldest of share.waiting) {
      const { batchesWaitingPerNeighborMax, waitingBytesPerNeighborMax } = LIMITS;
      const isFull =
        share.waiting.size > batchesWaitingPerNeighborMax ||
        share.bytes > waitingBytesPerNeighborMax;
      if (!isFull) break;
      this.#remove(oldest);
      givenUp += 1;
    }
    for (const [neighbor, { waiting: theirs }] of this.#shareByNeighbor) {
      if (this.#shareByNeighbor.size <= LIMITS.neighborsWaitingMax) break;
      givenUp += theirs.size;
      this.forget(neighbor);
    }
    return givenUp;
  }

  /** Those that waited for this chain or for any of its member. */
  releaseFor(chainDigest: Uint8Array, publicKey: Uint8Array): readonly Released[] {
    const released = [
      ...(this.#waitingByKey.get(keyOf({ kind: 'membership', chainDigest })) ?? []),
      ...(this.#waitingByKey.get(keyOf({ kind: 'member', publicKey })) ?? []),
    ];
    return this.#release(released);
  }

  /** Those that waited for a page, whichever it was: one that lists them says so at once. */
  releaseForSecurity(): readonly Released[] {
    return this.#release([...(this.#waitingByKey.get(SECURITY_KEY) ?? [])]);
  }

  /** Those that will never count. How many there were. */
  drop(isVoid: (batch: VerifiedBatch) => boolean): number {
    const gone: Waiting[] = [];
    for (const { waiting } of this.#shareByNeighbor.values()) {
      for (const each of waiting) if (isVoid(each.batch)) gone.push(each);
    }
    return this.#release(gone).length;
  }

  /** Those whose time has come: at least one, and no more than have so many records and bytes. */
  releaseDue(now: WallTime, recordsMax: number, bytesMax: number): readonly Released[] {
    const due: Waiting[] = [];
    let records = 0;
    let bytes = 0;
    for (const [each] of [...this.#dueAt].filter(([, at]) => at <= now)) {
      records += each.batch.entries.length;
      bytes += each.bytes;
      if (due.length > 0 && (records > recordsMax || bytes > bytesMax)) break;
      due.push(each);
    }
    return this.#release(due);
  }

  nextDue(): WallTime | null {
    let next: WallTime | null = null;
    for (const at of this.#dueAt.values()) if (next === null || at < next) next = at;
    return next;
  }

  /** The neighbor is gone: what it forwarded comes again from others. */
  forget(neighbor: string): void {
    const share = this.#shareByNeighbor.get(neighbor);
    for (const each of share?.waiting ?? []) this.#remove(each);
    this.#shareByNeighbor.delete(neighbor);
  }

  #release(waiting: readonly Waiting[]): readonly Released[] {
    for (const each of waiting) this.#remove(each);
    return waiting.map(({ batch, from }) => ({ batch, from }));
  }

  #indexed(key: string): Set<Waiting> {
    const known = this.#waitingByKey.get(key);
    if (known !== undefined) return known;
    const empty = new Set<Waiting>();
    this.#waitingByKey.set(key, empty);
    return empty;
  }

  #remove(waiting: Waiting): void {
    this.#dueAt.delete(waiting);
    if (waiting.key !== null) {
      const alike = this.#waitingByKey.get(waiting.key);
      alike?.delete(waiting);
      if (alike?.size === 0) this.#waitingByKey.delete(waiting.key);
    }
    const share = this.#shareByNeighbor.get(waiting.from);
    if (share === undefined || !share.waiting.delete(waiting)) return;
    share.bytes -= waiting.bytes;
    if (share.waiting.size === 0) this.#shareByNeighbor.delete(waiting.from);
  }
}

/** All together: which page of several decides is known when it is there. */
const SECURITY_KEY = 'security';

function keyOf(awaited: Exclude<Awaited, { kind: 'time' }>): string {
  if (awaited.kind === 'security') return SECURITY_KEY;
  return awaited.kind === 'membership'
    ? `chain ${bytesKey(awaited.chainDigest)}`
    : `member ${bytesKey(awaited.publicKey)}`;
}

/** What it keeps in memory, the objects around small records included. */
function bytesOf(batch: VerifiedBatch): number {
  let bytes = batch.leaves?.length ?? 0;
  for (const entry of batch.entries) {
    bytes += recordMemoryBytes(entry) + (entry.data?.length ?? 0) + (entry.path?.length ?? 0);
  }
  return bytes;
}
