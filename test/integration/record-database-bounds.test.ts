// What one call may cost when records are long: bytes are counted, and not only records.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { Condition, SearchRequest } from '../../src/core/domain/search.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import { parsePattern } from '../../src/core/search/text-pattern.ts';
import {
  arrivalOf,
  TEST_GROUP,
  TEST_MEMBER,
  TEST_MOMENT,
  TestJournal,
  testAuthor,
} from '../support/record-builder.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ALICE = testAuthor('alice');
const RECORDS = 120;
const TEXT_CHARACTERS = 190_000;
/** A page takes at most 4 MiB of contents, and looks at some 18. */
const PAGES_MAX = 12;
const RECORDS_ON_PAGE_MAX = 24;

function filled(path: string): RecordStore {
  const options = { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
  const store = openRecordDatabase(options);
  store.commit([ALICE.arrival], 'process');
  const journal = new TestJournal(ALICE);
  for (let first = 0; first < RECORDS; first += 20) {
    const wishes = Array.from({ length: 20 }, (_, at) => {
      const ordinal = first + at;
      const text = `${'.txt'.repeat(TEXT_CHARACTERS / 4)}${ordinal}`;
      const attributes = [
        { name: 'file', value: { kind: 'string', value: text } },
        { name: 'kind', value: { kind: 'int', value: BigInt(ordinal % 2) } },
      ] as const;
      return { ordinal, attributes };
    });
    store.commit(arrivalOf(journal.publish(wishes), [ALICE]), 'process');
  }
  return store;
}

function fileMatches(pattern: string, compare: 'equal' | 'notEqual' = 'equal'): Condition {
  const parsed = parsePattern(pattern);
  assert.ok(parsed.ok);
  const operand = { kind: 'pattern', pattern: parsed.value } as const;
  return { kind: 'clause', subject: { kind: 'attribute', name: 'file' }, compare, operand };
}

const KIND_IS_ONE: Condition = {
  kind: 'clause',
  subject: { kind: 'attribute', name: 'kind' },
  compare: 'equal',
  operand: { kind: 'int', value: 1n },
};

test('searches of long records come in pages that are bounded by bytes, and find all the same', async (t) => {
  const store = filled(join(await temporaryDirectory(t), 'records.db'));
  t.after(() => store.close());
  const byCreation = { by: 'createdAt', isDescending: true } as const;
  const byFile = { by: 'attribute', name: 'file', kind: 'string', isDescending: false } as const;
  for (const [name, where, order, expected] of [
    ['all', null, byCreation, RECORDS],
    ['none', fileMatches('*.txt'), byCreation, 0],
    ['none in the middle', fileMatches('*pdf*'), byCreation, 0],
    ['all but none', fileMatches('*.txt', 'notEqual'), byCreation, RECORDS],
    ['one', fileMatches('*txt7'), byCreation, 1],
    ['in the order of what is long', null, byFile, RECORDS],
    ['half in the order of what is long', KIND_IS_ONE, byFile, RECORDS / 2],
  ] as const) {
    const request: SearchRequest = {
      where,
      order,
      limit: 1_000,
      after: null,
      now: wallTimeOf(TEST_MOMENT),
    };
    const found = new Set<string>();
    let pages = 0;
    for (let after: SearchRequest['after'] = null; ; pages++) {
      const page = store.search({ ...request, after });
      assert.ok(page.records.length <= RECORDS_ON_PAGE_MAX, `${name}: ${page.records.length}`);
      for (const { id } of page.records) found.add(Buffer.from(id).toString('hex'));
      after = page.next;
      if (after === null) break;
    }
    assert.equal(found.size, expected, name);
    assert.ok(pages >= 1 && pages <= PAGES_MAX, `${name}: ${pages} pages`);
  }
});
