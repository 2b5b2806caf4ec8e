// Places in the order of a search as SQLite knows them: the columns that an order sorts by, whose
// last one is always the row, and the values of one row in them.

import type { SQLInputValue } from 'node:sqlite';
import type { SearchOrder, SearchPosition } from '../../../core/domain/search.ts';
import { DamagedRow } from '../tables/database-failures.ts';
import type { Row } from '../tables/query.ts';
import { keyOf } from './search-ranges.ts';
import type { Fragment } from './search-terms.ts';

export type KeyColumn = 'value' | 'modified_at' | 'row';
export type Key = readonly SQLInputValue[];

/** A row in the order of the search. */
export interface Step {
  readonly key: Key;
  /** False for the last row of a slice, which is where to go on from and nothing else. */
  readonly isCandidate: boolean;
  /** Entries that were visited since the step before. */
  readonly visited: number;
}

/** How an order is written in SQL. */
export class KeyColumns {
  readonly #order: SearchOrder;
  readonly #names: readonly KeyColumn[];

  constructor(order: SearchOrder) {
    this.#order = order;
    this.#names = namesOf(order);
  }

  get first(): KeyColumn {
    return this.#names[0] ?? 'row';
  }

  list(alias: 'stream' | 'record'): string {
    return this.#names.map((name) => `${alias}.${name}`).join(', ');
  }

  ordering(alias: 'stream' | 'record'): string {
    const direction = this.#order.isDescending ? ' DESC' : '';
    return this.#names.map((name) => `${alias}.${name}${direction}`).join(', ');
  }

  /** What comes after the key. */
  after(alias: 'stream' | 'record', key: Key): Fragment {
    return this.#compared(alias, this.#order.isDescending ? '<' : '>', key);
  }

  /** What comes before the key, and the key itself. */
  until(alias: 'stream' | 'record', key: Key): Fragment {
    return this.#compared(alias, this.#order.isDescending ? '>=' : '<=', key);
  }

  /** From the columns of `list`. */
  read(row: Row): Key {
    if (this.#names.length === 1) return [row.bigint(0)];
    const isText = this.#order.by === 'attribute' && this.#order.kind === 'string';
    return [isText ? row.bytes(0) : row.bigint(0), row.bigint(1)];
  }

  of(position: SearchPosition): Key {
    const { value, row } = position;
    return this.#names.length === 1 || value === null ? [row] : [keyOf(value), row];
  }

  #compared(alias: 'stream' | 'record', test: '<' | '>' | '<=' | '>=', key: Key): Fragment {
    return { sql: `(${this.list(alias)}) ${test} (${key.map(() => '?').join(', ')})`, values: key };
  }
}

function namesOf(order: SearchOrder): readonly KeyColumn[] {
  if (order.by === 'createdAt') return ['row'];
  return order.by === 'modifiedAt' ? ['modified_at', 'row'] : ['value', 'row'];
}

export function rowOfKey(key: Key): bigint {
  const row = key.at(-1);
  if (typeof row !== 'bigint') throw new DamagedRow('a key of an index without its row');
  return row;
}
