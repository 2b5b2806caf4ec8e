// What the indexes can say about a condition. Each clause becomes a stretch of one index that holds
// every row the clause is true of, and perhaps more: whether a record matches is always decided by
// core/search/search-match.ts on the record itself, so that an index can cost time but never truth.

import { assert, unreachable } from '../../../core/base/assert.ts';
import { utf8Bytes } from '../../../core/base/utf8.ts';
import type { AttributeValue } from '../../../core/domain/records.ts';
import type { Condition, SearchClause, TextPattern } from '../../../core/domain/search.ts';
import { textKey } from '../tables/text-key.ts';
import { intersectionOf, withoutDecided } from './search-conjunction.ts';
import { guidOf, type SearchDictionary } from './search-dictionary.ts';
import type { Term } from './search-terms.ts';

export interface IndexRange {
  readonly table: 'attribute' | 'record';
  /** What the index is entered with: the entries that are visited. */
  readonly bounds: readonly Term[];
  /** What each visited entry is asked. */
  readonly filters: readonly Term[];
  /** True when the rows stand in their order, since everything before them in the key is fixed. */
  readonly isInRowOrder: boolean;
}

/** A condition with what the indexes hold for it. */
export type Located =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Located[] }
  | LocatedClause;

/** One clause, or several about one subject that all have to be true. */
export interface LocatedClause {
  readonly kind: 'clause';
  /** Null when no index helps. */
  readonly range: IndexRange | null;
  /** UTF-8 that stands in the content of every record that matches. */
  readonly literals: readonly Uint8Array[];
}

/** 2^20 rows to a millisecond. */
const ROW_BITS = 20n;
const ROW_MAX = 2n ** 63n - 1n;

/** Null when nothing that is stored can match: a name, a type or a member that is not there, or a contradiction. */
export function locate(condition: Condition, dictionary: SearchDictionary): Located | null {
  switch (condition.kind) {
    case 'clause':
      return locateClause(condition, dictionary);
    case 'and':
      return locateAll(condition.parts, dictionary);
    case 'or': {
      const parts = condition.parts.map((part) => locate(part, dictionary));
      return locatedOf(
        'or',
        parts.filter((part) => part !== null),
      );
    }
    default:
      return unreachable(condition);
  }
}

function locateAll(parts: readonly Condition[], dictionary: SearchDictionary): Located | null {
  const undecided = withoutDecided(parts);
  if (undecided === null) return null;
  const located: Located[] = [];
  for (const part of undecided) {
    const found = locate(part, dictionary);
    if (found === null) return null;
    located.push(found);
  }
  const merged = merge(located);
  return merged === null ? null : locatedOf('and', merged);
}

function locatedOf(kind: 'and' | 'or', parts: readonly Located[]): Located | null {
  const [only] = parts;
  if (only === undefined) return null;
  return parts.length === 1 ? only : { kind, parts };
}

/** One clause for all that enter one index at one key. Null when nothing lies in all of their ranges. */
function merge(parts: readonly Located[]): readonly Located[] | null {
  const merged: Located[] = parts.filter((part) => part.kind !== 'clause');
  const clauses = parts.filter((part) => part.kind === 'clause');
  for (const [key, sharing] of Map.groupBy(clauses, mergeKeyOf)) {
    if (key === null || sharing.length === 1) {
      merged.push(...sharing);
      continue;
    }
    const one = mergeClauses(sharing);
    if (one === null) return null;
    merged.push(one);
  }
  return merged;
}

/** Null for a clause that nothing can be merged with. */
function mergeKeyOf({ range }: LocatedClause): string | null {
  const first = range?.bounds[0];
  if (first?.column === 'attribute_name') return `${first.value}`;
  return first?.column === 'row' || first?.column === 'modified_at' ? first.column : null;
}

/** That many patterns tell most entries from each other; hundreds would take seconds. */
const FILTERS_MAX = 4;

function mergeClauses(clauses: readonly LocatedClause[]): LocatedClause | null {
  const ranges = clauses.map(({ range }) => range).filter((range) => range !== null);
  const [first] = ranges;
  assert(first !== undefined, 'only ranges are merged');
  const bounds = ranges.flatMap((range) => range.bounds);
  const named = first.bounds.filter(({ column }) => column === 'attribute_name');
  const common = intersectionOf(bounds.filter(({ column }) => column !== 'attribute_name'));
  if (common === null) return null;
  return {
    kind: 'clause',
    range: {
      table: first.table,
      bounds: [...named, ...common],
      filters: ranges.flatMap((range) => range.filters).slice(0, FILTERS_MAX),
      isInRowOrder: first.table === 'record' ? first.isInRowOrder : isPoint(common),
    },
    literals: clauses.flatMap(({ literals }) => literals),
  };
}

function isPoint([first]: readonly Term[]): boolean {
  return first?.test === '=';
}

/** The parts that all have to be true. */
export function conjunctsOf(located: Located): readonly Located[] {
  return located.kind === 'and' ? located.parts : [located];
}

/** All rows of one value, in their order. */
export function isExact({ isInRowOrder, bounds }: IndexRange): boolean {
  return isInRowOrder && bounds.every(({ test, column }) => test === '=' && column !== 'row');
}

function locateClause(clause: SearchClause, dictionary: SearchDictionary): Located | null {
  const { subject } = clause;
  if (subject.kind === 'attribute') return locateAttribute(clause, subject.name, dictionary);
  switch (subject.field) {
    case 'id':
      return locateId(clause);
    case 'type':
      return locateNumbers(clause, 'record_type', dictionary.types(clause));
    case 'creator':
      return locateNumbers(clause, 'creator', dictionary.members(clause));
    case 'modifiedBy':
      return locateNumbers(clause, 'author', dictionary.members(clause));
    case 'createdAt':
      return located(clause, ofRecords(rowTerms(clause, dictionary)));
    case 'modifiedAt':
      return located(clause, ofRecords(momentTerms(clause)));
    default:
      return unreachable(subject.field);
  }
}

function located(clause: SearchClause, range: IndexRange | null): LocatedClause {
  return { kind: 'clause', range, literals: literalsIn(clause) };
}

/** No range for `notEqual` of a moment: it is nearly everything. */
function ofRecords(bounds: readonly Term[]): IndexRange | null {
  if (bounds.length === 0) return null;
  return { table: 'record', bounds, filters: [], isInRowOrder: bounds[0]?.column === 'row' };
}

function locateId(clause: SearchClause): Located | null {
  if (clause.compare !== 'equal' || clause.operand.kind !== 'string') return located(clause, null);
  const id = guidOf(clause.operand.value);
  return id === null ? null : located(clause, ofRecords([{ column: 'id', test: '=', value: id }]));
}

function locateNumbers(
  clause: SearchClause,
  column: 'record_type' | 'creator' | 'author',
  numbers: readonly number[] | null,
): Located | null {
  if (numbers === null) return located(clause, null);
  const [only] = numbers;
  if (only === undefined) return null;
  const isOne = numbers.length === 1;
  const bound: Term = isOne
    ? { column, test: '=', value: only }
    : { column, test: 'oneOf', value: JSON.stringify(numbers) };
  return located(clause, { table: 'record', bounds: [bound], filters: [], isInRowOrder: isOne });
}

/** A record stands in the millisecond of its creation, or behind it when that was full. */
function rowTerms(
  { compare, operand }: SearchClause,
  dictionary: SearchDictionary,
): readonly Term[] {
  if (operand.kind !== 'date' || compare === 'notEqual') return [];
  const last = lastRowOf(operand.value + dictionary.displacement());
  const from = { column: 'row', test: '>=', value: firstRowOf(operand.value) } as const;
  const until = { column: 'row', test: '<=', value: last } as const;
  if (compare === 'equal') return [from, until];
  return compare === 'less' || compare === 'lessOrEqual' ? [until] : [from];
}

function firstRowOf(milliseconds: number): bigint {
  return storableRow(BigInt(milliseconds) << ROW_BITS);
}

function lastRowOf(milliseconds: number): bigint {
  return storableRow((BigInt(milliseconds + 1) << ROW_BITS) - 1n);
}

/** Before and after all records the least and the greatest number that SQLite takes for a row of ours. */
function storableRow(row: bigint): bigint {
  return row > ROW_MAX ? ROW_MAX : row < 0n ? -1n : row;
}

function momentTerms({ compare, operand }: SearchClause): readonly Term[] {
  if (operand.kind !== 'date' || compare === 'notEqual') return [];
  return comparisonTerms('modified_at', compare, operand.value);
}

function locateAttribute(
  clause: SearchClause,
  name: string,
  dictionary: SearchDictionary,
): Located | null {
  if (!dictionary.knowsAttributes) return located(clause, null);
  const { compare, operand } = clause;
  const kind = operand.kind === 'pattern' ? 'string' : operand.kind;
  const number = dictionary.attributeName(name, kind);
  if (number === null) return null;
  const named: Term = { column: 'attribute_name', test: '=', value: number };
  const { bounds, filters } = valueTerms(clause);
  return located(clause, {
    table: 'attribute',
    bounds: [named, ...bounds],
    filters,
    isInRowOrder: compare === 'equal' && operand.kind !== 'pattern',
  });
}

function valueTerms({ compare, operand }: SearchClause): Pick<IndexRange, 'bounds' | 'filters'> {
  if (operand.kind === 'pattern') {
    return compare === 'equal' ? patternTerms(operand.pattern) : { bounds: [], filters: [] };
  }
  const value = keyOf(operand);
  if (compare === 'notEqual')
    return { bounds: [], filters: [{ column: 'value', test: '<>', value }] };
  return { bounds: comparisonTerms('value', compare, value), filters: [] };
}

/** What begins as the pattern does; of that, what holds its longest piece. */
function patternTerms(pattern: TextPattern): Pick<IndexRange, 'bounds' | 'filters'> {
  const [first] = pattern;
  const longest = longestLiteral(pattern);
  const prefix = typeof first === 'object' ? textKey(first.literal) : null;
  const filters: Term[] =
    longest === '' ? [] : [{ column: 'value', test: 'contains', value: textKey(longest) }];
  if (prefix === null) return { bounds: [], filters };
  const from = { column: 'value', test: '>=', value: prefix } as const;
  const until = { column: 'value', test: '<', value: keyAfter(prefix) } as const;
  return { bounds: [from, until], filters };
}

/** The first key above all that begin with this one. No byte of a text key is 255. */
function keyAfter(key: Uint8Array): Uint8Array {
  const after = Uint8Array.from(key);
  after[after.length - 1] = (after.at(-1) ?? 0) + 1;
  return after;
}

function comparisonTerms(
  column: 'value' | 'modified_at',
  compare: Exclude<SearchClause['compare'], 'notEqual'>,
  value: Term['value'],
): readonly Term[] {
  switch (compare) {
    case 'equal':
      return [{ column, test: '=', value }];
    case 'less':
      return [{ column, test: '<', value }];
    case 'lessOrEqual':
      return [{ column, test: '<=', value }];
    case 'greater':
      return [{ column, test: '>', value }];
    case 'greaterOrEqual':
      return [{ column, test: '>=', value }];
    default:
      return unreachable(compare);
  }
}

/** As it stands in the index. */
export function keyOf(value: AttributeValue): Uint8Array | bigint {
  return value.kind === 'string' ? textKey(value.value) : BigInt(value.value);
}

function literalsIn({ subject, compare, operand }: SearchClause): readonly Uint8Array[] {
  if (subject.kind !== 'attribute' || compare !== 'equal' || operand.kind !== 'pattern') return [];
  const longest = longestLiteral(operand.pattern);
  return longest === '' ? [] : [utf8Bytes(longest)];
}

/** Of a long one the beginning: it narrows as well, and hostile texts make `instr` compare it at every place. */
function longestLiteral(pattern: TextPattern): string {
  let longest = '';
  for (const piece of pattern) {
    if (typeof piece === 'object' && piece.literal.length > longest.length) longest = piece.literal;
  }
  const isPairCut = (longest.codePointAt(LITERAL_MAX - 1) ?? 0) > 0xffff;
  return longest.slice(0, isPairCut ? LITERAL_MAX - 1 : LITERAL_MAX);
}

const LITERAL_MAX = 64;
