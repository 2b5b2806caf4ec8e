// What is a search: its bounds, its values, and the simplest form that says the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Condition, SearchClause } from '../../../src/core/domain/search.ts';
import { checkCondition } from '../../../src/core/search/search-check.ts';

type Operand = SearchClause['operand'];

function clause(
  operand: Operand,
  compare: SearchClause['compare'] = 'equal',
  name = 'round',
): SearchClause {
  return { kind: 'clause', subject: { kind: 'attribute', name }, compare, operand };
}

function field(name: 'creator' | 'createdAt', operand: Operand): SearchClause {
  return { kind: 'clause', subject: { kind: 'field', field: name }, compare: 'equal', operand };
}

const text = (value: string): Operand => ({ kind: 'string', value });
const int = (value: bigint): Operand => ({ kind: 'int', value });
const date = (value: number): Operand => ({ kind: 'date', value: wallTimeOf(value) });
const and = (...parts: Condition[]): Condition => ({ kind: 'and', parts });
const or = (...parts: Condition[]): Condition => ({ kind: 'or', parts });
const A = clause(text('a'));
const B = clause(text('b'));
const C = clause(text('c'));

function checked(condition: Condition): Condition {
  const verdict = checkCondition(condition);
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.refusal.detail);
  return verdict.value;
}

function refused(condition: Condition, detail: RegExp): void {
  const verdict = checkCondition(condition);
  assert.ok(!verdict.ok, `${detail}`);
  assert.equal(verdict.refusal.code, 'INVALID_SEARCH');
  assert.match(verdict.refusal.detail, detail);
}

test('what can be said in fewer levels is', () => {
  assert.deepEqual(checked(and(A)), A);
  assert.deepEqual(checked(or(and(or(A)))), A);
  assert.deepEqual(checked(and(A, and(B, and(C)))), and(A, B, C));
  assert.deepEqual(checked(or(A, or(B, C))), or(A, B, C));
  assert.deepEqual(checked(and(A, or(and(B, C)))), and(A, B, C));
  assert.deepEqual(checked(and(A, or(B, C))), and(A, or(B, C)));
});

test('an empty list is refused by its place', () => {
  refused(and(), /^\.and: empty/);
  refused(or(), /^\.or: empty/);
  refused(and(A, or(B, and())), /^\.and\[1\]\.or\[1\]\.and: empty/);
});

test('clauses are counted, wherever they stand', () => {
  const most = Array.from({ length: LIMITS.searchClausesMax }, () => A);
  checked(and(...most));
  refused(and(...most, A), /clauses/);
  refused(and(or(...most), or(A)), /clauses/);
  refused({ kind: 'or', parts: Array.from({ length: 1_000_000 }, () => A) }, /clauses/);
});

test('levels are counted, and any number of them cannot overflow the stack', () => {
  checked(nested(LIMITS.searchDepthMax));
  refused(nested(LIMITS.searchDepthMax + 1), /deeper/);
  refused(nested(100_000), /deeper/);
});

test('a tree that contains itself ends', () => {
  const parts: Condition[] = [A];
  parts.push(and(...parts), { kind: 'or', parts });
  refused({ kind: 'and', parts }, /deeper|clauses/);
  let doubled: Condition = A;
  for (let depth = 1; depth < 200; depth++) doubled = { kind: 'and', parts: [doubled, doubled] };
  refused(doubled, /clauses/);
});

function nested(depth: number): Condition {
  let condition: Condition = A;
  for (let level = 1; level < depth; level++)
    condition = level % 2 === 0 ? and(condition) : or(condition);
  return condition;
}

test('a pattern is equal or not, has few wildcards, and is a text without any', () => {
  const pattern = (...pieces: readonly ({ literal: string } | 'one' | 'any')[]): Operand => ({
    kind: 'pattern',
    pattern: pieces,
  });
  checked(clause(pattern('any', { literal: 'a' }), 'notEqual'));
  for (const compare of ['less', 'lessOrEqual', 'greater', 'greaterOrEqual'] as const) {
    refused(clause(pattern('any'), compare), /comparison/);
  }
  assert.deepEqual(
    checked(clause(pattern({ literal: 'a' }, { literal: 'b' }))),
    clause(text('ab')),
  );
  assert.deepEqual(checked(clause(pattern())), clause(text('')));
  refused(clause(pattern(...Array.from({ length: 33 }, () => 'one' as const))), /wildcards/);
  refused(clause(pattern('any', { literal: '\ud800' })), /surrogate/);
  refused(clause(pattern('any', { literal: 'a\0' })), /U\+0000/);
});

test('a pattern with wildcards is short, one without is as long as a text', () => {
  const half = { literal: 'x'.repeat(LIMITS.searchPatternMax / 2) };
  const most = { literal: 'x'.repeat(LIMITS.searchTextMax) };
  const like = (...pattern: readonly ({ literal: string } | 'one' | 'any')[]) =>
    clause({ kind: 'pattern', pattern });
  checked(like(half, 'any', half));
  refused(like(half, 'any', half, { literal: 'x' }), /more than 1024 characters/);
  refused(like('one', half, half, { literal: 'x' }), /more than 1024 characters/);
  assert.deepEqual(checked(like(most)), clause(text(most.literal)));
  refused(like(most, { literal: 'x' }), /more than 65536 characters/);
});

test('values are those that an attribute can have', () => {
  const most = 10n ** 18n - 1n;
  checked(clause(int(most)));
  checked(clause(int(-most)));
  refused(clause(int(most + 1n)), /18 digits/);
  refused(clause(int(-most - 1n)), /18 digits/);
  checked(clause(date(Date.UTC(9999, 11, 31, 23, 59, 59, 999))));
  checked(clause(date(-62_167_219_200_000)));
  for (const wrong of [253_402_300_800_000, -62_167_219_200_001, Number.NaN, 0.5, Infinity]) {
    refused(clause(date(wrong)), /years/);
  }
  checked(clause(text('x'.repeat(LIMITS.searchTextMax))));
  refused(clause(text('x'.repeat(LIMITS.searchTextMax + 1))), /characters/);
  refused(clause(text('a\0b')), /U\+0000/);
  refused(clause(text('a\udc00')), /surrogate/);
});

test('names of attributes are 1 to 40 ASCII letters and digits', () => {
  checked(clause(text('a'), 'equal', 'x'.repeat(40)));
  for (const name of ['', 'x'.repeat(41), 'a b', 'é', 'a-b', "'", 'a\n', '__proto__']) {
    refused(clause(text('a'), 'equal', name), /attribute/);
  }
});

test('a field is compared with what it is', () => {
  checked(field('creator', text('x')));
  checked(field('createdAt', date(0)));
  refused(field('creator', date(0)), /text/);
  refused(field('createdAt', text('x')), /date/);
  refused(field('createdAt', int(1n)), /int/);
  refused(field('createdAt', { kind: 'pattern', pattern: ['any'] }), /date/);
});
