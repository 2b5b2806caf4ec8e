// What users may write to search, what it becomes, and that whatever else they pass is refused by the
// path of the wrong part, soon and without running any of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isPeerGroupError } from '../../../src/api/peer-group-error.ts';
import type { QueryCondition } from '../../../src/api/records/search-condition.ts';
import { type RecordQuery, requireQuery } from '../../../src/api/records/search-query.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Condition } from '../../../src/core/domain/search.ts';
import { formatPosition } from '../../../src/core/search/search-position.ts';
import { memberName } from '../../support/search-filler.ts';

const NOW = wallTimeOf(1_800_000_000_000);
const TYPE = 'aaaaaaaa-0000-4000-8000-000000000001';

/** What a caller in plain JavaScript may pass. */
function untyped(value: unknown): RecordQuery {
  return value as RecordQuery;
}

function whereOf(query: RecordQuery): Condition | null {
  return requireQuery(query, NOW).request.where;
}

function refused(query: unknown, message: string, code = 'INVALID_ARGUMENT'): void {
  assert.throws(
    () => requireQuery(untyped(query), NOW),
    (error) => {
      assert.ok(isPeerGroupError(error), `${error}`);
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(message), `${error.message} has no ${message}`);
      return true;
    },
  );
}

const round = (compare: 'equal' | 'less', value: bigint) => ({
  kind: 'clause',
  subject: { kind: 'attribute', name: 'round' },
  compare,
  operand: { kind: 'int', value },
});

test('without anything a query finds the newest 50', () => {
  assert.deepEqual(requireQuery({}, NOW).request, {
    where: null,
    order: { by: 'createdAt', isDescending: true },
    limit: 50,
    after: null,
    now: NOW,
  });
});

test('a query with everything', () => {
  const order = { by: 'attribute', name: 'round', kind: 'int', isDescending: false } as const;
  const place = { row: 7n, value: { kind: 'int', value: 3n } } as const;
  const { request } = requireQuery(
    {
      type: TYPE.toUpperCase(),
      creator: memberName(1),
      createdAfter: new Date(5),
      modifiedBefore: new Date(6),
      where: {
        and: [
          { attribute: 'round', equal: 3 },
          {
            or: [
              { attribute: 'player', like: 'Al*' },
              { attribute: 'due', less: new Date(7) },
            ],
          },
        ],
      },
      orderBy: { attribute: 'round', type: 'int' },
      direction: 'ascending',
      limit: 10,
      after: formatPosition(order, place),
    },
    NOW,
  );
  const field = (name: string, compare: string, operand: object) => ({
    kind: 'clause',
    subject: { kind: 'field', field: name },
    compare,
    operand,
  });
  const attribute = (name: string, compare: string, operand: object) => ({
    kind: 'clause',
    subject: { kind: 'attribute', name },
    compare,
    operand,
  });
  assert.deepEqual(request, {
    where: {
      kind: 'and',
      parts: [
        field('type', 'equal', { kind: 'string', value: TYPE }),
        field('creator', 'equal', { kind: 'string', value: memberName(1) }),
        field('createdAt', 'greater', { kind: 'date', value: 5 }),
        field('modifiedAt', 'less', { kind: 'date', value: 6 }),
        round('equal', 3n),
        {
          kind: 'or',
          parts: [
            attribute('player', 'equal', { kind: 'pattern', pattern: [{ literal: 'Al' }, 'any'] }),
            attribute('due', 'less', { kind: 'date', value: 7 }),
          ],
        },
      ],
    },
    order,
    limit: 10,
    after: place,
    now: NOW,
  });
});

test('a clause may be about a field, and what is left out is as if it were undefined', () => {
  const type = { kind: 'clause', subject: { kind: 'field', field: 'type' }, compare: 'equal' };
  assert.deepEqual(whereOf({ where: { field: 'type', equal: TYPE.toUpperCase() } }), {
    ...type,
    operand: { kind: 'string', value: TYPE },
  });
  assert.deepEqual(whereOf(untyped({ type: undefined, where: undefined })), null);
  assert.deepEqual(
    whereOf(untyped({ where: { attribute: 'round', less: 3n, equal: undefined } })),
    round('less', 3n),
  );
});

test('misspelt keys and two comparisons in one clause do not compile', () => {
  // @ts-expect-error a key that is not there
  refused({ were: 5 } satisfies RecordQuery, 'were');
  // @ts-expect-error a comparison that is not there
  refused({ where: { attribute: 'a', equals: 5 } } satisfies RecordQuery, 'equals');
  // @ts-expect-error two comparisons
  refused({ where: { attribute: 'a', equal: 5, less: 6 } } satisfies RecordQuery, 'where');
  // @ts-expect-error a list and a clause
  refused({ where: { and: [], attribute: 'a', equal: 5 } } satisfies RecordQuery, 'where');
  // @ts-expect-error a field that is no text
  const date: QueryCondition = { field: 'createdAt', equal: 'x' };
  refused({ where: date }, 'where.equal', 'INVALID_SEARCH');
  // @ts-expect-error a pattern over dates
  const pattern: QueryCondition = { field: 'createdAt', like: 'x' };
  refused({ where: pattern }, 'where.like', 'INVALID_SEARCH');
});

test('what is wrong is named by its path', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'query'],
    [5, 'query'],
    [[], 'query'],
    [{ extra: 1 }, 'extra'],
    [{ [Symbol('s')]: 1 }, 'Symbol(s)'],
    [JSON.parse('{"__proto__": {"type": "x"}}'), '__proto__'],
    [{ type: 5 }, 'type'],
    [{ type: 'x' }, 'type'],
    [{ creator: 'x' }, 'creator'],
    [{ createdAfter: 5 }, 'createdAfter'],
    [{ createdAfter: new Date(Number.NaN) }, 'createdAfter'],
    [{ modifiedBefore: new Proxy(new Date(5), {}) }, 'modifiedBefore'],
    [{ where: 5 }, 'where'],
    [{ where: [] }, 'where'],
    [{ where: {} }, 'where'],
    [{ where: { and: 5 } }, 'where.and'],
    [{ where: { and: [], or: [] } }, 'where'],
    [{ where: { and: [null] } }, 'where.and[0]'],
    [{ where: { and: new Array(3) } }, 'where.and[0]'],
    [{ where: { attribute: 'a' } }, 'where'],
    [{ where: { equal: 5 } }, 'where'],
    [{ where: { attribute: 5, equal: 5 } }, 'where.attribute'],
    [{ where: { field: 'size', equal: 5 } }, 'where.field'],
    [{ where: { field: 'id', attribute: 'a', equal: 5 } }, 'where'],
    [{ where: { attribute: 'a', like: 5 } }, 'where.like'],
    ...[0.5, Number.NaN, Infinity, 2 ** 53, null, true, {}, [], Symbol('x')].map(
      (value) =>
        [{ where: { and: [{ attribute: 'a', equal: value }] } }, 'where.and[0].equal'] as const,
    ),
    [{ where: { attribute: 'a', less: new Date(Number.NaN) } }, 'where.less'],
    [{ orderBy: 'round' }, 'orderBy'],
    [{ orderBy: { attribute: 'a b', type: 'int' } }, 'orderBy.attribute'],
    [{ orderBy: { attribute: 'a', type: 'float' } }, 'orderBy.type'],
    [{ orderBy: { attribute: 'a', type: 'int', more: 1 } }, 'orderBy'],
    [{ direction: 'up' }, 'direction'],
    ...[0, -1, 1.5, 1_001, Number.NaN, '5', 5n].map((limit) => [{ limit }, 'limit'] as const),
    [{ after: 5 }, 'after'],
    [{ after: '' }, 'after'],
    [{ after: '!' }, 'after'],
  ];
  for (const [query, path] of cases) refused(query, path);
});

test('what no search may hold is refused as such, by its path', () => {
  const invalid = (where: unknown, message: string) =>
    refused({ where }, message, 'INVALID_SEARCH');
  invalid({ attribute: 'a', equal: 10n ** 19n }, 'where.equal');
  invalid({ attribute: 'a', equal: 'a\0' }, 'where.equal');
  invalid({ attribute: 'a', equal: '\ud800' }, 'where.equal');
  invalid({ attribute: 'a', equal: 'x'.repeat(65_537) }, 'where.equal');
  invalid({ attribute: 'a', like: 'x'.repeat(10_000_000) }, 'where.like');
  invalid({ attribute: 'a', like: '?'.repeat(33) }, 'where.like');
  invalid({ attribute: 'a b', equal: 5 }, 'where.equal');
  invalid({ attribute: 'a', equal: new Date(8.64e15) }, 'where.equal');
  invalid({ and: [{ attribute: 'a', equal: 5 }, { or: [] }] }, 'where.and[1].or: empty');
  refused({ where: { attribute: 'a', like: 'a\\b' } }, 'where.like', 'INVALID_PATTERN');
  refused({ createdAfter: new Date(8.64e15) }, 'createdAfter', 'INVALID_SEARCH');
});

test('a place of another order is refused', () => {
  const after = formatPosition({ by: 'createdAt', isDescending: true }, { row: 7n, value: null });
  assert.equal(requireQuery({ after }, NOW).request.after?.row, 7n);
  refused({ after, direction: 'ascending' }, 'after');
  refused({ after, orderBy: 'modifiedAt' }, 'after');
});

test('no getter runs, no prototype answers, and what a proxy throws is the cause', () => {
  const trap = {
    get where(): never {
      throw new Error('ran');
    },
  };
  refused(trap, 'where');
  refused(
    { where: Object.defineProperty({}, 'and', { get: () => [], enumerable: true }) },
    'where.and',
  );
  assert.deepEqual(whereOf(untyped(Object.create({ type: 'x', extra: 1 }))), null);
  const proxy = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('mine');
      },
    },
  );
  assert.throws(
    () => requireQuery(untyped(proxy), NOW),
    (error) => isPeerGroupError(error, 'INVALID_ARGUMENT') && error.cause instanceof Error,
  );
  class Later extends Date {
    override getTime(): number {
      return Number.NaN;
    }
  }
  assert.notEqual(whereOf({ createdAfter: new Later(5) }), null);
});

test('cycles, depth and numbers of clauses end soon', () => {
  const startedAt = performance.now();
  const clause = { attribute: 'a', equal: 5 };
  const cycle: { and: unknown[] } = { and: [] };
  cycle.and.push(cycle);
  let deep: unknown = clause;
  for (let level = 0; level < 100_000; level++) deep = { or: [deep] };
  let doubled: unknown = clause;
  for (let level = 0; level < 200; level++) doubled = { and: [doubled, doubled] };
  const many = { or: Array.from({ length: 10_000 }, () => clause) };
  const spread = { or: Array.from({ length: 200 }, () => ({ and: [clause, clause] })) };
  for (const where of [cycle, deep, doubled, many, spread, { and: new Array(2 ** 32 - 1) }]) {
    refused({ where }, 'where', 'INVALID_SEARCH');
  }
  assert.ok(performance.now() - startedAt < 2_000);
  const most = { or: Array.from({ length: LIMITS.searchClausesMax }, () => clause) };
  assert.notEqual(whereOf(untyped({ where: most })), null);
});
