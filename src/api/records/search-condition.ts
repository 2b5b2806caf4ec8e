// The conditions that users write, and how they become those of core. What they pass may be anything:
// only own values are read, never what a getter or a prototype would give, every key has to be known,
// and depth and size are bounded before they are walked. What is wrong is named by its path.

import { LIMITS } from '../../core/domain/limits.ts';
import type { RefusalCode } from '../../core/domain/refusals.ts';
import type {
  ClauseSubject,
  Comparison,
  Condition,
  SearchClause,
} from '../../core/domain/search.ts';
import { checkClause, checkCondition } from '../../core/search/search-check.ts';
import { parsePattern } from '../../core/search/text-pattern.ts';
import { invalidArgument, PeerGroupError } from '../peer-group-error.ts';
import { ownValue, ownValues } from './own-values.ts';
import { requireDate } from './record-arguments.ts';
import type { AttributeInput } from './shared-record.ts';

/** One clause, or several of which all or one have to be true. At most 256 clauses, 256 levels deep. */
export type QueryCondition =
  | { readonly and: readonly QueryCondition[]; readonly or?: never }
  | { readonly or: readonly QueryCondition[]; readonly and?: never }
  | AttributeClause
  | TextFieldClause
  | DateFieldClause;

/** A record without the attribute, or with another kind of value, does not match, `notEqual` included. */
type AttributeClause = NoList & {
  readonly attribute: string;
  readonly field?: never;
} & OneOf<Comparisons<AttributeInput> & Patterns>;

/** Ids and types are GUIDs, the others peer names. */
type TextFieldClause = NoList & {
  readonly field: 'id' | 'type' | 'creator' | 'modifiedBy';
  readonly attribute?: never;
} & OneOf<Comparisons<string> & Patterns>;

type DateFieldClause = NoList & {
  readonly field: 'createdAt' | 'modifiedAt';
  readonly attribute?: never;
} & OneOf<Comparisons<Date> & { [Key in keyof Patterns]?: never }>;

interface NoList {
  readonly and?: never;
  readonly or?: never;
}

/** Text compares by UTF-16 code unit and case, numbers and dates by value. */
type Comparisons<Value> = { [Key in Comparison]: Value };

interface Patterns {
  /** `*` is any run of characters, `?` one character; a backslash makes `*`, `?` and itself ordinary. */
  like: string;
  notLike: string;
}

/** Exactly one of the keys. */
type OneOf<All> = {
  [Key in keyof All]: { readonly [Only in Key]: All[Only] } & {
    readonly [Other in Exclude<keyof All, Key>]?: never;
  };
}[keyof All];

const COMPARISONS: readonly Comparison[] = [
  'equal',
  'notEqual',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
];
const COMPARISON_BY_PATTERN = { like: 'equal', notLike: 'notEqual' } as const;
const CLAUSE_KEYS: readonly string[] = ['attribute', 'field', ...COMPARISONS, 'like', 'notLike'];

/** Checked, and in its simplest form. Throws `PeerGroupError` with the path of what is wrong. */
export function requireCondition(path: string, value: unknown): Condition {
  const verdict = checkCondition(new ConditionReader().read(path, value, 1));
  if (!verdict.ok) throw searchError(verdict.refusal.code, path, verdict.refusal.detail);
  return verdict.value;
}

/** Checked as well; `path` is that of its value. */
export function requireClause(path: string, clause: SearchClause): SearchClause {
  const verdict = checkClause(clause);
  if (!verdict.ok) throw searchError(verdict.refusal.code, path, `: ${verdict.refusal.detail}`);
  return verdict.value;
}

class ConditionReader {
  #clauses = 0;

  read(path: string, value: unknown, depth: number): Condition {
    if (depth > LIMITS.searchDepthMax) {
      throw searchError('INVALID_SEARCH', 'where', `: deeper than ${LIMITS.searchDepthMax} levels`);
    }
    const values = ownValues(path, value, ['and', 'or', ...CLAUSE_KEYS]);
    const kind = values.has('and') ? 'and' : values.has('or') ? 'or' : null;
    if (kind === null) return this.#clause(path, values);
    if (values.size > 1) throw invalidArgument(path, `${kind} and nothing else`);
    return { kind, parts: this.#parts(`${path}.${kind}`, values.get(kind), depth) };
  }

  #parts(path: string, list: unknown, depth: number): readonly Condition[] {
    if (!Array.isArray(list)) throw invalidArgument(path, 'an array');
    const { length } = list;
    if (length > LIMITS.searchClausesMax) throw tooManyClauses();
    return Array.from({ length }, (_, index) =>
      this.read(`${path}[${index}]`, ownValue(path, list, `${index}`), depth + 1),
    );
  }

  #clause(path: string, values: ReadonlyMap<string, unknown>): Condition {
    this.#clauses += 1;
    if (this.#clauses > LIMITS.searchClausesMax) throw tooManyClauses();
    const subject = requireSubject(path, values);
    const compared = [...values.keys()].filter((key) => key !== 'attribute' && key !== 'field');
    const [key] = compared;
    if (key === undefined || compared.length > 1) {
      throw invalidArgument(path, `one of ${CLAUSE_KEYS.slice(2).join(', ')}`);
    }
    const place = `${path}.${key}`;
    return requireClause(place, requireComparison(place, subject, key, values.get(key)));
  }
}

function requireSubject(path: string, values: ReadonlyMap<string, unknown>): ClauseSubject {
  const name = values.get('attribute');
  const field = values.get('field');
  if (name !== undefined && field !== undefined) {
    throw invalidArgument(path, 'either attribute or field');
  }
  if (typeof name === 'string') return { kind: 'attribute', name };
  if (name !== undefined) throw invalidArgument(`${path}.attribute`, 'text');
  switch (field) {
    case 'id':
    case 'type':
    case 'creator':
    case 'modifiedBy':
    case 'createdAt':
    case 'modifiedAt':
      return { kind: 'field', field };
    case undefined:
      throw invalidArgument(path, 'and, or, attribute or field');
    default:
      throw invalidArgument(
        `${path}.field`,
        'id, type, creator, modifiedBy, createdAt or modifiedAt',
      );
  }
}

function requireComparison(
  path: string,
  subject: ClauseSubject,
  key: string,
  value: unknown,
): SearchClause {
  const compare = COMPARISONS.find((name) => name === key);
  if (compare !== undefined) {
    return { kind: 'clause', subject, compare, operand: requireOperand(path, subject, value) };
  }
  if (typeof value !== 'string') throw invalidArgument(path, 'text');
  if (value.length > 2 * LIMITS.searchTextMax) {
    throw searchError('INVALID_SEARCH', path, `: more than ${LIMITS.searchTextMax} characters`);
  }
  const verdict = parsePattern(asStored(subject, value));
  if (!verdict.ok) throw searchError(verdict.refusal.code, path, `: ${verdict.refusal.detail}`);
  return {
    kind: 'clause',
    subject,
    compare: key === 'like' ? COMPARISON_BY_PATTERN.like : COMPARISON_BY_PATTERN.notLike,
    operand: { kind: 'pattern', pattern: verdict.value },
  };
}

function requireOperand(
  path: string,
  subject: ClauseSubject,
  value: unknown,
): SearchClause['operand'] {
  if (typeof value === 'string') return { kind: 'string', value: asStored(subject, value) };
  if (typeof value === 'bigint') return { kind: 'int', value };
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return { kind: 'int', value: BigInt(value) };
  }
  if (value instanceof Date) return { kind: 'date', value: requireDate(path, value) };
  throw invalidArgument(path, 'text, a whole number, a bigint or a Date');
}

/** GUIDs are stored in lower case, and either case names the same. */
function asStored(subject: ClauseSubject, text: string): string {
  const isGuid = subject.kind === 'field' && (subject.field === 'id' || subject.field === 'type');
  return isGuid ? text.toLowerCase() : text;
}

function tooManyClauses(): PeerGroupError {
  return searchError('INVALID_SEARCH', 'where', `: more than ${LIMITS.searchClausesMax} clauses`);
}

function searchError(code: RefusalCode, path: string, detail: string): PeerGroupError {
  return new PeerGroupError(code, `${path}${detail}.`);
}
