// A close that fails leaves nothing open: the group can be opened again, and so can the directory. What
// only tidies up a database fails no close.

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openNode } from '../../src/api/index.ts';
import { refusalOf } from '../support/live-group.ts';
import { recordHouse, SOME_TYPE } from '../support/record-house.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const FULL = Object.assign(new Error('database or disk is full'), {
  code: 'ERR_SQLITE_ERROR',
  errcode: 13,
  errstr: 'database or disk is full',
});

/** The next database that is closed says that the disk failed it. */
function failNextClose(t: TestContext): void {
  const close = DatabaseSync.prototype.close;
  const failing = function (this: DatabaseSync): void {
    close.call(this);
    throw FULL;
  };
  t.mock.method(DatabaseSync.prototype, 'close', failing, { times: 1 });
}

/** Statements with this in them have no room on the disk. */
function failStatements(t: TestContext, part: string): () => number {
  const exec = DatabaseSync.prototype.exec;
  const failing = function (this: DatabaseSync, sql: string): void {
    if (sql.includes(part)) throw FULL;
    exec.call(this, sql);
  };
  const { mock } = t.mock.method(DatabaseSync.prototype, 'exec', failing);
  return () => mock.calls.filter(({ error }) => error === FULL).length;
}

test('a group whose database fails at the end is closed, says why, and opens again', async (t) => {
  const { group, node } = await recordHouse(t);
  await group.records.add({ type: SOME_TYPE, data: 'kept' });
  failNextClose(t);
  const error = await refusalOf(group.close());
  assert.equal(error.code, 'STORAGE_FULL');
  assert.equal((await refusalOf(group.close())).code, 'STORAGE_FULL');
  const again = await node.openGroup();
  const [record] = (await again.records.search()).records;
  assert.equal(await record?.text(), 'kept');
});

test('a live search and those who wait for it end though the database fails at the end', async (t) => {
  const { group } = await recordHouse(t);
  const next = group.records.watch().next();
  failNextClose(t);
  await refusalOf(group.close());
  assert.deepEqual(await next, { value: undefined, done: true });
});

test('a node of which one group fails at the end is closed, says why, and its directory opens again', async (t) => {
  const directory = await temporaryDirectory(t);
  const node = await openNode({ directory });
  await node.createIdentity();
  const groups = [await node.createGroup(), await node.createGroup()];
  failNextClose(t);
  const error = await refusalOf(node.close());
  assert.equal(error.code, 'STORAGE_FULL');
  await using again = await openNode({ directory });
  for (const { name, isOpen } of groups) {
    assert.equal(isOpen, false);
    await again.openGroup(name);
  }
});

test('the checkpoint and the mark of exposure may fail at the end: all is stored without them', async (t) => {
  for (const part of ['wal_checkpoint', "'exposed'"]) {
    const { group, node } = await recordHouse(t);
    await group.close();
    const exposed = await node.openGroup(group.name, { durability: 'process' });
    await exposed.records.add({ type: SOME_TYPE, data: 'kept' });
    const failures = failStatements(t, part);
    await exposed.close();
    assert.equal(failures(), 1, part);
    t.mock.reset();
    const again = await node.openGroup(group.name);
    const [record] = (await again.records.search()).records;
    assert.equal(await record?.text(), 'kept');
  }
});
