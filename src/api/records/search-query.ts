// What users write to search records, and how it becomes a search. A part that is wrong is named by
// its path, as `where.and[1].equal`; nothing is searched before all of it is right.

import type { WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { parsePeerName } from '../../core/domain/names.ts';
import { parseRecordType } from '../../core/domain/records.ts';
import type {
  Condition,
  SearchClause,
  SearchOrder,
  SearchRequest,
} from '../../core/domain/search.ts';
import { isAttributeName } from '../../core/records/record-attributes.ts';
import { parsePosition } from '../../core/search/search-position.ts';
import { invalidArgument, parsedArgument } from '../peer-group-error.ts';
import { ownValues } from './own-values.ts';
import { requireDate } from './record-arguments.ts';
import { type QueryCondition, requireClause, requireCondition } from './search-condition.ts';

/** All that is given has to be true of a record. */
export interface RecordQuery {
  /** The type that the application gave it. */
  readonly type?: string;
  /** The peer name of the member in whose name it was added; see `SharedRecord.creator`. */
  readonly creator?: string;
  /** The peer name of the member that made its latest version. */
  readonly modifiedBy?: string;
  /** Later than this, not at it; the same for the others. */
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly modifiedAfter?: Date;
  readonly modifiedBefore?: Date;
  readonly where?: QueryCondition;
  /** By creation unless said otherwise. By an attribute, only records that have it with this type are found. */
  readonly orderBy?: QueryOrder;
  /** Descending unless said otherwise: the newest first. */
  readonly direction?: 'ascending' | 'descending';
  /** Records of one page: 50 unless said otherwise, at most 1,000. */
  readonly limit?: number;
  /** The `next` of a page of the same query. */
  readonly after?: string;
}

export type QueryOrder =
  | 'createdAt'
  | 'modifiedAt'
  | { readonly attribute: string; readonly type: 'string' | 'int' | 'date' };

/** What a page of a program shows. */
const LIMIT_DEFAULT = 50;

const KEYS: readonly (keyof RecordQuery)[] = [
  'type',
  'creator',
  'modifiedBy',
  'createdAfter',
  'createdBefore',
  'modifiedAfter',
  'modifiedBefore',
  'where',
  'orderBy',
  'direction',
  'limit',
  'after',
];

export interface RequiredQuery {
  readonly request: SearchRequest;
  readonly order: SearchOrder;
}

/** Throws `INVALID_ARGUMENT`, `INVALID_SEARCH` or `INVALID_PATTERN`. */
export function requireQuery(
  query: RecordQuery,
  now: WallTime,
  limitDefault: number = LIMIT_DEFAULT,
): RequiredQuery {
  const values = ownValues('query', query, KEYS);
  const order = requireOrder(values);
  const after = values.get('after');
  if (after !== undefined && typeof after !== 'string') throw invalidArgument('after', 'text');
  return {
    order,
    request: {
      where: requireWhere(values),
      order,
      limit: requireLimit(values.get('limit') ?? limitDefault),
      after:
        after === undefined ? null : parsedArgument('after', () => parsePosition(order, after)),
      now,
    },
  };
}

type Values = ReadonlyMap<string, unknown>;

function requireWhere(values: Values): Condition | null {
  const parts: Condition[] = [
    ...clauses(values, 'type', typeClause),
    ...clauses(values, 'creator', (path, value) => nameClause(path, 'creator', value)),
    ...clauses(values, 'modifiedBy', (path, value) => nameClause(path, 'modifiedBy', value)),
    ...clauses(values, 'createdAfter', dateClause('createdAt', 'greater')),
    ...clauses(values, 'createdBefore', dateClause('createdAt', 'less')),
    ...clauses(values, 'modifiedAfter', dateClause('modifiedAt', 'greater')),
    ...clauses(values, 'modifiedBefore', dateClause('modifiedAt', 'less')),
  ];
  const where = values.get('where');
  if (where !== undefined) {
    const condition = requireCondition('where', where);
    parts.push(...(condition.kind === 'and' ? condition.parts : [condition]));
  }
  const [only] = parts;
  return parts.length > 1 ? { kind: 'and', parts } : (only ?? null);
}

/** None for a key that was left out. */
function clauses(
  values: Values,
  key: keyof RecordQuery,
  clauseOf: (path: string, value: unknown) => SearchClause,
): readonly SearchClause[] {
  const value = values.get(key);
  return value === undefined ? [] : [clauseOf(key, value)];
}

function typeClause(path: string, value: unknown): SearchClause {
  const type = parsedArgument(path, () => parseRecordType(requireString(path, value)));
  return textClause('type', type);
}

function nameClause(path: string, field: 'creator' | 'modifiedBy', value: unknown): SearchClause {
  return textClause(
    field,
    parsedArgument(path, () => parsePeerName(requireString(path, value))),
  );
}

function textClause(field: 'type' | 'creator' | 'modifiedBy', value: string): SearchClause {
  const operand = { kind: 'string', value } as const;
  return { kind: 'clause', subject: { kind: 'field', field }, compare: 'equal', operand };
}

function dateClause(field: 'createdAt' | 'modifiedAt', compare: 'less' | 'greater') {
  return (path: string, value: unknown): SearchClause => {
    const operand = { kind: 'date', value: requireDate(path, value) } as const;
    return requireClause(path, {
      kind: 'clause',
      subject: { kind: 'field', field },
      compare,
      operand,
    });
  };
}

function requireOrder(values: Values): SearchOrder {
  const direction = values.get('direction') ?? 'descending';
  if (direction !== 'ascending' && direction !== 'descending') {
    throw invalidArgument('direction', 'ascending or descending');
  }
  const isDescending = direction === 'descending';
  const by = values.get('orderBy') ?? 'createdAt';
  if (by === 'createdAt' || by === 'modifiedAt') return { by, isDescending };
  if (typeof by !== 'object') {
    throw invalidArgument('orderBy', 'createdAt, modifiedAt or an object with attribute and type');
  }
  return requireAttributeOrder(ownValues('orderBy', by, ['attribute', 'type']), isDescending);
}

function requireAttributeOrder(values: Values, isDescending: boolean): SearchOrder {
  const name = requireString('orderBy.attribute', values.get('attribute'));
  if (!isAttributeName(name)) {
    throw invalidArgument('orderBy.attribute', '1 to 40 ASCII letters and digits');
  }
  const kind = values.get('type');
  if (kind !== 'string' && kind !== 'int' && kind !== 'date') {
    throw invalidArgument('orderBy.type', 'string, int or date');
  }
  return { by: 'attribute', name, kind, isDescending };
}

function requireLimit(limit: unknown): number {
  const isInRange =
    typeof limit === 'number' &&
    Number.isInteger(limit) &&
    limit >= 1 &&
    limit <= LIMITS.searchPageMax;
  if (!isInRange)
    throw invalidArgument('limit', `a whole number from 1 to ${LIMITS.searchPageMax}`);
  return limit;
}

function requireString(path: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidArgument(path, 'text');
  return value;
}
