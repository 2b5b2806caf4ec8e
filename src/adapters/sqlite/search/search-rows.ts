// Finds the rows of the records that a search asks for, a page at a time. A condition that an index
// says is rare is answered from that index; any other by walking in the order of the search, where
// what is common soon fills a page. Only what looked common and is not gets a thorough count.

import type { DatabaseSync } from 'node:sqlite';
import { unreachable } from '../../../core/base/assert.ts';
import type { AttributeValue } from '../../../core/domain/records.ts';
import type { SearchOrder, SearchPosition, SearchRequest } from '../../../core/domain/search.ts';
import { compareValues, matches, orderValueOf } from '../../../core/search/search-match.ts';
import { withinBytes } from '../tables/content-bound.ts';
import { DictionaryQueries, SearchDictionary } from './search-dictionary.ts';
import { type CountLimits, SEARCH_EFFORT, type SearchEffort } from './search-effort.ts';
import { KeyColumns, type Step } from './search-keys.ts';
import { type RowPage, SearchPage } from './search-page.ts';
import { type Prepare, preparing, type Source, smallestSource } from './search-plan.ts';
import { type Probe, probeOf } from './search-probe.ts';
import { type IndexRange, isExact, type Located, locate } from './search-ranges.ts';
import { StoredRecords } from './search-record.ts';
import { allRowsOf, stepsOf } from './search-source.ts';
import { walk } from './search-walk.ts';

interface Search {
  readonly request: SearchRequest;
  readonly dictionary: SearchDictionary;
  readonly located: Located | null;
  readonly orderAttribute: number;
  readonly columns: KeyColumns;
  readonly page: SearchPage;
}

/** Entries walked for each record that would else be sorted: to read and decode one takes some ten times as long. */
const WALKED_ENTRIES = 4;

/** Without the index of attributes, indexes that are counted for the one with the fewest entries. */
const SOURCES_COUNTED = 8;

const EVERYTHING: Located = {
  kind: 'clause',
  range: {
    table: 'record',
    bounds: [{ column: 'row', test: '>=', value: 0n }],
    filters: [],
    isInRowOrder: true,
  },
  literals: [],
};

const NOTHING: RowPage = { rows: [], next: null };

export class SearchRows {
  readonly #effort: SearchEffort;
  readonly #records: StoredRecords;
  readonly #queries: DictionaryQueries;
  readonly #prepare: Prepare;

  constructor(database: DatabaseSync, effort: SearchEffort = SEARCH_EFFORT) {
    this.#effort = effort;
    this.#records = new StoredRecords(database);
    this.#queries = new DictionaryQueries(database);
    this.#prepare = preparing(database);
  }

  /** Null as `next` for the last page; a page before it may have fewer rows than the limit, even none. */
  find(request: SearchRequest): RowPage {
    return this.#find(request, new SearchDictionary(this.#queries));
  }

  /** While the index of attributes has gaps. Null for an order that there are too many records to sort for. */
  findWithoutAttributes(request: SearchRequest): RowPage | null {
    const dictionary = new SearchDictionary(this.#queries, false);
    const { where, order } = request;
    if (order.by !== 'attribute') return this.#find(request, dictionary);
    const located = where === null ? null : locate(where, dictionary);
    if (where !== null && located === null) return NOTHING;
    return this.#sortedWithoutIndex(located, { request, dictionary });
  }

  #find(request: SearchRequest, dictionary: SearchDictionary): RowPage {
    const { where, order, after } = request;
    const located = where === null ? null : locate(where, dictionary);
    const orderAttribute =
      order.by === 'attribute' ? dictionary.attributeName(order.name, order.kind) : 0;
    if ((where !== null && located === null) || orderAttribute === null) return NOTHING;
    const columns = new KeyColumns(order);
    const start = after === null ? null : columns.of(after);
    const page = new SearchPage(request, start, this.#records, dictionary, this.#effort);
    const search = { request, dictionary, located, orderAttribute, columns, page };
    if (located === null) return this.#walked(search, null);
    const rare = this.#rareSource(located);
    if (rare === null) return this.#walked(search, located);
    if (this.#isSoonWalked(rare, search)) {
      const budget = { records: rare.count / 2, entries: rare.count * WALKED_ENTRIES };
      page.take(this.#walk(search), budget);
      if (!page.isOpen) return page.finish();
    }
    return this.#fromSource(rare, located, search);
  }

  /** In the order of the search; what turns out to be rare, from the indexes after all. */
  #walked(search: Search, located: Located | null): RowPage {
    const { page } = search;
    const steps = this.#walk(search);
    page.take(steps, this.#effort.firstBudget);
    if (!page.isOpen) return page.finish();
    const source = located === null ? null : this.#source(located, this.#effort.thorough);
    if (located !== null && source !== null && this.#isWorthIt(source, search.request.order)) {
      return this.#fromSource(source, located, search);
    }
    page.take(steps, this.#effort.pageBudget);
    return page.finish();
  }

  /** Sorting takes all records of the source, walking some entries for each of a page: if they lie as thick as that. */
  #isSoonWalked({ ranges, count }: Source, { request, orderAttribute }: Search): boolean {
    const { order } = request;
    if (order.by === 'createdAt' || count <= this.#effort.walkedMin) return false;
    const [only] = ranges;
    const isLeading =
      ranges.length === 1 && only !== undefined && leads(only, order, orderAttribute);
    return isLeading || ranges.every(({ isInRowOrder }) => isInRowOrder);
  }

  #walk(search: Search): Iterator<Step, void> {
    const { prepare, effort } = { prepare: this.#prepare, effort: this.#effort };
    const { request, located, page } = search;
    return walk({ ...search, order: request.order, where: located, prepare, effort }, page.reached);
  }

  /** Walking has its own ways with the rows of one value; else it depends on what sorting costs. */
  #isWorthIt({ ranges, count }: Source, order: SearchOrder): boolean {
    switch (order.by) {
      case 'createdAt':
        return count <= this.#effort.orderedMax && (ranges.length !== 1 || !ranges.every(isExact));
      case 'modifiedAt':
        return count <= this.#effort.joinedMax;
      case 'attribute':
        return count <= this.#effort.sortedMax;
      default:
        return unreachable(order);
    }
  }

  #fromSource(source: Source, located: Located, search: Search): RowPage {
    const probe = this.#probeOf(source, located);
    const { columns, page } = search;
    if (search.request.order.by === 'attribute') {
      const sorted = this.#sorted(source, probe, search);
      if (sorted !== null) return sorted;
      page.take(this.#walk(search), this.#effort.pageBudget);
      return page.finish();
    }
    const { batch } = this.#effort;
    const options = { source, columns, probe, batch, prepare: this.#prepare };
    page.take(stepsOf(options, page.reached), this.#effort.pageBudget);
    return page.finish();
  }

  /** Null when it would cost more than it saves: what several ranges have together says most of what there is to ask. */
  #probeOf({ ranges, count }: Source, located: Located): Probe | null {
    const [only] = ranges;
    if (ranges.length !== 1 || only === undefined) return null;
    const probe = probeOf(located, only, 'stream');
    const isCheap = probe !== null && count * probe.questions <= this.#effort.pageBudget.entries;
    return isCheap ? probe : null;
  }

  #rareSource(located: Located): Source | null {
    for (const limits of this.#effort.rare) {
      const source = this.#source(located, limits);
      if (source !== null) return source;
    }
    return null;
  }

  #source(located: Located, { each, all }: CountLimits): Source | null {
    return smallestSource(located, each, { left: all }, this.#prepare);
  }

  /** In the order of an attribute, from everything else that is known; null when that is too much to sort. */
  #sortedWithoutIndex(
    located: Located | null,
    search: Pick<Search, 'request' | 'dictionary'>,
  ): RowPage | null {
    const parts = located === null ? [EVERYTHING] : [located, EVERYTHING];
    const { sortedMax } = this.#effort;
    const limits = { each: sortedMax, all: sortedMax * SOURCES_COUNTED };
    const source = this.#source({ kind: 'and', parts }, limits);
    return source === null ? null : this.#sorted(source, null, search);
  }

  /** Looks at all records of the source and sorts those that match; null when they are too long for that. */
  #sorted(
    source: Source,
    probe: Probe | null,
    { request, dictionary }: Pick<Search, 'request' | 'dictionary'>,
  ): RowPage | null {
    const { where, order, now, after, limit } = request;
    const found: SortedRow[] = [];
    let bytes = this.#effort.sortedBytesMax;
    for (const row of allRowsOf(source, probe, this.#prepare)) {
      const record = this.#records.find(row, dictionary);
      if (record === null) continue;
      bytes -= record.contentBytes;
      if (bytes < 0) return null;
      if (!record.isLive(now) || !matches(where, record)) continue;
      const value = orderValueOf(order, record);
      if (value !== null) found.push({ value, row, bytes: record.contentBytes });
    }
    const sign = order.isDescending ? -1 : 1;
    found.sort((a, b) => sign * compareSorted(a, b));
    const start = found.findIndex((row) => after === null || sign * compareSorted(row, after) > 0);
    const page =
      start < 0 ? [] : withinBytes(found.slice(start, start + limit), ({ bytes }) => bytes);
    const isLast = start < 0 || start + page.length >= found.length;
    return { rows: page.map(({ row }) => row), next: isLast ? null : positionOf(page.at(-1)) };
  }
}

interface SortedRow {
  readonly value: AttributeValue;
  readonly row: bigint;
  /** Of its content. */
  readonly bytes: number;
}

/** That what the order sorts by is what the range is of: every entry that is walked lies in it. */
function leads({ bounds: [first] }: IndexRange, order: SearchOrder, attribute: number): boolean {
  if (order.by === 'modifiedAt') return first?.column === 'modified_at';
  return first?.column === 'attribute_name' && first.value === attribute;
}

function positionOf(row: SortedRow | undefined): SearchPosition | null {
  return row === undefined ? null : { value: row.value, row: row.row };
}

function compareSorted(a: SortedRow, b: SearchPosition): number {
  const byValue = b.value === null ? 0 : (compareValues(a.value, b.value) ?? 0);
  return byValue !== 0 ? byValue : a.row < b.row ? -1 : Number(a.row > b.row);
}
