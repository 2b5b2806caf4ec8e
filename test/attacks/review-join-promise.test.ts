// A hostile admitter gives less than the text promises, has no right to give it, or says that a password was
// wrong which nobody has shown: the joiner does not believe it, and asks others.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { encodeJoinRefuse } from '../../src/core/wire/join.ts';
import { NOW } from '../support/golden-chains.ts';
import { JoinClub } from '../support/join-club.ts';
import { STAFF, ticketOf } from '../support/join-offers.ts';
import {
  AT,
  admitterOf,
  BY_PASSWORD,
  BY_TICKET,
  DORA,
  joinerOf,
  toAdmitter,
  toJoiner,
  welcome,
} from '../support/join-pair.ts';
import { grant } from '../support/trust-village.ts';

const { alice, ann, bob } = STAFF;

function given(role: 'administrator' | 'invitingMember' | 'member', promised: typeof role): string {
  const secret = { ...BY_TICKET, role: promised };
  const joiner = joinerOf({ secret });
  const admitter = admitterOf();
  toAdmitter(admitter, joiner.start(AT));
  const membership = grant(ann.membership.chain, ann.person, DORA, { role });
  const step = toJoiner(joiner, admitter.admit(welcome({ membership })));
  return step.kind === 'refusedByUs' ? step.refusal.code : step.kind;
}

test('a membership of a smaller role than was promised is not taken', () => {
  assert.equal(given('member', 'administrator'), 'NOT_AUTHORIZED');
  assert.equal(given('member', 'invitingMember'), 'NOT_AUTHORIZED');
  assert.equal(given('invitingMember', 'administrator'), 'NOT_AUTHORIZED');
});

test('one of the role that was promised is, and that of a member that rose since', () => {
  assert.equal(given('member', 'member'), 'joined');
  assert.equal(given('administrator', 'administrator'), 'joined');
  assert.equal(given('administrator', 'member'), 'joined');
});

test('a member that may not issue the role admits nobody by a ticket, with whatever chain', () => {
  const joiner = joinerOf({ farCertificate: bob.identity });
  const hostile = admitterOf({
    signer: bob.person,
    ownCertificateDigest: bob.certificateDigest,
  });
  toAdmitter(hostile, joiner.start(AT));
  const membership = grant(ann.membership.chain, ann.person, DORA, { role: 'member' });
  const step = toJoiner(joiner, hostile.admit(welcome({ own: bob.membership, membership })));
  assert.equal(step.kind === 'refusedByUs' ? step.refusal.code : step.kind, 'NOT_AUTHORIZED');
});

test('one who may not issue the role sends somebody it knows already to those who may', () => {
  const club = new JoinClub();
  const houses = [club.house(ann), club.house(bob)] as const;
  const ticket = ticketOf(alice, 'once', { usesMax: 1 });
  for (const house of houses) house.hear(ticket.bytes);
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [houses[0]]);
  club.pass();
  assert.equal(dora.joined.admitter, ann.membership.member);
  houses[1].syncFrom(houses[0]);
  houses[1].colleagues.push(houses[0]);
  const again = club.newcomer('Dora');
  again.redeem(ticket, [houses[1]]);
  club.pass();
  assert.equal(again.joined.admitter, ann.membership.member);
  assert.equal(houses[0].view(ticket).admissions.length, 1);
});

test('nobody says that a password was wrong before it was shown', () => {
  const refuse = { reason: 'wrongPassword', detail: '', clock: NOW, contacts: [] } as const;
  for (const secret of [BY_PASSWORD, BY_TICKET]) {
    const joiner = joinerOf({ secret });
    joiner.start(AT);
    const step = toJoiner(joiner, [encodeFrame(KIND.joinRefuse, encodeJoinRefuse(refuse))]);
    assert.equal(step.kind, 'refusedByUs');
  }
});
