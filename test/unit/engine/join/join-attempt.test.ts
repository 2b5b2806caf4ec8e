// Somebody with a ticket, a password or a membership that ran out comes to members on a simulated network.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { NOW } from '../../../support/golden-chains.ts';
import { DISCOVERY_SECRET, JoinClub } from '../../../support/join-club.ts';
import {
  DAY_MS,
  LEASE_MS,
  passwordOf,
  STAFF,
  say,
  ticketOf,
} from '../../../support/join-offers.ts';

test('a ticket makes its holder a member, and everything that it needs comes with it', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'one', { role: 'invitingMember' });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  const { membership, ...given } = dora.joined;
  assert.equal(membership.role, 'invitingMember');
  assert.equal(membership.leaseMs, LEASE_MS);
  assert.equal(membership.member, dora.person.peer);
  assert.ok(Math.abs(membership.notAfter - (NOW + LEASE_MS)) < 10_000);
  assert.deepEqual(given, {
    admitter: STAFF.ann.membership.member,
    groupFriendlyName: 'Chess club',
    epochDepth: 3,
    discoverySecret: DISCOVERY_SECRET,
    contacts: [{ member: STAFF.ann.membership.member, addresses: [ann.address] }],
  });
  const view = ann.view(ticket);
  assert.equal(view.state, 'usedUp');
  assert.deepEqual(
    view.admissions.map(({ fate }) => fate),
    ['in'],
  );
  assert.equal(ann.state.removalOf(membership), null);
  assert.equal(ann.doors.counters.proven, 1);
});

test('the same ticket gives the same key the same membership again, and another key none', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'twice');
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  const again = scene.newcomer('Dora');
  again.redeem(ticket, [ann]);
  scene.pass();
  assert.deepEqual(again.joined.membership.chainDigest, dora.joined.membership.chainDigest);
  const eve = scene.newcomer('Eve');
  eve.redeem(ticket, [ann]);
  scene.pass();
  assert.equal(eve.failure.code, 'TICKET_USED_UP');
  assert.equal(ann.view(ticket).admissions.length, 1);
});

test('another member that may issue answers for the one that admitted', () => {
  const scene = new JoinClub();
  const [ann, ada] = [scene.house(STAFF.ann), scene.house(STAFF.ada)];
  const ticket = ticketOf(STAFF.alice, 'elsewhere');
  for (const house of [ann, ada]) house.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  ada.syncFrom(ann);
  const again = scene.newcomer('Dora');
  again.redeem(ticket, [ada]);
  scene.pass();
  assert.deepEqual(again.joined.membership.chainDigest, dora.joined.membership.chainDigest);
  assert.equal(again.joined.admitter, STAFF.ada.membership.member);
});

test('the right password makes a member, and a wrong one does not', () => {
  const scene = new JoinClub();
  const ivy = scene.house(STAFF.ivy);
  const offer = passwordOf(STAFF.alice, 'Correct horse 7 battery staple');
  ivy.hear(offer.bytes);
  const dora = scene.newcomer('Dora');
  dora.tryPassword(offer, 'Correct horse 7 battery staple', [ivy]);
  scene.pass();
  assert.equal(dora.joined.membership.role, 'member');
  assert.equal(ivy.throttle.failuresOf(offer.digest), 0, 'a right one is no guess');
  assert.deepEqual(ivy.guesses, []);
  const eve = scene.newcomer('Eve');
  eve.tryPassword(offer, 'Correct horse 7 battery stable', [ivy]);
  scene.pass();
  assert.equal(eve.failure.code, 'WRONG_PASSWORD');
  assert.deepEqual(ivy.guesses, [offer.digest], 'the others are told');
  assert.equal(ivy.throttle.failuresOf(offer.digest), 1);
});

test('a code is good for one, and after three wrong ones for nobody', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const code = '2345-6789-A';
  const offer = passwordOf(STAFF.ann, code, { by: 'code' });
  ann.hear(offer.bytes);
  for (const name of ['Eve', 'Eva', 'Evita']) {
    const guesser = scene.newcomer(name);
    guesser.tryPassword(offer, '99999999Z', [ann]);
    scene.pass();
    assert.equal(guesser.failure.code, 'WRONG_PASSWORD', name);
  }
  assert.equal(ann.view(offer).state, 'ended');
  const dora = scene.newcomer('Dora');
  dora.tryPassword(offer, code, [ann]);
  scene.pass();
  assert.equal(dora.failure.code, 'TICKET_REVOKED');
});

test('a plain member names those who may issue, and they are asked', () => {
  const scene = new JoinClub();
  const [bob, ann] = [scene.house(STAFF.bob), scene.house(STAFF.ann)];
  bob.colleagues.push(ann);
  const ticket = ticketOf(STAFF.alice, 'by referral');
  for (const house of [bob, ann]) house.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [bob]);
  scene.pass();
  assert.equal(dora.joined.admitter, STAFF.ann.membership.member);
});

test('what was wrong with each who was asked is told in one line', () => {
  const scene = new JoinClub();
  const [bob, ann] = [scene.house(STAFF.bob), scene.house(STAFF.ann)];
  const ticket = ticketOf(STAFF.alice, 'nobody');
  bob.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann, bob]);
  scene.pass();
  const { code, detail } = dora.failure;
  assert.equal(code, 'NOBODY_CAN_ADMIT');
  assert.match(detail, /it does not know the invitation, or our clocks differ/);
  assert.match(detail, /notIssuer \(a member does not admit a member\)/);
  assert.doesNotMatch(detail, /\n/);
});

test('nobody to ask is told at once, and nobody at home soon', () => {
  const scene = new JoinClub();
  const ticket = ticketOf(STAFF.alice, 'nowhere');
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, []);
  assert.equal(dora.results.length, 0, 'later, never at once');
  scene.pass(1);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  const eve = scene.newcomer('Eve');
  const contacts = [
    { member: STAFF.ann.membership.member, addresses: [{ host: '203.0.113.9', port: 1 }] },
  ];
  eve.redeem(ticket, [], { contacts });
  scene.pass();
  assert.match(eve.failure.detail, /203\.0\.113\.9:1: unreached/);
});

for (const [why, state, code, end] of [
  ['one that has run out', 'expired', 'TICKET_EXPIRED', null],
  ['one that was taken back', 'ended', 'TICKET_REVOKED', 'offerEnd'],
] as const) {
  test(`${why} admits nobody, and says why`, () => {
    const scene = new JoinClub();
    const ann = scene.house(STAFF.ann);
    const ticket = ticketOf(STAFF.alice, why, { expiresAt: wallTimeOf(NOW + DAY_MS) });
    ann.hear(ticket.bytes);
    if (end === null) scene.pass(2 * DAY_MS);
    else ann.hear(say(STAFF.alice, { kind: end, offer: ticket.digest, admitted: [] }));
    assert.equal(ann.view(ticket).state, state);
    const dora = scene.newcomer('Dora');
    dora.redeem(ticket, [ann]);
    scene.pass();
    assert.equal(dora.failure.code, code);
    assert.equal(ann.memberships().length, Object.keys(STAFF).length);
  });
}

test('a late ticket of a clock that is ahead is a matter of clocks', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'skew', { expiresAt: wallTimeOf(NOW + 60_000) });
  ann.hear(ticket.bytes);
  scene.pass(120_000);
  const dora = scene.newcomer('Dora');
  const slow = 30 * 60_000;
  const { clock } = dora.parts;
  const behind = {
    now: () => ({ ...clock.now(), wallTime: wallTimeOf(clock.now().wallTime - slow) }),
    wakeAfter: clock.wakeAfter.bind(clock),
    endOfTurn: clock.endOfTurn.bind(clock),
    nextTurn: clock.nextTurn.bind(clock),
  };
  Object.assign(dora.parts, { clock: behind });
  dora.redeem(ticket, [ann]);
  scene.pass();
  assert.equal(dora.failure.code, 'CLOCK_SKEW');
  assert.ok(Math.abs((dora.failure.skewMs ?? 0) - slow) < 1_000, String(dora.failure.skewMs));
});

test('somebody has to say yes, and then it is admitted on the same connection', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'approval', { needsApproval: true });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass(60_000);
  assert.deepEqual(dora.pendingAt, [STAFF.ann.membership.member]);
  assert.deepEqual(dora.results, []);
  const [question] = ann.host.waiting();
  assert.ok(question !== undefined);
  assert.equal(question.joiner.subject, dora.person.peer);
  assert.ok(ann.host.approve(question.id));
  scene.pass();
  assert.equal(dora.joined.membership.member, dora.person.peer);
  assert.deepEqual(ann.host.waiting(), []);
  assert.equal(ann.host.approve(question.id), false, 'an answer is for good');
});

test('a no is told, to whoever waits and to whoever comes again', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'no', { needsApproval: true });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  assert.ok(ann.host.deny(ann.asked[0]?.id ?? ''));
  scene.pass();
  assert.equal(dora.failure.code, 'JOIN_DENIED');
  const again = scene.newcomer('Dora');
  again.redeem(ticket, [ann]);
  scene.pass();
  assert.equal(again.failure.code, 'JOIN_DENIED');
  assert.equal(ann.asked.length, 1, 'nobody is asked twice');
});

test('whoever waited and lost the connection comes again and finds the yes', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'away', { needsApproval: true });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  for (const cable of scene.network.cables) for (const end of cable) end.breakHere('cut');
  ann.host.approve(ann.asked[0]?.id ?? '');
  scene.pass(10_000);
  assert.equal(dora.joined.membership.member, dora.person.peer);
  assert.equal(ann.asked.length, 1);
});

test('a yes that never comes is JOIN_PENDING', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'patience', { needsApproval: true });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann], { pendingMs: 60_000 });
  scene.pass(61_000);
  assert.equal(dora.failure.code, 'JOIN_PENDING');
  scene.pass(LIMITS.joinPendingMs);
  assert.deepEqual(ann.host.waiting(), [], 'nobody is asked for ever');
});

test('an answer that was lost is given again by the same admitter, and is one use', () => {
  const scene = new JoinClub();
  const [ann, ada] = [scene.house(STAFF.ann), scene.house(STAFF.ada)];
  const ticket = ticketOf(STAFF.alice, 'lost');
  for (const house of [ann, ada]) house.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann, ada]);
  for (let ms = 0; ms < 5_000 && ann.admitted.length === 0; ms++) scene.pass(1);
  assert.equal(ann.admitted.length, 1);
  for (const cable of scene.network.cables) for (const end of cable) end.breakHere('cut');
  scene.pass();
  assert.equal(dora.joined.admitter, STAFF.ann.membership.member);
  assert.deepEqual(ada.admitted, []);
  assert.equal(ann.admitted.length, 1);
});

test('a membership that ran out is renewed, and one that was renewed meanwhile is given', () => {
  const scene = new JoinClub();
  const [ann, bob] = [scene.house(STAFF.ann), scene.house(STAFF.bob)];
  const ticket = ticketOf(STAFF.alice, 'lease', { expiresAt: wallTimeOf(NOW + 90 * DAY_MS) });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  const old = dora.joined.membership;
  scene.pass(LEASE_MS + DAY_MS);
  const chain = old.chain.map(({ der }) => der);
  const returning = scene.newcomer('Dora');
  returning.come({ kind: 'renewal', chain }, DISCOVERY_SECRET, [ann]);
  scene.pass();
  const renewed = returning.joined.membership;
  assert.ok(renewed.notAfter > old.notAfter + DAY_MS);
  assert.equal(ann.view(ticket).admissions.length, 1, 'no use of the ticket');
  bob.syncFrom(ann);
  const other = scene.newcomer('Dora');
  other.come({ kind: 'renewal', chain }, DISCOVERY_SECRET, [bob]);
  scene.pass();
  assert.deepEqual(other.joined.membership.chainDigest, renewed.chainDigest, 'from a plain member');
});

test('a lease that ended longer ago than it lasted is over', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'gone', { leaseMs: DAY_MS });
  ann.hear(ticket.bytes);
  const dora = scene.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  scene.pass();
  const chain = dora.joined.membership.chain.map(({ der }) => der);
  scene.pass(3 * DAY_MS);
  const late = scene.newcomer('Dora');
  late.come({ kind: 'renewal', chain }, DISCOVERY_SECRET, [ann]);
  scene.pass();
  assert.equal(late.failure.code, 'TICKET_EXPIRED');
});

test('an attempt that is given up is told of nothing and leaves nothing behind', () => {
  const scene = new JoinClub();
  const ann = scene.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'given up', { needsApproval: true });
  ann.hear(ticket.bytes);
  for (const ms of [0, 1, 20, 21, 25, 5_000]) {
    const dora = scene.newcomer('Dora');
    const giveUp = dora.redeem(ticket, [ann]);
    scene.pass(ms);
    giveUp();
    scene.pass(LIMITS.joinPendingMs);
    assert.deepEqual(dora.results, []);
  }
  assert.equal(
    scene.network.cables.every(([near]) => near.isClosed),
    true,
  );
});
