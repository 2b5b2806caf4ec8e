// The machine of one who wants to be a member: what it says, and what it believes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { encodeFrame, KIND } from '../../../src/core/wire/frame.ts';
import { encodeJoinRefuse } from '../../../src/core/wire/join.ts';
import { END, NOW } from '../../support/golden-chains.ts';
import { DAY_MS, exchange, STAFF } from '../../support/join-offers.ts';
import {
  AT,
  admitterOf,
  BY_PASSWORD,
  DORA,
  JOIN_ID,
  joinerOf,
  OFFER,
  PASSWORD,
  provingPair,
  toAdmitter,
  toJoiner,
  verifierOfPair,
  welcome,
} from '../../support/join-pair.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { person } from '../../support/trust-cast.ts';
import { grant, rootOf } from '../../support/trust-village.ts';

const OTHER = new Uint8Array(32).fill(8);

function asked(changes: Parameters<typeof joinerOf>[0] = {}) {
  const joiner = joinerOf(changes);
  const admitter = admitterOf();
  assert.equal(toAdmitter(admitter, joiner.start(AT)).kind, 'asked');
  return { joiner, admitter };
}

function refusalOf(step: ReturnType<typeof toJoiner>): string {
  assert.equal(step.kind, 'refusedByUs', JSON.stringify(step.kind));
  return step.kind === 'refusedByUs' ? step.refusal.code : '';
}

test('a membership that is sound and its own is taken, whoever issued it', () => {
  for (const issuer of [STAFF.ann, STAFF.ada]) {
    const { joiner, admitter } = asked();
    const membership = grant(issuer.membership.chain, issuer.person, DORA, { role: 'member' });
    const step = toJoiner(joiner, admitter.admit(welcome({ membership })));
    assert.ok(step.kind === 'joined');
    assert.deepEqual(step.joined.membership, membership);
  }
});

test('a membership of another key, group or time is not taken', () => {
  const club = person('Club of Eve');
  const eve = grant([rootOf(club)], club, CLUB.eve.person, { role: 'creator' });
  const later = { role: 'member', notBefore: wallTimeOf(NOW + DAY_MS), notAfter: END } as const;
  const over = { role: 'member', notAfter: wallTimeOf(NOW - DAY_MS) } as const;
  const { chain } = STAFF.ann.membership;
  const cases = [
    ['WRONG_IDENTITY', STAFF.bob.membership],
    ['WRONG_GROUP', eve],
    ['MEMBERSHIP_NOT_YET_VALID', grant(chain, STAFF.ann.person, DORA, later)],
  ] as const;
  assert.throws(() => grant(chain, STAFF.ann.person, DORA, over), 'nobody issues it');
  for (const [code, membership] of cases) {
    const { joiner, admitter } = asked();
    assert.equal(refusalOf(toJoiner(joiner, admitter.admit(welcome({ membership })))), code);
  }
});

test('whoever admits has to be a member, with the key of this connection', () => {
  for (const own of [STAFF.ada.membership, CLUB.eve.membership]) {
    const { joiner, admitter } = asked();
    const code = refusalOf(toJoiner(joiner, admitter.admit(welcome({ own }))));
    assert.ok(['NOT_AUTHENTICATED', 'WRONG_GROUP'].includes(code), code);
  }
});

test('an answer of another connection is not taken', () => {
  const { eve } = CLUB;
  const EVES = {
    ownCertificateDigest: eve.certificateDigest,
    signer: eve.person,
    member: eve.person.peer,
  };
  const { ada, ann } = STAFF;
  const elsewhere = [
    ['another exporter', { exporter: OTHER }, { exporter: OTHER }],
    ['another joiner', { farCertificate: eve.identity }, EVES],
    [
      'another admitter',
      { ownCertificateDigest: ada.certificateDigest },
      { farCertificate: ada.identity },
    ],
    ['another key', { signer: ada.person }, {}],
  ] as const;
  for (const [what, admitting, joining] of elsewhere) {
    const joiner = joinerOf();
    joiner.start(AT);
    const admitter = admitterOf(admitting);
    assert.equal(toAdmitter(admitter, joinerOf(joining).start(AT)).kind, 'asked', what);
    const answer = admitter.admit(welcome({ own: ann.membership }));
    assert.equal(refusalOf(toJoiner(joiner, answer)), 'NOT_AUTHENTICATED', what);
  }
});

test('whoever asks for the password has to be one who may admit', () => {
  const joiner = joinerOf({
    secret: BY_PASSWORD,
    farCertificate: STAFF.bob.identity,
  });
  const bob = admitterOf({
    signer: STAFF.bob.person,
    ownCertificateDigest: STAFF.bob.certificateDigest,
  });
  toAdmitter(bob, joiner.start(AT));
  const challenge = bob.challenge(STAFF.bob.membership, verifierOfPair(), exchange);
  assert.ok(challenge !== null);
  assert.equal(refusalOf(toJoiner(joiner, challenge)), 'NOT_AUTHORIZED');
});

test('a password is told by nobody who does not know it', () => {
  const { step } = provingPair('Wrong horse 7 battery staple');
  assert.equal(step.kind, 'wrongPassword');
});

test('whoever admits without knowing the password is not believed', () => {
  const { joiner, admitter, step } = provingPair();
  assert.ok(step.kind === 'wait');
  assert.equal(toAdmitter(admitter, step.send).kind, 'proved');
  // A second admitter that was asked for a ticket, and has no key of the exchange.
  const impostor = admitterOf();
  toAdmitter(impostor, joinerOf().start(AT));
  assert.equal(refusalOf(toJoiner(joiner, impostor.admit(welcome()))), 'NOT_AUTHENTICATED');
});

test('nobody is admitted by a password before it was shown', () => {
  const joiner = joinerOf({ secret: BY_PASSWORD });
  joiner.start(AT);
  const impostor = admitterOf();
  toAdmitter(impostor, joinerOf().start(AT));
  assert.equal(refusalOf(toJoiner(joiner, impostor.admit(welcome()))), 'PROTOCOL_VIOLATION');
});

test('the right password goes both ways', () => {
  const { joiner, admitter, step } = provingPair();
  assert.ok(step.kind === 'wait');
  assert.equal(toAdmitter(admitter, step.send).kind, 'proved');
  assert.equal(toJoiner(joiner, admitter.admit(welcome())).kind, 'joined');
});

test('a wait is told, and one that answers another attempt is none', () => {
  const { joiner, admitter } = asked();
  assert.deepEqual(toJoiner(joiner, admitter.pend()), { kind: 'pending' });
  assert.deepEqual(toJoiner(joiner, admitter.pend()), { kind: 'pending' });
  assert.equal(toJoiner(joiner, admitter.admit(welcome())).kind, 'joined');
  const other = asked({ joinId: new Uint8Array(16) });
  const stray = [encodeFrame(KIND.joinPending, JOIN_ID)];
  assert.equal(refusalOf(toJoiner(other.joiner, stray)), 'PROTOCOL_VIOLATION');
});

test('frames out of turn end the join', () => {
  const refuse = { reason: 'busy', detail: '', clock: NOW, contacts: [] } as const;
  const payloads = [KIND.hello, KIND.welcome, KIND.join, KIND.joinProof, KIND.joinChallenge];
  for (const kind of payloads) {
    const { joiner } = asked();
    const step = joiner.receive(kind, new Uint8Array(0), AT);
    assert.equal(refusalOf(step), 'PROTOCOL_VIOLATION', String(kind));
    const again = joiner.receive(KIND.joinRefuse, encodeJoinRefuse(refuse), AT);
    assert.equal(refusalOf(again), 'PROTOCOL_VIOLATION', 'nothing comes behind the end');
  }
});

test('a challenge comes once, and to nobody with a ticket', () => {
  const { joiner, challenge } = provingPair();
  assert.equal(refusalOf(toJoiner(joiner, challenge)), 'PROTOCOL_VIOLATION');
  const ticket = asked();
  assert.equal(refusalOf(toJoiner(ticket.joiner, challenge)), 'PROTOCOL_VIOLATION');
});

test('the JOIN of a password does not hold the password', () => {
  const bytes = Buffer.concat(joinerOf({ secret: BY_PASSWORD }).start(AT));
  assert.equal(bytes.includes(PASSWORD), false);
  assert.ok(bytes.includes(Buffer.from(OFFER)));
});
