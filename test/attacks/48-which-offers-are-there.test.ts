// Attack 48: somebody wants to find out which invitations a member knows. Behind the door of one offer all
// others are answered alike, whether they exist or not; and without a door there is no certificate.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { decodeJoinRefuse } from '../../src/core/wire/join.ts';
import { passwordOf, STAFF, type TestOffer, ticketOf } from '../support/join-offers.ts';
import { PASSWORD } from '../support/join-pair.ts';
import { guestOf, joinerOn, knock, ticketSecret } from '../support/join-siege.ts';
import { liveHouse } from '../support/live-joins.ts';
import { person } from '../support/trust-cast.ts';

const EVE = guestOf(person('Eve'));
const HERS = ticketOf(STAFF.alice, 'hers');

function unlike({ digest }: TestOffer): Uint8Array {
  return digest.map((byte) => byte ^ 1);
}

test('an offer that is there is answered like one that never was', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'of somebody else');
  const password = passwordOf(STAFF.alice, PASSWORD);
  for (const { bytes } of [HERS, ticket, password]) ann.hear(bytes);
  const key = EVE.person;
  const role = 'member';
  const words = { kind: 'password', role, password: PASSWORD } as const;
  const answers: string[] = [];
  for (const secret of [
    { kind: 'ticket', offer: ticket.digest, role, key },
    { kind: 'ticket', offer: unlike(ticket), role, key },
    { kind: 'ticket', offer: ticket.digest, role, key: ticket.key },
    { ...words, offer: password.digest },
    { ...words, offer: unlike(password) },
    { ...words, offer: HERS.digest },
  ] as const) {
    const link = await knock(t, ann, HERS, EVE);
    const [join] = joinerOn(link, EVE, secret, STAFF.ann).start(systemClock.now());
    assert.ok(join !== undefined);
    link.write(join);
    const frame = await link.frame();
    assert.equal(frame?.kind, KIND.joinRefuse);
    const { reason, detail, contacts } = decodeJoinRefuse(frame.payload);
    answers.push(`${reason} ${detail} ${contacts.length}`);
  }
  assert.deepEqual([...new Set(answers)], ['unknownOffer no such invitation is known here 0']);
});

test('without the secret of its door there is no telling that an offer is there', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'behind a door');
  ann.hear(ticket.bytes);
  for (const doorSecret of [unlike(ticket), new Uint8Array(32), ticket.digest]) {
    const body = { ...ticket.body, doorSecret };
    await assert.rejects(knock(t, ann, { ...ticket, body }, EVE));
  }
  await knock(t, ann, ticket, EVE);
});

test('the door of a member takes no ticket, whoever has its secret', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'at the wrong door');
  ann.hear(ticket.bytes);
  const body = { ...ticket.body, doorSecret: new Uint8Array(32).fill(42) };
  const link = await knock(t, ann, { ...ticket, body }, EVE);
  const secret = ticketSecret(ticket);
  for (const frame of joinerOn(link, EVE, secret, STAFF.ann).start(systemClock.now())) {
    link.write(frame);
  }
  const frame = await link.frame();
  assert.equal(frame?.kind, KIND.joinRefuse);
  assert.equal(decodeJoinRefuse(frame.payload).reason, 'unknownOffer');
  assert.equal(ann.view(ticket).admissions.length, 0);
});
