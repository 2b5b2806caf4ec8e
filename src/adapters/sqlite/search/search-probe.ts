// What SQLite can ask of a row without having the record decoded: a first sieve, in C, for rows that
// are walked. It lets through every row that matches, and others, which core/search/search-match.ts
// finds out. Indexes are asked where they can tell, for records lie far from each other: to read one
// from its page takes several times as long.

import { unreachable } from '../../../core/base/assert.ts';
import type { IndexRange, Located, LocatedClause } from './search-ranges.ts';
import { type Fragment, joined, sqlOfTerms, type Term, unlessLong } from './search-terms.ts';

export interface Probe extends Fragment {
  /** That it names columns of the table `record`, which has to be joined. */
  readonly isOfRecord: boolean;
  /** Each takes about a microsecond for each row. */
  readonly questions: number;
}

/** Of a search with hundreds of clauses the others are left to the record: all of them on each row would take seconds. */
const QUESTIONS_MAX = 8;

/** Where the row is found that is asked about. */
export type RowAlias = 'stream' | 'record';

/** Null when nothing can be said. What `walked` says is known of the row. */
export function probeOf(
  located: Located,
  walked: IndexRange | null,
  alias: RowAlias,
): Probe | null {
  switch (located.kind) {
    case 'clause':
      return located.range !== null && located.range === walked
        ? null
        : probeOfClause(located, alias);
    case 'and':
      return allOf(located.parts.map((part) => probeOf(part, walked, alias)));
    case 'or': {
      const parts = located.parts.map((part) => probeOf(part, null, alias));
      const known = parts.filter((part) => part !== null);
      const isTooMuch = questionsIn(known) > QUESTIONS_MAX;
      return known.length < parts.length || isTooMuch ? null : inBrackets(known, 'OR');
    }
    default:
      return unreachable(located);
  }
}

function probeOfClause({ range, literals }: LocatedClause, alias: RowAlias): Probe | null {
  const contained = literals.map((literal) => {
    return {
      sql: unlessLong('record.content', 'instr(record.content, ?) > 0'),
      values: [literal],
      isOfRecord: true,
      questions: 1,
    };
  });
  return allOf([range === null ? null : probeOfRange(range, alias), ...contained]);
}

function probeOfRange({ table, bounds, isInRowOrder }: IndexRange, alias: RowAlias): Probe | null {
  // The key of the index is name, value and row: only a fixed value leads to the row.
  if (table === 'attribute') {
    return isInRowOrder ? lookup('attribute AS probe', bounds, alias) : null;
  }
  const [first] = bounds;
  if (first?.column === 'row') {
    return { ...sqlOfTerms(`+${alias}`, bounds), isOfRecord: false, questions: 1 };
  }
  const index = first?.test === '=' ? INDEX_BY_COLUMN.get(first.column) : undefined;
  if (index !== undefined) return lookup(`record AS probe INDEXED BY ${index}`, bounds, alias);
  return { ...sqlOfTerms('+record', bounds), isOfRecord: true, questions: 1 };
}

/** Left to itself SQLite would read the record. */
const INDEX_BY_COLUMN: ReadonlyMap<
  Term['column'],
  'record_by_type' | 'record_by_creator' | 'record_by_author'
> = new Map([
  ['record_type', 'record_by_type'],
  ['creator', 'record_by_creator'],
  ['author', 'record_by_author'],
]);

/** No EXISTS, which SQLite may turn into a join and then walk from the other end. */
function lookup(table: string, bounds: readonly Term[], alias: RowAlias): Probe {
  const { sql, values } = sqlOfTerms('probe', bounds);
  return {
    sql: `(SELECT 1 FROM ${table} WHERE ${sql} AND probe.row = ${alias}.row) IS NOT NULL`,
    values,
    isOfRecord: false,
    questions: 1,
  };
}

/** The first ones: a row of which they are true may still not match. */
function allOf(parts: readonly (Probe | null)[]): Probe | null {
  const asked: Probe[] = [];
  for (const part of parts) {
    if (part !== null && questionsIn(asked) + part.questions <= QUESTIONS_MAX) asked.push(part);
  }
  return asked.length === 0 ? null : inBrackets(asked, 'AND');
}

function questionsIn(parts: readonly Probe[]): number {
  return parts.reduce((sum, { questions }) => sum + questions, 0);
}

/** Not needed around one. */
function inBrackets(parts: readonly Probe[], operator: 'AND' | 'OR'): Probe {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const { sql, values } = joined(parts, operator);
  return {
    sql: `(${sql})`,
    values,
    isOfRecord: parts.some(({ isOfRecord }) => isOfRecord),
    questions: questionsIn(parts),
  };
}
