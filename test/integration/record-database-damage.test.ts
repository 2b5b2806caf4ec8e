// What a disk can do to the database of records: flipped bytes on every page, and files cut short.
// Nothing crashes, no record comes back other than it was, and what else differs is found by the check.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { FuzzSource } from '../support/fuzzing.ts';
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
const PAGE_BYTES = 4_096;
const FLIPS_PER_PAGE = 2;
/** The same flips in every run; another number gives others. */
const SEED = Number(process.env['FLIP_SEED'] ?? 1);

interface Filled {
  readonly directory: string;
  readonly path: string;
  readonly batches: readonly BatchContents[];
}

function optionsFor(path: string) {
  return { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
}

async function filledDatabase(t: TestContext): Promise<Filled> {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'records.db');
  const store = openRecordDatabase(optionsFor(path));
  store.commit([ALICE.arrival], 'process');
  const journal = new TestJournal(ALICE);
  const batches = [0, 1, 2, 3].map((round) => {
    const contents = journal.publish(
      Array.from({ length: 40 }, (_, at) => ({
        ordinal: 100 * round + at,
        data: new Uint8Array(at % 10 === 0 ? 3_000 : 100).fill(at),
        refreshMs: 1_000 + at,
        attributes: [{ name: 'at', value: { kind: 'string', value: `value ${at * 37}` } } as const],
      })),
    );
    store.commit(arrivalOf(contents, [ALICE]), 'process');
    const [first] = contents.entries;
    assert.ok(first);
    const until = wallTimeOf(TEST_MOMENT + 9e9);
    store.commit([{ kind: 'keepShadow', id: first.id, until }], 'process');
    return contents;
  });
  store.close();
  return { directory, path, batches };
}

/** What an answer is: a value, or the code of the error that came in its place. */
function answer(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    if (error instanceof WorldError && error.code === 'DATABASE_CORRUPT') return 'corrupt';
    // SQLite calls some damage an error of reading, or of its own language.
    if (error instanceof WorldError && error.code === 'STORAGE_FAILED') return 'corrupt';
    throw error;
  }
}

/** Answers of which none may be wrong, and answers that only the check looks at. */
function answersOf(store: RecordStore, batches: readonly BatchContents[]) {
  const signed = batches.flatMap(({ batch, entries }) => [
    answer(() => store.findBatch(batch.hash)),
    ...entries.flatMap(({ id }) => [
      answer(() => store.findRecord(id)),
      answer(() => store.readData(id)),
      answer(() => store.findShadow(id)),
    ]),
  ]);
  const now = wallTimeOf(TEST_MOMENT + 1);
  const order = { by: 'attribute', name: 'at', kind: 'string', isDescending: false } as const;
  const unsigned = [
    answer(() => store.findMember(ALICE.publicKey)),
    answer(() => store.lastBatch(ALICE.publicKey, new Uint8Array(8).fill(1))),
    answer(() => store.totalUse()),
    answer(() => store.use(ALICE.publicKey)),
    answer(() => store.search({ where: null, order, limit: 500, after: null, now })),
    answer(() => store.nextRemoval()),
    answer(() => store.nextRefresh(ALICE.publicKey)),
    answer(() => store.removable(wallTimeOf(TEST_MOMENT + 9e9), 500)),
    answer(() => store.refreshable(ALICE.publicKey, wallTimeOf(TEST_MOMENT + 9e9), 500)),
  ];
  return { signed, unsigned };
}

/** A flipped byte of the header may be in what says whose file it is, and of which version. */
const REFUSALS = ['DATABASE_CORRUPT', 'DATABASE_TOO_NEW', 'DATABASE_OF_ANOTHER', 'STORAGE_FAILED'];

/** Null for a file that is refused. */
function opened(path: string): RecordStore | null {
  try {
    return openRecordDatabase(optionsFor(path));
  } catch (error) {
    if (error instanceof WorldError && REFUSALS.includes(error.code)) return null;
    throw error;
  }
}

/** Opens a damaged file and asks everything. Null when it does not open. */
function answersOfFile(path: string, batches: readonly BatchContents[]) {
  const store = opened(path);
  if (store === null) return null;
  try {
    return answersOf(store, batches);
  } finally {
    answer(() => store.close());
  }
}

test('a flipped byte is named when it is met, changes no record, and is found by the check', async (t) => {
  const { directory, path, batches } = await filledDatabase(t);
  const sound = readFileSync(path);
  const before = answersOfFile(path, batches);
  assert.ok(before);
  const chance = new FuzzSource(SEED);
  const tally = { unopened: 0, met: 0, unnoticed: 0, differing: 0 };
  for (let page = 0; page < sound.length / PAGE_BYTES; page++) {
    for (let flip = 0; flip < FLIPS_PER_PAGE; flip++) {
      // Half of them in the header and the pointers to cells, where most harm is done.
      const at = PAGE_BYTES * page + chance.below(flip % 2 === 0 ? 100 : PAGE_BYTES);
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << chance.below(8));
      const copy = join(directory, 'damaged.db');
      writeFileSync(copy, damaged);
      const where = `byte ${at}, page ${page + 1}, seed ${SEED}`;
      const problems = answer(() => checkDatabase(copy).problems);
      const after = proveSound(copy, batches, before, where);
      if (after === null) tally.unopened += 1;
      else if (after.isMet) tally.met += 1;
      else tally.unnoticed += 1;
      if (after?.isDifferent !== true) continue;
      tally.differing += 1;
      assert.notDeepEqual(problems, [], `${where}: an answer differs and the check finds nothing`);
    }
  }
  t.diagnostic(JSON.stringify(tally));
  assert.ok(tally.met > 0 && tally.unnoticed > 0);
});

/** Null when it does not open. */
function proveSound(
  path: string,
  batches: readonly BatchContents[],
  before: NonNullable<ReturnType<typeof answersOfFile>>,
  where: string,
): { readonly isMet: boolean; readonly isDifferent: boolean } | null {
  const after = answersOfFile(path, batches);
  if (after === null) return null;
  after.signed.forEach((one, at) => {
    // Not deepEqual: to show how hundreds of records differ takes it minutes.
    const isRight = one === 'corrupt' || isDeepStrictEqual(one, before.signed[at]);
    assert.ok(isRight, `${where}: answer ${at} is wrong`);
  });
  const differing = after.unsigned.filter(
    (one, at) => !isDeepStrictEqual(one, before.unsigned[at]),
  );
  const isMet = [...after.signed, ...after.unsigned].includes('corrupt');
  return { isMet, isDifferent: differing.some((one) => one !== 'corrupt') };
}

test('a file that was cut short is named, at any page', async (t) => {
  const { directory, path, batches } = await filledDatabase(t);
  const { length } = readFileSync(path);
  for (let bytes = length - PAGE_BYTES; bytes > 0; bytes -= 7 * PAGE_BYTES - 11) {
    const copy = join(directory, 'short.db');
    copyFileSync(path, copy);
    truncateSync(copy, bytes);
    const found = answersOfFile(copy, batches);
    const isNamed = found === null || found.signed.includes('corrupt');
    assert.ok(isNamed || found.unsigned.includes('corrupt'), `${bytes} of ${length} bytes`);
  }
});

test('a damaged page fails the commit that meets it, and changes nothing', async (t) => {
  const { path, batches } = await filledDatabase(t);
  const sound = readFileSync(path);
  const store = openRecordDatabase(optionsFor(path));
  const [first] = batches;
  const id = first?.entries[5]?.id ?? new Uint8Array(16);
  const content = store.findRecord(id)?.contentBytes ?? new Uint8Array(1);
  store.close();
  const damaged = Buffer.from(sound);
  // Pages that were split have old copies of it behind their last cell.
  for (let at = sound.indexOf(content); at >= 0; at = sound.indexOf(content, at + 1)) {
    damaged[at + 60] = (damaged[at + 60] ?? 0) ^ 1;
  }
  writeFileSync(path, damaged);
  const again = openRecordDatabase(optionsFor(path));
  const use = again.totalUse();
  assert.throws(() => again.findRecord(id), { code: 'DATABASE_CORRUPT' });
  assert.throws(() => again.commit([{ kind: 'removeRecord', id }], 'process'), {
    code: 'DATABASE_CORRUPT',
  });
  assert.deepEqual(again.totalUse(), use);
  const other = first?.entries[6]?.id ?? new Uint8Array(16);
  again.commit([{ kind: 'removeRecord', id: other }], 'process');
  assert.equal(again.findRecord(other), null);
  assert.throws(
    () => again.commit([{ kind: 'restoreShadow', id: other, removeAt: wallTimeOf(1) }], 'process'),
    BrokenInvariant,
  );
  again.close();
});

test('a bit of a time that is not as it was written removes nothing, and is named', async (t) => {
  const { path, directory } = await filledDatabase(t);
  const row = 'WHERE row = (SELECT max(row) FROM record)';
  for (const [sql, act] of [
    [`UPDATE record SET remove_at = remove_at & ~(1 << 40) ${row}`, removeDue],
    [`UPDATE record SET remove_at = -remove_at ${row}`, removeDue],
    [`UPDATE record SET remove_at = 1 ${row}`, removeDue],
    [`UPDATE record SET remove_at = (1 << 60) ${row}`, readAll],
    ['UPDATE shadow SET until = until & ~(1 << 40)', removeShadows],
    ['UPDATE shadow SET until = 1', removeShadows],
    [`UPDATE record SET refresh_at = refresh_at | (1 << 42) ${row}`, null],
  ] as const) {
    const copy = join(directory, 'times.db');
    copyFileSync(path, copy);
    const database = new DatabaseSync(copy);
    database.exec(sql);
    database.close();
    assert.notDeepEqual(checkDatabase(copy).problems, [], sql);
    const store = openRecordDatabase(optionsFor(copy));
    const { records } = store.totalUse();
    if (act !== null) assert.throws(() => act(store), { code: 'DATABASE_CORRUPT' }, sql);
    assert.equal(store.totalUse().records, records);
    store.close();
  }
});

function removeDue(store: RecordStore): void {
  const due = store.removable(wallTimeOf(TEST_MOMENT), 10);
  store.commit(
    due.map(({ id }) => ({ kind: 'removeRecord', id })),
    'process',
  );
}

function removeShadows(store: RecordStore): void {
  store.commit([{ kind: 'removeShadowsUntil', now: wallTimeOf(TEST_MOMENT) }], 'process');
}

function readAll(store: RecordStore): void {
  const order = { by: 'createdAt', isDescending: false } as const;
  store.search({ where: null, order, limit: 1_000, after: null, now: wallTimeOf(TEST_MOMENT) });
}
