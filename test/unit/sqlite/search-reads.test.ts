// What clauses about one subject cost together, what the rows of one index are asked, and when an order
// is walked instead of sorting: a search reads few more records than it finds.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { Comparison, Condition } from '../../../src/core/domain/search.ts';
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
  SearchCrowd,
  TYPE,
  text,
} from '../../support/search-crowd.ts';

let crowd: SearchCrowd;
before(() => {
  crowd = new SearchCrowd();
});
after(() => crowd.close());

const at = (compare: Comparison, index: number, field: 'createdAt' | 'modifiedAt' = 'createdAt') =>
  ({
    kind: 'clause',
    subject: { kind: 'field', field },
    compare,
    operand: { kind: 'date', value: wallTimeOf(NOW - 1_000_000 + index) },
  }) as const;

const TWO_SIDED: Readonly<Record<string, readonly [condition: Condition, bounds: RegExp]>> = {
  'of an attribute': [
    and(attribute('old', 'greaterOrEqual', int(10_000)), attribute('old', 'less', int(10_100))),
    /SEARCH stream USING PRIMARY KEY \(attribute_name=\? AND value>\? AND value<\?\)/,
  ],
  'of the times of creation': [
    and(at('greater', 10_000), at('less', 10_100)),
    /SEARCH stream USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)/,
  ],
  'of the times of modification': [
    and(at('greater', 10_000, 'modifiedAt'), at('less', 10_100, 'modifiedAt')),
    /SEARCH stream USING COVERING INDEX record_by_modification \(modified_at>\? AND modified_at<\?\)/,
  ],
  'of a prefix and a bound': [
    and(like('note', 'note 1*'), attribute('note', 'greater', text('note 199'))),
    /SEARCH stream USING PRIMARY KEY \(attribute_name=\? AND value>\? AND value<\?\)/,
  ],
};

for (const [name, [condition, bounds]] of Object.entries(TWO_SIDED)) {
  test(`a range ${name} is entered at one end and left at the other`, () => {
    // Some hundred entries of 20,000: half of them would be too many.
    const effort = {
      rare: [{ each: 200, all: 200 }],
      thorough: { each: 0, all: 0 },
      firstBudget: { records: 1, entries: 1 },
      pageBudget: { records: 200, entries: 200 },
    };
    assert.ok(crowd.pagesOf(condition, effort) <= 3);
    assert.match(crowd.planOf(condition), bounds);
  });
}

test('a value that a subject has to equal decides its other clauses', () => {
  const equal = attribute('old', 'equal', int(777));
  const ordinary = crowd.planOf(equal);
  const others = [attribute('old', 'less', int(15_000)), attribute('old', 'notEqual', int(3))];
  assert.equal(crowd.planOf(and(...others, equal)), ordinary);
  assert.equal(crowd.find(and(...others, equal)).rows.length, 1);
  const point = and(
    attribute('old', 'greaterOrEqual', int(777)),
    attribute('old', 'lessOrEqual', int(777)),
  );
  assert.equal(crowd.planOf(point), ordinary);
});

const CONTRADICTIONS: Readonly<Record<string, Condition>> = {
  'bounds that exclude each other': and(
    attribute('old', 'less', int(7_000)),
    attribute('old', 'greater', int(9_000)),
  ),
  'two values': and(attribute('round', 'equal', int(1)), attribute('round', 'equal', int(2))),
  'a value outside a range': and(
    attribute('round', 'equal', int(5)),
    attribute('round', 'less', int(5)),
  ),
  'a value and a pattern': and(attribute('half', 'equal', text('odd')), like('half', 'e*')),
  'two types': and(ofType(TYPE), ofType(OTHER_TYPE)),
  'no time between two': and(at('less', 7_000), at('greater', 9_000)),
};

for (const [name, condition] of Object.entries(CONTRADICTIONS)) {
  test(`a search for ${name} visits nothing`, () => {
    for (const order of [NEWEST, { ...NEWEST, by: 'modifiedAt' } as const]) {
      assert.equal(crowd.planOf(condition, order), '');
      assert.equal(crowd.find(condition, order).rows.length, 0);
    }
  });
}

test('two bounds that leave one value are asked of the index of that value', () => {
  // 2,000 of the type, none of them odd.
  const point = [
    attribute('half', 'greaterOrEqual', text('odd')),
    attribute('half', 'lessOrEqual', text('odd')),
  ];
  assert.equal(crowd.readsOf(and(ofType(OTHER_TYPE), ...point), NEWEST), 0);
});

test('what is asked of the rows of an index is asked of other indexes, and reads no record', () => {
  const condition = and(ofType(OTHER_TYPE), attribute('round', 'equal', int(10)));
  const plan = crowd.planOf(condition);
  assert.match(
    plan,
    /SEARCH probe USING COVERING INDEX record_by_type \(record_type=\? AND rowid=\?/,
  );
  assert.doesNotMatch(plan, /record USING INTEGER PRIMARY KEY/);
  // 100 rows have the value, and all of them the type; of those of the type one in 20 has the value.
  assert.ok(crowd.readsOf(condition, NEWEST) <= 51);
  assert.equal(
    crowd.readsOf(and(ofType(OTHER_TYPE), attribute('round', 'equal', int(7))), NEWEST),
    0,
  );
});

test('the first in the order of an attribute are walked to when a condition is not so rare', () => {
  // 2,000 of 20,000.
  const order = { by: 'attribute', name: 'old', kind: 'int', isDescending: true } as const;
  for (const by of [order, { ...NEWEST, by: 'modifiedAt' } as const]) {
    assert.ok(crowd.readsOf(ofType(OTHER_TYPE), by) <= 51);
    assert.ok(crowd.readsOf(and(ofType(OTHER_TYPE), like('note', '*1*')), by) <= 51);
  }
  // All rows of the source lie at the other end, where walking comes to its end before them.
  const oldest = and(attribute('old', 'less', int(2_000)), ofType(OTHER_TYPE));
  const byNote = { ...order, name: 'note', kind: 'string' } as const;
  assert.equal(crowd.find(oldest, byNote).rows.length, 50);
  // Of a hundred or two sorting is cheaper than looking for them among all.
  const rare = attribute('round', 'equal', int(7));
  assert.equal(crowd.readsOf(rare, order), 100);
});

test('of hundreds of clauses few are asked of each row that is walked', () => {
  const patterns = Array.from({ length: 200 }, (_, index) => like('note', `*${index % 10}*`));
  crowd.statements.length = 0;
  crowd.find(or(and(...patterns), and(...patterns, ofType(TYPE))));
  crowd.find(and(...patterns, or(...patterns)));
  for (const sql of crowd.statements) assert.ok(sql.split('?').length < 60, sql);
});
