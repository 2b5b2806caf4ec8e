// A member whose lease has ended while it was away, over real TLS: it is given a renewal or told who gave none, and
// nothing else before.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openHouse, refusalOf } from '../support/live-group.ts';
import { admitted, comes, comrade, founded, NOTE, stateOf, told } from '../support/live-members.ts';
import { until, within } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };
/** Two seconds to come back in after the end, of which a busy machine takes one. */
const LEASE_MS = 3_000;

/** The last second of a membership belongs to it. */
async function isOver({ notAfter }: { readonly notAfter: Date }): Promise<void> {
  await until(() => Date.now() > notAfter.getTime() + 1_000, 10_000);
}

test('who comes back with a lease that has ended is renewed, and goes on', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: LEASE_MS });
  const bob = await admitted(t, 'Bob', text);
  const first = bob.group.membership;
  await alice.group.records.add({ type: NOTE, data: 'hello' });
  await isOver(first);
  assert.equal(await stateOf(alice.group, bob.group.self), 'expired');
  const statuses = told(bob.group, 'statusChanged', ({ status }) => String(status.reason));
  const publishing = await refusalOf(bob.group.records.add({ type: NOTE, data: 'late' }));
  assert.equal(publishing.code, 'MEMBERSHIP_EXPIRED');
  const inviting = await refusalOf(bob.group.invitations.createTicket());
  assert.equal(inviting.code, 'MEMBERSHIP_EXPIRED');
  await bob.group.connect();
  assert.equal(statuses[0], 'membershipExpired');
  assert.ok(bob.group.membership.notAfter > first.notAfter);
  await bob.group.synced();
  assert.equal(bob.group.records.use.records, 1);
  await bob.group.records.add({ type: NOTE, data: 'here again' });
  const kept = bob.group.membership.notAfter;
  await bob.group.close();
  const again = await bob.node.openGroup();
  assert.ok(again.membership.notAfter >= kept, 'the vault has it');
});

test('when nobody renews it one line says who was asked, and it is asked for again', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: LEASE_MS });
  const bob = await admitted(t, 'Bob', text);
  const { membership } = bob.group;
  const port = Number(alice.node.addresses[0]?.split(':').at(-1));
  await alice.node.close();
  await isOver(membership);
  const error = await refusalOf(bob.group.connect());
  assert.equal(error.code, 'MEMBERSHIP_EXPIRED');
  assert.match(error.message, /and nobody renewed it: /);
  assert.ok(error.message.includes(`${alice.group.self} at 127.0.0.1:${port}: unreached`));
  const { state, reason, lastFailure } = bob.group.status;
  assert.deepEqual(
    [state, reason, lastFailure?.code],
    ['connecting', 'membershipExpired', error.code],
  );
  assert.equal(lastFailure?.member, alice.group.self);
  bob.group.disconnect();
  assert.equal(bob.group.status.state, 'offline');
});

test('nobody renews what ended more than a lease ago, and no record is given away before', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: 1_000 });
  const bob = await admitted(t, 'Bob', text);
  await alice.group.records.add({ type: NOTE, data: 'for members' });
  await until(() => Date.now() > bob.group.membership.notAfter.getTime() + 2_000, 10_000);
  const error = await refusalOf(bob.group.connect());
  assert.equal(error.code, 'MEMBERSHIP_EXPIRED');
  assert.match(error.message, /it ended more than its lease of 1 s ago/);
  const direct = await refusalOf(bob.group.openDirectConnection(alice.group.self));
  assert.equal(direct.code, 'MEMBERSHIP_EXPIRED');
  assert.equal(bob.group.records.use.records, 0);
  assert.deepEqual(alice.group.neighbors, []);
  assert.deepEqual(bob.group.neighbors, []);
});

test('a renewal that the group has already is given, however late somebody comes', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: 2_000 });
  const bob = await admitted(t, 'Bob', text);
  const password = 'Export 7 words long';
  const exported = await bob.node.exportIdentity(bob.identity, { password });
  const config = await bob.group.exportConfig({ password });
  const other = await openHouse(t, 'nobody', HERE);
  const identity = await other.node.importIdentity(exported, { password });
  await other.node.importGroup(config, { password });
  await bob.group.connect();
  // Bob is here by one of its nodes, and renewed; the other was away for more than two leases.
  const { notAfter } = bob.group.membership;
  await until(() => Date.now() > notAfter.getTime() + 3_500, 15_000);
  const group = await other.node.openGroup(bob.group.name, { identity });
  assert.ok(group.membership.notAfter.getTime() < Date.now());
  await group.connect();
  assert.ok(group.membership.notAfter.getTime() > Date.now());
});

test('who was removed while it was away is told so in place of a renewal', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: LEASE_MS });
  const bob = await admitted(t, 'Bob', text);
  await alice.group.memberships.remove(bob.group.self, { reason: 'gone' });
  await isOver(bob.group.membership);
  const error = await refusalOf(bob.group.connect());
  assert.equal(error.code, 'MEMBERSHIP_REMOVED');
  assert.match(error.message, /gone/);
});

test('who missed a removal and its lease is found by the old secret, and learns the new one', async (t) => {
  const alice = await founded(t);
  const carol = await comrade(t, alice, 'Carol');
  const { text } = await alice.group.invitations.createTicket({ leaseMs: LEASE_MS });
  const bob = await admitted(t, 'Bob', text);
  await alice.group.memberships.remove(carol.group.self);
  await isOver(bob.group.membership);
  await bob.group.connect();
  await bob.group.synced();
  await comes(
    () => bob.group.memberships.get(carol.group.self),
    ({ state }) => state === 'removed',
  );
});

test('whoever nobody was known to asks at the address that connect is given', async (t) => {
  const alice = await openHouse(t, 'Alice', null);
  const founder = await alice.node.createGroup();
  const { node, identity } = await openHouse(t, 'Bob', HERE);
  const text = await founder.invite(identity.card, { leaseMs: LEASE_MS });
  const group = await node.joinGroup(text);
  const ended = group.membership;
  await isOver(ended);
  const [address = ''] = await alice.node.listen(HERE);
  const alone = await refusalOf(group.connect());
  assert.match(alone.message, /nobody is known who could be asked/);
  await group.connect({ contacts: [{ name: founder.self, address }] });
  assert.ok(group.membership.notAfter > ended.notAfter);
});

test('a connect that waits for a renewal ends with disconnect, and with close', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket({ leaseMs: 1_000 });
  const [bob, carol] = [await admitted(t, 'Bob', text), await openHouse(t, 'Carol', HERE)];
  const more = await alice.group.invitations.createTicket({ leaseMs: 1_000 });
  const group = await carol.node.joinGroup(more.text);
  await isOver(group.membership);
  const disconnected = refusalOf(bob.group.connect());
  bob.group.disconnect();
  assert.equal((await within(disconnected, 5_000, 'the end')).code, 'NOT_CONNECTED');
  const closed = refusalOf(group.connect());
  await group.close();
  assert.equal((await within(closed, 5_000, 'the end')).code, 'GROUP_CLOSED');
});
