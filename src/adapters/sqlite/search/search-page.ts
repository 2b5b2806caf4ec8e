// One page of a search while it fills: takes rows in the order of the search, keeps those whose
// records match, and knows where the next page has to go on.

import { assert } from '../../../core/base/assert.ts';
import type { SearchOrder, SearchPosition, SearchRequest } from '../../../core/domain/search.ts';
import { matches, orderValueOf, type SearchableRecord } from '../../../core/search/search-match.ts';
import { DamagedRow } from '../tables/database-failures.ts';
import type { SearchDictionary } from './search-dictionary.ts';
import type { Budget, SearchEffort } from './search-effort.ts';
import { type Key, rowOfKey, type Step } from './search-keys.ts';
import type { StoredRecord, StoredRecords } from './search-record.ts';

export interface RowPage {
  readonly rows: readonly bigint[];
  readonly next: SearchPosition | null;
}

export class SearchPage {
  readonly #request: SearchRequest;
  readonly #records: StoredRecords;
  readonly #dictionary: SearchDictionary;
  readonly #effort: SearchEffort;
  readonly #rows: bigint[] = [];
  /** The last of them. */
  #last: { readonly row: bigint; readonly record: StoredRecord } | null = null;
  /** Of their contents. */
  #bytes = 0;
  #reached: Key | null;
  #state: 'open' | 'full' | 'ended' = 'open';

  constructor(
    request: SearchRequest,
    after: Key | null,
    records: StoredRecords,
    dictionary: SearchDictionary,
    effort: SearchEffort,
  ) {
    this.#effort = effort;
    this.#request = request;
    this.#records = records;
    this.#dictionary = dictionary;
    this.#reached = after;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The last place that was looked at, whether it matched or not. */
  get reached(): Key | null {
    return this.#reached;
  }

  /** Until the page is full, the steps end or the budget is spent. */
  take(steps: Iterator<Step, void>, budget: Budget): void {
    let { records, entries } = budget;
    while (this.#state === 'open' && records > 0 && entries > 0) {
      const step = steps.next();
      if (step.done === true) {
        this.#state = 'ended';
        return;
      }
      entries -= step.value.visited;
      if (step.value.isCandidate) {
        records -= this.#consider(rowOfKey(step.value.key));
      }
      if (this.isOpen) this.#reached = step.value.key;
    }
  }

  finish(): RowPage {
    if (this.#state === 'ended') return { rows: this.#rows, next: null };
    if (this.#state === 'full' && this.#last !== null) {
      const { row, record } = this.#last;
      return { rows: this.#rows, next: positionOf(this.#request.order, row, record) };
    }
    return { rows: this.#rows, next: this.#positionOfReached() };
  }

  /** What it cost, in records. One more than the page holds is looked for, so that the last page is known as such. */
  #consider(row: bigint): number {
    const record = this.#records.find(row, this.#dictionary);
    if (record === null) return 1;
    if (this.#isFound(record)) this.#add(row, record);
    return 1 + Math.floor(record.contentBytes / this.#effort.bytesPerRecord);
  }

  #isFound(record: StoredRecord): boolean {
    const { now, order, where } = this.#request;
    if (!record.isLive(now) || !matches(where, record)) return false;
    return order.by !== 'attribute' || orderValueOf(order, record) !== null;
  }

  #add(row: bigint, record: StoredRecord): void {
    const isTooMuch = this.#bytes + record.contentBytes > this.#effort.pageBytes;
    if (this.#rows.length === this.#request.limit || (isTooMuch && this.#rows.length > 0)) {
      this.#state = 'full';
      return;
    }
    this.#rows.push(row);
    this.#bytes += record.contentBytes;
    this.#last = { row, record };
  }

  #positionOfReached(): SearchPosition {
    assert(this.#reached !== null, 'a page that is left half-way has looked at a row');
    const row = rowOfKey(this.#reached);
    const record = this.#records.find(row, this.#dictionary);
    if (record === null) throw new DamagedRow('an entry of an index without its record');
    return positionOf(this.#request.order, row, record);
  }
}

function positionOf(order: SearchOrder, row: bigint, record: SearchableRecord): SearchPosition {
  return { row, value: order.by === 'createdAt' ? null : orderValueOf(order, record) };
}
