// Removing members over real TLS: who may remove whom, what all see of it, and what the removed one is told at
// everything that it tries.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accepted, type Household, openHouse, refusalOf } from '../support/live-group.ts';
import {
  admitted,
  comes,
  comrade,
  founded,
  isRemovedAt,
  NOTE,
  online,
  stateOf,
  told,
  WORDS,
} from '../support/live-members.ts';
import { until, within } from '../support/until.ts';

async function knows(house: Household, count: number): Promise<void> {
  await comes(
    () => house.group.memberships.list(),
    (all) => all.length === count,
  );
}

test('a member that is removed is out everywhere, and what it did before stays', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const carol = await comrade(t, alice, 'Carol', 'invitingMember');
  const dave = await comrade(t, carol, 'Dave');
  const note = await carol.group.records.add({ type: NOTE, data: 'before' });
  for (const { group } of [alice, bob, dave]) {
    await until(() => group.records.use.records === 1, 10_000);
  }
  accepted(bob);
  const line = await carol.group.openDirectConnection(bob.group.self);
  const seen = told(bob.group, 'memberRemoved', ({ member, removal }) =>
    [member.friendlyName, removal.why, removal.reason].join(' '),
  );
  const own = told(carol.group, 'removed', ({ removal }) => `${removal.by} ${removal.reason}`);
  const view = await alice.group.memberships.remove(carol.group.self, { reason: 'rude' });
  assert.deepEqual(
    [view.state, view.member, view.scope, view.reason, view.signedBy],
    ['counts', carol.group.self, 'member', 'rude', [alice.group.self]],
  );
  await isRemovedAt(carol.group.self, alice, bob, dave);
  await until(() => own.length > 0, 5_000);
  assert.deepEqual(own, [`${alice.group.self} rude`]);
  assert.deepEqual(seen, ['Carol removed rude']);
  const { how } = await within(line.closed, 5_000, 'the end of the connection');
  assert.equal(how, 'membershipRemoved');
  assert.ok(await bob.group.records.get(note.id));
  assert.equal(await stateOf(bob.group, dave.group.self), 'member', 'whom it brought in stays');
  await until(() => carol.group.status.state === 'offline', 5_000);
  assert.equal(carol.group.status.reason, 'removed');
  const again = await refusalOf(alice.group.memberships.remove(carol.group.self));
  assert.equal(again.code, 'MEMBERSHIP_REMOVED');
});

test('the removed one is told so by whatever it tries, also after reopening', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const eve = await comrade(t, alice, 'Eve', 'invitingMember');
  const ticket = await eve.group.invitations.createTicket();
  const { card } = (await openHouse(t, 'Frank', null)).identity;
  await alice.group.memberships.remove(eve.group.self, { reason: 'spam' });
  await until(() => eve.group.status.reason === 'removed', 10_000);
  const tries = (group: typeof eve.group): readonly [string, () => Promise<unknown>][] => [
    ['connect', () => group.connect()],
    ['openDirectConnection', () => group.openDirectConnection(bob.group.self)],
    ['add', () => group.records.add({ type: NOTE, data: 'after' })],
    ['invite', () => group.invite(card)],
    ['createTicket', () => group.invitations.createTicket()],
    ['createPassword', () => group.invitations.createPassword(WORDS)],
    ['createCode', () => group.invitations.createCode()],
    ['revoke', () => group.invitations.revoke(ticket)],
    ['remove', () => group.memberships.remove(bob.group.self)],
    ['setRole', () => group.memberships.setRole(bob.group.self, 'member')],
  ];
  const check = async (group: typeof eve.group): Promise<void> => {
    for (const [what, act] of tries(group)) {
      const error = await refusalOf(act());
      assert.equal(error.code, 'MEMBERSHIP_REMOVED', `${what}: ${error.message}`);
    }
  };
  await check(eve.group);
  const removed = await refusalOf(eve.group.connect());
  assert.ok(removed.message.includes(alice.group.self) && removed.message.includes('spam'));
  await eve.group.close();
  const again = await eve.node.openGroup();
  const events = told(again, 'removed', () => 'removed');
  await check(again);
  assert.deepEqual(again.status.reason, 'notConnected');
  assert.equal(await stateOf(again, eve.group.self), 'removed');
  const { lines } = await again.memberships.explain(again.self);
  assert.match(lines.join('\n'), /does not count: taken away by .*spam/);
  assert.deepEqual(events, [], 'it was told before');
  assert.deepEqual((await again.records.search({})).records, []);
});

test('a removed key comes back by nothing that it had', async (t) => {
  const alice = await founded(t);
  const { invitations } = alice.group;
  const ticket = await invitations.createTicket({ uses: 9 });
  const another = await invitations.createTicket({ uses: 9 });
  const password = await invitations.createPassword(WORDS);
  const { node, identity } = await openHouse(t, 'Eve', null);
  const invitation = await alice.group.invite(identity.card);
  const group = await node.joinGroup(ticket.text);
  await group.connect();
  await group.synced();
  await alice.group.memberships.remove(group.self);
  await until(() => group.status.reason === 'removed', 10_000);
  await group.close();
  for (const coming of [
    () => node.joinGroup(ticket.text),
    () => node.joinGroup(another.text),
    () => node.joinGroup(password.text, { password: WORDS }),
    () => node.joinGroup(invitation),
  ]) {
    const error = await refusalOf(coming());
    assert.equal(error.code, 'MEMBERSHIP_REMOVED', error.message);
  }
  const fresh = await refusalOf(alice.group.invite(identity.card));
  assert.equal(fresh.code, 'MEMBERSHIP_REMOVED');
  const other = await openHouse(t, 'Eve again', null);
  const back = await other.node.joinGroup(another.text);
  assert.equal(back.membership.role, 'member');
});

test('with those whom it brought in, a whole branch is out', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  const carol = await comrade(t, bob, 'Carol', 'invitingMember');
  const dave = await comrade(t, carol, 'Dave');
  const erin = await comrade(t, alice, 'Erin');
  await knows(alice, 5);
  const seen = told(erin.group, 'memberRemoved', ({ member }) => member.friendlyName);
  const view = await alice.group.memberships.remove(bob.group.self, { withInvited: true });
  assert.equal(view.scope, 'subtree');
  for (const each of [bob, carol, dave]) await isRemovedAt(each.group.self, alice, erin);
  assert.deepEqual(seen.toSorted(), ['Bob', 'Carol', 'Dave']);
  const { removal } = await erin.group.memberships.get(dave.group.self);
  assert.deepEqual([removal?.why, removal?.by], ['issuerRemoved', alice.group.self]);
  const lines = (await erin.group.memberships.explain(dave.group.self)).lines.join('\n');
  assert.match(lines, /whoever issued it had been removed/);
});

test('an administrator is removed by two, and by one it is not', async (t) => {
  const alice = await founded(t);
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const ada = await comrade(t, alice, 'Ada', 'administrator');
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  const carol = await comrade(t, alice, 'Carol', 'invitingMember');
  for (const each of [ann, ada, carol]) await knows(each, 5);
  const pending = await ann.group.memberships.remove(bob.group.self, { reason: 'gone mad' });
  assert.equal(pending.state, 'needsCoSignature');
  assert.match(pending.why, /another administrator has to sign/);
  assert.equal(await stateOf(ann.group, bob.group.self), 'member');
  for (const { group } of [ada, carol]) {
    await comes(
      () => group.memberships.removals(),
      (all) => all.some(({ id }) => id === pending.id),
    );
  }
  const own = await refusalOf(ann.group.memberships.coSign(pending));
  assert.equal(own.code, 'NOT_AUTHORIZED');
  const plain = await refusalOf(carol.group.memberships.coSign(pending));
  assert.equal(plain.code, 'NOT_AUTHORIZED');
  const target = await refusalOf(bob.group.memberships.coSign('0'.repeat(64)));
  assert.equal(target.code, 'REMOVAL_NOT_FOUND');
  const done = await ada.group.memberships.coSign(pending.id);
  assert.equal(done.state, 'counts');
  assert.deepEqual(done.signedBy.toSorted(), [ann.group.self, ada.group.self].toSorted());
  await isRemovedAt(bob.group.self, alice, ann, ada, carol);
});

test('who may not remove is told why, and nothing has changed', async (t) => {
  const alice = await founded(t);
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const bob = await comrade(t, alice, 'Bob');
  const carol = await comrade(t, alice, 'Carol', 'invitingMember');
  for (const each of [ann, bob, carol]) await knows(each, 4);
  const refused = async (by: Household, whom: Household): Promise<string> => {
    const error = await refusalOf(by.group.memberships.remove(whom.group.self));
    assert.equal(error.code, 'NOT_AUTHORIZED', error.message);
    return error.message;
  };
  assert.match(await refused(bob, carol), /a member may not remove Carol/);
  assert.match(await refused(carol, bob), /an invitingMember may not remove Bob/);
  assert.match(await refused(ann, alice), /an administrator may not remove Alice/);
  assert.match(await refused(bob, alice), /a member may not remove Alice/);
  for (const { group } of [alice, ann, bob, carol]) {
    assert.deepEqual(await group.memberships.removals(), []);
  }
});

test('everybody may remove itself, and whom it took in', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const carol = await comrade(t, bob, 'Carol');
  await knows(alice, 3);
  await bob.group.memberships.remove(carol.group.self, { reason: 'a mistake' });
  await isRemovedAt(carol.group.self, alice, bob);
  const view = await bob.group.memberships.remove(bob.group.self);
  assert.equal(view.state, 'counts');
  await isRemovedAt(bob.group.self, alice);
  await until(() => bob.group.status.reason === 'removed', 5_000);
});

test('the list has everybody, those who are away and those who are out included', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const carol = await comrade(t, alice, 'Carol');
  const { text } = await alice.group.invitations.createTicket({ leaseMs: 1_000 });
  const dave = await admitted(t, 'Dave', text);
  await bob.node.close();
  await alice.group.memberships.remove(carol.group.self);
  // Its last second belongs to it.
  await until(() => dave.group.membership.notAfter.getTime() + 1_000 < Date.now(), 5_000);
  const views = await alice.group.memberships.list();
  assert.deepEqual(views.map(({ friendlyName, state }) => `${friendlyName} ${state}`).toSorted(), [
    'Alice member',
    'Bob member',
    'Carol removed',
    'Dave expired',
  ]);
  const { lines, memberships } = await alice.group.memberships.explain(dave.group.self);
  assert.match(lines.join('\n'), /does not count: it ended at /);
  assert.deepEqual([memberships[0]?.counts, memberships[0]?.why], [false, 'its time is over']);
  const [, self] = (await alice.group.memberships.explain(alice.group.self)).lines;
  assert.match(self ?? '', /made Alice .* a creator/);
});

test('in a removed issuer nothing is lost of those who were there, and its tickets are over', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const line = await bob.group.invitations.createTicket({ uses: 5 });
  const carol = await admitted(t, 'Carol', line.text);
  await online(carol);
  await comes(
    () => alice.group.invitations.list(),
    (all) => all.find(({ id }) => id === line.id)?.admitted.length === 1,
  );
  await alice.group.memberships.remove(bob.group.self);
  await isRemovedAt(bob.group.self, carol);
  assert.equal(await stateOf(carol.group, carol.group.self), 'member');
  const views = await alice.group.invitations.list();
  assert.equal(views.find(({ id }) => id === line.id)?.state, 'authorRemoved');
  const { node } = await openHouse(t, 'Dave', null);
  const { code } = await refusalOf(node.joinGroup(line.text));
  assert.equal(code, 'TICKET_REVOKED');
});

test('what an administrator did to others since a date is undone with it', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const eve = await comrade(t, alice, 'Eve', 'administrator');
  const kept = await eve.group.records.add({ type: NOTE, data: 'while it was trusted' });
  const changed = await bob.group.records.add({ type: NOTE, data: 'as Bob wrote it' });
  const deleted = await bob.group.records.add({ type: NOTE, data: 'still there' });
  for (const { group } of [alice, eve]) await until(() => group.records.use.records === 3, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const since = new Date();
  await eve.group.records.update(changed.id, { data: 'as Eve has it' });
  await eve.group.records.delete(deleted.id);
  const hasSeen = async (): Promise<boolean> =>
    (await alice.group.records.get(deleted.id)) === undefined &&
    (await (await alice.group.records.get(changed.id))?.text()) === 'as Eve has it';
  await comes(hasSeen, (isSeen) => isSeen);
  await alice.group.memberships.remove(eve.group.self, { discardSince: since });
  for (const { group } of [alice, bob]) {
    await comes(
      async () => (await (await group.records.get(changed.id))?.text()) ?? null,
      (text) => text === 'as Bob wrote it',
    );
    await comes(
      () => group.records.get(deleted.id),
      (record) => record !== undefined,
    );
    assert.ok(await group.records.get(kept.id), 'what it did before stays');
  }
});
