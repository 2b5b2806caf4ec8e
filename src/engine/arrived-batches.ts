// Batches of others whose signatures were checked, until they are judged: those that were checked in one
// turn of the event loop share a commit, within bounds.

import { equalBytes } from '../core/base/bytes.ts';
import { contradicts } from '../core/book/admission.ts';
import type { VerifiedBatch } from '../core/records/verified-batch.ts';

export interface ArrivedBatch<Result> {
  readonly batch: VerifiedBatch;
  /** Who forwarded it; null when nobody did. */
  readonly from: string | null;
  readonly done: (result: Result) => void;
}

export class ArrivedBatches<Result> {
  #arrived: ArrivedBatch<Result>[] = [];

  get size(): number {
    return this.#arrived.length;
  }

  add(arrived: ArrivedBatch<Result>): void {
    this.#arrived.push(arrived);
  }

  /**
   * The first ones: at least one, and no more than have so many records and bytes. Two of a journal that
   * cannot both be honest are never among them, for the second is compared with what is stored.
   */
  take(recordsMax: number, bytesMax: number): readonly ArrivedBatch<Result>[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const { batch } of this.#arrived) {
      records += batch.entries.length;
      bytes += bytesOf(batch);
      const isTooMuch = records > recordsMax || bytes > bytesMax;
      if (count > 0 && (isTooMuch || this.#contradictsOneOf(count, batch))) break;
      count += 1;
    }
    const some = this.#arrived.slice(0, count);
    this.#arrived = this.#arrived.slice(count);
    return some;
  }

  #contradictsOneOf(count: number, { batch }: VerifiedBatch): boolean {
    const { author, journal } = batch.statement;
    return this.#arrived.slice(0, count).some(({ batch: { batch: other } }) => {
      const isOfTheJournal =
        equalBytes(other.statement.author, author) && equalBytes(other.statement.journal, journal);
      return isOfTheJournal && contradicts(other, batch);
    });
  }
}

function bytesOf({ entries }: VerifiedBatch): number {
  return entries.reduce(
    (bytes, { contentBytes, data }) => bytes + contentBytes.length + (data?.length ?? 0),
    0,
  );
}
