// Passwords and codes over real TLS: right and wrong, tried too often, changed, and checked by those who may invite,
// also when they came later than the password.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openHouse, refusalOf } from '../support/live-group.ts';
import {
  admitted,
  comes,
  comrade,
  founded,
  online,
  stateOf,
  WORDS,
} from '../support/live-members.ts';
import { until } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };

test('the right password lets in, a wrong one does not and is not needed again', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createPassword(WORDS, { label: 'for all' });
  assert.equal(line.code, null);
  const { node } = await openHouse(t, 'Bob', HERE);
  const none = await refusalOf(node.joinGroup(line.text));
  assert.equal(none.code, 'INVALID_ARGUMENT');
  const wrong = await refusalOf(node.joinGroup(line.text, { password: `${WORDS}!` }));
  assert.equal(wrong.code, 'WRONG_PASSWORD');
  const bob = await node.joinGroup(line.text, { password: WORDS });
  assert.equal(bob.membership.role, 'member');
  await admitted(t, 'Carol', line.text, { password: WORDS });
  const [view] = await alice.group.invitations.list();
  assert.deepEqual([view?.kind, view?.uses, view?.usesLeft], ['password', null, null]);
  assert.equal(view?.admitted.length, 2);
});

test('a password too simple is refused before anybody hears of it', async (t) => {
  const alice = await founded(t);
  const { invitations } = alice.group;
  for (const simple of [
    'short',
    'alllowercase',
    'x'.repeat(300),
    'Null\0Zero1',
    'Half\ud800Pair1',
  ]) {
    assert.equal((await refusalOf(invitations.createPassword(simple))).code, 'PASSWORD_INVALID');
  }
  assert.deepEqual(await invitations.list(), []);
});

test('whoever tries too often is told to wait', async (t) => {
  const alice = await founded(t);
  const line = await alice.group.invitations.createPassword(WORDS);
  const { node } = await openHouse(t, 'Eve', HERE);
  const codes: string[] = [];
  for (let guess = 0; guess < 7; guess += 1) {
    const error = await refusalOf(node.joinGroup(line.text, { password: `${WORDS} ${guess}` }));
    codes.push(error.code);
    if (error.code === 'TOO_MANY_ATTEMPTS') assert.match(error.message, /come again in \d+ s/);
  }
  assert.deepEqual(codes.slice(0, 5), Array(5).fill('WRONG_PASSWORD'));
  assert.deepEqual(codes.slice(5), Array(2).fill('TOO_MANY_ATTEMPTS'));
  const { code, isRetryable } = await refusalOf(node.joinGroup(line.text, { password: WORDS }));
  assert.deepEqual([code, isRetryable], ['TOO_MANY_ATTEMPTS', true]);
});

test('a password is changed by another in its place, and members stay', async (t) => {
  const alice = await founded(t);
  const old = await alice.group.invitations.createPassword(WORDS);
  const bob = await admitted(t, 'Bob', old.text, { password: WORDS });
  await online(bob);
  await alice.group.invitations.revoke(old);
  const next = await alice.group.invitations.createPassword('Another horse 8 staple');
  const { node } = await openHouse(t, 'Carol', HERE);
  const refused = await refusalOf(node.joinGroup(old.text, { password: WORDS }));
  assert.equal(refused.code, 'TICKET_REVOKED');
  const crossed = await refusalOf(node.joinGroup(next.text, { password: WORDS }));
  assert.equal(crossed.code, 'WRONG_PASSWORD');
  await node.joinGroup(next.text, { password: 'Another horse 8 staple' });
  assert.equal(await stateOf(alice.group, bob.group.self), 'member');
  assert.equal(bob.group.status.state, 'online');
});

test('an issuer that was appointed after the password admits by it when its maker is away', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob');
  const line = await alice.group.invitations.createPassword(WORDS);
  await alice.group.memberships.setRole(bob.group.self, 'invitingMember');
  await until(() => bob.group.membership.role === 'invitingMember', 10_000);
  // Whoever can check it sees to it that Bob can, too; that Bob can is seen by nobody but Bob.
  const { security } = bob.group.records.forGraph();
  const isShare = ({ statement }: { statement: { body: { kind: string } } }) =>
    statement.body.kind === 'share';
  await until(() => security().listedStatements().some(isShare), 15_000);
  await alice.node.close();
  const { node } = await openHouse(t, 'Carol', HERE);
  const wrong = await refusalOf(node.joinGroup(line.text, { password: `${WORDS}!` }));
  assert.equal(wrong.code, 'WRONG_PASSWORD');
  const group = await node.joinGroup(line.text, { password: WORDS });
  assert.equal(group.membership.issuer, bob.group.self);
});

test('a code may be typed in any case and with spaces, and is good once', async (t) => {
  const alice = await founded(t);
  const { code, text } = await alice.group.invitations.createCode({ role: 'invitingMember' });
  assert.ok(code !== null && /^\w{3}-\w{3}-\w{3}$/.test(code));
  const typed = ` ${code.toLowerCase().replaceAll('-', ' ')} `;
  const bob = await admitted(t, 'Bob', text, { password: typed });
  assert.equal(bob.group.membership.role, 'invitingMember');
  const { node } = await openHouse(t, 'Carol', HERE);
  assert.equal((await refusalOf(node.joinGroup(text, { password: code }))).code, 'TICKET_USED_UP');
});

test('three wrong codes end it, for the right one, too', async (t) => {
  const alice = await founded(t);
  const { code, id, text } = await alice.group.invitations.createCode();
  assert.ok(code !== null);
  const { node } = await openHouse(t, 'Eve', HERE);
  const short = await refusalOf(node.joinGroup(text, { password: 'ABC' }));
  assert.equal(short.code, 'WRONG_PASSWORD');
  const wrong = code.replace(/./, (sign) => (sign === '2' ? '3' : '2'));
  for (let guess = 0; guess < 3; guess += 1) {
    const error = await refusalOf(node.joinGroup(text, { password: wrong }));
    assert.equal(error.code, 'WRONG_PASSWORD');
  }
  await comes(
    () => alice.group.invitations.list(),
    (all) => all.find((each) => each.id === id)?.state === 'ended',
  );
  const { code: end } = await refusalOf(node.joinGroup(text, { password: code }));
  assert.equal(end, 'TICKET_REVOKED');
});

test('nobody becomes an administrator by a password, or by a code', async (t) => {
  const alice = await founded(t);
  const administrator = { role: 'administrator' } as never;
  for (const asked of [
    alice.group.invitations.createPassword(WORDS, administrator),
    alice.group.invitations.createCode(administrator),
  ]) {
    assert.equal((await refusalOf(asked)).code, 'INVALID_ARGUMENT');
  }
});

test('whoever may invite can give the line of a password away, and nobody one that is over', async (t) => {
  const alice = await founded(t);
  const made = await alice.group.invitations.createPassword(WORDS);
  const ticket = await alice.group.invitations.createTicket();
  const bob = await comrade(t, alice, 'Bob', 'administrator');
  await until(() => bob.group.members().length === 2, 10_000);
  const line = await bob.group.invitations.lineOf(made);
  assert.equal(line.id, made.id);
  const view = bob.node.readInvitation(line.text);
  assert.deepEqual([view.kind, view.group], ['password', alice.group.name]);
  await admitted(t, 'Carol', line.text, { password: WORDS });
  const ticketLine = await refusalOf(alice.group.invitations.lineOf(ticket));
  assert.equal(ticketLine.code, 'INVITATION_NOT_FOUND');
  await alice.group.invitations.revoke(made);
  const ended = await refusalOf(alice.group.invitations.lineOf(made));
  assert.equal(ended.code, 'INVITATION_NOT_FOUND');
});
