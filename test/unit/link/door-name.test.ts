// The name by which a member is asked for, and what is remembered of chains.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { type PeerName, parsePeerName } from '../../../src/core/domain/names.ts';
import { ChainMemory } from '../../../src/core/link/chain-memory.ts';
import { doorName, doorNamesAt, hourOf } from '../../../src/core/link/door-name.ts';
import { NOW } from '../../support/golden-chains.ts';
import { CLUB } from '../../support/simulated-club.ts';

const HOUR_MS = 3_600_000;
const key = {
  discoverySecret: new Uint8Array(32).fill(3),
  member: CLUB.bob.membership.member,
};
const hour = hourOf(NOW);

test('a door name is 26 digits of base32 below .invalid', () => {
  assert.match(doorName(nodeCrypto, key, hour), /^[a-z2-7]{26}\.invalid$/);
});

test('it changes with the hour, the member and the secret of the group', () => {
  const others = [
    doorName(nodeCrypto, key, hour + 1),
    doorName(nodeCrypto, { ...key, member: CLUB.alice.membership.member }, hour),
    doorName(nodeCrypto, { ...key, discoverySecret: new Uint8Array(32) }, hour),
  ];
  assert.equal(new Set([doorName(nodeCrypto, key, hour), ...others]).size, 4);
  assert.equal(doorName(nodeCrypto, key, hour), doorName(nodeCrypto, { ...key }, hour));
});

test('a listener answers to the names of its hour and of both neighbors, and to no other', () => {
  const names = doorNamesAt(nodeCrypto, key, NOW);
  for (const away of [-3, -2, -1, 0, 1, 2, 3]) {
    const name = doorName(nodeCrypto, key, hour + away);
    assert.equal(names.includes(name), Math.abs(away) <= 1, `${away} hours away`);
  }
});

test('two whose clocks differ by up to an hour find each other at any minute', () => {
  for (let minute = 0; minute < 60; minute += 7) {
    const here = wallTimeOf(hour * HOUR_MS + minute * 60_000);
    for (const skewMs of [-HOUR_MS, -1, 0, 1, HOUR_MS]) {
      const there = doorName(nodeCrypto, key, hourOf(wallTimeOf(here + skewMs)));
      assert.ok(doorNamesAt(nodeCrypto, key, here).includes(there));
    }
  }
});

test('a machine whose clock is at its very beginning has door names', () => {
  for (const ms of [0, 1, HOUR_MS - 1, HOUR_MS]) {
    const time = wallTimeOf(ms);
    const names = doorNamesAt(nodeCrypto, key, time);
    assert.ok(names.includes(doorName(nodeCrypto, key, hourOf(time))), `${ms} ms after 1970`);
  }
});

const memberNumber = (number: number): PeerName =>
  parsePeerName(number.toString(16).padStart(40, '0'));

test('what is known of 4,096 members is kept, the longest unused is forgotten first', () => {
  const memory = new ChainMemory();
  const digest = Uint8Array.of(1, 2, 3);
  for (let number = 0; number < 4_096; number++) {
    memory.learn({ ...CLUB.bob.membership, member: memberNumber(number) });
    memory.noteHeld(memberNumber(number), digest);
  }
  memory.learn({ ...CLUB.bob.membership, member: memberNumber(0) });
  memory.noteHeld(memberNumber(0), digest);
  memory.learn({ ...CLUB.bob.membership, member: memberNumber(9_999) });
  memory.noteHeld(memberNumber(9_999), digest);
  for (const [number, isKnown] of [
    [0, true],
    [1, false],
    [2, true],
    [9_999, true],
  ] as const) {
    assert.equal(memory.digestOf(memberNumber(number)) !== null, isKnown, `${number}`);
    assert.equal(memory.holdsOurs(memberNumber(number), digest), isKnown, `${number}`);
  }
});

test('another chain of ours is not held because an older one was', () => {
  const memory = new ChainMemory();
  const digest = Uint8Array.of(1, 2, 3);
  memory.noteHeld(key.member, digest);
  digest.fill(9);
  assert.equal(memory.holdsOurs(key.member, Uint8Array.of(1, 2, 3)), true);
  assert.equal(memory.holdsOurs(key.member, digest), false);
  memory.forgetOurs(key.member);
  assert.equal(memory.holdsOurs(key.member, Uint8Array.of(1, 2, 3)), false);
});
