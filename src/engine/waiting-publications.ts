// What the application wants to publish, until its turn comes: as many publications at once as one step
// should take.

import type { Publication, RecordBook } from '../core/book/record-book.ts';

interface WaitingPublication<Result> {
  readonly publication: Publication;
  readonly done: (result: Result) => void;
}

export class WaitingPublications<Result> {
  readonly #book: Pick<RecordBook, 'dataBytesOf'>;
  #waiting: WaitingPublication<Result>[] = [];

  constructor(book: Pick<RecordBook, 'dataBytesOf'>) {
    this.#book = book;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(waiting: WaitingPublication<Result>): void {
    this.#waiting.push(waiting);
  }

  takeAll(): readonly WaitingPublication<Result>[] {
    return this.#waiting.splice(0);
  }

  /** The first ones: at least one, and no more than have so many records and bytes. */
  take(recordsMax: number, bytesMax: number): readonly WaitingPublication<Result>[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const { publication } of this.#waiting) {
      records += publication.length;
      bytes += this.#waiting.length > 1 ? this.#weightOf(publication) : 0;
      if (count > 0 && (records > recordsMax || bytes > bytesMax)) break;
      count += 1;
    }
    const some = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return some;
  }

  /** What cannot be weighed goes alone: publishing it meets the same failure, and tells it. */
  #weightOf(publication: Publication): number {
    try {
      return this.#book.dataBytesOf(publication);
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }
}
