// What several clauses about one subject say together when all have to be true. Two bounds are one
// stretch of an index and not two halves of it, and what contradicts itself is known before anything
// is visited.

import { assert } from '../../../core/base/assert.ts';
import { compareBytes } from '../../../core/base/bytes.ts';
import type { Condition, SearchClause } from '../../../core/domain/search.ts';
import { matchesClause } from '../../../core/search/search-match.ts';
import type { Term } from './search-terms.ts';

/** Where a subject has to equal a value, that value decides its other clauses. Null when none can be equal to all. */
export function withoutDecided(parts: readonly Condition[]): readonly Condition[] | null {
  const clausesBySubject = Map.groupBy(
    parts.filter((part) => part.kind === 'clause'),
    ({ subject }) =>
      subject.kind === 'field' ? `field ${subject.field}` : `attribute ${subject.name}`,
  );
  const kept: Condition[] = parts.filter((part) => part.kind !== 'clause');
  for (const clauses of clausesBySubject.values()) {
    const undecided = undecidedOf(clauses);
    if (undecided === null) return null;
    kept.push(...undecided);
  }
  return kept;
}

/** Of clauses about one subject. */
function undecidedOf(clauses: readonly SearchClause[]): readonly SearchClause[] | null {
  const kinds = new Set(clauses.map(({ operand }) => kindOf(operand)));
  if (kinds.size > 1) return null;
  for (const equal of clauses) {
    const { compare, operand } = equal;
    if (compare !== 'equal' || operand.kind === 'pattern') continue;
    return clauses.every((clause) => matchesClause(clause, operand)) ? [equal] : null;
  }
  return clauses;
}

function kindOf({ kind }: SearchClause['operand']): string {
  return kind === 'pattern' ? 'string' : kind;
}

/** The one stretch that lies between all bounds of a column; null when there is none. */
export function intersectionOf(bounds: readonly Term[]): readonly Term[] | null {
  let low: Term | null = null;
  let high: Term | null = null;
  for (const bound of bounds) {
    const { test } = bound;
    if (test !== '<' && test !== '<=' && (low === null || isTighter(bound, low, 1))) low = bound;
    if (test !== '>' && test !== '>=' && (high === null || isTighter(bound, high, -1)))
      high = bound;
  }
  if (low === null || high === null) return [low, high].filter((bound) => bound !== null);
  const width = compareKeys(high.value, low.value);
  if (width > 0) return [low, high];
  const isPoint = width === 0 && low.test !== '>' && high.test !== '<';
  return isPoint ? [{ ...low, test: '=' }] : null;
}

/** Upwards for bounds from below, downwards for those from above. */
function isTighter(bound: Term, other: Term, direction: 1 | -1): boolean {
  const difference = direction * compareKeys(bound.value, other.value);
  return difference > 0 || (difference === 0 && (bound.test === '<' || bound.test === '>'));
}

/** As SQLite compares them; those of one column are bytes, or numbers. */
function compareKeys(a: Term['value'], b: Term['value']): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return Number(orderable(a) > orderable(b)) - Number(orderable(a) < orderable(b));
}

function orderable(value: Term['value']): number | bigint {
  assert(typeof value === 'number' || typeof value === 'bigint', 'bounds of a column are alike');
  return value;
}
