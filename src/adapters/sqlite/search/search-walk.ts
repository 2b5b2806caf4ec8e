// Walks an index in the order that a search asked for, in slices: SQLite cannot be interrupted, so no
// statement may visit more entries than a slice has. Of several indexes that lie in the order, each
// slice takes the one whose entries reach farthest, which is the one with the fewest there.

import { assert } from '../../../core/base/assert.ts';
import type { SearchOrder } from '../../../core/domain/search.ts';
import type { Row } from '../tables/query.ts';
import type { SearchEffort } from './search-effort.ts';
import { type Key, type KeyColumn, type KeyColumns, rowOfKey, type Step } from './search-keys.ts';
import type { Prepare } from './search-plan.ts';
import { probeOf } from './search-probe.ts';
import { conjunctsOf, type IndexRange, isExact, type Located } from './search-ranges.ts';
import { type Fragment, joined, sqlOfTerms, type Term } from './search-terms.ts';

export interface WalkOptions {
  readonly order: SearchOrder;
  readonly columns: KeyColumns;
  readonly where: Located | null;
  /** The number of the attribute that the order is by; 0 for another order. */
  readonly orderAttribute: number;
  readonly prepare: Prepare;
  readonly effort: SearchEffort;
}

interface Stream {
  readonly table: 'attribute' | 'record';
  /** Comes before the keys in the index. */
  readonly fixed: readonly Term[];
  /** Of the first key. */
  readonly low: Term | null;
  readonly high: Term | null;
  readonly range: IndexRange | null;
}

/** Equal clauses whose indexes are compared for a slice. */
const STREAMS_MAX = 8;

export function* walk(options: WalkOptions, after: Key | null): Generator<Step, void> {
  const { effort } = options;
  const walker = new Walker(options);
  let at = after;
  for (let size = effort.sliceMin; ; size = Math.min(4 * size, effort.sliceMax)) {
    const { stream, end } = walker.nextSlice(at, size);
    yield* walker.candidates(stream, at, end);
    if (end === null) return;
    at = end;
    yield { key: end, isCandidate: false, visited: size };
  }
}

class Walker {
  readonly #options: WalkOptions;
  readonly #streams: readonly Stream[];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#streams = streamsOf(options);
  }

  /** The stream to take and the key of its last entry in the slice; null when it ends before. */
  nextSlice(at: Key | null, size: number): { readonly stream: Stream; readonly end: Key | null } {
    let farthest: { readonly stream: Stream; readonly end: Key } | null = null;
    for (const stream of this.#streams) {
      const end = this.#sliceEnd(stream, at, size);
      if (end === null) return { stream, end };
      if (farthest === null || this.#isBeyond(end, farthest.end)) farthest = { stream, end };
    }
    assert(farthest !== null, 'there is an index to walk for every order');
    return farthest;
  }

  *candidates(stream: Stream, at: Key | null, end: Key | null): Generator<Step, void> {
    for (let from = at; ; ) {
      const rows = this.#select(stream, from, end);
      for (const row of rows) {
        from = this.#options.columns.read(row);
        yield { key: from, isCandidate: true, visited: 0 };
      }
      if (rows.length < this.#options.effort.batch) return;
    }
  }

  #sliceEnd(stream: Stream, at: Key | null, size: number): Key | null {
    const { columns, prepare } = this.#options;
    const alias = aliasOf(stream);
    const inside = joined([fixedTerms(stream), this.#start(stream, at), this.#far(stream)], 'AND');
    const row = prepare(
      `SELECT ${columns.list(alias)} FROM ${fromClause(stream)} WHERE ${inside.sql}
       ORDER BY ${columns.ordering(alias)} LIMIT 1 OFFSET ?`,
    ).first(...inside.values, size - 1);
    return row === null ? null : columns.read(row);
  }

  #select(stream: Stream, from: Key | null, end: Key | null): readonly Row[] {
    const { where, columns, prepare, effort } = this.#options;
    const alias = aliasOf(stream);
    const probe = where === null ? null : probeOf(where, stream.range, alias);
    const isJoined = stream.table === 'attribute' && probe?.isOfRecord === true;
    const inside = joined(
      [
        fixedTerms(stream),
        this.#start(stream, from),
        end === null ? this.#far(stream) : columns.until(alias, end),
        ...(probe === null ? [] : [probe]),
      ],
      'AND',
    );
    return prepare(
      `SELECT ${columns.list(alias)} FROM ${fromClause(stream)}
       ${isJoined ? 'CROSS JOIN record ON record.row = stream.row' : ''}
       WHERE ${inside.sql} ORDER BY ${columns.ordering(alias)} LIMIT ?`,
    ).all(...inside.values, effort.batch);
  }

  #start(stream: Stream, at: Key | null): Fragment {
    const { order, columns } = this.#options;
    if (at !== null) return columns.after(aliasOf(stream), at);
    return sideOf(stream, order.isDescending ? stream.high : stream.low);
  }

  #far(stream: Stream): Fragment {
    return sideOf(stream, this.#options.order.isDescending ? stream.low : stream.high);
  }

  /** Only streams in the order of rows are ever compared. */
  #isBeyond(end: Key, other: Key): boolean {
    const isAbove = rowOfKey(end) > rowOfKey(other);
    return isAbove !== this.#options.order.isDescending;
  }
}

function streamsOf({ order, where, orderAttribute }: WalkOptions): readonly Stream[] {
  const ranges = (where === null ? [] : conjunctsOf(where))
    .map((part) => (part.kind === 'clause' ? part.range : null))
    .filter((range) => range !== null);
  if (order.by === 'attribute') {
    const fixed: Term = { column: 'attribute_name', test: '=', value: orderAttribute };
    const same = ranges.filter(
      ({ bounds: [name] }) => name?.column === 'attribute_name' && name.value === orderAttribute,
    );
    return [{ table: 'attribute', fixed: [fixed], ...sidesOf(same, 'value'), range: null }];
  }
  const column = order.by === 'createdAt' ? 'row' : 'modified_at';
  const sides = sidesOf(ranges, column);
  const exact =
    order.by === 'modifiedAt' ? [] : ranges.filter((range) => isExact(range)).slice(0, STREAMS_MAX);
  if (exact.length === 0) return [{ table: 'record', fixed: [], ...sides, range: null }];
  return exact.map((range) => ({ table: range.table, fixed: range.bounds, ...sides, range }));
}

function sidesOf(ranges: readonly IndexRange[], column: KeyColumn): Pick<Stream, 'low' | 'high'> {
  const terms = ranges.flatMap(({ bounds }) => bounds).filter((term) => term.column === column);
  const low = terms.find(({ test }) => test === '>' || test === '>=' || test === '=');
  const high = terms.find(({ test }) => test === '<' || test === '<=' || test === '=');
  return {
    low: low === undefined ? null : { ...low, test: low.test === '=' ? '>=' : low.test },
    high: high === undefined ? null : { ...high, test: high.test === '=' ? '<=' : high.test },
  };
}

function fixedTerms(stream: Stream): Fragment {
  return stream.fixed.length === 0 ? TRUE : sqlOfTerms(aliasOf(stream), stream.fixed);
}

function sideOf(stream: Stream, term: Term | null): Fragment {
  return term === null ? TRUE : sqlOfTerms(aliasOf(stream), [term]);
}

const TRUE: Fragment = { sql: 'TRUE', values: [] };

function aliasOf(stream: Stream): 'stream' | 'record' {
  return stream.table === 'record' ? 'record' : 'stream';
}

function fromClause(stream: Stream): string {
  return stream.table === 'record' ? 'record' : 'attribute AS stream';
}
