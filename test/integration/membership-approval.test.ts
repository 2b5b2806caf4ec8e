// Tickets that need somebody's yes, over real TLS: who is asked, what is answered, and what whoever waits is told.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import type { PeerGroup } from '../../src/api/index.ts';
import { openHouse, refusalOf } from '../support/live-group.ts';
import { admitted, founded, told } from '../support/live-members.ts';
import { until, within } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };

async function asked(group: PeerGroup) {
  await until(() => group.invitations.requests().length > 0, 10_000);
  const [request] = group.invitations.requests();
  assert.ok(request !== undefined);
  return request;
}

test('somebody who waits is announced, and comes in with a yes', async (t) => {
  const alice = await founded(t);
  const requested = told(alice.group, 'joinRequested', ({ request }) => request.friendlyName);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const waitsFor: string[] = [];
  const coming = admitted(t, 'Bob', line.text, { onPending: (member) => waitsFor.push(member) });
  const request = await asked(alice.group);
  assert.deepEqual(requested, ['Bob']);
  assert.equal(request.invitation, line.id);
  assert.ok(Math.abs(request.since.getTime() - Date.now()) < 10_000);
  await until(() => waitsFor.length > 0, 5_000);
  assert.deepEqual(waitsFor, [alice.group.self]);
  alice.group.invitations.approve(request);
  const bob = await within(coming, 10_000, 'the admission');
  assert.equal(bob.group.self, request.name);
  assert.deepEqual(alice.group.invitations.requests(), []);
  assert.throws(() => alice.group.invitations.approve(request), { code: 'REQUEST_NOT_FOUND' });
});

test('a no is said at once, and again to whoever asks again', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true, uses: 2 });
  const { node } = await openHouse(t, 'Bob', HERE);
  const refused = refusalOf(node.joinGroup(line.text));
  alice.group.invitations.deny(await asked(alice.group));
  assert.equal((await within(refused, 10_000, 'the no')).code, 'JOIN_DENIED');
  assert.equal((await refusalOf(node.joinGroup(line.text))).code, 'JOIN_DENIED');
  assert.deepEqual(alice.group.invitations.requests(), [], 'nobody is asked twice');
  const [view] = await alice.group.invitations.list();
  assert.equal(view?.usesLeft, 2, 'it was no use of the ticket');
});

test('whoever has waited too long is told so, and has its answer when it comes again', async (t) => {
  const alice = await founded(t);
  const requested = told(alice.group, 'joinRequested', ({ request }) => request.id);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const { node, identity } = await openHouse(t, 'Bob', HERE);
  const error = await refusalOf(node.joinGroup(line.text, { approvalMs: 200 }));
  assert.equal(error.code, 'JOIN_PENDING');
  const request = await asked(alice.group);
  alice.group.invitations.approve(request);
  const group = await node.joinGroup(line.text);
  assert.equal(group.self, identity.name);
  assert.equal(requested.length, 1);
});

test('a wait ends with its signal, and asks nobody when that was aborted before', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const { node } = await openHouse(t, 'Bob', HERE);
  const early = await refusalOf(node.joinGroup(line.text, { signal: AbortSignal.abort() }));
  assert.equal(early.code, 'ABORTED');
  assert.deepEqual(alice.group.invitations.requests(), []);
  const giving = new AbortController();
  const waiting = refusalOf(node.joinGroup(line.text, { signal: giving.signal }));
  await asked(alice.group);
  giving.abort(new Error('enough'));
  const error = await within(waiting, 1_000, 'the end of the wait');
  assert.equal(error.code, 'ABORTED');
  assert.match(String(error.cause), /enough/);
  assert.deepEqual(node.groups, []);
});

test('a node that is closed while a join waits ends it, and at once', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const { node } = await openHouse(t, 'Bob', HERE);
  const waiting = refusalOf(node.joinGroup(line.text));
  await asked(alice.group);
  await within(node.close(), 2_000, 'the close');
  assert.equal((await within(waiting, 1_000, 'the end of the wait')).code, 'NODE_CLOSED');
});

test('a group that is closed sends those away who wait', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const { node } = await openHouse(t, 'Bob', HERE);
  const waiting = refusalOf(node.joinGroup(line.text));
  await asked(alice.group);
  await within(alice.group.close(), 5_000, 'the close');
  const error = await within(waiting, 30_000, 'the refusal');
  assert.equal(error.code, 'NOBODY_CAN_ADMIT');
  assert.match(error.message, /the group is being closed here/);
  assert.throws(() => alice.group.invitations.requests(), { code: 'GROUP_CLOSED' });
});

test('what a listener throws while a join waits is its own affair', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createTicket({ needsApproval: true });
  const thrown = once(process, 'uncaughtException');
  const listeners = process.listeners('uncaughtException');
  // The test runner would take it for a failure.
  for (const each of listeners.slice(0, -1)) process.off('uncaughtException', each);
  t.after(() => {
    for (const each of listeners.slice(0, -1)) process.on('uncaughtException', each);
  });
  const coming = admitted(t, 'Bob', line.text, {
    onPending: () => {
      throw new Error('mine');
    },
  });
  const request = await asked(alice.group);
  const [error] = await within(thrown, 5_000, 'the exception');
  assert.match(String(error), /mine/);
  alice.group.invitations.approve(request);
  await within(coming, 10_000, 'the admission');
});
