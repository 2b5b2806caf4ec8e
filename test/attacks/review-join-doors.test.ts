// Whoever may make offers chooses their door secrets, and so the door names of all who admit by them: what a
// member does by that to the doors of others.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { doorName, hourOf } from '../../src/core/link/door-name.ts';
import type { Wire } from '../../src/core/ports/wires.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { Doors, type Receiver } from '../../src/engine/doors.ts';
import { NOW } from '../support/golden-chains.ts';
import { DISCOVERY_SECRET, JoinClub } from '../support/join-club.ts';
import { STAFF, say, ticketOf } from '../support/join-offers.ts';
import { DORAS } from '../support/join-pair.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { CLUB } from '../support/simulated-club.ts';
import { wiresBetween } from '../support/simulated-link.ts';

const key = { discoverySecret: DISCOVERY_SECRET, member: CLUB.bob.membership.member };

function receiver(taken: string[], what: string): Receiver {
  return {
    receive: (_wire: Wire, _patienceMs: number, done: (isProven: boolean) => void) => {
      taken.push(what);
      done(true);
    },
  };
}

test('an offer whose door secret is the discovery secret takes nobody the door of its members', () => {
  const clock = new SimulatedClock(NOW);
  const { credentials } = CLUB.bob;
  const taken: string[] = [];
  const member = {
    keys: [key],
    credentials,
    desk: receiver(taken, 'desk'),
    joins: receiver(taken, 'renewals'),
  };
  const offer = { keys: [key], credentials, desk: null, joins: receiver(taken, 'offer') };
  for (const residents of [
    [member, offer],
    [offer, member],
  ]) {
    const doors = new Doors(nodeCrypto, clock);
    for (const resident of residents) doors.add(resident);
    for (const kind of [KIND.hello, KIND.join]) {
      const [near, far] = wiresBetween(clock, CLUB.alice, CLUB.bob);
      doors.arrive('192.0.2.1')?.onWire(far, doorName(nodeCrypto, key, hourOf(NOW)));
      near.send([Uint8Array.of(0, 0, 0, 0, kind)], () => undefined);
      clock.advance(100);
    }
  }
  assert.deepEqual(taken, ['desk', 'renewals', 'desk', 'renewals']);
});

test('an offer with the door secret of another one leaves that one open', () => {
  for (const order of [0, 1]) {
    const club = new JoinClub();
    const house = club.house(STAFF.ann);
    const hers = ticketOf(STAFF.alice, 'hers', { usesMax: 5 });
    const body = { ...ticketOf(STAFF.ivy, 'copied').body, doorSecret: hers.body.doorSecret };
    const copied = say(STAFF.ivy, body);
    for (const bytes of order === 0 ? [hers.bytes, copied] : [copied, hers.bytes]) {
      assert.equal(house.hear(bytes).kind, 'stored');
    }
    const dora = club.newcomer('Dora');
    dora.redeem(hers, [house]);
    club.pass();
    assert.equal(dora.joined.admitter, STAFF.ann.membership.member);
  }
});

test('one author with any number of offers leaves the doors of others open', () => {
  const club = new JoinClub();
  const house = club.house(STAFF.ann);
  const hers = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => ticketOf(STAFF.alice, `hers ${at}`));
  for (const { bytes } of hers) house.hear(bytes);
  for (let count = 0; count < LIMITS.joinDoorsMax + 100; count++) {
    assert.equal(house.hear(ticketOf(STAFF.ivy, `flood ${count}`).bytes).kind, 'stored');
  }
  const { member } = STAFF.ann.membership;
  for (const { body } of hers) {
    const name = doorName(
      nodeCrypto,
      { discoverySecret: body.doorSecret, member },
      hourOf(club.clock.now().wallTime),
    );
    assert.notEqual(house.doors.credentialsFor(name), null);
  }
});

test('behind the door of an offer nobody is renewed, whatever chain is shown', () => {
  const club = new JoinClub();
  const house = club.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'a door');
  house.hear(ticket.bytes);
  house.learn(DORAS.membership);
  const chain = DORAS.membership.chain.map(({ der }) => der);
  const dora = club.newcomer('Dora');
  dora.come({ kind: 'renewal', chain }, ticket.body.doorSecret, [house]);
  const again = club.newcomer('Dora');
  again.come({ kind: 'renewal', chain }, DISCOVERY_SECRET, [house]);
  club.pass();
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  assert.equal(again.joined.membership.member, DORAS.membership.member);
});
