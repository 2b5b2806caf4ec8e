// Where records stand in the database when others were published to push them aside: near their
// creation as long as nobody knows the database's secret, and found by it even then.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { furtherRows, ROW_SECRET_BYTES } from '../../src/adapters/sqlite/tables/record-row.ts';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { Comparison, Condition, SearchRequest } from '../../src/core/domain/search.ts';
import type { Chance } from '../../src/core/ports/clock.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import {
  arrivalOf,
  putOf,
  type RecordWish,
  TEST_GROUP,
  TEST_MEMBER,
  TEST_MOMENT,
  TestJournal,
  testAuthor,
} from '../support/record-builder.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ALICE = testAuthor('alice');
const EVE = testAuthor('eve');
const CAST = [ALICE, EVE];
const CREATED_AT = wallTimeOf(TEST_MOMENT);
const ORDINALS = 2n ** 20n;
const CHOSEN = 300;

const GUESSED: Uint8Array = new Uint8Array(ROW_SECRET_BYTES).fill(3);
const GUESSABLE: Chance = { bytes: (length) => GUESSED.slice(0, length) };

function victim(): BatchContents {
  return new TestJournal(ALICE).publish([{ createdAt: CREATED_AT }]);
}

function idOf({ entries }: BatchContents): Uint8Array {
  const [entry] = entries;
  assert.ok(entry !== undefined);
  return entry.id;
}

/** Of Eve: one on the stamp of the victim, and one on each of the places that it would try then. */
function inTheWayOf(id: Uint8Array): BatchContents {
  const wishes: RecordWish[] = [{ createdAt: CREATED_AT }];
  for (const row of furtherRows(id, GUESSED)) {
    const createdAt = wallTimeOf(Number(row / ORDINALS));
    wishes.push({ createdAt, ordinal: Number(row % ORDINALS) });
    if (wishes.length === CHOSEN) break;
  }
  return new TestJournal(EVE).publish(wishes);
}

async function openedWith(t: TestContext, chance: Chance) {
  const path = join(await temporaryDirectory(t), 'records.db');
  const open = () => openRecordDatabase({ path, group: TEST_GROUP, member: TEST_MEMBER, chance });
  const store = open();
  t.after(() => store.close());
  store.commit(
    CAST.map(({ arrival }) => arrival),
    'process',
  );
  return { path, open, store };
}

/** Milliseconds behind its creation. */
function displacementIn(path: string, id: Uint8Array): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const found = database.prepare('SELECT row >> 20 AS moment FROM record WHERE id = ?').get(id);
    const { moment } = { ...found };
    return Number(moment) - CREATED_AT;
  } finally {
    database.close();
  }
}

function created(compare: Comparison): Condition {
  const operand = { kind: 'date', value: CREATED_AT } as const;
  return { kind: 'clause', subject: { kind: 'field', field: 'createdAt' }, compare, operand };
}

function isFound(store: RecordStore, id: Uint8Array, where: Condition): boolean {
  const order = { by: 'createdAt', isDescending: false } as const;
  const now = wallTimeOf(CREATED_AT + 1_000);
  const request: SearchRequest = { where, order, limit: 100, after: null, now };
  for (let { records, next } = store.search(request); ; ) {
    if (records.some((record) => Buffer.compare(record.id, id) === 0)) return true;
    if (next === null) return false;
    ({ records, next } = store.search({ ...request, after: next }));
  }
}

function proveFound(store: RecordStore, id: Uint8Array): void {
  for (const compare of ['equal', 'lessOrEqual', 'greaterOrEqual'] as const) {
    assert.ok(isFound(store, id, created(compare)), compare);
  }
  const parts = [created('lessOrEqual'), created('greaterOrEqual')];
  assert.ok(isFound(store, id, { kind: 'and', parts }));
  for (const compare of ['less', 'greater'] as const) {
    assert.ok(!isFound(store, id, created(compare)), compare);
  }
}

test('300 records in its way push a record out of its millisecond, and not out of a search', async (t) => {
  const { path, open, store } = await openedWith(t, GUESSABLE);
  const contents = victim();
  const id = idOf(contents);
  store.commit(arrivalOf(inTheWayOf(id), CAST), 'process');
  store.commit(arrivalOf(contents, CAST), 'process');
  assert.equal(displacementIn(path, id), Math.floor((CHOSEN - 1) / 64));
  proveFound(store, id);
  assert.deepEqual(checkDatabase(path).problems, []);
  store.close();
  const again = open();
  t.after(() => again.close());
  proveFound(again, id);
});

test('a record that was pushed aside is found when those in its way are gone', async (t) => {
  const { store } = await openedWith(t, GUESSABLE);
  const contents = victim();
  const id = idOf(contents);
  const others = inTheWayOf(id);
  store.commit([...arrivalOf(others, CAST), ...arrivalOf(contents, CAST)], 'process');
  store.commit(
    others.entries.map((entry) => ({ kind: 'removeRecord', id: entry.id })),
    'process',
  );
  proveFound(store, id);
});

test('a commit that failed leaves no trace of where its records would have stood', async (t) => {
  const { path, store } = await openedWith(t, GUESSABLE);
  const contents = victim();
  store.commit(arrivalOf(inTheWayOf(idOf(contents)), CAST), 'process');
  const unknownBatch = new TestJournal(ALICE, 9).publish([{ ordinal: 1 }]);
  const [lost] = unknownBatch.entries;
  assert.ok(lost !== undefined);
  const spoilt = [...arrivalOf(contents, CAST), putOf(unknownBatch, lost, CAST)];
  assert.throws(() => store.commit(spoilt, 'process'), BrokenInvariant);
  store.commit(arrivalOf(contents, CAST), 'process');
  proveFound(store, idOf(contents));
  assert.deepEqual(checkDatabase(path).problems, []);
});

test('who does not know the secret of a database pushes no record out of its millisecond', async (t) => {
  const { path, store } = await openedWith(t, systemChance);
  const contents = victim();
  const id = idOf(contents);
  store.commit([...arrivalOf(inTheWayOf(id), CAST), ...arrivalOf(contents, CAST)], 'process');
  assert.equal(displacementIn(path, id), 0);
  proveFound(store, id);
});

test('a record that stands where no search looks is damage', async (t) => {
  const { path, store } = await openedWith(t, GUESSABLE);
  const contents = victim();
  store.commit(
    [...arrivalOf(inTheWayOf(idOf(contents)), CAST), ...arrivalOf(contents, CAST)],
    'process',
  );
  store.close();
  const database = new DatabaseSync(path);
  database.exec("DELETE FROM about WHERE name = 'displacement'");
  database.close();
  const problems = checkDatabase(path).problems;
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /where its time of creation does not lead to/);
});
