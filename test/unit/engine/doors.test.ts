// The door of a process: who is asked for, and who is turned away.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { doorName, hourOf } from '../../../src/core/link/door-name.ts';
import type { Wire } from '../../../src/core/ports/wires.ts';
import { Doors } from '../../../src/engine/doors.ts';
import { NOW } from '../../support/golden-chains.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { desks } from '../../support/simulated-desks.ts';
import { wiresBetween } from '../../support/simulated-link.ts';

const HOUR_MS = 3_600_000;
const key = { discoverySecret: new Uint8Array(32), member: CLUB.bob.membership.member };
const other = { ...key, member: CLUB.carol.membership.member };

test('a resident is known by its names of this hour and its neighbors, as long as it lives here', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const { bob } = desks();
  const { credentials } = CLUB.bob;
  const resident = { keys: [key], credentials, desk: bob.desk, joins: null };
  const name = (hours: number, of = key): string =>
    doorName(nodeCrypto, of, hourOf(clock.now().wallTime) + hours);
  assert.equal(doors.credentialsFor(name(0)), null);
  doors.add(resident);
  for (const hours of [-1, 0, 1])
    assert.equal(doors.credentialsFor(name(hours)), resident.credentials);
  for (const hours of [-2, 2]) assert.equal(doors.credentialsFor(name(hours)), null);
  assert.equal(doors.credentialsFor(name(0, other)), null);
  assert.equal(doors.credentialsFor(''), null);
  assert.equal(doors.credentialsFor('localhost'), null);
  const old = name(0);
  clock.advance(HOUR_MS);
  assert.equal(doors.credentialsFor(old), resident.credentials);
  clock.advance(HOUR_MS);
  assert.equal(doors.credentialsFor(old), null);
  clock.setWallTime(wallTimeOf(NOW));
  assert.equal(doors.credentialsFor(old), resident.credentials);
  doors.remove(resident);
  assert.equal(doors.credentialsFor(old), null);
});

test('one door serves several residents', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const { bob, carol } = desks();
  doors.add({ keys: [key], credentials: CLUB.bob.credentials, desk: bob.desk, joins: null });
  doors.add({ keys: [other], credentials: CLUB.carol.credentials, desk: carol.desk, joins: null });
  const hour = hourOf(NOW);
  assert.equal(doors.credentialsFor(doorName(nodeCrypto, key, hour)), CLUB.bob.credentials);
  assert.equal(doors.credentialsFor(doorName(nodeCrypto, other, hour)), CLUB.carol.credentials);
});

test('a wire for one who has just moved out is cut, and its place is free again', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const entry = doors.arrive('192.0.2.9');
  const [wire] = wiresBetween(clock, CLUB.alice, CLUB.bob);
  entry?.onWire(wire, 'nobody.invalid');
  assert.equal(wire.isClosed, true);
  assert.deepEqual(doors.counters, { turnedAway: 0, failed: 1, proven: 0 });
});

test('strangers that say nothing lose their place when patience ends', () => {
  const { clock, network, alice, bob } = desks();
  for (let count = 0; count < LIMITS.handshakesPerAddressMax; count++) {
    alice.open(bob, { isSeparate: true });
  }
  clock.advance(19);
  network.cable = { latencyMs: 60_000 };
  clock.advance(2);
  assert.equal(bob.doors.arrive('192.0.2.1'), null);
  assert.notEqual(bob.doors.arrive('192.0.2.99'), null);
  clock.advance(LIMITS.handshakeMs + 1_000);
  assert.notEqual(bob.doors.arrive('192.0.2.98'), null);
  assert.equal(bob.doors.counters.failed, LIMITS.handshakesPerAddressMax);
});

test('by one door come those who say HELLO and those who say JOIN, and each is handed on unread', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const taken: string[] = [];
  const patience: number[] = [];
  const receiver = (what: string) => ({
    receive: (_wire: Wire, patienceMs: number, _done: unknown, first?: Uint8Array) => {
      taken.push(`${what} ${Buffer.from(first ?? []).toString('hex')}`);
      patience.push(patienceMs);
    },
  });
  const { credentials } = CLUB.bob;
  doors.add({ keys: [key, other], credentials, desk: receiver('desk'), joins: receiver('joins') });
  for (const [which, hex] of [
    [key, '0000000001aa'],
    [other, '0000000005bb'],
  ] as const) {
    const [near, far] = wiresBetween(clock, CLUB.alice, CLUB.bob);
    const name = doorName(nodeCrypto, which, hourOf(NOW));
    doors.arrive('192.0.2.1')?.onWire(far, name);
    for (const byte of Buffer.from(hex, 'hex')) {
      near.send([Uint8Array.of(byte)], () => undefined);
      clock.advance(100);
    }
  }
  assert.deepEqual(taken, ['desk 0000000001', 'joins 0000000005']);
  assert.ok(patience.every((ms) => ms <= LIMITS.handshakeMs - 400));
});

test('whoever says nothing at a door for both loses its place', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const receiver = { receive: () => assert.fail('nobody came') };
  const { credentials } = CLUB.bob;
  doors.add({ keys: [key], credentials, desk: receiver, joins: receiver });
  const wires = [0, 1].map(() => {
    const [near, far] = wiresBetween(clock, CLUB.alice, CLUB.bob);
    const name = doorName(nodeCrypto, key, hourOf(NOW));
    doors.arrive('192.0.2.1')?.onWire(far, name);
    return { near, far };
  });
  wires[1]?.near.cut();
  clock.advance(LIMITS.handshakeMs + 1);
  assert.equal(doors.counters.failed, 2);
  assert.ok(wires.every(({ far }) => far.isClosed));
});

test('a member comes in by a door where others join', () => {
  const { clock, alice, bob } = desks();
  const { credentials, membership } = CLUB.bob;
  const { discoverySecret } = bob.parts;
  const receiver = { receive: () => assert.fail('nobody joins') };
  const keys = [{ discoverySecret, member: membership.member }];
  bob.doors.add({ keys, credentials, desk: bob.desk, joins: receiver });
  const open = alice.open(bob);
  clock.advance(1_000);
  assert.equal(open.results[0]?.kind, 'connected');
  assert.equal(bob.doors.counters.proven, 1);
});
