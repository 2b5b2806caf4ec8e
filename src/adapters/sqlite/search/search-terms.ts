// What a search says about columns, and the SQL of it. All texts that can become SQL stand in this
// room as literals, held by their types; whatever a user wrote is bound as a parameter.

import type { SQLInputValue } from 'node:sqlite';

export interface Term {
  readonly column:
    | 'attribute_name'
    | 'value'
    | 'row'
    | 'id'
    | 'record_type'
    | 'creator'
    | 'author'
    | 'modified_at';
  readonly test: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'contains' | 'oneOf';
  /** Of `oneOf` a JSON list of numbers; of `contains` bytes. */
  readonly value: SQLInputValue;
}

/** SQL with as many question marks as values. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/**
 * `stream` is the index that is walked, `probe` one that is asked about a row of it. With a plus in
 * front SQLite uses no index for a column: it is asked of rows that are walked for another reason.
 */
export type TableAlias = 'stream' | '+stream' | 'probe' | 'record' | '+record';

export function sqlOfTerms(alias: TableAlias, terms: readonly Term[]): Fragment {
  return {
    sql: terms.map((term) => sqlOfTerm(alias, term)).join(' AND '),
    values: terms.map(({ value }) => value),
  };
}

function sqlOfTerm(alias: TableAlias, { column, test }: Term): string {
  // An expression in any case, so that the plus would say nothing.
  if (test === 'contains')
    return unlessLong(`${alias}.${column}`, `instr(${alias}.${column}, ?) > 0`);
  if (test === 'oneOf') return `${alias}.${column} IN (SELECT value FROM json_each(?))`;
  return `${alias}.${column} ${test} ?`;
}

/**
 * A long value is let through unseen: its length stands at the beginning of its row, and to read all
 * of it for thousands of rows would take seconds in SQLite. Whoever reads the record sees its bytes.
 */
export function unlessLong(value: string, test: string): string {
  return `(length(${value}) > ${LONG_BYTES} OR ${test})`;
}

const LONG_BYTES = 4_096;

export function joined(
  fragments: readonly Fragment[],
  operator: 'AND' | 'OR' | 'UNION ALL',
): Fragment {
  return {
    sql: fragments.map(({ sql }) => sql).join(` ${operator} `),
    values: fragments.flatMap(({ values }) => values),
  };
}
