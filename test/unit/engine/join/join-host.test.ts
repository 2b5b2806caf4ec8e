// What strangers can cause at one who admits: how many at once, for how long, and what is left of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { WorldError } from '../../../../src/core/ports/world-error.ts';
import { encodeFrame, KIND } from '../../../../src/core/wire/frame.ts';
import { HandshakeFrames } from '../../../../src/core/wire/handshake-frames.ts';
import { decodeJoinRefuse } from '../../../../src/core/wire/join.ts';
import { type AdmitterHouse, JoinClub } from '../../../support/join-club.ts';
import { passwordOf, STAFF, type TestOffer, ticketOf } from '../../../support/join-offers.ts';
import { AT, DORA, PASSWORD } from '../../../support/join-pair.ts';
import { guestOf, joinerOn, ticketSecret } from '../../../support/join-siege.ts';
import { CLUB } from '../../../support/simulated-club.ts';
import { SimulatedWire } from '../../../support/simulated-wire.ts';

const DORAS = guestOf(DORA);

interface Stranger {
  readonly near: SimulatedWire;
  readonly frames: HandshakeFrames;
  readonly outcomes: boolean[];
}

/** Somebody behind TLS at the door of an offer. */
function stranger(club: JoinClub, house: AdmitterHouse, door: Uint8Array, host: string): Stranger {
  const end = { exporter: new Uint8Array(32).fill(7), remoteAddress: { host, port: 5 } };
  const [near, far] = SimulatedWire.pair(club.clock, [
    { ...end, farCertificate: house.clubber.identity.der },
    { ...end, farCertificate: DORAS.identity.der },
  ]);
  const frames = new HandshakeFrames('listener');
  const onBytes = (bytes: Uint8Array): boolean => {
    frames.push(bytes);
    return true;
  };
  near.attach({ onBytes, onEnd: () => undefined, onClosed: () => undefined });
  const outcomes: boolean[] = [];
  house.host.door(door).receive(far, 10_000, (isProven) => outcomes.push(isProven));
  return { near, frames, outcomes };
}

function joinOf(near: SimulatedWire, offer: TestOffer): readonly Uint8Array[] {
  const link = { exporter: near.exporter };
  return joinerOn(link, DORAS, ticketSecret(offer), STAFF.ann).start(AT);
}

function refusalIn({ frames }: Stranger): string | null {
  const frame = frames.next();
  return frame?.kind === KIND.joinRefuse ? decodeJoinRefuse(frame.payload).reason : null;
}

function scene() {
  const club = new JoinClub();
  const house = club.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'bounds', { usesMax: 100 });
  house.hear(ticket.bytes);
  return { club, house, ticket };
}

test('one host joins four times at once, and all hosts sixteen times', () => {
  const { club, house, ticket } = scene();
  const strangers: Stranger[] = [];
  for (let host = 0; host < 6; host++) {
    for (let count = 0; count < LIMITS.joinsPerHostMax + 1; count++) {
      strangers.push(stranger(club, house, ticket.body.doorSecret, `198.51.100.${host}`));
    }
  }
  club.pass(100);
  const busy = strangers.filter((each) => refusalIn(each) === 'busy');
  assert.equal(strangers.length - busy.length, LIMITS.joinsUnderWayMax);
  const one = LIMITS.joinsPerHostMax;
  assert.deepEqual(
    [0, 1, 2, 3].map((host) => busy.includes(strangers[host * (one + 1) + one] as Stranger)),
    [true, true, true, true],
  );
});

test('whoever says nothing, or half of it, loses its place when patience ends', () => {
  const { club, house, ticket } = scene();
  const silent = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  const slow = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  const [join] = joinOf(slow.near, ticket);
  assert.ok(join !== undefined);
  for (let at = 0; at < join.length; at++) {
    slow.near.send([join.slice(at, at + 1)], () => undefined);
    club.pass(100);
  }
  club.pass(2_000);
  for (const each of [silent, slow]) {
    assert.deepEqual(each.outcomes, [false]);
    assert.equal(each.near.isClosed, true);
  }
  assert.equal(house.admitted.length, 0);
});

test('each outcome is told once, and a member is proven', () => {
  const { club, house, ticket } = scene();
  const dora = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  for (const frame of joinOf(dora.near, ticket)) dora.near.send([frame], () => undefined);
  club.pass();
  assert.deepEqual(dora.outcomes, [true]);
  assert.equal(dora.frames.next()?.kind, KIND.joinAdmit);
  assert.equal(dora.near.isClosed, true, 'nothing is left of it');
});

test('what is no join is told nothing', () => {
  const { club, house, ticket } = scene();
  const bodies = [
    encodeFrame(KIND.hello, new Uint8Array(8)),
    encodeFrame(KIND.join, new Uint8Array(0)),
    encodeFrame(KIND.join, new Uint8Array(300).fill(1)),
    encodeFrame(KIND.joinProof, new Uint8Array(0)),
    encodeFrame(KIND.message, new Uint8Array(8)),
    Uint8Array.of(255, 255, 255, 255, KIND.join),
  ];
  for (const bytes of bodies) {
    const eve = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
    eve.near.send([bytes], () => undefined);
    club.pass(2_000);
    assert.equal(eve.frames.next(), null);
    assert.deepEqual(eve.outcomes, [false]);
    assert.equal(eve.near.isClosed, true);
  }
});

test('a certificate that is no identity is cut off', () => {
  const { club, house, ticket } = scene();
  const end = { exporter: new Uint8Array(32), remoteAddress: null };
  const [near, far] = SimulatedWire.pair(club.clock, [
    { ...end, farCertificate: house.clubber.identity.der },
    { ...end, farCertificate: CLUB.eve.membership.chain[0].der },
  ]);
  const outcomes: boolean[] = [];
  house.host
    .door(ticket.body.doorSecret)
    .receive(far, 10_000, (isProven) => outcomes.push(isProven));
  club.pass();
  assert.deepEqual(outcomes, [false]);
  assert.equal(far.isClosed, true);
  near.cut();
});

test('whoever waits for a yes takes no place of those who join', () => {
  const { club, house } = scene();
  const asking = ticketOf(STAFF.alice, 'waiting', { usesMax: 100, needsApproval: true });
  house.hear(asking.bytes);
  const waiting: Stranger[] = [];
  for (let count = 0; count < 3 * LIMITS.joinsPerHostMax; count++) {
    const each = stranger(club, house, asking.body.doorSecret, '198.51.100.1');
    for (const frame of joinOf(each.near, asking)) each.near.send([frame], () => undefined);
    club.pass(100);
    waiting.push(each);
  }
  assert.ok(waiting.every(({ outcomes }) => outcomes[0] === true));
  assert.equal(house.asked.length, 1, 'one key is one question');
  assert.equal(waiting.filter(({ near }) => !near.isClosed).length, 1, 'and one connection');
});

test('a membership that could not be stored is not given away', () => {
  const { club, house, ticket } = scene();
  const learn = house.desk.learnMembership.bind(house.desk);
  Object.assign(house.desk, {
    learnMembership: () => {
      throw new WorldError('STORAGE_FULL', 'no space is left');
    },
  });
  const dora = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  for (const frame of joinOf(dora.near, ticket)) dora.near.send([frame], () => undefined);
  club.pass();
  assert.equal(refusalIn(dora), 'failed');
  assert.deepEqual(house.admitted, []);
  Object.assign(house.desk, { learnMembership: learn });
  const again = club.newcomer('Dora');
  again.redeem(ticket, [house]);
  club.pass();
  assert.equal(again.joined.membership.member, DORA.peer);
});

test('a host that is closed answers those who wait and takes nobody any more', () => {
  const { club, house, ticket } = scene();
  const early = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  house.host.close();
  const late = stranger(club, house, ticket.body.doorSecret, '198.51.100.1');
  club.pass();
  for (const each of [early, late]) {
    assert.equal(refusalIn(each), 'busy');
    assert.deepEqual(each.outcomes, [false]);
  }
});

test('a password whose verifier is not ours to open is asked for elsewhere', () => {
  const { club, house } = scene();
  const offer = passwordOf(STAFF.alice, PASSWORD);
  house.hear(offer.bytes);
  Object.assign(house.parts, { verifierOf: () => null });
  const ada = club.house(STAFF.ada);
  ada.hear(offer.bytes);
  house.colleagues.push(ada);
  const dora = club.newcomer('Dora');
  dora.tryPassword(offer, PASSWORD, [house]);
  club.pass();
  assert.equal(dora.joined.admitter, STAFF.ada.membership.member);
  assert.equal(house.throttle.failuresOf(offer.digest), 0);
});

test('the frame of a refusal is one and holds the clock of whoever refuses', () => {
  const { club, house, ticket } = scene();
  const { near, frames } = stranger(club, house, new Uint8Array(32), '198.51.100.1');
  for (const frame of joinOf(near, ticket)) near.send([frame], () => undefined);
  club.pass(100);
  const frame = frames.next();
  assert.ok(frame !== null);
  const refuse = decodeJoinRefuse(frame.payload);
  assert.equal(refuse.reason, 'unknownOffer');
  assert.ok(Math.abs(refuse.clock - club.clock.now().wallTime) < 1_000);
});

test('a guess that is not allowed opens no box', () => {
  const { club, house } = scene();
  const offer = passwordOf(STAFF.alice, PASSWORD);
  house.hear(offer.bytes);
  let opened = 0;
  const { verifierOf } = house.parts;
  Object.assign(house.parts, {
    verifierOf: (view: Parameters<typeof verifierOf>[0]) => {
      opened += 1;
      return verifierOf(view);
    },
  });
  for (let count = 0; count < LIMITS.guessesPerMinute; count++) {
    house.throttle.failed(offer.digest, '198.51.100.99', club.clock.now());
  }
  const dora = club.newcomer('Dora');
  dora.tryPassword(offer, PASSWORD, [house]);
  club.pass();
  assert.equal(dora.failure.code, 'TOO_MANY_ATTEMPTS');
  assert.equal(opened, 0);
});
