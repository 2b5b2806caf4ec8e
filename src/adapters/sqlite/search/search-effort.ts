// How much a search may cost, in entries of indexes that are visited (about ten million a second in
// SQLite) and in records that are read and decoded (about a hundred thousand a second). SQLite cannot
// be interrupted and the event loop waits for it, so that every step has a bound.

import { CONTENT_BYTES_MAX } from '../tables/content-bound.ts';

export interface SearchEffort {
  /** Entries counted for each clause, and for all together, to find a rare one. Most searches are settled by the first. */
  readonly rare: readonly CountLimits[];
  /** The same once walking has shown that a condition is rarer than its clauses: any index as a whole. */
  readonly thorough: CountLimits;
  /** Of more that a source has, it is tried to walk in the order instead of sorting all of them. */
  readonly walkedMin: number;
  /** Records that are read and sorted when no index gives the order. */
  readonly sortedMax: number;
  /** Of their contents. With more it is walked in the order instead. */
  readonly sortedBytesMax: number;
  /** Rows that are brought into the order of creation, in SQLite. */
  readonly orderedMax: number;
  /** Rows whose times of modification are looked up to sort by them, in SQLite: a record is read for each. */
  readonly joinedMax: number;
  /** What is walked before counting thoroughly. */
  readonly firstBudget: Budget;
  /**
   * What one page may cost besides counting. Beyond it the page comes half empty, or empty, with the
   * place to go on from: no search is refused for its price. Of 400,000 records, pages of conditions
   * made to be slow took 0.1 to 0.45 s, where up to 0.4 s were the thorough count, and the worst 0.65 s:
   * 250 clauses asked of each of 16,384 records.
   */
  readonly pageBudget: Budget;
  /** So many bytes of content cost what a record costs: decoding takes as long as reading then. */
  readonly bytesPerRecord: number;
  /** Of contents, that a page brings. At least one record comes. */
  readonly pageBytes: number;
  /** Entries of a slice of a walk, growing fourfold: most searches end in the first. */
  readonly sliceMin: number;
  readonly sliceMax: number;
  /** Rows that one statement gives. */
  readonly batch: number;
}

export interface CountLimits {
  readonly each: number;
  readonly all: number;
}

export interface Budget {
  readonly records: number;
  readonly entries: number;
}

export const SEARCH_EFFORT: SearchEffort = {
  rare: [
    { each: 512, all: 8_192 },
    { each: 8_192, all: 65_536 },
  ],
  thorough: { each: 2_000_000, all: 2_000_000 },
  walkedMin: 512,
  sortedMax: 8_192,
  sortedBytesMax: 16_777_216,
  orderedMax: 400_000,
  joinedMax: 65_536,
  firstBudget: { records: 2_048, entries: 16_384 },
  pageBudget: { records: 16_384, entries: 131_072 },
  bytesPerRecord: 1_024,
  pageBytes: CONTENT_BYTES_MAX,
  sliceMin: 512,
  sliceMax: 8_192,
  batch: 128,
};
