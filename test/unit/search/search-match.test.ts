// What a search finds and in which order: one case for each rule.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { AttributeValue } from '../../../src/core/domain/records.ts';
import type {
  Comparison,
  Condition,
  SearchClause,
  SearchOrder,
} from '../../../src/core/domain/search.ts';
import {
  compareByOrder,
  matches,
  orderValueOf,
  type SearchableRecord,
} from '../../../src/core/search/search-match.ts';
import { memberName } from '../../support/search-filler.ts';

const RECORD: SearchableRecord = {
  id: '00000001-0000-4000-8000-000000000000',
  type: 'aaaaaaaa-0000-4000-8000-000000000000',
  creator: memberName(1),
  modifiedBy: memberName(2),
  createdAt: wallTimeOf(1_000),
  ordinal: 5,
  modifiedAt: wallTimeOf(2_000),
  attributes: [
    { name: 'Name', value: { kind: 'string', value: 'Alice' } },
    { name: 'due', value: { kind: 'date', value: wallTimeOf(5_000) } },
    { name: 'empty', value: { kind: 'string', value: '' } },
    { name: 'round', value: { kind: 'int', value: 7n } },
  ],
};

function attribute(name: string, compare: Comparison, operand: SearchClause['operand']): Condition {
  return { kind: 'clause', subject: { kind: 'attribute', name }, compare, operand };
}

function fieldClause(
  field: 'id' | 'type' | 'creator' | 'modifiedBy' | 'createdAt' | 'modifiedAt',
  compare: Comparison,
  operand: SearchClause['operand'],
): Condition {
  return { kind: 'clause', subject: { kind: 'field', field }, compare, operand };
}

const text = (value: string): AttributeValue => ({ kind: 'string', value });
const int = (value: bigint): AttributeValue => ({ kind: 'int', value });
const date = (value: number): AttributeValue => ({ kind: 'date', value: wallTimeOf(value) });

/** In the order: equal, notEqual, less, lessOrEqual, greater, greaterOrEqual. */
function outcomes(clauseOf: (compare: Comparison) => Condition): string {
  return (['equal', 'notEqual', 'less', 'lessOrEqual', 'greater', 'greaterOrEqual'] as const)
    .map((compare) => (matches(clauseOf(compare), RECORD) ? 'x' : '-'))
    .join('');
}

test('numbers and dates compare by value', () => {
  assert.equal(
    outcomes((compare) => attribute('round', compare, int(7n))),
    'x--x-x',
  );
  assert.equal(
    outcomes((compare) => attribute('round', compare, int(8n))),
    '-xxx--',
  );
  assert.equal(
    outcomes((compare) => attribute('round', compare, int(-10n))),
    '-x--xx',
  );
  assert.equal(
    outcomes((compare) => attribute('due', compare, date(5_000))),
    'x--x-x',
  );
  assert.equal(
    outcomes((compare) => attribute('due', compare, date(5_001))),
    '-xxx--',
  );
});

test('strings compare by code unit and case', () => {
  assert.equal(
    outcomes((compare) => attribute('Name', compare, text('Alice'))),
    'x--x-x',
  );
  assert.equal(
    outcomes((compare) => attribute('Name', compare, text('alice'))),
    '-xxx--',
  );
  assert.equal(
    outcomes((compare) => attribute('Name', compare, text('Alic'))),
    '-x--xx',
  );
  assert.equal(
    outcomes((compare) => attribute('empty', compare, text(''))),
    'x--x-x',
  );
  // A pair of surrogates stands below U+FFFF, though its code point is above.
  const record = { ...RECORD, attributes: [{ name: 'a', value: text('😀') }] };
  assert.ok(matches(attribute('a', 'less', text('\uffff')), record));
});

test('a record without the attribute, or with another kind, matches nothing, notEqual included', () => {
  assert.equal(
    outcomes((compare) => attribute('name', compare, text('Alice'))),
    '------',
  );
  assert.equal(
    outcomes((compare) => attribute('zzz', compare, text(''))),
    '------',
  );
  assert.equal(
    outcomes((compare) => attribute('round', compare, text('7'))),
    '------',
  );
  assert.equal(
    outcomes((compare) => attribute('due', compare, int(5_000n))),
    '------',
  );
  const any = { kind: 'pattern', pattern: ['any'] } as const;
  assert.ok(!matches(attribute('round', 'equal', any), RECORD));
  assert.ok(!matches(attribute('round', 'notEqual', any), RECORD));
  assert.ok(!matches(attribute('zzz', 'notEqual', any), RECORD));
});

test('patterns match the whole value, or do not', () => {
  const pattern = { kind: 'pattern', pattern: [{ literal: 'Al' }, 'any'] } as const;
  assert.ok(matches(attribute('Name', 'equal', pattern), RECORD));
  assert.ok(!matches(attribute('Name', 'notEqual', pattern), RECORD));
  assert.ok(!matches(attribute('empty', 'equal', pattern), RECORD));
  assert.ok(matches(attribute('empty', 'notEqual', pattern), RECORD));
});

test('fields are text and dates', () => {
  assert.ok(matches(fieldClause('id', 'equal', text(RECORD.id)), RECORD));
  assert.ok(matches(fieldClause('type', 'less', text('b')), RECORD));
  assert.ok(matches(fieldClause('creator', 'equal', text(memberName(1))), RECORD));
  assert.ok(!matches(fieldClause('creator', 'equal', text(memberName(2))), RECORD));
  assert.ok(matches(fieldClause('modifiedBy', 'equal', text(memberName(2))), RECORD));
  assert.ok(matches(fieldClause('createdAt', 'equal', date(1_000)), RECORD));
  assert.ok(matches(fieldClause('modifiedAt', 'greater', date(1_999)), RECORD));
});

test('and takes all, or takes one, and nothing at all finds everything', () => {
  const yes = attribute('round', 'equal', int(7n));
  const no = attribute('round', 'equal', int(8n));
  assert.ok(matches({ kind: 'and', parts: [yes, yes] }, RECORD));
  assert.ok(!matches({ kind: 'and', parts: [yes, no] }, RECORD));
  assert.ok(matches({ kind: 'or', parts: [no, yes] }, RECORD));
  assert.ok(!matches({ kind: 'or', parts: [no, no] }, RECORD));
  assert.ok(matches(null, RECORD));
});

test('equal ones stand in the order of their creation, which is turned round with the rest', () => {
  const order: SearchOrder = { by: 'attribute', name: 'round', kind: 'int', isDescending: false };
  const round = (value: bigint) => [{ name: 'round', value: int(value) }];
  const first = { ...RECORD, createdAt: wallTimeOf(1), attributes: round(1n) };
  const second = { ...RECORD, createdAt: wallTimeOf(2), attributes: round(1n) };
  const third = { ...RECORD, createdAt: wallTimeOf(2), ordinal: 6, attributes: round(1n) };
  const last = { ...RECORD, createdAt: wallTimeOf(0), attributes: round(2n) };
  const sorted = [last, third, first, second].sort((a, b) => compareByOrder(order, a, b));
  assert.deepEqual(sorted, [first, second, third, last]);
  const turned = sorted.sort((a, b) => compareByOrder({ ...order, isDescending: true }, a, b));
  assert.deepEqual(turned, [last, third, second, first]);
});

test('by an attribute only records that have it, with that kind, are found', () => {
  const by = { by: 'attribute', isDescending: false } as const;
  assert.deepEqual(orderValueOf({ ...by, name: 'round', kind: 'int' }, RECORD), int(7n));
  assert.equal(orderValueOf({ ...by, name: 'round', kind: 'string' }, RECORD), null);
  assert.equal(orderValueOf({ ...by, name: 'zzz', kind: 'int' }, RECORD), null);
  assert.deepEqual(orderValueOf({ by: 'modifiedAt', isDescending: true }, RECORD), date(2_000));
});
