// The database of records on real files: who may read it, what is refused and left as it is, and what
// a new version of the schema does to an old file.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import {
  openDatabaseFile,
  openRecordDatabase,
  type RecordDatabaseOptions,
} from '../../src/adapters/sqlite/record-database.ts';
import { SqliteRecordStore } from '../../src/adapters/sqlite/sqlite-record-store.ts';
import { rowChecksum } from '../../src/adapters/sqlite/tables/row-checksum.ts';
import { MIGRATIONS } from '../../src/adapters/sqlite/tables/schema.ts';
import { parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import { WorldError, type WorldErrorCode } from '../../src/core/ports/world-error.ts';
import {
  arrivalOf,
  TEST_GROUP,
  TEST_MEMBER,
  TestJournal,
  testAuthor,
} from '../support/record-builder.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ALICE = testAuthor('alice');

async function newOptions(t: TestContext): Promise<RecordDatabaseOptions> {
  const path = join(await temporaryDirectory(t), 'records.db');
  return { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
}

/** Ten records with attributes, closed. Returns the id of one. */
function fill(options: RecordDatabaseOptions): Uint8Array {
  const store = openRecordDatabase(options);
  const contents = new TestJournal(ALICE).publish(
    Array.from({ length: 10 }, (_, ordinal) => ({
      ordinal,
      data: new Uint8Array(300 * ordinal),
      attributes: [{ name: 'at', value: { kind: 'int', value: BigInt(ordinal) } } as const],
    })),
  );
  store.commit([ALICE.arrival, ...arrivalOf(contents, [ALICE])], 'power');
  store.close();
  return contents.entries[7]?.id ?? new Uint8Array(16);
}

/** What its tables and indexes are, and of which version they are. */
function schemaOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const version = database.prepare('PRAGMA user_version').get();
    return [version, database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all()];
  } finally {
    database.close();
  }
}

/** The content of every file of the directory but the lock. */
function filesBeside(path: string): Record<string, string> {
  const names = readdirSync(join(path, '..')).filter((name) => !/lock|-shm$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(path, '..', name)).toString('base64')]),
  );
}

function digestsBeside(path: string): unknown {
  return Object.entries(filesBeside(path)).map(([name, content]) => [name, hash('sha1', content)]);
}

function proveRefused(
  options: RecordDatabaseOptions,
  code: WorldErrorCode,
  details: Readonly<Record<string, unknown>> = {},
): void {
  const before = digestsBeside(options.path);
  for (let time = 0; time < 2; time++) {
    assert.throws(
      () => openRecordDatabase(options),
      (error: unknown) => {
        assert.ok(error instanceof WorldError, String(error));
        assert.equal(error.code, code, error.message);
        assert.equal(error.details['path'], options.path);
        for (const [name, value] of Object.entries(details)) {
          assert.equal(error.details[name], value);
        }
        return true;
      },
    );
  }
  assert.deepEqual(digestsBeside(options.path), before, 'the files are as they were');
}

/** Lets a test spoil a file as no store would. */
function spoil(path: string, sql: string): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}

test('only the owner may read the files, from their first byte on', async (t) => {
  const options = await newOptions(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const store = openRecordDatabase(options);
  store.commit([ALICE.arrival], 'power');
  const modes = readdirSync(join(options.path, '..')).map((name) => [
    name,
    (statSync(join(options.path, '..', name)).mode & 0o777).toString(8),
  ]);
  assert.deepEqual(Object.fromEntries(modes), {
    'records.db': '600',
    'records.db-shm': '600',
    'records.db-wal': '600',
    'records.db.lock': '600',
  });
  store.close();
  store.close();
  assert.deepEqual(readdirSync(join(options.path, '..')).sort(), ['records.db', 'records.db.lock']);
});

test('a symbolic link or a directory in its place is refused', async (t) => {
  const options = await newOptions(t);
  const target = `${options.path}.target`;
  writeFileSync(target, '');
  symlinkSync(target, options.path);
  proveRefused(options, 'STORAGE_FAILED', { errno: 'ELOOP' });
  assert.equal(readFileSync(target).length, 0);
  const other = { ...options, path: `${options.path}2` };
  mkdirSync(other.path);
  assert.throws(() => openRecordDatabase(other), { code: 'STORAGE_FAILED' });
});

test('a second store on one file is told so, and the first goes on', async (t) => {
  const options = await newOptions(t);
  const store = openRecordDatabase(options);
  store.commit([ALICE.arrival], 'process');
  assert.throws(() => openRecordDatabase(options), {
    code: 'DATABASE_IN_USE',
    message: `the record database ${options.path} is in use`,
  });
  store.commit(arrivalOf(new TestJournal(ALICE).publish([{}]), [ALICE]), 'process');
  assert.throws(() => openRecordDatabase(options), { code: 'DATABASE_IN_USE' });
  store.close();
  const again = openRecordDatabase(options);
  assert.equal(again.totalUse().records, 1);
  again.close();
});

test('a reader beside the store sees what was committed, and holds nobody up', async (t) => {
  const options = await newOptions(t);
  const store = openRecordDatabase(options);
  store.commit([ALICE.arrival], 'process');
  const reader = new DatabaseSync(options.path, { readOnly: true });
  reader.exec('BEGIN');
  const count = reader.prepare('SELECT count(*) AS records FROM record');
  assert.equal(count.get()?.['records'], 0);
  store.commit(arrivalOf(new TestJournal(ALICE).publish([{}]), [ALICE]), 'power');
  assert.equal(count.get()?.['records'], 0);
  reader.exec('COMMIT');
  assert.equal(count.get()?.['records'], 1);
  assert.deepEqual(checkDatabase(options.path).problems, []);
  reader.close();
  store.close();
});

test('the database of another group, member or application is refused and left as it is', async (t) => {
  const options = await newOptions(t);
  fill(options);
  const group = parseGroupName(`${'0e'.repeat(20)}.village`);
  proveRefused({ ...options, group }, 'DATABASE_OF_ANOTHER', { what: 'group' });
  const member = parsePeerName(`${'a2'.repeat(20)}.alice`);
  proveRefused({ ...options, member }, 'DATABASE_OF_ANOTHER', { what: 'member' });
  spoil(options.path, 'PRAGMA application_id = 7');
  proveRefused(options, 'DATABASE_OF_ANOTHER', { what: 'application' });
});

test('a database of a later release is refused and left as it is, also after its process died', async (t) => {
  const options = await newOptions(t);
  fill(options);
  const later = new DatabaseSync(options.path);
  later.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}; CREATE TABLE later (a)`);
  // A copy of the files while they are open is what a process that died leaves behind.
  const copied = await newOptions(t);
  for (const [name, content] of Object.entries(filesBeside(options.path))) {
    writeFileSync(join(copied.path, '..', name), Buffer.from(content, 'base64'));
  }
  later.close();
  assert.ok(statSync(`${copied.path}-wal`).size > 0);
  for (const one of [options, copied]) {
    proveRefused(one, 'DATABASE_TOO_NEW', { version: MIGRATIONS.length + 1 });
  }
});

test('a file that is no database is refused and left as it is', async (t) => {
  for (const content of ['no database', 'SQLite format 3\0', 'x'.repeat(9_000)]) {
    const options = await newOptions(t);
    writeFileSync(options.path, content);
    proveRefused(options, 'DATABASE_CORRUPT');
  }
});

test('an empty file, and a database without a table, become a database of records', async (t) => {
  for (const sql of [null, 'VACUUM', 'PRAGMA journal_mode = WAL; VACUUM']) {
    const options = await newOptions(t);
    if (sql === null) writeFileSync(options.path, '');
    else spoil(options.path, sql);
    fill(options);
    assert.deepEqual(checkDatabase(options.path).problems, []);
  }
});

test('a migration is made as a whole or not at all', async (t) => {
  const options = await newOptions(t);
  const id = fill(options);
  const before = openRecordDatabase(options);
  const record = before.findRecord(id);
  const { journal } = before;
  before.close();
  const good = 'CREATE TABLE extra (a INTEGER) STRICT; ALTER TABLE record ADD COLUMN more INTEGER;';
  const bad = `${good} INSERT INTO no_such_table VALUES (1);`;
  assert.throws(() => openDatabaseFile(options, [...MIGRATIONS, bad]), WorldError);
  assert.throws(() => openDatabaseFile(options, [...MIGRATIONS, good, bad]), WorldError);
  const old = openRecordDatabase(options);
  assert.deepEqual(old.findRecord(id), record);
  old.close();
  const migrated = new SqliteRecordStore(openDatabaseFile(options, [...MIGRATIONS, good]));
  assert.deepEqual(migrated.findRecord(id), record);
  assert.deepEqual(migrated.journal, journal);
  migrated.close();
  proveRefused(options, 'DATABASE_TOO_NEW', { version: MIGRATIONS.length + 1 });
});

test('a database of version 1 is upgraded in place, with its records', async (t) => {
  const options = await newOptions(t);
  const journal = new TestJournal(ALICE);
  const contents = journal.publish([1, 2, 3].map((ordinal) => ({ ordinal })));
  const before = openRecordDatabase(options);
  const oldJournal = before.journal;
  before.commit([ALICE.arrival, ...arrivalOf(contents, [ALICE])], 'power');
  before.close();
  spoil(
    options.path,
    `DROP TABLE security; DROP INDEX batch_by_author; DROP INDEX shadow_by_batch;
     PRAGMA user_version = 1`,
  );
  const first = openDatabaseFile(await newOptions(t), MIGRATIONS.slice(0, 1));
  assert.deepEqual(schemaOf(options.path), schemaOf(first.path), 'it is one of version 1');
  first.database.close();
  first.lock.release();
  assert.deepEqual(checkDatabase(options.path).problems, [], 'one that nobody opened since');

  const store = openRecordDatabase(options);
  t.after(() => store.close());
  assert.deepEqual(store.journal, oldJournal);
  const ids = contents.entries.map(({ id }) => id);
  for (const [at, id] of ids.entries()) {
    assert.deepEqual(store.findRecord(id)?.hash, contents.entries[at]?.hash);
  }
  assert.equal(store.use(ALICE.publicKey).records, 3);
  assert.deepEqual(store.versionsIn(contents.batch.hash), { records: ids, shadows: [] });
  assert.deepEqual(store.batchesOf(ALICE.publicKey, null, 9).batches, [contents.batch]);
  const digest = new Uint8Array(32).fill(4);
  const item = { digest, form: 'page', bytes: new Uint8Array(70) } as const;
  store.commit([{ kind: 'putSecurity', ...item }], 'power');
  store.commit(arrivalOf(journal.publish([{ ordinal: 4 }]), [ALICE]), 'power');
  assert.deepEqual(store.securityItems(null, 9), [item]);
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('a full disk fails a commit with nothing changed, and it works when there is room', async (t) => {
  const options = await newOptions(t);
  const opened = openDatabaseFile(options, MIGRATIONS);
  const store = new SqliteRecordStore(opened);
  store.commit([ALICE.arrival], 'process');
  const journal = new TestJournal(ALICE);
  const first = arrivalOf(journal.publish([{}]), [ALICE]);
  store.commit(first, 'process');
  const use = store.totalUse();
  const pages = opened.database.prepare('PRAGMA page_count').get()?.['page_count'];
  opened.database.exec(`PRAGMA max_page_count = ${pages}`);
  const large = arrivalOf(journal.publish([{ ordinal: 1, data: new Uint8Array(100_000) }]), [
    ALICE,
  ]);
  for (let time = 0; time < 2; time++) {
    assert.throws(() => store.commit(large, 'power'), { code: 'STORAGE_FULL' });
    assert.deepEqual(store.totalUse(), use);
  }
  opened.database.exec('PRAGMA max_page_count = 1000000');
  store.commit(large, 'power');
  assert.equal(store.totalUse().records, 2);
  store.close();
  assert.deepEqual(checkDatabase(options.path).problems, []);
});

test('the check finds counters, columns and indexes that are not those of the records', async (t) => {
  const harm: readonly (readonly [sql: string, found: RegExp])[] = [
    ['UPDATE member SET bytes = bytes + 1', /counts other records/],
    ['UPDATE batch SET live = 3', /10 records need it, and it counts 3/],
    ['UPDATE record SET modified_at = 7 WHERE place = 3', /record .*: its modified_at/],
    ['UPDATE record SET creator = 9 WHERE place = 3', /names a member that is not there/],
    ['DELETE FROM attribute WHERE value = 4', /lacks its attribute at/],
    [
      'INSERT INTO attribute SELECT attribute_name, 99, row FROM attribute LIMIT 1',
      /other attributes/,
    ],
    ['DELETE FROM record_data', /data are not those/],
    [
      "UPDATE record SET content = CAST(content || x'00' AS BLOB) WHERE place = 1",
      /wrong checksum/,
    ],
    ["UPDATE batch SET leaves = x'00'", /a batch has the wrong checksum|batch 1: /],
    ["UPDATE member SET peer_name = 'x'", /a member has the wrong checksum/],
    ["UPDATE membership SET chain = x'00'", /a membership has the wrong checksum/],
    [
      "INSERT INTO security VALUES (x'07', 1, 0, x'00')",
      /a security item: a security item has the wrong checksum/,
    ],
    [
      // The checksum that it would have with this form.
      `INSERT INTO security VALUES (x'07', 3, ${rowChecksum([Uint8Array.of(7), Uint8Array.of(0)], 3)}, x'00')`,
      /a security item has no form that there is/,
    ],
  ];
  for (const [sql, found] of harm) {
    const options = await newOptions(t);
    fill(options);
    assert.deepEqual(checkDatabase(options.path).problems, []);
    spoil(options.path, sql);
    assert.match(checkDatabase(options.path).problems.join('\n'), found, sql);
  }
});
