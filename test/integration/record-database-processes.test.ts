// The database of records and other processes: one opener at a time, what kill -9 leaves behind, also in
// the middle of a migration, and a disk that is really full.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { SearchPosition } from '../../src/core/domain/search.ts';
import type { RecordStore, SearchPage } from '../../src/core/ports/record-store.ts';
import {
  arrivalOf,
  TEST_GROUP,
  TEST_MEMBER,
  TEST_MOMENT,
  TestJournal,
} from '../support/record-builder.ts';
import { WRITER } from '../support/record-store-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PROGRAM = join(import.meta.dirname, '../support/record-store-program.ts');
const KILLS = 20;
const MIGRATION_KILLS = 3;

interface Program {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it says from its start on, line by line. */
  readonly lines: AsyncIterator<string>;
}

function start(t: TestContext, command: string, args: readonly string[]): Program {
  const process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => process.kill('SIGKILL'));
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  return { process, lines };
}

function startProgram(t: TestContext, verb: string, path: string): Program {
  return start(t, process.execPath, [PROGRAM, verb, path]);
}

/** Undefined when it has ended. */
async function nextOf(program: Program): Promise<unknown> {
  const { done, value } = await program.lines.next();
  return done ? undefined : JSON.parse(value);
}

async function killed(program: Program): Promise<void> {
  const exit = once(program.process, 'exit');
  program.process.kill('SIGKILL');
  await exit;
}

async function newOptions(t: TestContext) {
  const path = join(await temporaryDirectory(t), 'records.db');
  return { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
}

test('another process keeps us out, and kill -9 lets us in at once', async (t) => {
  const options = await newOptions(t);
  const holder = startProgram(t, 'hold', options.path);
  const complaints = text(holder.process.stderr);
  assert.equal(await nextOf(holder), 'open');
  assert.throws(() => openRecordDatabase(options), { code: 'DATABASE_IN_USE' });
  await killed(holder);
  assert.equal(await complaints, '', 'node:sqlite warns of nothing');
  openRecordDatabase(options).close();
});

test(`after each of ${KILLS} kills the database holds all that was acknowledged`, async (t) => {
  const options = await newOptions(t);
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = startProgram(t, 'write', options.path);
    const complaints = text(writer.process.stderr);
    for (let line = Math.floor(Math.random() * 12); line >= 0; line--) {
      acknowledged = Number(await nextOf(writer));
    }
    for (let turn = Math.floor(Math.random() * 300); turn > 0; turn--) await nextTurn();
    await killed(writer);
    // What it said before it ended and nobody had read counts as well.
    for (let line = await nextOf(writer); line !== undefined; line = await nextOf(writer)) {
      acknowledged = Number(line);
    }
    assert.equal(await complaints, '');
    assert.deepEqual(checkDatabase(options.path).problems, [], `kill ${kill}, as it was left`);
    const store = openRecordDatabase(options);
    const { records } = store.totalUse();
    assert.ok(records >= acknowledged, `kill ${kill}: ${records} of ${acknowledged} records`);
    assert.equal(store.use(WRITER.publicKey).records, records);
    assert.equal(countFound(store), records, `kill ${kill}: a search finds all of them`);
    store.close();
    assert.deepEqual(checkDatabase(options.path).problems, [], `kill ${kill}`);
  }
});

/** How many records a search by their attribute finds. */
function countFound(store: RecordStore): number {
  const order = { by: 'attribute', name: 'at', kind: 'int', isDescending: false } as const;
  const now = wallTimeOf(TEST_MOMENT);
  let count = 0;
  let after: SearchPosition | null = null;
  do {
    const page: SearchPage = store.search({ where: null, order, limit: 500, after, now });
    count += page.records.length;
    after = page.next;
  } while (after !== null);
  return count;
}

test('a migration that kill -9 interrupts leaves the old version, whole', async (t) => {
  const options = await newOptions(t);
  const store = openRecordDatabase(options);
  const contents = new TestJournal(WRITER).publish([{}]);
  store.commit([WRITER.arrival, ...arrivalOf(contents, [WRITER])], 'power');
  const { journal } = store;
  store.close();
  for (let kill = 0; kill < MIGRATION_KILLS; kill++) {
    const migrator = startProgram(t, 'migrate', options.path);
    assert.equal(await nextOf(migrator), 'ready');
    for (let turn = 200 * (kill + 1); turn > 0; turn--) await nextTurn();
    await killed(migrator);
    assert.equal(await nextOf(migrator), undefined, 'it was killed before it was done');
    const again = openRecordDatabase(options);
    assert.deepEqual(again.journal, journal);
    assert.deepEqual(
      again.findRecord(contents.entries[0]?.id ?? journal)?.batch,
      contents.batch.hash,
    );
    again.close();
    assert.deepEqual(checkDatabase(options.path).problems, []);
  }
});

const MODES_MEAN_SOMETHING = process.platform !== 'win32';

if (MODES_MEAN_SOMETHING) {
  test('a file that may not grow fails a commit, and all before it is there', async (t) => {
    const options = await newOptions(t);
    const limited = `trap '' XFSZ; ulimit -f 1000; exec "$0" "$1" fill "$2"`;
    const filler = start(t, 'sh', ['-c', limited, process.execPath, PROGRAM, options.path]);
    let stored = 0;
    let failure: unknown = null;
    for (let line = await nextOf(filler); line !== undefined; line = await nextOf(filler)) {
      if (typeof line === 'number') stored = line;
      else failure = line;
    }
    assert.ok(stored > 0);
    assert.deepEqual(failure, { code: 'STORAGE_FAILED' });
    const store = openRecordDatabase(options);
    assert.equal(store.totalUse().records, stored);
    store.commit(
      arrivalOf(new TestJournal(WRITER, 255).publish([{ ordinal: 1e6 }]), [WRITER]),
      'power',
    );
    store.close();
    assert.deepEqual(checkDatabase(options.path).problems, []);
  });
}
