// Attack 5, for joins: a JOIN or a proof that was true once is sent again on another connection, by the
// same key or another. The signature covers the TLS exporter, so it fits nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { passwordOf, STAFF, ticketOf } from '../support/join-offers.ts';
import { guestOf, joinerOn, knock, ticketSecret } from '../support/join-siege.ts';
import { liveHouse } from '../support/live-joins.ts';
import { person } from '../support/trust-cast.ts';

const DORA = guestOf(person('Dora'));
const EVE = guestOf(person('Eve'));

test("Dora's JOIN of one connection admits nobody on another, not even Dora", async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'replayed', { usesMax: 10 });
  ann.hear(ticket.bytes);
  const first = await knock(t, ann, ticket, DORA);
  const join = joinerOn(first, DORA, ticketSecret(ticket), STAFF.ann).start(systemClock.now());
  for (const who of [DORA, EVE]) {
    const other = await knock(t, ann, ticket, who);
    for (const frame of join) other.write(frame);
    assert.deepEqual(await other.kindsToEnd(), [], 'a stranger is told nothing');
  }
  assert.equal(ann.view(ticket).admissions.length, 0);
  for (const frame of join) first.write(frame);
  assert.deepEqual(await first.kindsToEnd(), [KIND.joinAdmit], 'where it belongs it is taken');
});

test('a proof of a password that was overheard opens nothing on another connection', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const password = 'Correct horse 7 battery staple';
  const offer = passwordOf(STAFF.alice, password);
  ann.hear(offer.bytes);
  const secret = { kind: 'password', offer: offer.digest, role: 'member', password } as const;
  const first = await knock(t, ann, offer, DORA);
  const dora = joinerOn(first, DORA, secret, STAFF.ann);
  for (const frame of dora.start(systemClock.now())) first.write(frame);
  const challenge = await first.frame();
  assert.equal(challenge?.kind, KIND.joinChallenge);
  const step = dora.receive(challenge.kind, challenge.payload, systemClock.now());
  assert.ok(step.kind === 'wait');
  // Eve asks in the regular way, and answers her own challenge with Dora's proof.
  const eves = await knock(t, ann, offer, EVE);
  for (const frame of joinerOn(eves, EVE, secret, STAFF.ann).start(systemClock.now())) {
    eves.write(frame);
  }
  assert.equal((await eves.frame())?.kind, KIND.joinChallenge);
  for (const frame of step.send) eves.write(frame);
  assert.deepEqual(await eves.kindsToEnd(), [KIND.joinRefuse]);
  assert.equal(ann.view(offer).admissions.length, 0);
});
