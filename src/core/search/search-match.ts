// What a search finds and in which order: the definition that every store has to agree with. Strings
// compare by UTF-16 code unit, numbers and dates by value; a record without the attribute, or with
// another kind of value, matches no clause about it.

import { unreachable } from '../base/assert.ts';
import type { WallTime } from '../base/time.ts';
import { guidText } from '../domain/guid.ts';
import type { PeerName } from '../domain/names.ts';
import type { AttributeValue, GroupRecord, RecordAttribute } from '../domain/records.ts';
import type {
  ClauseSubject,
  Comparison,
  Condition,
  SearchClause,
  SearchOrder,
} from '../domain/search.ts';
import { matchesPattern } from './text-pattern.ts';

export interface SearchableRecord {
  /** GUIDs in lower case. */
  readonly id: string;
  readonly type: string;
  readonly creator: PeerName;
  readonly modifiedBy: PeerName;
  readonly createdAt: WallTime;
  /** Orders what was created in one millisecond. */
  readonly ordinal: number;
  readonly modifiedAt: WallTime;
  /** In the bytewise order of their names, each name once. */
  readonly attributes: readonly RecordAttribute[];
}

export function searchableOf(record: GroupRecord): SearchableRecord {
  const { content } = record;
  return {
    id: guidText(record.id),
    type: guidText(content.type),
    creator: record.creatorName,
    modifiedBy: record.authorName,
    createdAt: content.createdAt,
    ordinal: content.ordinal,
    modifiedAt: content.modifiedAt,
    attributes: content.attributes,
  };
}

/** Null matches everything. Says nothing about the order: `orderValueOf` does. */
export function matches(condition: Condition | null, record: SearchableRecord): boolean {
  if (condition === null) return true;
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => matches(part, record));
    case 'or':
      return condition.parts.some((part) => matches(part, record));
    case 'clause': {
      const value = subjectValueOf(condition.subject, record);
      return value !== null && matchesClause(condition, value);
    }
    default:
      return unreachable(condition);
  }
}

/** What the clause says of the value of its subject. */
export function matchesClause({ operand, compare }: SearchClause, value: AttributeValue): boolean {
  if (operand.kind === 'pattern') {
    if (value.kind !== 'string') return false;
    return matchesPattern(operand.pattern, value.value) === (compare === 'equal');
  }
  const difference = compareValues(value, operand);
  return difference !== null && isWanted(compare, difference);
}

/** What the record is sorted by; null for one without the attribute, which is not found. */
export function orderValueOf(order: SearchOrder, record: SearchableRecord): AttributeValue | null {
  switch (order.by) {
    case 'createdAt':
      return { kind: 'date', value: record.createdAt };
    case 'modifiedAt':
      return { kind: 'date', value: record.modifiedAt };
    case 'attribute': {
      const value = attributeOf(record.attributes, order.name);
      return value?.kind === order.kind ? value : null;
    }
    default:
      return unreachable(order);
  }
}

/**
 * Below 0 when `a` comes first. Equal ones stand in the order of their creation, which is turned
 * round with the rest; those of one moment and ordinal by id, where a store has its own fixed order.
 */
export function compareByOrder(
  order: SearchOrder,
  a: SearchableRecord,
  b: SearchableRecord,
): number {
  const left = orderValueOf(order, a);
  const right = orderValueOf(order, b);
  const byValue = left === null || right === null ? 0 : (compareValues(left, right) ?? 0);
  const difference =
    byValue ||
    a.createdAt - b.createdAt ||
    a.ordinal - b.ordinal ||
    (a.id < b.id ? -1 : Number(a.id > b.id));
  return order.isDescending ? -difference : difference;
}

function subjectValueOf(subject: ClauseSubject, record: SearchableRecord): AttributeValue | null {
  if (subject.kind === 'attribute') return attributeOf(record.attributes, subject.name);
  switch (subject.field) {
    case 'createdAt':
    case 'modifiedAt':
      return { kind: 'date', value: record[subject.field] };
    case 'id':
    case 'type':
    case 'creator':
    case 'modifiedBy':
      return { kind: 'string', value: record[subject.field] };
    default:
      return unreachable(subject.field);
  }
}

/** By halves: with 256 attributes and as many clauses, one after the other would take 65,536 steps a record. */
function attributeOf(attributes: readonly RecordAttribute[], name: string): AttributeValue | null {
  let low = 0;
  let high = attributes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const attribute = attributes[middle];
    if (attribute === undefined || attribute.name === name) return attribute?.value ?? null;
    if (attribute.name < name) low = middle + 1;
    else high = middle;
  }
  return null;
}

/** Null for values of different kinds. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | null {
  if (a.kind !== b.kind) return null;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
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
    default:
      return unreachable(compare);
  }
}
