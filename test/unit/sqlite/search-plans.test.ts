// What a search costs: selective ones enter an index and never scan the records, whatever a user
// writes is bound and not spelt, hostile ones end soon, and pages hold while records come and go.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { RowPage } from '../../../src/adapters/sqlite/search/search-page.ts';
import { SearchRows } from '../../../src/adapters/sqlite/search/search-rows.ts';
import type { Condition, SearchOrder, SearchPosition } from '../../../src/core/domain/search.ts';
import { checkCondition } from '../../../src/core/search/search-check.ts';
import {
  and,
  attribute,
  int,
  like,
  NEWEST,
  NOW,
  OTHER_TYPE,
  ofType,
  or,
  recordAt,
  SearchCrowd,
  TYPE,
  text,
} from '../../support/search-crowd.ts';
import { SearchFiller } from '../../support/search-filler.ts';

let crowd: SearchCrowd;
before(() => {
  crowd = new SearchCrowd();
});
after(() => crowd.close());

const RARE: Readonly<Record<string, Condition>> = {
  equality: attribute('round', 'equal', int(7)),
  'a range': attribute('old', 'less', int(100)),
  'a prefix': like('note', 'note 12*'),
  'two attributes': and(
    attribute('half', 'equal', text('odd')),
    attribute('round', 'equal', int(7)),
  ),
  'type and attribute': and(ofType(TYPE), attribute('round', 'equal', int(7))),
  'one of two': or(attribute('round', 'equal', int(7)), attribute('old', 'equal', int(8))),
};

for (const [name, condition] of Object.entries(RARE)) {
  test(`a selective search for ${name} enters an index and scans no records`, () => {
    for (const order of [NEWEST, { ...NEWEST, by: 'modifiedAt' } as const]) {
      const plan = crowd.planOf(condition, order);
      assert.match(
        plan,
        /SEARCH (stream|attribute)[^\n]* USING (PRIMARY KEY|COVERING INDEX|INDEX)/,
      );
      assert.doesNotMatch(plan, /SCAN record/);
      assert.doesNotMatch(plan, /SCAN attribute/);
    }
  });
}

const COMMON: readonly (readonly [string, Condition | null])[] = [
  ['everything', null],
  ['a type that nearly all have', ofType(TYPE)],
  ['a value that half have', attribute('half', 'equal', text('odd'))],
  ['both', and(ofType(TYPE), attribute('half', 'equal', text('odd')))],
];

for (const [name, condition] of COMMON) {
  test(`the newest of ${name} are walked to, not sorted`, () => {
    const orders: readonly SearchOrder[] = [
      NEWEST,
      { ...NEWEST, by: 'modifiedAt' },
      { ...NEWEST, by: 'attribute', name: 'old', kind: 'int' },
    ];
    for (const order of orders) {
      assert.doesNotMatch(crowd.planOf(condition, order), /TEMP B-TREE/);
      assert.equal(crowd.find(condition, order).rows.length, 50);
    }
  });
}

test('a walk enters its index on both sides', () => {
  const plan = crowd.planOf(attribute('old', 'less', int(15_000)), {
    ...NEWEST,
    by: 'attribute',
    name: 'old',
    kind: 'int',
  });
  assert.match(plan, /SEARCH stream USING PRIMARY KEY \(attribute_name=\? AND value<\?\)/);
  assert.match(plan, /SEARCH stream USING PRIMARY KEY \(attribute_name=\? AND \(value,row\)>/);
});

test('what a user writes is no part of any statement', () => {
  const evil = [`'; DROP TABLE record; --`, '" OR 1=1 --', `x') UNION SELECT 1 --`, '%', '_', '?'];
  crowd.statements.length = 0;
  for (const word of evil) {
    for (const condition of [
      attribute('note', 'equal', text(word)),
      attribute('note', 'less', text(word)),
      like('note', `*${word.replaceAll('?', '\\?')}*`),
      ofType(word),
    ]) {
      crowd.find(condition, { ...NEWEST, by: 'attribute', name: 'note', kind: 'string' });
    }
  }
  for (const sql of crowd.statements) assert.doesNotMatch(sql, /DROP|1=1|UNION SELECT 1|%|'/);
  assert.equal(crowd.find(null).rows.length, 50);
});

test('the deepest tree that is allowed is one that SQLite takes', () => {
  const leaf = (index: number) =>
    attribute('half', 'equal', text(index % 2 === 0 ? 'odd' : 'even'));
  let tree: Condition = leaf(0);
  for (let depth = 2; depth <= 255; depth++) {
    tree = { kind: depth % 2 === 0 ? 'and' : 'or', parts: [leaf(depth), tree] };
  }
  const wide: Condition = { kind: 'or', parts: Array.from({ length: 256 }, (_, at) => leaf(at)) };
  for (const condition of [tree, wide]) {
    const verdict = checkCondition(condition);
    assert.ok(verdict.ok);
    for (const order of [NEWEST, { ...NEWEST, by: 'modifiedAt' } as const]) {
      const startedAt = performance.now();
      assert.ok(crowd.find(verdict.value, order).rows.length >= 0);
      assert.ok(performance.now() - startedAt < 2_000);
    }
  }
});

test('a search that finds nothing comes to its end in pages of bounded work', () => {
  const effort = {
    thorough: { each: 0, all: 0 },
    rare: [],
    firstBudget: { records: 100, entries: 600 },
    pageBudget: { records: 1_000, entries: 2_000 },
  };
  const never = and(attribute('half', 'equal', text('odd')), attribute('old', 'less', int(-1)));
  const pages = crowd.pagesOf(never, effort);
  assert.ok(pages >= 5 && pages < 100, `${pages}`);
});

test('of the clauses of a search the rarest is entered', () => {
  // 400 and 100 entries, in either order.
  const parts = [attribute('old', 'less', int(400)), attribute('round', 'equal', int(7))];
  const effort = { pageBudget: { records: 150, entries: 150 } };
  assert.equal(crowd.pagesOf(and(...parts), effort), 1);
  assert.equal(crowd.pagesOf(and(...parts.reverse()), effort), 1);
});

test('of the indexes that lie in the order the one with the fewest entries is walked', () => {
  // 2,000 entries and 10,000 that have no row in common.
  const parts = [attribute('half', 'equal', text('odd')), ofType(OTHER_TYPE)];
  const effort = {
    rare: [],
    thorough: { each: 0, all: 0 },
    firstBudget: { records: 100, entries: 600 },
    pageBudget: { records: 100, entries: 2_000 },
    sliceMax: 512,
  };
  assert.equal(crowd.pagesOf(and(...parts), effort), 1);
  assert.equal(crowd.pagesOf(and(...parts.reverse()), effort), 1);
});

test('pages give each record once that stays, while others come, go and change', () => {
  const own = new SearchFiller(':memory:');
  try {
    const records = Array.from({ length: 300 }, (_, index) => recordAt(index * 10));
    const rows = own.fill(records);
    const pages = new SearchRows(own.database);
    for (const order of [
      NEWEST,
      { by: 'attribute', name: 'round', kind: 'int', isDescending: false } as const,
    ]) {
      const seen: bigint[] = [];
      let place: SearchPosition | null = null;
      let turn = 0;
      do {
        const page: RowPage = pages.find({ where: null, order, limit: 7, after: place, now: NOW });
        seen.push(...page.rows);
        place = page.next;
        const row = rows[(turn * 13) % 300] ?? 0n;
        const again = records[(turn * 13) % 300];
        own.remove(row);
        if (turn % 3 === 0) own.fill([recordAt(10_001 + turn * 10 + (order.isDescending ? 0 : 1))]);
        else if (again !== undefined && !seen.includes(row)) own.fill([again]);
        turn += 1;
      } while (place !== null);
      assert.equal(new Set(seen).size, seen.length);
      const touched = new Set(Array.from({ length: turn }, (_, at) => rows[(at * 13) % 300]));
      const missed = rows.filter((row) => !touched.has(row) && !seen.includes(row));
      assert.deepEqual(missed, []);
      for (const row of touched) if (row !== undefined) own.remove(row);
      own.fill(records.filter((_, index) => touched.has(rows[index])));
    }
  } finally {
    own.close();
  }
});

test('the place of a record that is gone is still a place', () => {
  const own = new SearchFiller(':memory:');
  try {
    const rows = own.fill(Array.from({ length: 20 }, (_, index) => recordAt(index)));
    const pages = new SearchRows(own.database);
    for (const by of ['createdAt', 'modifiedAt'] as const) {
      const order = { by, isDescending: false };
      const first = pages.find({ where: null, order, limit: 5, after: null, now: NOW });
      const last = first.rows.at(-1) ?? 0n;
      own.remove(last);
      const rest = pages.find({ where: null, order, limit: 50, after: first.next, now: NOW });
      assert.equal(rest.rows.length, 15);
      own.fill([recordAt(rows.indexOf(last))]);
    }
  } finally {
    own.close();
  }
});
