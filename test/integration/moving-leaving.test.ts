// Leaving: what is deleted, in what order, and what stands in the way.

import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openNode, type PeerNode } from '../../src/api/index.ts';
import { found, joinAs, refusalOf } from '../support/live-group.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until } from '../support/until.ts';

const NOTE = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

interface Home {
  readonly directory: string;
  readonly node: PeerNode;
}

async function home(t: TestContext): Promise<Home> {
  const directory = await temporaryDirectory(t);
  const node = await openNode({ directory });
  t.after(() => node.close());
  await node.createIdentity({ friendlyName: 'Alice' });
  return { directory, node };
}

/** What there is of groups. */
async function filesOfGroups(directory: string): Promise<readonly string[]> {
  const inRecords = await readdir(join(directory, 'records')).catch(() => []);
  return [...(await readdir(join(directory, 'groups'))), ...inRecords];
}

test('a deleted group leaves nothing behind, not even what repairs have put aside', async (t) => {
  const { directory, node } = await home(t);
  const group = await node.createGroup({ friendlyName: 'Chess' });
  const kept = await node.createGroup({ friendlyName: 'Choir' });
  await group.records.add({ type: NOTE, data: 'secret' });
  assert.equal((await refusalOf(node.deleteGroup(group.name))).code, 'ALREADY_OPEN');
  await group.close();
  await kept.close();
  await node.repairRecords(group.name);
  const filesOfBoth = await filesOfGroups(directory);
  assert.ok(filesOfBoth.some((name) => name.endsWith('.damaged-1')));

  await node.deleteGroup(group.name);

  assert.deepEqual(
    node.groups.map(({ name }) => name),
    [kept.name],
  );
  const digits = group.name.slice(0, 40);
  const files = await filesOfGroups(directory);
  assert.ok(files.length > 0);
  assert.deepEqual(
    files.filter((name) => name.includes(digits)),
    [],
  );
  assert.deepEqual(
    files,
    filesOfBoth.filter((name) => !name.includes(digits)),
  );
  assert.equal((await refusalOf(node.deleteGroup(group.name))).code, 'GROUP_NOT_FOUND');
  assert.equal((await refusalOf(node.openGroup(group.name))).code, 'GROUP_NOT_FOUND');
  await node.openGroup(kept.name);
});

test('a deletion that was cut short is finished by the next call, wherever it was', async (t) => {
  const { directory, node } = await home(t);
  const group = await node.createGroup();
  await group.records.add({ type: NOTE, data: 'secret' });
  await group.close();
  const records = join(directory, 'records');
  const [database = ''] = (await readdir(records)).filter((name) => name.endsWith('.db'));
  // The file is gone, its log and an unfinished repair are not.
  await rename(join(records, database), join(records, `${database}-wal`));
  await writeFile(join(records, `${database}.repairing`), 'half');
  assert.equal(node.groups.length, 1);

  await node.deleteGroup(group.name);

  assert.deepEqual(await filesOfGroups(directory), []);
  assert.deepEqual(node.groups, []);
});

test('a group whose database was lost in a deletion opens with none of its records', async (t) => {
  const { directory, node } = await home(t);
  const group = await node.createGroup();
  await group.records.add({ type: NOTE, data: 'secret' });
  await group.close();
  const records = join(directory, 'records');
  for (const name of await readdir(records)) {
    if (name.endsWith('.db')) await rm(join(records, name));
  }
  const again = await node.openGroup(group.name);
  assert.equal((await again.records.search()).records.length, 0);
  await again.close();
  await node.deleteGroup(group.name);
  assert.deepEqual(await filesOfGroups(directory), []);
});

test('what cannot be deleted is told, and the group is still there to be deleted', async (t) => {
  const { directory, node } = await home(t);
  const group = await node.createGroup();
  await group.close();
  const records = join(directory, 'records');
  const [database = ''] = (await readdir(records)).filter((name) => name.endsWith('.db'));
  const inTheWay = join(records, `${database}.damaged-1`);
  await mkdir(inTheWay);
  assert.equal((await refusalOf(node.deleteGroup(group.name))).code, 'STORAGE_FAILED');
  assert.deepEqual(
    node.groups.map(({ name }) => name),
    [group.name],
  );
  await rm(inTheWay, { recursive: true });
  await node.deleteGroup(group.name);
  assert.deepEqual(await filesOfGroups(directory), []);
});

test('a group is not opened while it is deleted', async (t) => {
  const { node } = await home(t);
  const group = await node.createGroup();
  await group.close();
  const deleting = node.deleteGroup(group.name);
  assert.equal((await refusalOf(node.openGroup(group.name))).code, 'ALREADY_OPEN');
  await deleting;
  assert.equal((await refusalOf(node.openGroup(group.name))).code, 'GROUP_NOT_FOUND');
});

test('an identity goes when its last group has gone', async (t) => {
  const { directory, node } = await home(t);
  const [identity] = node.identities;
  assert.ok(identity !== undefined);
  const group = await node.createGroup();
  const refused = await refusalOf(node.deleteIdentity(identity.name));
  assert.equal(refused.code, 'IDENTITY_IN_USE');
  assert.deepEqual(refused.details, { identity: identity.name, groups: group.name });
  await group.leave();
  await node.deleteIdentity(identity);
  assert.deepEqual(node.identities, []);
  assert.deepEqual(await readdir(join(directory, 'identities')), []);
  assert.equal((await refusalOf(node.deleteIdentity(identity.name))).code, 'IDENTITY_NOT_FOUND');
  const gone = await refusalOf(identity.export({ password: '' }));
  assert.equal(gone.code, 'IDENTITY_NOT_FOUND');
});

test('who leaves says goodbye, has nothing left, and may come again by an invitation', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  for (const { group } of [alice, bob]) await group.connect();
  await bob.group.synced({ timeoutMs: 10_000 });
  await alice.group.records.add({ type: NOTE, data: 'hello' });

  await bob.group.leave();

  await until(() => alice.group.neighbors.length === 0, 2_000);
  assert.ok(!bob.group.isOpen);
  assert.deepEqual(bob.node.groups, []);
  assert.equal((await refusalOf(bob.group.leave())).code, 'GROUP_CLOSED');
  const again = await bob.node.joinGroup(await alice.group.invite(bob.identity.card));
  await again.connect();
  await again.synced({ timeoutMs: 10_000 });
  assert.equal((await again.records.search()).records.length, 1);
});

test('an announced leaving needs somebody who hears it; the group stays as it is without', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const refused = await refusalOf(bob.group.leave({ announce: true }));
  assert.equal(refused.code, 'NOT_CONNECTED');
  assert.ok(bob.group.isOpen);
  assert.equal(bob.node.groups.length, 1);
});

test('whoever has announced it is out for all, also on another machine that knew nothing of it', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  for (const { group } of [alice, bob]) await group.connect();
  const { id } = await bob.group.records.add({ type: NOTE, data: 'stays' });
  for (const { group } of [alice, bob]) await group.synced({ timeoutMs: 10_000 });
  const text = await bob.group.exportConfig({ password: 'tea' });

  const before = performance.now();
  await bob.group.leave({ announce: true });

  assert.ok(performance.now() - before < 4_000);
  assert.deepEqual(bob.node.groups, []);
  await until(() => alice.group.neighbors.length === 0, 2_000);
  // What was published in good time stays.
  assert.equal(await (await alice.group.records.get(id))?.text(), 'stays');
  await bob.node.importGroup(text, { password: 'tea' });
  const again = await bob.node.openGroup();
  await again.connect();
  await until(
    () =>
      String(again.status.reason) === 'removed' ||
      again.status.lastFailure?.code === 'MEMBERSHIP_REMOVED',
    10_000,
  );
});
