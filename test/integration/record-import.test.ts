// Imports: a file that is not as it was written changes nothing, one that is joins what is here, and
// whatever ends an import leaves a database that the next one completes.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openNode, type PeerGroupError } from '../../src/api/index.ts';
import { EXPORT_DIGEST_BYTES } from '../../src/core/records/export-file.ts';
import { refusalOf } from '../support/live-group.ts';
import { emptied, fill, type RecordHouse, recordHouse, seen } from '../support/record-house.ts';
import { runTransfer } from '../support/transfer-run.ts';

interface Exported {
  readonly house: RecordHouse;
  readonly path: string;
  readonly bytes: Buffer;
}

async function exported(t: TestContext, count: number, batch = 1_000): Promise<Exported> {
  const house = await recordHouse(t);
  await fill(house.group, count, () => ({}), batch);
  const path = join(house.directory, 'out.pgx');
  await house.group.records.exportTo(path);
  return { house, path, bytes: readFileSync(path) };
}

function detailOf({ details }: PeerGroupError, name: string): unknown {
  return details[name];
}

/** As a program that is not ours would write it: the digest at the end is right. */
function resealed(bytes: Buffer): Buffer {
  const before = bytes.subarray(0, -EXPORT_DIGEST_BYTES);
  return Buffer.concat([before, createHash('sha256').update(before).digest()]);
}

test('a file that was changed anywhere, or is not all of it, is refused and nothing imported', async (t) => {
  const { house, path, bytes } = await exported(t, 300, 20);
  const group = await emptied(house);
  const refuses = async (damaged: Uint8Array): Promise<void> => {
    writeFileSync(path, damaged);
    const error = await refusalOf(group.records.importFrom(path));
    assert.equal(error.code, 'EXPORT_DAMAGED');
    assert.equal(group.records.use.records, 0);
  };
  const step = Math.floor(bytes.length / 25);
  for (let at = 0; at < bytes.length; at += at < 80 ? 9 : step) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    await refuses(changed);
  }
  for (const length of [0, 1, 8, 9, 41, 100, bytes.length - 33, bytes.length - 1]) {
    await refuses(bytes.subarray(0, length));
    if (length > EXPORT_DIGEST_BYTES) await refuses(resealed(bytes.subarray(0, length)));
  }
  await refuses(Buffer.concat([bytes, Buffer.from([0])]));
  await refuses(resealed(Buffer.concat([bytes, bytes])));
  writeFileSync(path, bytes);
  assert.equal((await group.records.importFrom(path)).records, 300);
});

test('a file of another group, another identity or a later version is named so', async (t) => {
  const { house, path, bytes } = await exported(t, 5);
  const mallory = await house.node.createIdentity();
  const others = await house.node.createGroup({ identity: house.identity });
  const another = await refusalOf(others.records.importFrom(path));
  assert.equal(another.code, 'DATABASE_OF_ANOTHER');
  assert.equal(detailOf(another, 'what'), 'group');
  const joined = await house.node.joinGroup(await house.group.invite(mallory.card), {
    identity: mallory,
  });
  const foreign = await refusalOf(joined.records.importFrom(path));
  assert.equal(foreign.code, 'DATABASE_OF_ANOTHER');
  assert.equal(detailOf(foreign, 'what'), 'member');
  const later = Buffer.from(bytes);
  later[8] = 3;
  writeFileSync(path, resealed(later));
  assert.equal((await refusalOf(house.group.records.importFrom(path))).code, 'DATABASE_TOO_NEW');
  assert.equal(others.records.use.records + joined.records.use.records, 0);
});

test('a file that is none, or not there, is named', async (t) => {
  const house = await recordHouse(t);
  const { records } = house.group;
  const missing = await refusalOf(records.importFrom(join(house.directory, 'no.pgx')));
  assert.equal(missing.code, 'STORAGE_FAILED');
  assert.equal(detailOf(missing, 'errno'), 'ENOENT');
  assert.equal((await refusalOf(records.importFrom(house.directory))).code, 'STORAGE_FAILED');
  assert.equal((await refusalOf(records.importFrom('/dev/zero'))).code, 'STORAGE_FAILED');
  const path = join(house.directory, 'text');
  writeFileSync(path, 'a text that is long enough to hold a beginning and a digest, but is none');
  assert.equal((await refusalOf(records.importFrom(path))).code, 'EXPORT_DAMAGED');
});

test('what was forged in a file is refused, and the rest of it taken', async (t) => {
  const { house, path, bytes } = await exported(t, 300, 100);
  const group = await emptied(house);
  const forged = Buffer.from(bytes);
  forged.write('Record', forged.indexOf('record 00000150'));
  writeFileSync(path, resealed(forged));
  const summary = await group.records.importFrom(path);
  assert.deepEqual(summary.refused, { RECORD_INVALID: 100 });
  assert.equal(summary.records, 200);
  writeFileSync(path, bytes);
  const again = await group.records.importFrom(path);
  assert.deepEqual([again.records, again.superseded, again.refused], [100, 200, {}]);
});

test('what is imported joins what is here: the version stays that counts', async (t) => {
  const { house, path } = await exported(t, 20);
  const { records } = house.group;
  const [first, second, ...others] = (await records.search({ limit: 20 })).records;
  assert.ok(first !== undefined && second !== undefined);
  await records.update(first, { data: 'later' });
  await records.delete(second);
  const before = await seen(house.group);
  const summary = await records.importFrom(path);
  assert.deepEqual([summary.records, summary.superseded], [0, 20]);
  assert.deepEqual(await seen(house.group), before);
  assert.equal(others.length, 18);
});

test('searches and watchers see what is imported', async (t) => {
  const { house, path } = await exported(t, 50);
  const group = await emptied(house);
  const live = group.records.watch({ where: { attribute: 'index', equal: 7 } });
  await group.records.importFrom(path);
  const { value } = await live[Symbol.asyncIterator]().next();
  assert.equal(value?.kind, 'added');
  assert.equal(
    (await group.records.search({ where: { attribute: 'index', equal: 7 } })).records.length,
    1,
  );
  live.close();
});

test('one that is aborted leaves what it took, and the next one completes it', async (t) => {
  const { house, path } = await exported(t, 10_000, 250);
  const group = await emptied(house);
  const abort = new AbortController();
  const onProgress = (): void => abort.abort();
  const importing = group.records.importFrom(path, { signal: abort.signal, onProgress });
  assert.equal((await refusalOf(importing)).code, 'ABORTED');
  const taken = group.records.use.records;
  assert.ok(taken > 0 && taken < 10_000, `${taken} records`);
  assert.deepEqual(await house.node.checkRecords(), { problems: [] });
  const rest = await group.records.importFrom(path);
  assert.deepEqual([rest.records, rest.superseded], [10_000 - taken, taken]);
});

test('closing the group ends an import', async (t) => {
  const { house, path } = await exported(t, 10_000);
  const group = await emptied(house);
  const importing = refusalOf(group.records.importFrom(path));
  await group.close();
  assert.equal((await importing).code, 'ABORTED');
  assert.deepEqual(await house.node.checkRecords(), { problems: [] });
});

test('kill -9 leaves a sound database, and importing again completes it', async (t) => {
  const { house, path } = await exported(t, 20_000);
  await house.node.close();
  rmSync(join(house.directory, 'records'), { recursive: true });
  const job = ['import', house.directory, path] as const;
  for (const records of [1, 5_000, 12_000]) {
    const killed = await runTransfer(job, {
      isDue: ({ progress }) => progress !== undefined && progress.records >= records,
    });
    assert.equal(killed.end, undefined);
  }
  await using node = await openNode({ directory: house.directory });
  assert.deepEqual(await node.checkRecords(), { problems: [] });
  const group = await node.openGroup();
  const taken = group.records.use.records;
  assert.ok(taken > 0);
  const rest = await group.records.importFrom(path);
  assert.deepEqual([rest.records, rest.superseded], [20_000 - taken, taken]);
});

test('a disk that is full ends an import, and what was taken stays', async (t) => {
  const { house, path } = await exported(t, 10_000);
  await house.node.close();
  rmSync(join(house.directory, 'records'), { recursive: true });
  const run = await runTransfer(['import', house.directory, path], { prelude: 'ulimit -f 3000' });
  assert.match(run.end ?? '', /^STORAGE_(FULL|FAILED)$/);
  await using node = await openNode({ directory: house.directory });
  assert.deepEqual(await node.checkRecords(), { problems: [] });
  const group = await node.openGroup();
  const taken = group.records.use.records;
  const rest = await group.records.importFrom(path);
  assert.deepEqual([rest.records, rest.superseded], [10_000 - taken, taken]);
});
