// What fails while somebody changes who belongs: a full disk, a vault that cannot be written, a group that is closed
// meanwhile. Whoever called is told, nothing is half done, and it works when there is room again.

import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';

import { openNode } from '../../src/api/index.ts';
import { atEnd } from '../support/at-end.ts';
import { openHouse, refusalOf, watchWarnings } from '../support/live-group.ts';
import { admitted, comrade, founded, stateOf, told, WORDS } from '../support/live-members.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { until, within } from '../support/until.ts';

const FULL = Object.assign(new Error('database or disk is full'), {
  code: 'ERR_SQLITE_ERROR',
  errcode: 13,
  errstr: 'database or disk is full',
});

/** Nothing is committed while `isFull`; the whole process has one disk. */
function disk(t: TestContext): { isFull: boolean } {
  const state = { isFull: false };
  const exec = DatabaseSync.prototype.exec;
  t.mock.method(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string): void {
    if (state.isFull && sql.includes('COMMIT')) throw FULL;
    exec.call(this, sql);
  });
  return state;
}

test('on a full disk nothing is said, nobody is told, and it works when there is room', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const line = await alice.group.invitations.createTicket({ uses: 3 });
  const { group } = alice;
  const removed = told(group, 'memberRemoved', () => 'removed');
  const before = [await group.invitations.list(), group.properties];
  const space = disk(t);
  space.isFull = true;
  const tries: readonly (() => Promise<unknown>)[] = [
    () => group.invitations.createTicket(),
    () => group.invitations.createPassword(WORDS),
    () => group.invitations.createCode(),
    () => group.invitations.revoke(line),
    () => group.setProperties({ comment: 'new' }),
    () => group.memberships.setRole(bob.group.self, 'administrator'),
    () => group.memberships.remove(bob.group.self),
  ];
  for (const act of tries) assert.equal((await refusalOf(act())).code, 'STORAGE_FULL', String(act));
  assert.deepEqual([await group.invitations.list(), group.properties], before);
  assert.equal(await stateOf(group, bob.group.self), 'member');
  assert.deepEqual(removed, []);
  space.isFull = false;
  await group.setProperties({ comment: 'new' });
  const { state } = await group.memberships.remove(bob.group.self);
  assert.equal(state, 'counts');
  await until(() => removed.length === 1, 5_000);
  await group.invitations.revoke(line);
});

test('whoever cannot store an admission admits nobody, and the joiner is told why', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket();
  const { node } = await openHouse(t, 'Bob', null);
  const space = disk(t);
  space.isFull = true;
  const error = await refusalOf(node.joinGroup(text));
  assert.equal(error.code, 'NOBODY_CAN_ADMIT');
  assert.match(error.message, /it could not be stored: STORAGE_FULL/);
  space.isFull = false;
  const group = await node.joinGroup(text);
  assert.equal(group.membership.role, 'member');
  const [view] = await alice.group.invitations.list();
  assert.deepEqual(view?.admitted, [group.self]);
});

test('an invitation that the vault cannot keep is not made', async (t) => {
  watchWarnings(t);
  const directory = await temporaryDirectory(t);
  const node = await openNode({ directory });
  atEnd(t, () => node.close());
  await node.createIdentity({ friendlyName: 'Alice' });
  const group = await node.createGroup();
  const shelf = join(directory, 'groups');
  await rename(shelf, `${shelf}.away`);
  for (const act of [
    () => group.invitations.createTicket(),
    () => group.invitations.createPassword(WORDS),
  ]) {
    assert.equal((await refusalOf(act())).code, 'STORAGE_FAILED');
  }
  assert.deepEqual(await group.invitations.list(), [], 'nobody knows of it');
  await rename(`${shelf}.away`, shelf);
  const { id, text } = await group.invitations.createTicket();
  const [view] = await group.invitations.list();
  assert.deepEqual([view?.id, view?.text], [id, text]);
});

test('what is under way when the group is closed is told so', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const { group } = alice;
  const calls = [
    group.invitations.createPassword(WORDS),
    group.invitations.createCode(),
    group.memberships.list(),
    group.memberships.explain(bob.group.self),
    group.memberships.remove(bob.group.self),
    group.memberships.setRole(bob.group.self, 'invitingMember'),
  ];
  const ends = calls.map((each) =>
    each.then(
      () => 'done',
      (error: unknown) => String((error as { readonly code?: unknown }).code),
    ),
  );
  await within(group.close(), 5_000, 'the close');
  for (const end of await within(Promise.all(ends), 5_000, 'the ends')) {
    assert.ok(end === 'done' || end === 'GROUP_CLOSED', end);
  }
  for (const act of [
    () => group.invitations.createTicket(),
    () => group.invitations.list(),
    () => group.memberships.list(),
    () => group.memberships.remove(bob.group.self),
    () => group.setProperties({}),
    () => group.connect(),
  ]) {
    assert.equal((await refusalOf(act())).code, 'GROUP_CLOSED');
  }
});

test('a join whose signal is aborted at any moment leaves nothing behind', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createPassword(WORDS);
  const { node } = await openHouse(t, 'Bob', null);
  // From before the library is loaded to behind the proof of the password.
  for (const afterMs of [0, 1, 5, 20, 60, 120]) {
    const giving = new AbortController();
    const joining = node.joinGroup(line.text, { password: WORDS, signal: giving.signal });
    const end = refusalOf(joining);
    setTimeout(() => giving.abort(), afterMs);
    const { code } = await within(end, 5_000, 'the end of the join');
    assert.ok(code === 'ABORTED' || code === 'TOO_MANY_ATTEMPTS', code);
    assert.deepEqual(node.groups, []);
  }
});

test('many joins may wait at once, and all end with their node', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true, uses: 50 });
  const { node } = await openHouse(t, 'Bob', null);
  const identities = await Promise.all(
    Array.from({ length: 12 }, (_, at) => node.createIdentity({ friendlyName: `Bob ${at}` })),
  );
  const ends = identities.map((identity) => refusalOf(node.joinGroup(line.text, { identity })));
  await until(() => alice.group.invitations.requests().length > 1, 10_000);
  await within(node.close(), 3_000, 'the close');
  for (const { code } of await within(Promise.all(ends), 3_000, 'the ends')) {
    assert.ok(code === 'NODE_CLOSED' || code === 'NOBODY_CAN_ADMIT', code);
  }
});

test('a new member that leaves at once is told of at its admitter all the same', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket();
  const bob = await admitted(t, 'Bob', text);
  await bob.node.close();
  assert.equal(await stateOf(alice.group, bob.group.self), 'member');
});
