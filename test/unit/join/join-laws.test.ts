// Whom an admitter admits, decided over a state of the group.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { JoinRequest } from '../../../src/core/join/admitter.ts';
import { type JoinEvidence, type JoinScene, judgeJoin } from '../../../src/core/join/join-laws.ts';
import { ticketUseBytes } from '../../../src/core/wire/security.ts';
import { NOW } from '../../support/golden-chains.ts';
import { type AdmitterHouse, JoinClub } from '../../support/join-club.ts';
import {
  DAY_MS,
  passwordOf,
  STAFF,
  say,
  type TestOffer,
  ticketOf,
} from '../../support/join-offers.ts';
import { DORA, DORAS } from '../../support/join-pair.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { type Person, person } from '../../support/trust-cast.ts';
import { grant, identityOf } from '../../support/trust-village.ts';

const { group } = STAFF.alice.membership;

function request(claim: JoinRequest['claim'], who: Person = DORA, sentAt = NOW): JoinRequest {
  const joiner = identityOf(who);
  return { joiner, joinId: new Uint8Array(16), sentAt, addresses: [], claim };
}

function byTicket({ digest, key }: TestOffer, who: Person = DORA, signer: Person = key) {
  const proof = signer.sign(ticketUseBytes(group, digest, who.publicKey));
  return request({ kind: 'ticket', offer: digest, proof }, who);
}

function byPassword({ digest }: TestOffer) {
  return request({ kind: 'password', offer: digest, request: new Uint8Array(96) });
}

function sceneOf(house: AdmitterHouse, own: Membership = house.own): JoinScene {
  const { parts, state } = house;
  const { signer, crypto, judge, membershipsOf } = parts;
  return { state, own, signer, crypto, judge, membershipsOf };
}

function decide(
  house: AdmitterHouse,
  asked: JoinRequest,
  evidence: Partial<JoinEvidence> = {},
  now: WallTime = NOW,
) {
  const { claim } = asked;
  const view = claim.kind === 'renewal' ? null : house.state.findOffer(claim.offer, now);
  const door = view?.offer.doorSecret ?? null;
  const shown = { door, passwordShown: false, isApproved: false, ...evidence };
  const decision = judgeJoin(asked, shown, sceneOf(house), now);
  return decision.kind === 'refuse' ? decision.reason : decision.kind;
}

function houseWith(...offers: readonly TestOffer[]): AdmitterHouse {
  const house = new JoinClub().house(STAFF.ann);
  for (const { bytes } of offers) assert.equal(house.hear(bytes).kind, 'stored');
  return house;
}

const TICKET = ticketOf(STAFF.alice, 'laws', { usesMax: 2 });
const PASSWORD = passwordOf(STAFF.alice, 'Correct horse 7 battery staple');

test('a ticket admits whoever its key signed for, and nobody else', () => {
  const house = houseWith(TICKET);
  assert.equal(decide(house, byTicket(TICKET)), 'issue');
  assert.equal(decide(house, byTicket(TICKET, DORA, CLUB.eve.person)), 'failed');
  const { claim } = byTicket(TICKET);
  assert.equal(decide(house, request(claim, CLUB.eve.person)), 'failed', "Dora's proof");
});

test('an offer is known at its own door only', () => {
  const other = ticketOf(STAFF.alice, 'other');
  const house = houseWith(TICKET, other);
  for (const door of [null, other.body.doorSecret]) {
    assert.equal(decide(house, byTicket(TICKET), { door }), 'unknownOffer');
  }
  const unknown = ticketOf(STAFF.alice, 'never told');
  assert.equal(decide(house, byTicket(unknown)), 'unknownOffer');
});

test('a ticket is no password, and a password no ticket', () => {
  const house = houseWith(TICKET, PASSWORD);
  assert.equal(decide(house, byPassword(TICKET)), 'unknownOffer');
  assert.equal(decide(house, byTicket(PASSWORD)), 'unknownOffer');
  assert.equal(decide(house, byPassword(PASSWORD)), 'prove');
  assert.equal(decide(house, byPassword(PASSWORD), { passwordShown: true }), 'issue');
});

test('somebody has to say yes where the offer says so, behind the password', () => {
  const ticket = ticketOf(STAFF.alice, 'asked for', { needsApproval: true });
  const words = 'Correct horse 8 battery staple';
  const password = passwordOf(STAFF.alice, words, { needsApproval: true });
  const house = houseWith(ticket, password);
  assert.equal(decide(house, byTicket(ticket)), 'ask');
  assert.equal(decide(house, byTicket(ticket), { isApproved: true }), 'issue');
  assert.equal(decide(house, byPassword(password), { isApproved: true }), 'prove');
  assert.equal(decide(house, byPassword(password), { passwordShown: true }), 'ask');
});

test('an offer that has run out, ended or was used up admits nobody', () => {
  const house = houseWith(TICKET);
  const late = wallTimeOf(TICKET.body.expiresAt + 1);
  const asked = { ...byTicket(TICKET), sentAt: late };
  assert.equal(decide(house, asked, {}, late), 'expired');
  house.hear(say(STAFF.alice, { kind: 'offerEnd', offer: TICKET.digest, admitted: [] }));
  assert.equal(decide(house, byTicket(TICKET)), 'ended');
});

test('who may not issue the role says so, and so does one whose membership is over', () => {
  const admins = ticketOf(STAFF.alice, 'for administrators', { role: 'administrator' });
  const house = houseWith(TICKET, admins);
  const ask = (own: Membership, offer: TestOffer) => {
    const evidence = { door: offer.body.doorSecret, passwordShown: false, isApproved: false };
    return judgeJoin(byTicket(offer), evidence, sceneOf(house, own), NOW);
  };
  const { ivy, bob, ann, alice } = STAFF;
  for (const [own, offer] of [
    [ivy.membership, admins],
    [bob.membership, TICKET],
  ] as const) {
    const decision = ask(own, offer);
    assert.ok(decision.kind === 'refuse');
    assert.equal(decision.reason, 'notIssuer');
    assert.equal(decision.askFor, offer.body.role);
  }
  const over = grant(alice.membership.chain, alice.person, ann.person, {
    role: 'administrator',
    notAfter: wallTimeOf(NOW + DAY_MS),
  });
  const later = wallTimeOf(NOW + 2 * DAY_MS);
  const asked = { ...byTicket(TICKET), sentAt: later };
  const evidence = { door: TICKET.body.doorSecret, passwordShown: false, isApproved: false };
  const decision = judgeJoin(asked, evidence, sceneOf(house, over), later);
  assert.ok(decision.kind === 'refuse' && decision.reason === 'notIssuer');
});

test('a membership that is given never outlives its issuer', () => {
  const house = houseWith(TICKET);
  const { alice, ann } = STAFF;
  const notAfter = wallTimeOf(NOW + 3 * DAY_MS);
  const terms = { role: 'administrator', notAfter } as const;
  const own = grant(alice.membership.chain, alice.person, ann.person, terms);
  const evidence = { door: TICKET.body.doorSecret, passwordShown: false, isApproved: false };
  const decision = judgeJoin(byTicket(TICKET), evidence, sceneOf(house, own), NOW);
  assert.ok(decision.kind === 'issue');
  assert.equal(decision.request.notAfter, notAfter);
  assert.equal(decision.request.leaseMs, TICKET.body.leaseMs);
});

test('clocks that are hours apart are told, and nothing is issued by them', () => {
  const house = houseWith(TICKET);
  for (const hours of [-2, 2]) {
    const sentAt = wallTimeOf(NOW + hours * 3_600_000);
    assert.equal(decide(house, { ...byTicket(TICKET), sentAt }), 'clock');
  }
  const sentAt = wallTimeOf(NOW + 1_800_000);
  assert.equal(decide(house, { ...byTicket(TICKET), sentAt }), 'issue');
});

test('a key that was removed comes back by nothing', () => {
  const house = houseWith(TICKET);
  house.learn(DORAS.membership);
  const chain = DORAS.membership.chain.map(({ der }) => der);
  const renewal = request({ kind: 'renewal', chain });
  assert.equal(decide(house, renewal), 'again');
  const gone = {
    kind: 'revocation',
    target: DORA.publicKey,
    scope: 'member',
    certificates: [],
    cutoffs: [],
    keptPages: [],
    reason: '',
  } as const;
  assert.equal(house.hear(say(STAFF.ada, gone)).kind, 'stored');
  assert.equal(decide(house, byTicket(TICKET)), 'removed');
  assert.equal(decide(house, renewal), 'removed');
});

test('a renewal is for the key of the connection, and of this group', () => {
  const house = houseWith();
  const of = (chain: Membership['chain'], who: Person) =>
    decide(house, request({ kind: 'renewal', chain: chain.map(({ der }) => der) }, who));
  assert.equal(of(DORAS.membership.chain, CLUB.eve.person), 'failed');
  assert.equal(of(CLUB.eve.membership.chain, CLUB.eve.person), 'failed');
  assert.equal(decide(house, request({ kind: 'renewal', chain: [] })), 'failed');
  assert.equal(of(DORAS.membership.chain, DORA), 'again');
  assert.equal(of(DORAS.membership.chain, person('Somebody')), 'failed');
});
