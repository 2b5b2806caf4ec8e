// Clauses about one subject, taken together: the one stretch that their bounds leave, and what is
// decided without looking at any record.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import {
  intersectionOf,
  withoutDecided,
} from '../../../src/adapters/sqlite/search/search-conjunction.ts';
import type { Term } from '../../../src/adapters/sqlite/search/search-terms.ts';
import type { Comparison, SearchClause } from '../../../src/core/domain/search.ts';

type Bound = Extract<Term['test'], '<' | '<=' | '>' | '>=' | '='>;

const TESTS: readonly Bound[] = ['<', '<=', '>', '>=', '='];
const bounds = fc.array(
  fc.record({
    column: fc.constant('value' as const),
    test: fc.constantFrom(...TESTS),
    value: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function holds({ test: sign, value }: Term, number: number): boolean {
  const bound = Number(value);
  if (sign === '=') return number === bound;
  if (sign === '<' || sign === '<=') return number < bound || (sign === '<=' && number === bound);
  return number > bound || (sign === '>=' && number === bound);
}

test('an intersection has at most one bound of each side, and says what all bounds say', () => {
  fc.assert(
    fc.property(bounds, (terms) => {
      const common = intersectionOf(terms);
      assert.ok(common === null || common.length <= 2);
      if (common?.length === 2) assert.ok(common.every(({ test: sign }) => sign !== '='));
      for (let number = -0.5; number <= 5.5; number += 0.5) {
        const isIn = terms.every((term) => holds(term, number));
        assert.equal(common?.every((term) => holds(term, number)) ?? false, isIn);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('bytes are compared byte by byte', () => {
  const low: Term = { column: 'value', test: '>=', value: Uint8Array.of(97) };
  const high: Term = { column: 'value', test: '<', value: Uint8Array.of(97, 0) };
  assert.deepEqual(intersectionOf([low, high]), [low, high]);
  assert.equal(intersectionOf([{ ...low, value: Uint8Array.of(98) }, high]), null);
});

function clause(
  compare: Comparison,
  operand: SearchClause['operand'],
  name = 'round',
): SearchClause {
  return { kind: 'clause', subject: { kind: 'attribute', name }, compare, operand };
}

test('no value is of two kinds, and a pattern is about text', () => {
  const number = clause('less', { kind: 'int', value: 5n });
  const word = clause('less', { kind: 'string', value: 'a' });
  const pattern = clause('equal', { kind: 'pattern', pattern: ['any'] });
  assert.equal(withoutDecided([number, word]), null);
  assert.equal(withoutDecided([pattern, number]), null);
  assert.deepEqual(withoutDecided([pattern, word]), [pattern, word]);
});

test('a value that has to be equal stays alone, unless another clause excludes it', () => {
  const five = clause('equal', { kind: 'int', value: 5n });
  const less = clause('less', { kind: 'int', value: 6n });
  const other = clause('less', { kind: 'int', value: 5n }, 'other');
  assert.deepEqual(withoutDecided([less, five, five, other]), [five, other]);
  assert.equal(withoutDecided([clause('greater', { kind: 'int', value: 5n }), five]), null);
  const either = { kind: 'or', parts: [five, less] } as const;
  assert.deepEqual(withoutDecided([less, either]), [either, less]);
});
