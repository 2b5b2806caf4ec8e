// Tickets over real TLS: what a ticket is good for, how often and until when, who admits by it, and what is said when
// nobody does.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { found, openHouse, refusalOf } from '../support/live-group.ts';
import { admitted, comes, comrade, founded, isAlone, online } from '../support/live-members.ts';
import { until } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };

test('a ticket makes a member of its role, and nobody gives more than it holds', async (t) => {
  const alice = await founded(t);
  for (const role of ['administrator', 'invitingMember', 'member'] as const) {
    const { text } = await alice.group.invitations.createTicket({ role });
    const { group } = await admitted(t, role, text);
    assert.equal(group.membership.role, role);
    assert.equal(group.membership.issuer, alice.group.self);
    assert.equal(group.name, alice.group.name);
    assert.equal(group.friendlyName, 'Chess');
  }
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const { code } = await refusalOf(bob.group.invitations.createTicket({ role: 'administrator' }));
  assert.equal(code, 'NOT_AUTHORIZED');
  const carol = await comrade(t, bob, 'Carol');
  assert.equal(carol.group.membership.issuer, bob.group.self);
  const refused = await refusalOf(carol.group.invitations.createTicket());
  assert.equal(refused.code, 'NOT_AUTHORIZED');
});

test('a ticket is used as often as it says, and every issuer sees how often is left', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const { id, text } = await alice.group.invitations.createTicket({ uses: 2, label: 'Zürich' });
  const carol = await admitted(t, 'Carol', text);
  const here = async () =>
    (await bob.group.invitations.list()).find((invitation) => invitation.id === id);
  const seen = await comes(here, (invitation) => invitation?.usesLeft === 1);
  assert.deepEqual(
    { ...seen, expiresAt: null },
    {
      id,
      kind: 'ticket',
      role: 'member',
      label: 'Zürich',
      state: 'open',
      uses: 2,
      usesLeft: 1,
      expiresAt: null,
      needsApproval: false,
      createdBy: alice.group.self,
      admitted: [carol.group.self],
      text: null,
    },
  );
  const mine = await alice.group.invitations.list();
  assert.ok(mine.some((each) => each.id === id && each.text === text));
  await admitted(t, 'Dave', text);
  await comes(here, (invitation) => invitation?.state === 'usedUp');
  const { node } = await openHouse(t, 'Eve', HERE);
  const error = await refusalOf(node.joinGroup(text));
  assert.equal(error.code, 'TICKET_USED_UP');
  const { invitation } = error.details;
  assert.equal(invitation, id);
  assert.deepEqual(node.groups, [], 'nothing was written');
});

test('whoever was admitted is answered the same again, and a second use is none', async (t) => {
  const alice = await founded(t);
  const { text } = await alice.group.invitations.createTicket();
  const bob = await admitted(t, 'Bob', text);
  const { membership } = bob.group;
  await bob.group.close();
  const again = await bob.node.joinGroup(text);
  assert.deepEqual(again.membership, membership);
});

test('a ticket is good until its end, by the clock of whoever has it', async (t) => {
  const alice = await founded(t);
  const expiresAt = new Date(Date.now() + 300);
  const { text } = await alice.group.invitations.createTicket({ expiresAt });
  await until(() => Date.now() > expiresAt.getTime(), 2_000);
  const { node } = await openHouse(t, 'Bob', HERE);
  const error = await refusalOf(node.joinGroup(text));
  assert.equal(error.code, 'TICKET_EXPIRED');
  assert.match(error.message, /too late, or the clock of this machine is ahead/);
  const [view] = await alice.group.invitations.list();
  assert.equal(view?.state, 'expired');
});

test('a ticket that was taken back admits nobody, at any issuer, and who came by it stays', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const line = await alice.group.invitations.createTicket({ uses: 9 });
  const carol = await admitted(t, 'Carol', line.text);
  await online(carol);
  await alice.group.invitations.revoke(line);
  await alice.group.invitations.revoke(line.id);
  const ended = async () =>
    (await bob.group.invitations.list()).find((invitation) => invitation.id === line.id);
  await comes(ended, (invitation) => invitation?.state === 'ended');
  const { node } = await openHouse(t, 'Dave', HERE);
  assert.equal((await refusalOf(node.joinGroup(line.text))).code, 'TICKET_REVOKED');
  assert.equal((await bob.group.memberships.get(carol.group.self)).state, 'member');
  const mine = (await alice.group.invitations.list()).find(({ id }) => id === line.id);
  assert.equal(mine?.text, null, 'the line is forgotten');
});

test('whoever made a ticket may take it back, an administrator may, and no other', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const line = await alice.group.invitations.createTicket();
  const arrived = (group: typeof bob.group) =>
    comes(
      () => group.invitations.list(),
      (all) => all.some(({ id }) => id === line.id),
    );
  await arrived(bob.group);
  assert.equal((await refusalOf(bob.group.invitations.revoke(line))).code, 'NOT_AUTHORIZED');
  await arrived(ann.group);
  await ann.group.invitations.revoke(line.id);
  const unknown = await refusalOf(ann.group.invitations.revoke('0'.repeat(64)));
  assert.equal(unknown.code, 'INVITATION_NOT_FOUND');
});

test('another issuer admits while the one who made the ticket is away', async (t) => {
  const alice = await founded(t);
  await comrade(t, alice, 'Bob', 'invitingMember');
  const line = await alice.group.invitations.createTicket();
  await comes(
    () => alice.group.invitations.list(),
    (all) => all.some(({ id }) => id === line.id),
  );
  await alice.group.synced();
  await alice.node.close();
  const carol = await admitted(t, 'Carol', line.text);
  assert.notEqual(carol.group.membership.issuer, alice.group.self);
});

test('a plain member tells whom to ask, also when it is the only one that the text names', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const carol = await comrade(t, bob, 'Carol');
  // Alice makes it, and is reached by nobody then: Carol may not admit, and Bob, whom she names, does.
  const line = await alice.group.invitations.createTicket();
  for (const { group } of [bob, carol]) {
    await comes(
      () => group.invitations.list(),
      (all) => all.some(({ id }) => id === line.id),
    );
  }
  await alice.node.close();
  await until(() => carol.group.neighbors.every(({ name }) => name !== alice.group.self), 10_000);
  const dave = await admitted(t, 'Dave', line.text);
  assert.equal(dave.group.membership.issuer, bob.group.self);
});

test('when nobody may admit one line says who was asked, and what each said', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const line = await alice.group.invitations.createTicket();
  await comes(
    () => bob.group.invitations.list(),
    (all) => all.some(({ id }) => id === line.id),
  );
  await alice.node.close();
  await isAlone(bob);
  const { node } = await openHouse(t, 'Carol', HERE);
  const error = await refusalOf(node.joinGroup(line.text));
  assert.equal(error.code, 'NOBODY_CAN_ADMIT');
  assert.ok(error.isRetryable);
  assert.ok(!error.message.includes('\n'));
  assert.ok(error.message.includes(alice.group.self), error.message);
  assert.ok(error.message.includes(`${bob.group.self} at ${bob.address}: notIssuer`));
});

test('a ticket is still good when its author has closed and opened the group', async (t) => {
  const alice = await found(t);
  const line = await alice.group.invitations.createTicket({ uses: 3 });
  await alice.group.close();
  const again = await alice.node.openGroup();
  const [view] = await again.invitations.list();
  assert.equal(view?.text, line.text);
  const bob = await admitted(t, 'Bob', line.text);
  assert.equal(bob.group.membership.role, 'member');
});
