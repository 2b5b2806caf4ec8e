// Properties of a group and roles of its members over real TLS: who may change them, and that all see it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openHouse, refusalOf } from '../support/live-group.ts';
import { comes, comrade, founded, NOTE, told } from '../support/live-members.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;

test('what the creator says about the group is known to all, and nobody else says it', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  const changed = told(bob.group, 'propertiesChanged', () => bob.group.properties.friendlyName);
  assert.deepEqual(alice.group.properties, {
    friendlyName: 'Chess',
    comment: '',
    leaseMs: 28 * DAY_MS,
    application: '',
  });
  const application = '{"board":"19×19"}';
  const said = { friendlyName: 'Go', comment: 'Thursdays', leaseMs: 2 * DAY_MS, application };
  assert.deepEqual(await alice.group.setProperties(said), said);
  await until(() => bob.group.friendlyName === 'Go', 10_000);
  assert.deepEqual(changed, ['Go']);
  assert.deepEqual(bob.group.properties, said);
  assert.deepEqual(await alice.group.setProperties({ comment: '' }), { ...said, comment: '' });
  const { code } = await refusalOf(bob.group.setProperties({ comment: 'mine' }));
  assert.equal(code, 'NOT_AUTHORIZED');
  await bob.group.close();
  const again = await bob.node.openGroup();
  assert.equal(again.friendlyName, 'Go');
});

test('that the properties were said again is told to all, to the creator too, and when nothing differs', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const atAlice = told(alice.group, 'propertiesChanged', () => alice.group.properties.application);
  const atBob = told(bob.group, 'propertiesChanged', () => bob.group.properties.application);
  await alice.group.setProperties({ application: 'ü'.repeat(2_048) });
  await alice.group.setProperties({});
  assert.deepEqual(atAlice, ['ü'.repeat(2_048), 'ü'.repeat(2_048)]);
  await until(() => atBob.length > 0, 10_000);
  await alice.group.setProperties({ application: '' });
  await alice.group.setProperties({ application: '' });
  await until(() => bob.group.properties.application === '', 10_000);
  assert.equal(atAlice.length, 4);
});

test('the lease of the group is that of new memberships, however they are given', async (t) => {
  const alice = await founded(t);
  const before = await comrade(t, alice, 'Bob');
  await alice.group.setProperties({ leaseMs: DAY_MS });
  const carol = await comrade(t, alice, 'Carol');
  const { node, identity } = await openHouse(t, 'Dave', null);
  const dave = await node.joinGroup(await alice.group.invite(identity.card));
  assert.equal(before.group.membership.leaseMs, 28 * DAY_MS);
  assert.deepEqual([carol.group.membership.leaseMs, dave.membership.leaseMs], [DAY_MS, DAY_MS]);
  const lasts = dave.membership.notAfter.getTime() - Date.now();
  assert.ok(lasts > DAY_MS - 60_000 && lasts <= DAY_MS);
  const line = await alice.group.invitations.createTicket({ leaseMs: 3 * DAY_MS });
  const erin = await openHouse(t, 'Erin', null);
  assert.equal((await erin.node.joinGroup(line.text)).membership.leaseMs, 3 * DAY_MS);
});

test('who is promoted may do more at once, and who is demoted less, with what it did staying', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const carol = await comrade(t, alice, 'Carol');
  const seen = told(
    carol.group,
    'memberChanged',
    ({ change, member }) => `${member.friendlyName} ${change} ${member.role}`,
  );
  const own = told(
    bob.group,
    'memberChanged',
    ({ change, member }) => `${change} ${member.role} ${member.isSelf}`,
  );
  const removed = told(bob.group, 'removed', () => 'removed');
  await alice.group.memberships.setRole(bob.group.self, 'administrator');
  await until(() => bob.group.membership.role === 'administrator', 10_000);
  const { text } = await bob.group.invitations.createTicket({ role: 'invitingMember', uses: 5 });
  const dave = await openHouse(t, 'Dave', { host: '127.0.0.1' });
  const group = await dave.node.joinGroup(text);
  await group.connect();
  const note = await bob.group.records.add({ type: NOTE, data: 'as administrator' });
  // What whoever takes the role away has not seen does not count.
  for (const each of [carol, alice]) await until(() => each.group.records.use.records > 0, 10_000);
  const { role } = await alice.group.memberships.setRole({ name: bob.group.self }, 'member');
  assert.equal(role, 'member');
  await until(() => bob.group.membership.role === 'member', 10_000);
  assert.equal((await refusalOf(bob.group.invitations.createTicket())).code, 'NOT_AUTHORIZED');
  await comes(
    () => carol.group.memberships.get(bob.group.self),
    (view) => view.role === 'member' && view.state === 'member',
  );
  assert.ok(await carol.group.records.get(note.id), 'its record stays');
  const { state, issuer } = await carol.group.memberships.get(group.self);
  assert.deepEqual([state, issuer], ['member', bob.group.self], 'whom it let in stays');
  assert.deepEqual(
    seen.filter((text) => text.startsWith('Bob')),
    ['Bob role administrator', 'Bob role member'],
  );
  assert.deepEqual(
    own.filter((text) => text.endsWith('true')),
    ['role administrator true', 'role member true'],
  );
  assert.deepEqual(removed, []);
  assert.equal(bob.group.status.state, 'online');
});

test('a member changes no role, an inviting one none of its own kind, and nobody its own', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const ask = (from: typeof bob, to: typeof bob, role: 'administrator' | 'member') =>
    refusalOf(from.group.memberships.setRole(to.group.self, role));
  assert.equal((await ask(bob, ann, 'member')).code, 'NOT_AUTHORIZED');
  assert.equal((await ask(bob, bob, 'administrator')).code, 'CIRCULAR_CHAIN');
  assert.equal((await ask(ann, ann, 'member')).code, 'CIRCULAR_CHAIN');
  assert.equal((await ask(ann, alice, 'member')).code, 'CIRCULAR_CHAIN');
  const unknown = `${'0'.repeat(40)}.nobody`;
  const { code } = await refusalOf(alice.group.memberships.setRole(unknown, 'member'));
  assert.equal(code, 'MEMBER_NOT_FOUND');
});

test('an administrator is made less by another with the word of a second one', async (t) => {
  const alice = await founded(t);
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const ada = await comrade(t, alice, 'Ada', 'administrator');
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  await comes(
    () => ann.group.memberships.list(),
    (all) => all.length === 4,
  );
  await ann.group.memberships.setRole(bob.group.self, 'member');
  const [pending] = await ann.group.memberships.removals();
  assert.deepEqual([pending?.state, pending?.scope], ['needsCoSignature', 'certificates']);
  await comes(
    () => ada.group.memberships.removals(),
    (all) => all.length === 1,
  );
  const signed = await ada.group.memberships.coSign(pending ?? '');
  assert.equal(signed.state, 'counts');
  await until(() => bob.group.membership.role === 'member', 10_000);
  const { code } = await refusalOf(ada.group.memberships.coSign(signed));
  assert.equal(code, 'NOT_AUTHORIZED', 'nothing is left to sign');
});
