// The batches of one journal on a simulated disk, in the order of their first sequence, and what no
// version needs any more: leaves and signature of every batch but the last of its journal, and the
// batches before the first that a version needs.

import { bytesKey, compareBytes } from '../../core/base/bytes.ts';
import type { SignedBatch } from '../../core/domain/records.ts';
import type { StoredBatch } from '../../core/ports/record-store.ts';

export interface KeptBatch extends StoredBatch {
  /** The order in which batches came. */
  readonly number: number;
}

interface Entry {
  readonly key: string;
  readonly kept: KeptBatch;
}

/** A batch costs 256 bytes beside signature and leaves. */
const BATCH_BYTES = 256;

export function weightOfBatch({ batch, leaves }: KeptBatch): number {
  return BATCH_BYTES + batch.signature.length + (leaves?.length ?? 0);
}

export class KeptJournal {
  /** By first sequence, then by hash. */
  readonly #byFirst: Entry[] = [];
  readonly #versionsByBatch = new Map<string, number>();
  /** Batches that may have become of no use since the journal was tidied. */
  readonly #candidates = new Set<string>();
  /** Of the largest batch that ever was here. */
  #countMax = 1;

  set(key: string, before: KeptBatch | undefined, after: KeptBatch | undefined): void {
    const kept = after ?? before;
    if (kept === undefined) return;
    const last = this.last();
    if (last !== null) this.#candidates.add(last.key);
    this.#candidates.add(key);
    this.#countMax = Math.max(this.#countMax, kept.batch.statement.count);
    const at = this.#placeOf(kept.batch);
    const isHere = this.#byFirst[at]?.key === key;
    if (after === undefined) this.#byFirst.splice(at, isHere ? 1 : 0);
    else this.#byFirst.splice(at, isHere ? 1 : 0, { key, kept: after });
  }

  /** A version of this batch comes (1) or goes (-1). */
  countVersion(key: string, sign: 1 | -1): void {
    const count = (this.#versionsByBatch.get(key) ?? 0) + sign;
    if (count > 0) this.#versionsByBatch.set(key, count);
    else this.#versionsByBatch.delete(key);
    if (count === 0) this.#candidates.add(key);
  }

  /** What has to be replaced or, where it becomes nothing, removed. */
  leftovers(): readonly { readonly key: string; readonly becomes: KeptBatch | undefined }[] {
    const last = this.last();
    const start = this.#byFirst.findIndex(({ key }) => this.#versionsByBatch.has(key));
    const gone = this.#byFirst.slice(0, start === -1 ? undefined : start);
    const begin = this.#byFirst[start]?.kept.batch.statement.firstSequence;
    const leftovers: { readonly key: string; readonly becomes: KeptBatch | undefined }[] = [];
    const isGone = new Set<string>();
    for (const { key, kept } of gone) {
      if (key === last?.key || kept.batch.statement.firstSequence === begin) continue;
      isGone.add(key);
      leftovers.push({ key, becomes: undefined });
    }
    for (const key of this.#candidates) {
      if (key === last?.key || isGone.has(key) || this.#versionsByBatch.has(key)) continue;
      const entry = this.#byFirst.find((one) => one.key === key);
      if (entry !== undefined) leftovers.push({ key, becomes: bare(entry.kept) });
    }
    return leftovers;
  }

  forgetCandidates(): void {
    this.#candidates.clear();
  }

  /** The batch with the highest sequence; of two, the one with the lower hash. */
  last(): Entry | null {
    return this.#bestBefore(this.#byFirst.length, Number.POSITIVE_INFINITY);
  }

  /** As the port has it: the one that ends before, those across, the one that begins after. */
  around(from: number, count: number): readonly SignedBatch[] {
    const end = this.#firstFrom(from + count);
    const before = this.#bestBefore(this.#firstFrom(from), from);
    const across = this.#byFirst
      .slice(this.#firstFrom(from - this.#countMax), end)
      .filter(({ kept }) => lastSequence(kept.batch) >= from);
    const after = this.#byFirst.slice(end, end + 1);
    return [...(before === null ? [] : [before]), ...across, ...after].map(
      ({ kept }) => kept.batch,
    );
  }

  /** Among those up to this index that end before `sequence`, the one that ends last. */
  #bestBefore(index: number, sequence: number): Entry | null {
    let best: Entry | null = null;
    for (let at = index - 1; at >= 0; at--) {
      const entry = this.#byFirst[at];
      if (entry === undefined) break;
      const bestLast = best === null ? 0 : lastSequence(best.kept.batch);
      const { firstSequence } = entry.kept.batch.statement;
      if (firstSequence + this.#countMax <= bestLast) break;
      const last = lastSequence(entry.kept.batch);
      if (last >= sequence) continue;
      const isBetter = last > bestLast || (last === bestLast && isLower(entry, best));
      if (isBetter) best = entry;
    }
    return best;
  }

  /** The index of the first that begins at this sequence or after it. */
  #firstFrom(sequence: number): number {
    return this.#search(({ statement }) => statement.firstSequence >= sequence);
  }

  #placeOf(wanted: SignedBatch): number {
    const { firstSequence } = wanted.statement;
    return this.#search(({ statement, hash }) => {
      const difference = statement.firstSequence - firstSequence;
      return difference > 0 || (difference === 0 && compareBytes(hash, wanted.hash) >= 0);
    });
  }

  /** The first index where this is so, in a list where it stays so. */
  #search(isReached: (batch: SignedBatch) => boolean): number {
    let low = 0;
    let high = this.#byFirst.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#byFirst[middle];
      if (entry !== undefined && isReached(entry.kept.batch)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function lastSequence({ statement }: SignedBatch): number {
  return statement.firstSequence + statement.count - 1;
}

function isLower(a: Entry, b: Entry | null): boolean {
  return b === null || bytesKey(a.kept.batch.hash) < bytesKey(b.kept.batch.hash);
}

function bare({ batch, number }: KeptBatch): KeptBatch {
  return { batch: { ...batch, signature: new Uint8Array(0) }, leaves: null, number };
}
