// A search of the store finds what core/search/search-match.ts says, in its order and each once, for
// whatever records, conditions, orders and pages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import {
  SEARCH_EFFORT,
  type SearchEffort,
} from '../../../src/adapters/sqlite/search/search-effort.ts';
import { SearchRows } from '../../../src/adapters/sqlite/search/search-rows.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { AttributeValue, RecordAttribute } from '../../../src/core/domain/records.ts';
import type { Verdict } from '../../../src/core/domain/refusals.ts';
import type {
  Comparison,
  Condition,
  SearchClause,
  SearchOrder,
  SearchRequest,
} from '../../../src/core/domain/search.ts';
import { checkCondition } from '../../../src/core/search/search-check.ts';
import { compareByOrder, matches, orderValueOf } from '../../../src/core/search/search-match.ts';
import { parsePattern } from '../../../src/core/search/text-pattern.ts';
import { type FilledRecord, memberName, SearchFiller } from '../../support/search-filler.ts';

const NOW = wallTimeOf(1_800_000_000_000);
const TYPES = [1, 2, 3].map((digit) => `${digit}`.repeat(8).concat('-0000-4000-8000-000000000001'));
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'Ab',
  'b*',
  "'; DROP TABLE record; --",
  'é',
  '\uffff',
  '😀',
  '😀a',
];
const PATTERNS = [
  '*',
  'a*',
  '*b',
  'a?',
  '?',
  '*😀*',
  'b\\*',
  '*a*b*',
  "*'*",
  '??',
  '\uffff*',
  'ab',
];

const moments = fc.integer({ min: -3, max: 3 }).map((offset) => wallTimeOf(NOW + offset));
const texts = fc.constantFrom(...TEXTS);
const values: fc.Arbitrary<AttributeValue> = fc.oneof(
  texts.map((value) => ({ kind: 'string', value }) as const),
  fc.bigInt(-2n, 2n).map((value) => ({ kind: 'int', value }) as const),
  fc
    .constantFrom(10n ** 18n - 1n, -(10n ** 18n) + 1n)
    .map((value) => ({ kind: 'int', value }) as const),
  moments.map((value) => ({ kind: 'date', value }) as const),
);
const names = fc.constantFrom('a', 'b', 'round', 'Round');
const attributes: fc.Arbitrary<readonly RecordAttribute[]> = fc
  .uniqueArray(fc.record({ name: names, value: values }), { selector: ({ name }) => name })
  .map((list) => list.sort((a, b) => (a.name < b.name ? -1 : 1)));

const recordSets: fc.Arbitrary<readonly FilledRecord[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...TYPES),
      creator: fc.integer({ min: 1, max: 3 }).map(memberName),
      modifiedBy: fc.integer({ min: 1, max: 3 }).map(memberName),
      createdAt: moments,
      lateness: fc.integer({ min: 0, max: 3 }),
      expiresAt: fc.constantFrom(NOW + 10, NOW + 10, NOW + 10, NOW, NOW + 1).map(wallTimeOf),
      isDeleted: fc.constantFrom(false, false, false, false, true),
      attributes,
    }),
    { minLength: 0, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ lateness, ...record }, index) => {
      const modifiedAt = Math.min(record.createdAt + lateness, record.expiresAt - 1);
      return {
        ...record,
        id: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
        ordinal: (index * 7919) % 2 ** 20,
        createdAt: wallTimeOf(Math.min(record.createdAt, modifiedAt)),
        modifiedAt: wallTimeOf(modifiedAt),
        attributes: record.isDeleted ? [] : record.attributes,
      };
    }),
  );

const COMPARISONS: readonly Comparison[] = [
  'equal',
  'notEqual',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
];
const comparisons = fc.constantFrom(...COMPARISONS);
const patterns = fc.constantFrom(...PATTERNS).map((text) => {
  const verdict = parsePattern(text);
  assert.ok(verdict.ok);
  return { kind: 'pattern', pattern: verdict.value } as const;
});
const textOperands = fc
  .oneof(
    fc.constantFrom(...TYPES, memberName(1), memberName(2), '00000003-0000-4000-8000-000000000000'),
    texts,
  )
  .map((value) => ({ kind: 'string', value }) as const);
const fieldPatterns = fc.constantFrom('*', '1*', '*member1', '*-*', '*2').map((text) => {
  const verdict = parsePattern(text);
  assert.ok(verdict.ok);
  return { kind: 'pattern', pattern: verdict.value } as const;
});
const textFields = fc
  .constantFrom('id', 'type', 'creator', 'modifiedBy')
  .map((field) => ({ kind: 'field', field }) as const);
const dateFields = fc
  .constantFrom('createdAt', 'modifiedAt')
  .map((field) => ({ kind: 'field', field }) as const);
const attributeSubjects = names.map((name) => ({ kind: 'attribute', name }) as const);
const patternComparisons = fc.constantFrom('equal', 'notEqual');
const clauses: fc.Arbitrary<SearchClause> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.record({ subject: attributeSubjects, compare: comparisons, operand: values }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        subject: attributeSubjects,
        compare: patternComparisons,
        operand: patterns,
      }),
    },
    fc.record({ subject: textFields, compare: comparisons, operand: textOperands }),
    fc.record({ subject: textFields, compare: patternComparisons, operand: fieldPatterns }),
    fc.record({
      subject: dateFields,
      compare: comparisons,
      operand: moments.map((value) => ({ kind: 'date', value }) as const),
    }),
  )
  .map((clause) => ({ kind: 'clause', ...clause }));
/** Bounds of one subject, which are one range of an index, or none. */
const conjunctions: fc.Arbitrary<Condition> = fc
  .tuple(clauses, fc.array(clauses, { minLength: 1, maxLength: 4 }))
  .map(([{ subject, operand }, others]) => {
    const isDate = subject.kind === 'field' && operand.kind === 'date';
    const isText = subject.kind === 'field' && !isDate;
    const like = others.filter((other) => {
      if (isDate) return other.operand.kind === 'date';
      return !isText || other.operand.kind === 'string' || other.operand.kind === 'pattern';
    });
    return { kind: 'and', parts: like.map((other) => ({ ...other, subject })) } as const;
  })
  .filter(({ parts }) => parts.length > 0);
const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    clauses,
    conjunctions,
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));
const orders: fc.Arbitrary<SearchOrder> = fc.oneof(
  fc.record({ by: fc.constantFrom('createdAt', 'modifiedAt'), isDescending: fc.boolean() }),
  fc.record({
    by: fc.constant('attribute'),
    name: names,
    kind: fc.constantFrom('string', 'int', 'date'),
    isDescending: fc.boolean(),
  }),
);

/** So little that of a few records every way to search is taken: walks in slices, thorough counts, half-empty pages. */
const EFFORTS: Readonly<Record<string, SearchEffort>> = {
  'from rare clauses': SEARCH_EFFORT,
  'from clauses whose records are long': { ...SEARCH_EFFORT, sortedBytesMax: 0, pageBytes: 200 },
  'by walking': { ...SEARCH_EFFORT, rare: [], sliceMin: 2, sliceMax: 4, batch: 2 },
  'counting thoroughly': {
    rare: [{ each: 1, all: 2 }],
    thorough: { each: 10, all: 20 },
    walkedMin: 1,
    sortedMax: 4,
    sortedBytesMax: 1_000,
    orderedMax: 6,
    joinedMax: 6,
    firstBudget: { records: 1, entries: 2 },
    pageBudget: { records: 2, entries: 3 },
    bytesPerRecord: 100,
    pageBytes: 300,
    sliceMin: 1,
    sliceMax: 3,
    batch: 2,
  },
  'in half-empty pages': {
    rare: [],
    thorough: { each: 0, all: 0 },
    walkedMin: 0,
    sortedMax: 0,
    sortedBytesMax: 0,
    orderedMax: 0,
    joinedMax: 0,
    firstBudget: { records: 3, entries: 3 },
    pageBudget: { records: 3, entries: 3 },
    bytesPerRecord: 50,
    pageBytes: 1,
    sliceMin: 3,
    sliceMax: 3,
    batch: 1,
  },
};

for (const [way, effort] of Object.entries(EFFORTS)) {
  test(`a search gives what matches, in its order, page by page, each once (${way})`, () => {
    fc.assert(
      fc.property(
        recordSets,
        fc.array(fc.tuple(fc.option(tree), orders, fc.integer({ min: 1, max: 5 })), {
          minLength: 8,
          maxLength: 8,
        }),
        (records, searches) => {
          const filler = new SearchFiller(':memory:');
          try {
            const rows = filler.fill(records);
            const search = new SearchRows(filler.database, effort);
            for (const [condition, order, limit] of searches) {
              const checked = condition === null ? null : checkCondition(condition);
              const where = checked === null ? null : accepted(checked);
              const isFilled = effort === SEARCH_EFFORT;
              assert.deepEqual(
                found(search, { where, order, limit, after: null, now: NOW }, isFilled),
                expected(records, rows, condition, order),
              );
            }
          } finally {
            filler.close();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
}

function accepted(verdict: Verdict<Condition>): Condition {
  assert.ok(verdict.ok);
  return verdict.value;
}

/** With enough effort every page but the last is full, and the last is not empty. */
function found(search: SearchRows, first: SearchRequest, isFilled: boolean): readonly bigint[] {
  const all: bigint[] = [];
  let request = first;
  for (;;) {
    const { rows, next } = search.find(request);
    all.push(...rows);
    assert.ok(rows.length <= request.limit);
    if (isFilled && next !== null) assert.equal(rows.length, request.limit);
    if (isFilled && request.after !== null) assert.ok(rows.length > 0);
    if (next === null) return all;
    request = { ...request, after: next };
  }
}

function expected(
  records: readonly FilledRecord[],
  rows: readonly bigint[],
  where: Condition | null,
  order: SearchOrder,
): readonly bigint[] {
  return records
    .map((record, index) => ({ record, row: rows[index] ?? -1n }))
    .filter(({ record }) => !record.isDeleted && record.expiresAt > NOW)
    .filter(({ record }) => matches(where, record) && orderValueOf(order, record) !== null)
    .sort((a, b) => compareByOrder(order, a.record, b.record))
    .map(({ row }) => row);
}
