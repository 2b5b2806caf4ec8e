// A search as the steps that judge a record: clauses, each of which is true or not, and the joints that take the last
// results together. However deep a query is, its steps are a list: nothing here calls itself.

import type { SharedRecord } from '../../api/index.ts';
import type { DateField, TextField } from '../xml/reserved-names.ts';
import type { TypedValue } from '../xml/typed-text.ts';
import { matchesWildcards, type WildcardPiece } from './wildcards.ts';

export type SearchStep =
  | SearchClause
  /** True when all, or one, of the results of the `count` steps before it are. */
  | { readonly kind: 'and' | 'or'; readonly count: number };

/** A record without a value, or with one of another type, does not match, whatever the comparison. */
export interface SearchClause {
  readonly kind: 'clause';
  readonly subject: SearchSubject;
  readonly compare: Comparison;
  readonly operand: Operand;
}

type SearchSubject = { readonly attribute: string } | { readonly field: TextField | DateField };

export type Comparison =
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessOrEqual'
  | 'greater'
  | 'greaterOrEqual';

/** Wildcards are compared as equal and notEqual only. */
export type Operand =
  | { readonly kind: 'value'; readonly value: TypedValue }
  | { readonly kind: 'wildcards'; readonly pieces: readonly WildcardPiece[] };

/** `steps` end with one result. */
export function isFound(steps: readonly SearchStep[], record: SharedRecord): boolean {
  const results: boolean[] = [];
  for (const step of steps) {
    if (step.kind === 'clause') {
      results.push(isTrue(step, record));
      continue;
    }
    const joined = results.splice(results.length - step.count);
    results.push(step.kind === 'and' ? !joined.includes(false) : joined.includes(true));
  }
  return results[0] ?? false;
}

function isTrue({ subject, compare, operand }: SearchClause, record: SharedRecord): boolean {
  const value = 'field' in subject ? record[subject.field] : record.attributes[subject.attribute];
  if (value === undefined) return false;
  if (operand.kind === 'wildcards') {
    if (typeof value !== 'string') return false;
    return matchesWildcards(operand.pieces, value) === (compare === 'equal');
  }
  const difference = differenceOf(value, operand.value);
  return difference !== null && isWanted(compare, difference);
}

/** Below, at or above 0: texts by code unit, numbers by value, dates by their moment. Null for different types. */
function differenceOf(
  value: SharedRecord['attributes'][string],
  wanted: TypedValue,
): number | null {
  if (typeof value === 'string') return typeof wanted === 'string' ? order(value, wanted) : null;
  if (value instanceof Date) {
    return wanted instanceof Date ? value.getTime() - wanted.getTime() : null;
  }
  return typeof wanted === 'bigint' ? order(BigInt(value), wanted) : null;
}

function order<Value extends string | bigint>(a: Value, b: Value): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isWanted(compare: Comparison, difference: number): boolean {
  switch (compare) {
    case 'equal':
      return difference === 0;
    case 'notEqual':
      return difference !== 0;
    case 'less':
      return difference < 0;
    case 'lessOrEqual':
      return difference <= 0;
    case 'greater':
      return difference > 0;
    case 'greaterOrEqual':
      return difference >= 0;
  }
}
