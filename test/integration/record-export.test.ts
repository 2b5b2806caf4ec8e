// Exports of a group's records: what the file has, that it is there whole or not at all, and that
// nobody waits for it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { exportRecords } from '../../src/adapters/sqlite/transfer/export-records.ts';
import { ImportFile } from '../../src/adapters/sqlite/transfer/import-file.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
import { refusalOf } from '../support/live-group.ts';
import {
  arrivalOf,
  recordOf,
  TEST_GROUP,
  TEST_MEMBER,
  TEST_MOMENT,
  TestJournal,
  testAuthor,
} from '../support/record-builder.ts';
import {
  databaseOf,
  emptied,
  fill,
  recordHouse,
  SOME_TYPE,
  seen,
} from '../support/record-house.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { runTransfer } from '../support/transfer-run.ts';

const LARGE_BYTES = 4_000_000;
const LARGE_RECORDS = 80;
/** A thread, its modules, and large pieces that are not collected yet; measured: up to 180 MB. */
const MEMORY_BYTES_MAX = 240_000_000;

test('10,000 records go out and come back: changed, deleted and large ones', async (t) => {
  const house = await recordHouse(t);
  const { records } = house.group;
  const added = await fill(house.group, 10_000, (index) =>
    index % 200 === 0 ? { data: new Uint8Array(1_025 + 100 * index).fill(index) } : {},
  );
  for (const [index, record] of added.entries()) {
    if (index % 100 === 7) await records.update(record, { data: `changed ${index}` });
    if (index % 100 === 8) await records.delete(record);
  }
  const before = await seen(house.group);
  const use = records.use;
  assert.equal(before.size, 9_900);
  assert.equal(use.records, 10_000);
  const path = join(house.directory, 'out.pgx');
  const told: number[] = [];
  const summary = await records.exportTo(path, {
    onProgress: (progress) => told.push(progress.records),
  });
  assert.deepEqual(summary, { records: 10_000, bytes: statSync(path).size });
  assert.ok(told.every((count, at) => count >= (told[at - 1] ?? 0)));

  const again = await emptied(house);
  assert.equal(again.records.use.records, 0);
  const taken = await again.records.importFrom(path);
  assert.deepEqual(taken, { records: 10_000, superseded: 0, deferred: 0, refused: {} });
  assert.deepEqual(await seen(again), before);
  assert.equal(again.records.use.records, use.records);
  assert.deepEqual(await house.node.checkRecords(), { problems: [] });
  const nothingNew = await again.records.importFrom(path);
  assert.deepEqual(nothingNew, { records: 0, superseded: 10_000, deferred: 0, refused: {} });
});

test('what an administrator made of a record goes out, and the shadow of the record does not', async (t) => {
  const directory = await temporaryDirectory(t);
  const databasePath = join(directory, 'records.db');
  const cast = [testAuthor('alice'), testAuthor('bob')] as const;
  const [alice, bob] = cast;
  const store = openRecordDatabase({
    path: databasePath,
    group: TEST_GROUP,
    member: TEST_MEMBER,
    chance: systemChance,
  });
  t.after(() => store.close());
  const first = new TestJournal(alice).publish([{}, { ordinal: 1 }, { ordinal: 2 }]);
  const second = new TestJournal(bob, 2).publish([
    { creator: alice.publicKey, version: 2, data: new Uint8Array(2_000).fill(7) },
    { creator: alice.publicKey, ordinal: 1, version: 2, isDeleted: true },
  ]);
  const nameOf = (key: Uint8Array) =>
    Buffer.from(key).equals(alice.publicKey) ? alice.name : bob.name;
  const shadows = second.entries.map(
    (entry): StoreChange => ({
      kind: 'keepShadow',
      id: recordOf(second, entry, nameOf).id,
      until: wallTimeOf(TEST_MOMENT + 1_000_000),
    }),
  );
  store.commit([alice.arrival, bob.arrival, ...arrivalOf(first, cast)], 'process');
  store.commit([...shadows, ...arrivalOf(second, cast)], 'process');
  const path = join(directory, 'out.pgx');
  const now = wallTimeOf(TEST_MOMENT + 1_000);
  const request = { databasePath, path, group: TEST_GROUP, member: TEST_MEMBER, now };
  const done = exportRecords(request, { isAborted: false, onProgress: () => undefined });
  assert.equal(done?.records, 3);
  const file = new ImportFile(path);
  t.after(() => file.close());
  const owner = { group: TEST_GROUP, member: TEST_MEMBER };
  assert.deepEqual(
    file.check(owner, () => false),
    { memberships: 2, security: 0, bundles: 2, records: 3 },
  );
  const places = [...file.parts()].flatMap(({ part }) =>
    part.name === 'bundle' ? [part.bundle.entries.map(({ place }) => place)] : [],
  );
  assert.deepEqual(places, [[2], [0, 1]]);
  assert.notEqual(store.findShadow(second.entries[0]?.id ?? new Uint8Array(16)), null);
});

test('the file is for its owner only, and takes the place of one that is there', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 10);
  const path = join(house.directory, 'out.pgx');
  writeFileSync(path, 'something else', { mode: 0o644 });
  writeFileSync(`${path}.partial`, 'of a process that died');
  await house.group.records.exportTo(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${path}.partial`));
  const again = await emptied(house);
  assert.equal((await again.records.importFrom(path)).records, 10);
});

test('an export is of the moment when it began, and publishing goes on meanwhile', async (t) => {
  const house = await recordHouse(t);
  const { records } = house.group;
  await fill(house.group, 5_000);
  const path = join(house.directory, 'out.pgx');
  const exporting = records.exportTo(path);
  for (let more = 0; more < 50; more++)
    await records.add({ type: SOME_TYPE, data: `more ${more}` });
  const summary = await exporting;
  assert.ok(summary.records >= 5_000 && summary.records <= 5_050);
  const again = await emptied(house);
  assert.equal((await again.records.importFrom(path)).records, summary.records);
});

test('one that is aborted leaves what was there', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 5_000);
  const path = join(house.directory, 'out.pgx');
  writeFileSync(path, 'something else');
  const abort = new AbortController();
  const onProgress = (): void => abort.abort(new Error('enough'));
  const exporting = house.group.records.exportTo(path, { signal: abort.signal, onProgress });
  const error = await refusalOf(exporting);
  assert.equal(error.code, 'ABORTED');
  assert.equal(readFileSync(path, 'utf8'), 'something else');
  assert.ok(!existsSync(`${path}.partial`));
  const late = house.group.records.exportTo(path, { signal: abort.signal });
  assert.equal((await refusalOf(late)).code, 'ABORTED');
});

test('closing the group ends an export', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 5_000);
  const path = join(house.directory, 'out.pgx');
  const exporting = refusalOf(house.group.records.exportTo(path));
  await house.group.close();
  assert.equal((await exporting).code, 'ABORTED');
  assert.ok(!existsSync(path) && !existsSync(`${path}.partial`));
  const closed = await refusalOf(house.group.records.exportTo(path));
  assert.equal(closed.code, 'GROUP_CLOSED');
});

test('a place where nothing can be written is named', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 1);
  const { records } = house.group;
  const nowhere = await refusalOf(records.exportTo(join(house.directory, 'no', 'out.pgx')));
  assert.equal(nowhere.code, 'STORAGE_FAILED');
  const { errno } = nowhere.details;
  assert.equal(errno, 'ENOENT');
  const folder = await refusalOf(records.exportTo(house.directory));
  assert.equal(folder.code, 'STORAGE_FAILED');
  const onItself = await refusalOf(records.exportTo(databaseOf(house)));
  assert.equal(onItself.code, 'INVALID_ARGUMENT');
  for (const path of ['', 7, null]) {
    // @ts-expect-error: what is no path
    assert.equal((await refusalOf(records.exportTo(path))).code, 'INVALID_ARGUMENT');
  }
});

test('kill -9 leaves the file that was there, and the next export succeeds', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 20_000);
  await house.node.close();
  const path = join(house.directory, 'out.pgx');
  writeFileSync(path, 'something else');
  const job = ['export', house.directory, path] as const;
  const killed = await runTransfer(job, { isDue: ({ progress }) => progress !== undefined });
  assert.equal(killed.end, undefined);
  assert.equal(readFileSync(path, 'utf8'), 'something else');
  assert.equal((await runTransfer(job)).end, 'done');
  assert.ok(statSync(path).size > 5_000_000);
  assert.ok(!existsSync(`${path}.partial`));
});

test('a full disk leaves the file that was there', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 5_000);
  await house.node.close();
  const path = join(house.directory, 'out.pgx');
  writeFileSync(path, 'something else');
  // In blocks of 1,024 bytes: enough for the log of the database, and not for the export.
  const run = await runTransfer(['export', house.directory, path], { prelude: 'ulimit -f 500' });
  assert.equal(run.end, 'STORAGE_FULL');
  assert.equal(readFileSync(path, 'utf8'), 'something else');
  assert.ok(!existsSync(`${path}.partial`));
});

test('320 MB go out and come back in bounded memory', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, LARGE_RECORDS, (i) => ({ data: new Uint8Array(LARGE_BYTES).fill(i) }), 2);
  await house.node.close();
  const path = join(house.directory, 'out.pgx');
  const exported = await runTransfer(['export', house.directory, path]);
  assert.equal(exported.end, 'done');
  assert.ok(statSync(path).size > LARGE_RECORDS * LARGE_BYTES);
  t.diagnostic(`export: ${exported.memoryBytes >> 20} MiB more`);
  assert.ok(exported.memoryBytes < MEMORY_BYTES_MAX);
  const imported = await runTransfer(['import', house.directory, path]);
  assert.equal(imported.end, 'done');
  t.diagnostic(`import: ${imported.memoryBytes >> 20} MiB more`);
  assert.ok(imported.memoryBytes < MEMORY_BYTES_MAX);
});
