// Searches as values: a tree of conditions, an order, and a place to go on from. Whoever makes one has
// checked it (core/search/search-check.ts), so that stores and matchers need not.

import type { WallTime } from '../base/time.ts';
import type { AttributeValue } from './records.ts';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | SearchClause;

/** A record without the attribute, or with a value of another kind, does not match, `notEqual` included. */
export interface SearchClause {
  readonly kind: 'clause';
  readonly subject: ClauseSubject;
  readonly compare: Comparison;
  /** What is compared with: strings by UTF-16 code unit, numbers and dates by value. */
  readonly operand: AttributeValue | { readonly kind: 'pattern'; readonly pattern: TextPattern };
}

export type ClauseSubject =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'field'; readonly field: TextField | DateField };

/** `id` and `type` are GUIDs in lower case, the others peer names. All are compared as text. */
type TextField = 'id' | 'type' | 'creator' | 'modifiedBy';
type DateField = 'createdAt' | 'modifiedAt';

/** A pattern goes with the first two only. */
export type Comparison =
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessOrEqual'
  | 'greater'
  | 'greaterOrEqual';

/** Matches a whole text: literal pieces, exactly one code point, or any run of characters. */
export type TextPattern = readonly ({ readonly literal: string } | 'one' | 'any')[];

/** What results are sorted by; equal ones by creation, which is turned round with the rest. By an attribute, only records that have it are found. */
export type SearchOrder =
  | { readonly by: 'createdAt' | 'modifiedAt'; readonly isDescending: boolean }
  | {
      readonly by: 'attribute';
      readonly name: string;
      readonly kind: AttributeValue['kind'];
      readonly isDescending: boolean;
    };

/** How far a page got: the value of its last record in the order, null when that is by creation, and its number in this store. */
export interface SearchPosition {
  readonly value: AttributeValue | null;
  readonly row: bigint;
}

export interface SearchRequest {
  /** Null finds everything. */
  readonly where: Condition | null;
  readonly order: SearchOrder;
  /** At least 1. */
  readonly limit: number;
  readonly after: SearchPosition | null;
  /** Expired records are not found; deleted ones neither. */
  readonly now: WallTime;
}
