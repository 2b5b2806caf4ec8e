// Memberships of fixed dates on real nodes: by `invite` with an exact start, and by `issue` to members and to others,
// published or carried as a line of text.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IssueOptions } from '../../src/api/index.ts';
import { found, openHouse, refusalOf } from '../support/live-group.ts';
import { comes, comrade, founded, told } from '../support/live-members.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;

function second(ms = Date.now()): number {
  return Math.floor(ms / 1_000) * 1_000;
}

function inDays(days: number): Date {
  return new Date(second() + days * DAY_MS);
}

test('an exact start is to the second, and needs an end', async (t) => {
  const alice = await found(t);
  const { node, identity } = await openHouse(t, 'Bob', null);
  const start = second() - 5_000;
  const expiresAt = inDays(3);
  const text = await alice.group.invite(identity.card, {
    notBefore: new Date(start + 700),
    expiresAt,
  });
  const { membership } = await node.joinGroup(text);
  assert.deepEqual(
    [membership.notBefore.getTime(), membership.notAfter, membership.leaseMs],
    [start, expiresAt, null],
  );
  for (const options of [
    { notBefore: inDays(1) },
    { notBefore: inDays(1), leaseMs: DAY_MS },
    { notBefore: new Date(Number.NaN), expiresAt },
  ]) {
    assert.equal(
      (await refusalOf(alice.group.invite(identity.card, options))).code,
      'INVALID_ARGUMENT',
    );
  }
  for (const notBefore of [inDays(3), inDays(4), new Date(0)]) {
    const refused = alice.group.invite(identity.card, { notBefore, expiresAt });
    assert.equal((await refusalOf(refused)).code, 'LIFETIME_INVALID');
  }
});

test('a member takes up a membership that was published for it, with its dates and no lease', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const seen = told(
    alice.group,
    'memberChanged',
    ({ change, member }) => `${change} ${member.role}`,
  );
  const expiresAt = inDays(90);
  const text = await alice.group.memberships.issue({
    member: bob.group.self,
    expiresAt,
    publish: true,
  });
  await until(() => bob.group.membership.notAfter.getTime() === expiresAt.getTime(), 10_000);
  assert.equal(bob.group.membership.leaseMs, null);
  assert.deepEqual(seen, ['renewed member']);
  const view = bob.node.readInvitation(text);
  assert.deepEqual([view.subject, view.notAfter], [bob.group.self, expiresAt]);
  assert.deepEqual(view.subjectPublicKey, bob.identity.publicKey);
});

test('a published membership of a smaller role takes the larger one away', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  const member = await alice.group.memberships.get(bob.group.self);
  const issued = { member, role: 'member', expiresAt: inDays(9), publish: true } as const;
  await alice.group.memberships.issue(issued);
  await until(() => bob.group.membership.role === 'member', 10_000);
  assert.equal((await alice.group.memberships.get(bob.group.self)).role, 'member');
  assert.equal((await alice.group.memberships.removals()).length, 1);
  const { code } = await refusalOf(bob.group.invitations.createTicket());
  assert.equal(code, 'NOT_AUTHORIZED');
});

test('what is not published is known to nobody until its line is used', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const issued = { member: bob.group.self, role: 'administrator', expiresAt: inDays(9) } as const;
  const text = await alice.group.memberships.issue({ ...issued, publish: false });
  assert.equal((await alice.group.memberships.get(bob.group.self)).role, 'member');
  await bob.group.close();
  const again = await bob.node.joinGroup(text);
  assert.equal(again.membership.role, 'administrator');
});

test('somebody who is no member yet gets its first by its card, or by name and key', async (t) => {
  const alice = await founded(t);
  const { node, identity } = await openHouse(t, 'Bob', { host: '127.0.0.1' });
  const { memberships } = alice.group;
  const start = second();
  const text = await memberships.issue({
    member: { card: identity.card },
    role: 'invitingMember',
    notBefore: new Date(start),
    expiresAt: inDays(9),
    publish: true,
  });
  const known = await memberships.get(identity.name);
  assert.deepEqual(
    [known.role, known.friendlyName, known.notBefore.getTime()],
    ['invitingMember', 'Bob', start],
  );
  assert.deepEqual([known.publicKey, known.issuerFriendlyName], [identity.publicKey, 'Alice']);
  const group = await node.joinGroup(text);
  await group.connect();
  await group.synced({ timeoutMs: 10_000 });
  const carol = await openHouse(t, 'Carol', null);
  const { name, publicKey } = carol.identity;
  const line = await memberships.issue({
    member: { name, publicKey },
    expiresAt: inDays(1),
    publish: false,
  });
  const view = node.readInvitation(line);
  assert.deepEqual([view.subject, view.subjectFriendlyName, view.role], [name, name, 'member']);
});

test('a member that is called something else now is told of by presenceChanged', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const carol = await comrade(t, alice, 'Carol');
  await until(() => carol.group.members().some(({ name }) => name === bob.group.self), 10_000);
  const seen = told(
    carol.group,
    'presenceChanged',
    ({ change, member }) => `${change} ${member.friendlyName}`,
  );
  const wish = { member: bob.group.self, friendlyName: 'Robert', expiresAt: inDays(90) };
  await alice.group.memberships.issue({ ...wish, publish: true });
  await until(() => seen.includes('updated Robert'), 10_000);
  assert.equal((await carol.group.memberships.get(bob.group.self)).friendlyName, 'Robert');
});

test('nobody issues what it may not, nor what nobody would take', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  const carol = await comrade(t, alice, 'Carol');
  await comes(
    () => bob.group.memberships.list(),
    (list) => list.length === 3,
  );
  const dave = await openHouse(t, 'Dave', null);
  const { card } = dave.identity;
  const expiresAt = inDays(1);
  const stranger = { card };
  const cases: readonly [string, typeof bob, Omit<IssueOptions, 'publish'>][] = [
    ['NOT_AUTHORIZED', carol, { member: stranger, expiresAt }],
    ['CIRCULAR_CHAIN', bob, { member: alice.group.self, role: 'member', expiresAt }],
    ['CIRCULAR_CHAIN', bob, { member: bob.group.self, expiresAt }],
    ['LIFETIME_INVALID', bob, { member: stranger, expiresAt: inDays(4_000) }],
    ['LIFETIME_INVALID', bob, { member: carol.group.self, expiresAt: inDays(4_000) }],
    ['LIFETIME_INVALID', bob, { member: carol.group.self, expiresAt: new Date(0) }],
    ['LIFETIME_INVALID', alice, { member: stranger, notBefore: inDays(2), expiresAt }],
    ['MEMBER_NOT_FOUND', alice, { member: dave.identity.name, expiresAt }],
    ['IDENTITY_INVALID', alice, { member: { card: 'x' }, expiresAt }],
    [
      'IDENTITY_INVALID',
      alice,
      { member: { name: dave.identity.name, publicKey: new Uint8Array(32) }, expiresAt },
    ],
    [
      'IDENTITY_INVALID',
      alice,
      { member: { name: carol.group.self, publicKey: new Uint8Array(32) }, expiresAt },
    ],
  ];
  for (const [code, { group }, options] of cases) {
    for (const publish of [false, true]) {
      const error = await refusalOf(group.memberships.issue({ ...options, publish }));
      assert.equal(error.code, code, `${JSON.stringify(options)}: ${error.message}`);
    }
  }
  await alice.group.memberships.remove(carol.group.self);
  const gone = await refusalOf(
    alice.group.memberships.issue({ member: carol.group.self, expiresAt, publish: true }),
  );
  assert.equal(gone.code, 'MEMBERSHIP_REMOVED');
});

test('what is no choice of a membership is refused before anything is signed', async (t) => {
  const alice = await found(t);
  const good = { member: alice.group.self, expiresAt: inDays(1), publish: false };
  const wrong: readonly (readonly [string, readonly unknown[]])[] = [
    [
      'member',
      [
        undefined,
        null,
        7,
        '',
        'x',
        {},
        { name: 7 },
        { card: 7 },
        { card: '' },
        { name: good.member, publicKey: 'x' },
        { name: good.member, publicKey: new Uint8Array(31) },
      ],
    ],
    ['role', [null, 'creator', 7]],
    ['friendlyName', [null, 7, 'x'.repeat(256), 'a\0b']],
    ['notBefore', [null, 7, 'now', new Date(Number.NaN)]],
    ['expiresAt', [undefined, null, 7, new Date(Number.NaN)]],
    ['publish', [undefined, null, 1]],
    ['leaseMs', [DAY_MS]],
  ];
  for (const [key, values] of wrong) {
    for (const value of values) {
      const given = [{ ...good, ...Object.fromEntries([[key, value]]) }];
      const call = Reflect.apply(alice.group.memberships.issue, alice.group.memberships, given);
      const { code } = await refusalOf(Promise.resolve(call));
      assert.equal(code, 'INVALID_ARGUMENT', `${key}: ${String(value)}`);
    }
  }
});

test('an invitation is taken up while the group is open, if it is for us and of this group', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const expiresAt = inDays(40);
  const wish = {
    member: bob.group.self,
    role: 'administrator',
    expiresAt,
    publish: false,
  } as const;
  const text = await alice.group.memberships.issue(wish);
  const view = await bob.group.memberships.take(` ${text}\n`);
  assert.deepEqual([view.role, view.notAfter], ['administrator', expiresAt]);
  assert.equal(bob.group.membership.role, 'administrator');
  const other = await found(t);
  const card = bob.node.identities[0]?.card ?? assert.fail();
  const elsewhere = await refusalOf(bob.group.memberships.take(await other.group.invite(card)));
  assert.equal(elsewhere.code, 'INVITATION_FOR_ANOTHER');
  const notOurs = await refusalOf(alice.group.memberships.take(text));
  assert.equal(notOurs.code, 'INVITATION_FOR_ANOTHER');
  assert.equal((await refusalOf(bob.group.memberships.take('x'))).code, 'INVITATION_INVALID');
});
