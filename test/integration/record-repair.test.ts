// Repairs of a database that a disk has spoilt: every record on sound pages is kept, never a wrong one,
// and no sequence of the member's own journal is given twice.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { repairDatabase } from '../../src/adapters/sqlite/repair/repair-database.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import { RecordHashes } from '../../src/core/records/record-hashes.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';
import { PAGE_BYTES, pagesWith, spoil } from '../support/database-damage.ts';
import { refusalOf } from '../support/live-group.ts';
import {
  databaseOf,
  fill,
  type RecordHouse,
  recordHouse,
  SOME_TYPE,
  seen,
  textOf,
} from '../support/record-house.ts';

const SEEDS = 8;

function reading<Value>(path: string, read: (database: DatabaseSync) => Value): Value {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function journalOf(path: string): string {
  return reading(path, (database) => {
    const query = "SELECT hex(value) AS journal FROM about WHERE name = 'journal'";
    const { journal } = { ...database.prepare(query).get() };
    return String(journal);
  });
}

/** The pages that tell of each batch, by its number. */
function batchPages(path: string): ReadonlyMap<number, readonly number[]> {
  const file = readFileSync(path);
  return reading(path, (database) => {
    const rows = database.prepare('SELECT batch, signature FROM batch').all();
    return new Map(
      rows.map(({ batch, signature }) => {
        assert.ok(signature instanceof Uint8Array);
        return [Number(batch), pagesWith(file, signature)];
      }),
    );
  });
}

/** What has to survive the damage of these pages, by the place in the order of adding. */
function surviving(
  path: string,
  ids: readonly string[],
): (spoilt: ReadonlySet<number>) => readonly string[] {
  const file = readFileSync(path);
  const pagesByBatch = batchPages(path);
  const batchById = reading(path, (database) => {
    const rows = database.prepare('SELECT lower(hex(id)) AS id, batch FROM record').all();
    return new Map(rows.map(({ id, batch }) => [String(id), Number(batch)]));
  });
  const pagesById = ids.map((id, index) => {
    const batch = batchById.get(id.replaceAll('-', '')) ?? 0;
    const text = textOf(index).slice(0, 20);
    return [id, [...pagesWith(file, text), ...(pagesByBatch.get(batch) ?? [0])]] as const;
  });
  return (spoilt) =>
    pagesById.filter(([, pages]) => !pages.some((page) => spoilt.has(page))).map(([id]) => id);
}

function without(all: ReadonlyMap<string, string>, ids: Iterable<string>): readonly string[] {
  const kept = new Set(ids);
  return [...all.keys()].filter((id) => !kept.has(id));
}

async function reopened(house: RecordHouse) {
  return await house.node.openGroup(house.group.name);
}

test('a sound database stays what it is, and goes on in another journal', async (t) => {
  const house = await recordHouse(t);
  const added = await fill(house.group, 2_000, (index) =>
    index % 50 === 0 ? { data: new Uint8Array(10_000).fill(index) } : {},
  );
  for (const record of added.slice(0, 300)) await house.group.records.delete(record);
  const before = await seen(house.group);
  const { use } = house.group.records;
  await house.group.close();
  const path = databaseOf(house);
  const journal = journalOf(path);
  const { recordsKept, recordsLost, keptAs } = await house.node.repairRecords();
  assert.deepEqual([recordsKept, recordsLost, keptAs], [2_000, 0, `${path}.damaged-1`]);
  // However sound it looks: of what a disk lost at its end, nothing may be left that tells of it.
  assert.notEqual(journalOf(path), journal);
  assert.deepEqual(await house.node.checkRecords(), { problems: [] });
  const group = await reopened(house);
  assert.deepEqual(await seen(group), before);
  assert.equal(group.records.use.records, use.records);
  await group.records.add({ type: SOME_TYPE, data: 'the first of a new journal' });
});

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`every record on sound pages is kept, and never a wrong one (seed ${seed})`, async (t) => {
    const house = await recordHouse(t);
    const added = await fill(house.group, 2_500, () => ({}), seed % 2 === 0 ? 40 : 900);
    const before = await seen(house.group);
    await house.group.close();
    const path = databaseOf(house);
    const journal = journalOf(path);
    const ids = added.map(({ id }) => id);
    const expectedBeside = surviving(path, ids);
    const spoilt = spoil(path, seed, 3 + 3 * seed);
    const expected = expectedBeside(spoilt);
    const { recordsKept } = await house.node.repairRecords();
    t.diagnostic(`${spoilt.size} pages: ${recordsKept} kept, at least ${expected.length}`);
    assert.deepEqual(await house.node.checkRecords(), { problems: [] });
    const group = await reopened(house);
    const after = await seen(group);
    assert.equal(after.size, recordsKept);
    for (const [id, said] of after) assert.equal(said, before.get(id));
    if (seed % 2 === 0)
      assert.deepEqual(without(new Map(expected.map((id) => [id, ''])), after.keys()), []);
    const { id } = await group.records.add({ type: SOME_TYPE, data: 'more' });
    assert.ok(!before.has(id));
    await group.close();
    assert.notEqual(journalOf(path), journal, 'a sequence may be given twice');
  });
}

test('a repair that fails leaves nothing of it', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 50);
  const before = await seen(house.group);
  await house.group.close();
  const path = databaseOf(house);
  const full = new WorldError('STORAGE_FULL', 'no space is left');
  const group = parseGroupName(house.group.name);
  const request = {
    path,
    group,
    member: parsePeerName(house.identity.name),
    ownChain: [],
    chance: systemChance,
    tools: {
      group,
      crypto: nodeCrypto,
      ids: new RecordIds(group, nodeCrypto),
      hashes: new RecordHashes(group, nodeCrypto),
    },
    now: wallTimeOf(Date.now()),
    membershipsOf: () => {
      assert.ok(existsSync(`${path}.repairing`), 'it has begun');
      throw full;
    },
    securityDigestOf: () => null,
  };
  assert.throws(() => repairDatabase(request), full);
  const left = readdirSync(join(house.directory, 'records'));
  assert.deepEqual(
    left.filter((name) => name.includes('repair')),
    [],
  );
  assert.deepEqual(await seen(await reopened(house)), before);
});

test('leaves of a batch that are lost follow from its records', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 1_000, () => ({}), 1_000);
  await house.group.close();
  const path = databaseOf(house);
  const file = readFileSync(path);
  const { leaves } = reading(path, (database) => ({
    ...database.prepare('SELECT leaves FROM batch').get(),
  }));
  assert.ok(leaves instanceof Uint8Array && leaves.length === 32_000);
  // In the middle of what lies on pages of its own, the first four bytes of which say where it goes on.
  const pages = pagesWith(file, leaves.subarray(16_000, 16_064));
  assert.ok(pages.length > 0);
  for (const page of pages) file.fill(0x55, page * PAGE_BYTES + 4, (page + 1) * PAGE_BYTES);
  writeFileSync(path, file);
  assert.notDeepEqual(await house.node.checkRecords(), { problems: [] });
  const { recordsKept } = await house.node.repairRecords();
  assert.equal(recordsKept, 1_000);
  assert.deepEqual(await house.node.checkRecords(), { problems: [] });
});

test('what stands in the log only is kept, too', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 200);
  await house.group.close();
  const path = databaseOf(house);
  const group = await reopened(house);
  const added = await fill(group, 500);
  const before = await seen(group);
  const aside = join(house.directory, 'aside');
  mkdirSync(aside);
  for (const part of ['', '-wal']) copyFileSync(path + part, join(aside, `db${part}`));
  await group.close();
  for (const part of ['', '-wal']) copyFileSync(join(aside, `db${part}`), path + part);
  const journal = journalOf(path);
  const { recordsKept } = await house.node.repairRecords();
  assert.equal(recordsKept, 700);
  assert.notEqual(journalOf(path), journal);
  const again = await reopened(house);
  assert.deepEqual(await seen(again), before);
  assert.ok(added.length === 500);
  await again.close();

  // A log that is damaged may have had more.
  for (const part of ['', '-wal']) copyFileSync(join(aside, `db${part}`), path + part);
  const log = readFileSync(`${path}-wal`);
  log.fill(0, Math.floor(log.length / 2), Math.floor(log.length / 2) + 100);
  writeFileSync(`${path}-wal`, log);
  await house.node.repairRecords();
  assert.notEqual(journalOf(path), journal);
});

test('a file without its first page, or half of it, gives what the rest has', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 1_000, () => ({}), 20);
  const before = await seen(house.group);
  await house.group.close();
  const path = databaseOf(house);
  const file = readFileSync(path);
  file.fill(0x5a, 0, PAGE_BYTES);
  writeFileSync(path, file);
  const failure = await refusalOf(reopened(house));
  assert.equal(failure.code, 'DATABASE_CORRUPT');
  assert.match(failure.hint, /repairRecords/);
  assert.ok((await house.node.checkRecords()).problems.length > 0);
  const repaired = await house.node.repairRecords();
  assert.deepEqual([repaired.recordsKept, repaired.recordsLost], [1_000, undefined]);
  truncateSync(path, Math.floor(file.length / 2));
  const half = await house.node.repairRecords();
  assert.equal(half.keptAs, `${path}.damaged-2`);
  assert.ok(half.recordsKept > 0 && half.recordsKept < 1_000, `${half.recordsKept} records`);
  const after = await seen(await reopened(house));
  for (const [id, said] of after) assert.equal(said, before.get(id));
});

test('a file of which nothing can be read is kept aside, and an empty one takes its place', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 100);
  await house.group.close();
  const path = databaseOf(house);
  for (const [at, content] of [Buffer.alloc(100_000, 'no database'), Buffer.alloc(0)].entries()) {
    writeFileSync(path, content);
    const { recordsKept, keptAs } = await house.node.repairRecords();
    assert.deepEqual([recordsKept, keptAs], [0, `${path}.damaged-${at + 1}`]);
    assert.deepEqual(readFileSync(keptAs), content);
  }
  const group = await reopened(house);
  assert.equal(group.records.use.records, 0);
  await group.records.add({ type: SOME_TYPE, data: 'begun anew' });
});

test('only a closed group of this member is repaired', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 10);
  assert.equal((await refusalOf(house.node.repairRecords())).code, 'ALREADY_OPEN');
  assert.equal((await refusalOf(house.node.repairRecords('nobody'))).code, 'GROUP_NOT_FOUND');
  const other = await house.node.createGroup();
  await house.group.close();
  await other.close();
  const folder = join(house.directory, 'records');
  const files = readdirSync(folder).filter((name) => name.endsWith('.db'));
  const [first = '', second = ''] = files.map((name) => join(folder, name));
  renameSync(first, `${first}.aside`);
  renameSync(second, first);
  renameSync(`${first}.aside`, second);
  const error = await refusalOf(house.node.repairRecords(house.group.name));
  assert.equal(error.code, 'DATABASE_OF_ANOTHER');
  assert.deepEqual(
    readdirSync(folder).filter((name) => /damaged|repair/.test(name)),
    [],
  );
});

test('a repair that was ended in the middle of the swap is carried through by the next opener', async (t) => {
  const house = await recordHouse(t);
  await fill(house.group, 50);
  const before = await seen(house.group);
  await house.group.close();
  const path = databaseOf(house);
  // The repaired file is ready, and of the old ones the log has been moved already.
  copyFileSync(path, `${path}.repaired`);
  writeFileSync(path, 'damaged');
  writeFileSync(`${path}.damaged-1-wal`, 'its log');
  const group = await reopened(house);
  assert.deepEqual(await seen(group), before);
  assert.equal(readFileSync(`${path}.damaged-1`, 'utf8'), 'damaged');
  assert.equal(readFileSync(`${path}.damaged-1-wal`, 'utf8'), 'its log');
  assert.ok(!existsSync(`${path}.repaired`));
  await group.close();
  // One that was not ready is begun anew.
  writeFileSync(`${path}.repairing`, 'half of it');
  assert.equal((await house.node.repairRecords()).recordsKept, 50);
  assert.ok(!existsSync(`${path}.repairing`));
});
