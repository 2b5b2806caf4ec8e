// The index of attributes comes after the commits, many of them together. That is never seen: a search
// finds all that was acknowledged, and nothing else, whatever fails or dies in between.

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import {
  openDatabaseFile,
  type RecordDatabase,
  type RecordDatabaseOptions,
} from '../../src/adapters/sqlite/record-database.ts';
import { SqliteRecordStore } from '../../src/adapters/sqlite/sqlite-record-store.ts';
import { rowChecksum } from '../../src/adapters/sqlite/tables/row-checksum.ts';
import { MIGRATIONS } from '../../src/adapters/sqlite/tables/schema.ts';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { SearchRequest } from '../../src/core/domain/search.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
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
const LIMITS = { entriesMax: 10, charactersMax: 1_000_000 };

interface Opened {
  readonly options: RecordDatabaseOptions;
  readonly opened: RecordDatabase;
  readonly store: SqliteRecordStore;
}

async function newOptions(t: TestContext): Promise<RecordDatabaseOptions> {
  const path = join(await temporaryDirectory(t), 'records.db');
  return { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
}

function openedAt(t: TestContext, options: RecordDatabaseOptions, limits = LIMITS): Opened {
  const opened = openDatabaseFile(options, MIGRATIONS);
  const store = new SqliteRecordStore(opened, limits);
  t.after(() => store.close());
  return { options, opened, store };
}

async function newStore(t: TestContext, limits = LIMITS): Promise<Opened> {
  const one = openedAt(t, await newOptions(t), limits);
  one.store.commit([ALICE.arrival], 'process');
  return one;
}

function tagged(tag: string, ordinal: number, more: RecordWish = {}): RecordWish {
  return {
    ordinal,
    attributes: [{ name: 'tag', value: { kind: 'string', value: tag } }],
    ...more,
  };
}

function commit(store: SqliteRecordStore, contents: BatchContents): void {
  store.commit(arrivalOf(contents, [ALICE]), 'process');
}

const NEWEST: SearchRequest = {
  where: null,
  order: { by: 'createdAt', isDescending: true },
  limit: 100,
  after: null,
  now: wallTimeOf(TEST_MOMENT),
};

const BY_TAG: SearchRequest = {
  ...NEWEST,
  order: { by: 'attribute', name: 'tag', kind: 'string', isDescending: false },
};

function withTag(tag: string): SearchRequest {
  const subject = { kind: 'attribute', name: 'tag' } as const;
  const operand = { kind: 'string', value: tag } as const;
  const clause = { kind: 'clause', subject, compare: 'equal', operand } as const;
  return { ...NEWEST, where: { kind: 'and', parts: [clause] } };
}

/** The tags of what is found by them. */
function tagsIn(store: SqliteRecordStore): unknown[] {
  return store.search(BY_TAG).records.map(({ content }) => content.attributes[0]?.value.value);
}

function count(opened: RecordDatabase, table: 'attribute' | 'unindexed'): unknown {
  return opened.database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'];
}

/** The files as a process that dies now would leave them. */
async function leftBehind(t: TestContext, path: string): Promise<RecordDatabaseOptions> {
  const left = await newOptions(t);
  for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${left.path}${suffix}`);
  return left;
}

test('a search by an attribute completes the index, another one leaves it', async (t) => {
  const { store, opened, options } = await newStore(t);
  commit(store, new TestJournal(ALICE).publish([tagged('b', 0), tagged('a', 1), { ordinal: 2 }]));
  assert.equal(store.search(NEWEST).records.length, 3);
  assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [0, 1]);
  assert.deepEqual(checkDatabase(options.path).problems, [], 'beside the open store');
  assert.equal(store.search(withTag('a')).records.length, 1);
  assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [2, 0]);
  assert.deepEqual(tagsIn(store), ['a', 'b']);
});

test('no more attributes wait than may, nor longer ones', async (t) => {
  const long = 'x'.repeat(60_000);
  for (const { max, length, tag } of [
    { max: LIMITS, length: 10, tag: 'short' },
    { max: { entriesMax: 1_000, charactersMax: 150_000 }, length: 3, tag: long },
  ]) {
    const { store, opened } = await newStore(t, max);
    const journal = new TestJournal(ALICE);
    for (let ordinal = 0; ordinal < length; ordinal++) {
      assert.equal(count(opened, 'unindexed'), ordinal);
      commit(store, journal.publish([tagged(`${tag} ${ordinal}`, ordinal)]));
    }
    assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [length, 0]);
  }
});

test('what comes and goes again lets no notes pile up', async (t) => {
  const { store, opened } = await newStore(t);
  const journal = new TestJournal(ALICE);
  for (let round = 0; round < 5 * LIMITS.entriesMax; round++) {
    const contents = journal.publish([tagged(`${round}`, round)]);
    commit(store, contents);
    const ids = contents.entries.map(({ id }) => id);
    store.commit(
      ids.map((id) => ({ kind: 'removeRecord', id })),
      'process',
    );
    assert.ok(Number(count(opened, 'unindexed')) < LIMITS.entriesMax);
  }
});

test('what is replaced or removed before it is in the index is not found', async (t) => {
  const { store, options } = await newStore(t);
  const journal = new TestJournal(ALICE);
  const first = journal.publish([tagged('old', 0), tagged('gone', 1), tagged('kept', 2)]);
  commit(store, first);
  const kept = tagged('kept', 2, { version: 2, refreshMs: 9_000 });
  commit(store, journal.publish([tagged('new', 0, { version: 2 }), kept]));
  store.commit(
    first.entries.slice(1, 2).map(({ id }) => ({ kind: 'removeRecord', id })),
    'process',
  );
  assert.deepEqual(checkDatabase(options.path).problems, []);
  assert.deepEqual(tagsIn(store), ['kept', 'new']);
  for (const tag of ['old', 'gone']) assert.deepEqual(store.search(withTag(tag)).records, []);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('a shadow that takes its place again is found by what it says', async (t) => {
  const { store, options } = await newStore(t);
  const journal = new TestJournal(ALICE);
  const contents = journal.publish([tagged('first', 0)]);
  const [{ id } = { id: new Uint8Array(16) }] = contents.entries;
  commit(store, contents);
  const until = wallTimeOf(TEST_MOMENT + 1_000);
  store.commit([{ kind: 'keepShadow', id, until }], 'process');
  commit(store, journal.publish([tagged('second', 0, { version: 2 })]));
  store.commit([{ kind: 'restoreShadow', id, removeAt: until }], 'process');
  assert.deepEqual(tagsIn(store), ['first']);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('a commit that fails leaves what waits as it was', async (t) => {
  const { store, opened, options } = await newStore(t);
  const journal = new TestJournal(ALICE);
  const first = journal.publish([tagged('one', 0), tagged('two', 1)]);
  commit(store, first);
  const [removed] = first.entries;
  const lost = new TestJournal(ALICE, 9).publish([tagged('lost', 7)]);
  assert.ok(removed !== undefined && lost.entries[0] !== undefined);
  const failing: StoreChange[] = [
    { kind: 'removeRecord', id: removed.id },
    ...arrivalOf(journal.publish([tagged('three', 1, { version: 2 }), tagged('four', 3)]), [ALICE]),
    putOf(lost, lost.entries[0], [ALICE]),
  ];
  assert.throws(() => store.commit(failing, 'process'), BrokenInvariant);
  assert.equal(count(opened, 'unindexed'), 1);
  assert.deepEqual(tagsIn(store), ['one', 'two']);
  assert.throws(() => store.commit(failing, 'process'), BrokenInvariant);
  assert.deepEqual(tagsIn(store), ['one', 'two']);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('what a process that died had not put into the index is found by the next one', async (t) => {
  const { store, options } = await newStore(t);
  const journal = new TestJournal(ALICE);
  commit(store, journal.publish([tagged('a', 0), tagged('b', 1), tagged('c', 2)]));
  tagsIn(store);
  const second = journal.publish([tagged('d', 3), tagged('e', 4), tagged('f', 5)]);
  commit(store, second);
  const left = await leftBehind(t, options.path);
  assert.deepEqual(checkDatabase(left.path).problems, []);
  const again = openedAt(t, left);
  assert.equal(count(again.opened, 'unindexed'), 1, 'opening takes no time for it');
  const ids = second.entries.map(({ id }) => id);
  again.store.commit([{ kind: 'removeRecord', id: ids[0] ?? new Uint8Array(16) }], 'process');
  commit(again.store, journal.publish([tagged('E', 4, { version: 2 }), tagged('g', 6)]));
  assert.deepEqual(checkDatabase(left.path).problems, []);
  assert.deepEqual(tagsIn(again.store), ['E', 'a', 'b', 'c', 'f', 'g']);
  assert.equal(count(again.opened, 'unindexed'), 0);
  again.store.close();
  assert.deepEqual(checkDatabase(left.path).problems, []);
});

/** A store with nine records whose tags have no room on its disk, and one that fills the index. */
async function storeOnFullDisk(t: TestContext): Promise<Opened> {
  const one = await newStore(t);
  const journal = new TestJournal(ALICE);
  const wishes = Array.from({ length: 9 }, (_, at) => tagged(`${at}${'y'.repeat(20_000)}`, at));
  commit(one.store, journal.publish(wishes));
  const pages = one.opened.database.prepare('PRAGMA page_count').get()?.['page_count'];
  one.opened.database.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
  commit(one.store, journal.publish([tagged('last', 9)]));
  return one;
}

test('a full disk keeps the index waiting, and no commit that has room', async (t) => {
  const { store, opened, options } = await storeOnFullDisk(t);
  assert.equal(store.totalUse().records, 10);
  assert.equal(store.search(NEWEST).records.length, 10);
  for (let time = 0; time < 2; time++) {
    assert.equal(tagsIn(store).length, 10, 'searches do without it');
    assert.equal(store.search(withTag('last')).records.length, 1);
    assert.equal(count(opened, 'attribute'), 0);
    assert.deepEqual(checkDatabase(options.path).problems, []);
  }
  opened.database.exec('PRAGMA max_page_count = 1000000');
  assert.equal(tagsIn(store).length, 10);
  assert.equal(count(opened, 'unindexed'), 0);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('a store that closes on a full disk has lost nothing', async (t) => {
  const { store, options } = await storeOnFullDisk(t);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
  const again = openedAt(t, options);
  assert.equal(tagsIn(again.store).length, 10);
});

test('the check finds what is neither in the index nor noted, and a note that is cut off', async (t) => {
  const { store, options } = await newStore(t);
  commit(store, new TestJournal(ALICE).publish([tagged('a', 0)]));
  for (const [sql, found] of [
    ['DELETE FROM unindexed', /lacks its attribute tag/],
    ["UPDATE unindexed SET rows = x'00'", /notes: .*cut off/],
  ] as const) {
    const left = await leftBehind(t, options.path);
    const database = new DatabaseSync(left.path);
    database.exec(sql);
    database.close();
    assert.match(checkDatabase(left.path).problems.join('\n'), found);
  }
});

test('the check finds a record that is not among the leaves of its batch', async (t) => {
  const { store, options } = await newStore(t);
  commit(store, new TestJournal(ALICE).publish([tagged('a', 0), tagged('b', 1)]));
  store.close();
  const database = new DatabaseSync(options.path);
  const row = database.prepare('SELECT hash, statement, signature, leaves FROM batch').get();
  const [hash, statement, signature, leaves] = Object.values(row ?? {}).map((cell) =>
    cell instanceof Uint8Array ? cell : new Uint8Array(0),
  );
  assert.ok(hash && statement && signature && leaves);
  leaves[40] = (leaves[40] ?? 0) ^ 1;
  const checksum = rowChecksum([hash, statement, signature, leaves]);
  database.prepare('UPDATE batch SET leaves = ?, checksum = ?').run(leaves, checksum);
  database.close();
  const { problems } = checkDatabase(options.path);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^record .*: it is not among the leaves of its batch$/);
});

test('what another connection locks for writing is found all the same', async (t) => {
  const { store, opened, options } = await newStore(t);
  commit(store, new TestJournal(ALICE).publish([tagged('b', 0), tagged('a', 1), { ordinal: 2 }]));
  const other = new DatabaseSync(options.path);
  other.exec('BEGIN IMMEDIATE');
  assert.deepEqual(tagsIn(store), ['a', 'b']);
  assert.equal(store.search(withTag('a')).records.length, 1);
  assert.equal(store.search(withTag('c')).records.length, 0);
  assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [0, 1]);
  other.exec('ROLLBACK');
  other.close();
  assert.deepEqual(tagsIn(store), ['a', 'b']);
  assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [2, 0]);
});

test('an order by an attribute that is too much to sort without the index fails as the index does', async (t) => {
  const { store, options } = await newStore(t, { entriesMax: 100_000, charactersMax: 1_000_000 });
  const journal = new TestJournal(ALICE);
  for (let batch = 0; batch < 9; batch++) {
    const ordinals = Array.from({ length: 1_000 }, (_, at) => 1_000 * batch + at);
    commit(store, journal.publish(ordinals.map((ordinal) => tagged(`${ordinal}`, ordinal))));
  }
  const other = new DatabaseSync(options.path);
  other.exec('BEGIN IMMEDIATE');
  assert.throws(() => tagsIn(store), { code: 'DATABASE_IN_USE' });
  assert.equal(store.search(withTag('77')).records.length, 1);
  other.close();
  assert.equal(tagsIn(store).length, 100);
});

test('a damaged record that the index lacks keeps no other from it', async (t) => {
  const { store, options } = await newStore(t);
  commit(store, new TestJournal(ALICE).publish([tagged('a', 0), tagged('b', 1), tagged('c', 2)]));
  const left = await leftBehind(t, options.path);
  const database = new DatabaseSync(left.path);
  database.exec(
    'UPDATE record SET checksum = checksum + 1 WHERE row = (SELECT min(row) FROM record)',
  );
  database.close();
  const again = openedAt(t, left);
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(tagsIn(again.store), ['b', 'c']);
    assert.deepEqual([count(again.opened, 'attribute'), count(again.opened, 'unindexed')], [2, 1]);
    commit(again.store, new TestJournal(ALICE, 9 + time).publish([{ ordinal: 50 + time }]));
  }
});

test('what waits is put into the index in parts, however much came in one commit', async (t) => {
  const { store, opened, options } = await newStore(t);
  const attributes = Array.from({ length: 7 }, (_, at) => {
    return { name: `name${at}`, value: { kind: 'int', value: BigInt(at) } } as const;
  });
  const wishes = Array.from({ length: 20 }, (_, ordinal) => ({ ordinal, attributes }));
  const sizes: number[] = [];
  opened.database.function('note_size', (bytes) => {
    sizes.push(bytes instanceof Uint8Array ? bytes.length / 8 : 0);
    return null;
  });
  opened.database.exec(
    'CREATE TEMP TRIGGER noted AFTER UPDATE ON unindexed BEGIN SELECT note_size(new.rows); END',
  );
  commit(store, new TestJournal(ALICE).publish(wishes));
  assert.deepEqual(sizes, [18, 16, 14, 12, 10, 8, 6, 4, 2]);
  assert.deepEqual([count(opened, 'attribute'), count(opened, 'unindexed')], [140, 0]);
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('attributes that their giver changes afterwards are in the index as they were', async (t) => {
  const { store, options } = await newStore(t);
  const value: { readonly kind: 'string'; value: string } = { kind: 'string', value: 'given' };
  const contents = new TestJournal(ALICE).publish([{ attributes: [{ name: 'tag', value }] }]);
  commit(store, contents);
  value.value = 'changed';
  assert.deepEqual(store.search(withTag('given')).records.length, 1);
  assert.deepEqual(checkDatabase(options.path).problems, []);
});
