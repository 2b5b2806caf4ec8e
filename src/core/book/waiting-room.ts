// Batches that cannot be judged yet: their author's membership is not here, or they are of the future.
// Room is given to whoever forwarded them, so that one neighbor's rubbish displaces only its own, and only
// for a while; a batch that was given up comes again when the sets of records are compared.

import { bytesKey, equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
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
  /** Then it is due, or given up. */
  readonly end: WallTime;
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

  get size(): number {
    let size = 0;
    for (const { waiting } of this.#shareByNeighbor.values()) size += waiting.size;
    return size;
  }

  /** In the order of their neighbors, then of their coming. */
  get batches(): readonly VerifiedBatch[] {
    return [...this.#all()].map(({ batch }) => batch);
  }

  /**
   * How many batches of the same neighbor, or of the one that was silent the longest, gave way. What the
   * neighbor brings once more takes the place of what it brought before.
   */
  admit(batch: VerifiedBatch, from: string, awaited: Awaited, now: WallTime): number {
    const key = awaited.kind === 'time' ? null : keyOf(awaited);
    const end = awaited.kind === 'time' ? awaited.at : wallTimeOf(now + LIMITS.batchWaitsMsMax);
    this.#removeTwin(batch, from, key);
    return this.#makeRoom(this.#add({ batch, from, bytes: bytesOf(batch), key, end }));
  }

  #add(waiting: Waiting): Share {
    const { from, bytes, key } = waiting;
    const share = this.#shareByNeighbor.get(from) ?? { waiting: new Set(), bytes: 0 };
    // The one that comes is the youngest: neighbors lie in the order of their last batch.
    this.#shareByNeighbor.delete(from);
    this.#shareByNeighbor.set(from, share);
    share.waiting.add(waiting);
    share.bytes += bytes;
    if (key !== null) this.#indexed(key).add(waiting);
    return share;
  }

  #makeRoom(share: Share): number {
    let givenUp = 0;
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
      for (const each of theirs) this.#remove(each);
      this.#shareByNeighbor.delete(neighbor);
    }
    return givenUp;
  }

  /** Parts of one batch that wait for different things are no twins. */
  #removeTwin(batch: VerifiedBatch, from: string, key: string | null): void {
    for (const each of this.#shareByNeighbor.get(from)?.waiting ?? []) {
      if (each.key !== key || !hasSameRecords(each.batch, batch)) continue;
      this.#remove(each);
      return;
    }
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
    const gone = [...this.#all()].filter(({ batch }) => isVoid(batch));
    return this.#release(gone).length;
  }

  /** Those whose time has come: at least one, and no more than have so many records and bytes. */
  releaseDue(now: WallTime, recordsMax: number, bytesMax: number): readonly Released[] {
    const due: Waiting[] = [];
    let records = 0;
    let bytes = 0;
    for (const each of this.#all()) {
      if (each.key !== null || each.end > now) continue;
      records += each.batch.entries.length;
      bytes += each.bytes;
      if (due.length > 0 && (records > recordsMax || bytes > bytesMax)) break;
      due.push(each);
    }
    return this.#release(due);
  }

  /** Those that waited long enough for a membership or a page: how many there were. */
  giveUp(now: WallTime): number {
    const over = [...this.#all()].filter(({ key, end }) => key !== null && end <= now);
    return this.#release(over).length;
  }

  /** When something is due, or to be given up. */
  nextDue(): WallTime | null {
    let next: WallTime | null = null;
    for (const { end } of this.#all()) if (next === null || end < next) next = end;
    return next;
  }

  /** In the order of their neighbors, then of their coming. */
  *#all(): Generator<Waiting, void> {
    for (const { waiting } of this.#shareByNeighbor.values()) yield* waiting;
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

function hasSameRecords(a: VerifiedBatch, b: VerifiedBatch): boolean {
  if (!equalBytes(a.batch.hash, b.batch.hash) || a.entries.length !== b.entries.length)
    return false;
  return a.entries.every(({ place }, at) => b.entries[at]?.place === place);
}

/** What it keeps in memory, the objects around small records included. */
function bytesOf(batch: VerifiedBatch): number {
  let bytes = batch.leaves?.length ?? 0;
  for (const entry of batch.entries) {
    bytes += recordMemoryBytes(entry) + (entry.data?.length ?? 0) + (entry.path?.length ?? 0);
  }
  return bytes;
}
