// Twenty thousand records to search, the conditions that tests search them by, and what a search of
// them does: the plan of its statements and the records that it reads.

import assert from 'node:assert/strict';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

import {
  SEARCH_EFFORT,
  type SearchEffort,
} from '../../src/adapters/sqlite/search/search-effort.ts';
import type { RowPage } from '../../src/adapters/sqlite/search/search-page.ts';
import { SearchRows } from '../../src/adapters/sqlite/search/search-rows.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type {
  Comparison,
  Condition,
  SearchClause,
  SearchOrder,
  SearchPosition,
} from '../../src/core/domain/search.ts';
import { parsePattern } from '../../src/core/search/text-pattern.ts';
import { type FilledRecord, memberName, SearchFiller } from './search-filler.ts';

export const NOW = wallTimeOf(1_800_000_000_000);
const COUNT = 20_000;
export const TYPE = '11111111-0000-4000-8000-000000000001';
export const OTHER_TYPE = '22222222-0000-4000-8000-000000000001';
export const NEWEST: SearchOrder = { by: 'createdAt', isDescending: true };

/** Of 20,000: `round` is one of 200, `half` one of two, `old` grows with time. */
export function recordAt(index: number): FilledRecord {
  const at = wallTimeOf(NOW - 1_000_000 + index);
  return {
    id: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    type: index % 10 === 0 ? OTHER_TYPE : TYPE,
    creator: memberName(index % 50),
    modifiedBy: memberName(index % 50),
    createdAt: at,
    ordinal: 0,
    modifiedAt: wallTimeOf(at + (index % 7)),
    expiresAt: wallTimeOf(NOW + 1_000_000),
    isDeleted: false,
    attributes: [
      { name: 'half', value: { kind: 'string', value: index % 2 === 0 ? 'even' : 'odd' } },
      { name: 'note', value: { kind: 'string', value: `note ${index}` } },
      { name: 'old', value: { kind: 'int', value: BigInt(index) } },
      { name: 'round', value: { kind: 'int', value: BigInt((index * 7919) % 200) } },
    ],
  };
}

export function attribute(
  name: string,
  compare: Comparison,
  operand: SearchClause['operand'],
): SearchClause {
  return { kind: 'clause', subject: { kind: 'attribute', name }, compare, operand };
}

export function ofType(type: string): SearchClause {
  const operand = { kind: 'string', value: type } as const;
  return { kind: 'clause', subject: { kind: 'field', field: 'type' }, compare: 'equal', operand };
}

export const int = (value: number) => ({ kind: 'int', value: BigInt(value) }) as const;
export const text = (value: string) => ({ kind: 'string', value }) as const;
export const and = (...parts: Condition[]): Condition => ({ kind: 'and', parts });
export const or = (...parts: Condition[]): Condition => ({ kind: 'or', parts });

export function like(name: string, pattern: string): SearchClause {
  const verdict = parsePattern(pattern);
  assert.ok(verdict.ok);
  return attribute(name, 'equal', { kind: 'pattern', pattern: verdict.value });
}

export class SearchCrowd {
  readonly filler = new SearchFiller(':memory:');
  /** What was prepared since it was last emptied. */
  readonly statements: string[] = [];
  readonly #search: SearchRows;

  constructor() {
    const { database } = this.filler;
    this.filler.fill(Array.from({ length: COUNT }, (_, index) => recordAt(index)));
    const prepare = database.prepare.bind(database);
    database.prepare = (sql: string): StatementSync => {
      this.statements.push(sql);
      return prepare(sql);
    };
    this.#search = new SearchRows(database);
  }

  find(
    where: Condition | null,
    order: SearchOrder = NEWEST,
    place: SearchPosition | null = null,
  ): RowPage {
    return this.#search.find({ where, order, limit: 50, after: place, now: NOW });
  }

  /** How many pages a search takes that looks at few entries and records for each. */
  pagesOf(where: Condition, effort: Partial<SearchEffort>): number {
    const bounded = new SearchRows(this.filler.database, { ...SEARCH_EFFORT, ...effort });
    let place: SearchPosition | null = null;
    for (let pages = 1; ; pages++) {
      const page: RowPage = bounded.find({
        where,
        order: NEWEST,
        limit: 50,
        after: place,
        now: NOW,
      });
      if (page.next === null) return pages;
      place = page.next;
    }
  }

  /** How many records are read and decoded for a page. */
  readsOf(where: Condition, order: SearchOrder): number {
    let reads = 0;
    const { database } = this.filler;
    const prepare = database.prepare;
    database.prepare = (sql: string): StatementSync => {
      const statement = prepare(sql);
      if (!sql.includes('SELECT content')) return statement;
      const get = statement.get.bind(statement);
      Reflect.set(statement, 'get', (...values: SQLInputValue[]) => {
        reads += 1;
        return get(...values);
      });
      return statement;
    };
    try {
      new SearchRows(database).find({ where, order, limit: 50, after: null, now: NOW });
    } finally {
      database.prepare = prepare;
    }
    return reads;
  }

  /** What SQLite does in all this.statements of a search. */
  planOf(where: Condition | null, order: SearchOrder = NEWEST): string {
    this.statements.length = 0;
    new SearchRows(this.filler.database).find({ where, order, limit: 50, after: null, now: NOW });
    const queries = this.statements.filter(
      (sql) => sql.includes('stream') || sql.includes('FROM record\n'),
    );
    return queries
      .flatMap((sql) => this.filler.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail))
      .join('\n');
  }

  close(): void {
    this.filler.close();
  }
}
