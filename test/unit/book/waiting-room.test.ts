// Where batches wait that cannot be judged yet (protocol.md §12.7): each neighbor has its share, and
// what is awaited releases what waited for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { type Awaited, WaitingRoom } from '../../../src/core/book/waiting-room.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  copyOfSome,
  markVerified,
  type VerifiedBatch,
} from '../../../src/core/records/verified-batch.ts';
import { CAST, craft, NOW, versionBy } from '../../support/record-club.ts';
import { draftOf } from '../../support/record-samples.ts';

const {
  batchesWaitingPerNeighborMax,
  waitingBytesPerNeighborMax,
  neighborsWaitingMax,
  batchWaitsMsMax,
} = LIMITS;
const CHAIN: Awaited = { kind: 'membership', chainDigest: CAST.bob.membership.chainDigest };
const MEMBER: Awaited = { kind: 'member', publicKey: CAST.bob.membership.publicKey };
const PAGE: Awaited = { kind: 'security', digest: new Uint8Array(32).fill(1) };
const DIGEST = CAST.bob.membership.chainDigest;
const MANY = 1_000_000;
const KEY = CAST.bob.membership.publicKey;

function batch(ordinal = 0): VerifiedBatch {
  return markVerified(craft(CAST.bob, [versionBy(CAST.bob, { ordinal })]));
}

function large(bytes: number, ordinal = 0): VerifiedBatch {
  return markVerified(craft(CAST.bob, [draftOf(new Uint8Array(bytes), { ordinal })]));
}

function at(ms: number): Awaited {
  return { kind: 'time', at: wallTimeOf(NOW + ms) };
}

const SMALL = batch();

test('a batch waits for its chain, and is released once, with who forwarded it', () => {
  const room = new WaitingRoom();
  assert.equal(room.admit(SMALL, 'Carol', CHAIN, NOW), 0);
  assert.deepEqual(room.releaseFor(new Uint8Array(32), new Uint8Array(32)), []);
  assert.deepEqual(room.releaseFor(DIGEST, new Uint8Array(32)), [{ batch: SMALL, from: 'Carol' }]);
  assert.deepEqual(room.releaseFor(DIGEST, KEY), []);
  assert.equal(room.size, 0);
});

test('a batch that waits for a member is released by any membership of it', () => {
  const room = new WaitingRoom();
  room.admit(SMALL, 'Carol', MEMBER, NOW);
  assert.deepEqual(room.releaseFor(KEY, DIGEST), [], 'a digest is no key');
  assert.deepEqual(room.releaseFor(new Uint8Array(32), KEY), [{ batch: SMALL, from: 'Carol' }]);
});

test('what waits for a page is released by any page', () => {
  const room = new WaitingRoom();
  const [one, two, other] = [batch(1), batch(2), batch(3)];
  room.admit(one, 'Carol', { kind: 'security', digest: new Uint8Array(32).fill(1) }, NOW);
  room.admit(two, 'Dave', { kind: 'security', digest: new Uint8Array(32).fill(2) }, NOW);
  room.admit(other, 'Carol', CHAIN, NOW);
  assert.deepEqual(room.releaseForSecurity(), [
    { batch: one, from: 'Carol' },
    { batch: two, from: 'Dave' },
  ]);
  assert.deepEqual(room.releaseForSecurity(), []);
  assert.equal(room.size, 1);
});

test('what is void is dropped, whatever it waits for', () => {
  const room = new WaitingRoom();
  const [one, two, three] = [batch(1), batch(2), batch(3)];
  room.admit(one, 'Carol', CHAIN, NOW);
  room.admit(two, 'Carol', at(5), NOW);
  room.admit(three, 'Dave', MEMBER, NOW);
  assert.equal(
    room.drop((each) => each !== three),
    2,
  );
  assert.equal(room.size, 1);
  assert.equal(room.nextDue(), NOW + batchWaitsMsMax);
  assert.deepEqual(room.releaseFor(DIGEST, KEY), [{ batch: three, from: 'Dave' }]);
});

test('what waits for the same is released in the order of its coming', () => {
  const room = new WaitingRoom();
  const batches = [0, 1, 2, 3].map(batch);
  for (const [place, each] of batches.entries())
    room.admit(each, `neighbor ${place % 2}`, CHAIN, NOW);
  const released = room.releaseFor(DIGEST, KEY);
  assert.deepEqual(
    released.map((each) => batches.indexOf(each.batch)),
    [0, 1, 2, 3],
  );
});

test('what waits for a time is released when it has come, and not before', () => {
  const room = new WaitingRoom();
  assert.equal(room.nextDue(), null);
  room.admit(batch(2), 'Carol', at(2_000), NOW);
  room.admit(batch(1), 'Carol', at(1_000), NOW);
  assert.equal(room.nextDue(), NOW + 1_000);
  assert.equal(room.releaseDue(wallTimeOf(NOW + 999), 9, MANY).length, 0);
  assert.equal(room.releaseDue(wallTimeOf(NOW + 1_000), 9, MANY).length, 1);
  assert.equal(room.nextDue(), NOW + 2_000);
  assert.equal(room.releaseDue(wallTimeOf(NOW + 9_000), 9, MANY).length, 1);
  assert.equal(room.nextDue(), null);
});

test('of what is due some is released, at least one, within so many records and bytes', () => {
  const room = new WaitingRoom();
  const bytes = 1_000_000;
  for (let count = 0; count < 6; count++) room.admit(large(bytes, count), 'Carol', at(1), NOW);
  const later = wallTimeOf(NOW + 1);
  assert.equal(room.releaseDue(later, 2, 10 * bytes).length, 2);
  assert.equal(room.nextDue(), later, 'the others are due at once');
  assert.equal(room.releaseDue(later, 9, 2.5 * bytes).length, 2);
  assert.equal(room.releaseDue(later, 0, 0).length, 1);
  assert.equal(room.releaseDue(later, 9, 10 * bytes).length, 1);
});

test('a neighbor has room for 64 batches, the oldest giving way', () => {
  const room = new WaitingRoom();
  const batches = Array.from({ length: batchesWaitingPerNeighborMax }, (_, at) => batch(at + 1));
  for (const each of batches) assert.equal(room.admit(each, 'Eve', CHAIN, NOW), 0);
  assert.equal(room.admit(SMALL, 'Eve', CHAIN, NOW), 1);
  assert.equal(room.size, batchesWaitingPerNeighborMax);
  const released = room.releaseFor(DIGEST, KEY).map((each) => each.batch);
  assert.deepEqual(released, [...batches.slice(1), SMALL]);
});

test('a neighbor has room for 32 MiB', () => {
  const room = new WaitingRoom();
  const quarter = (ordinal: number) => large(waitingBytesPerNeighborMax / 4, ordinal);
  const fitting = (ordinal: number) => large(waitingBytesPerNeighborMax / 4 - 10_000, ordinal);
  for (let count = 0; count < 4; count++)
    assert.equal(room.admit(fitting(count), 'Eve', CHAIN, NOW), 0);
  assert.equal(room.admit(SMALL, 'Eve', CHAIN, NOW), 0);
  assert.equal(room.admit(quarter(9), 'Eve', CHAIN, NOW), 1);
  assert.equal(room.size, 5);
  for (let count = 0; count < 4; count++) room.admit(quarter(count), 'Eve', CHAIN, NOW);
  assert.equal(room.size, 3);
});

test('a batch that is larger than all of the room does not wait, and displaces only its own', () => {
  const room = new WaitingRoom();
  room.admit(SMALL, 'Carol', CHAIN, NOW);
  room.admit(SMALL, 'Eve', CHAIN, NOW);
  const three = Array.from({ length: 3 }, () => draftOf(new Uint8Array(12_000_000), {}));
  assert.equal(room.admit(markVerified(craft(CAST.bob, three)), 'Eve', CHAIN, NOW), 2);
  assert.deepEqual(room.releaseFor(DIGEST, KEY), [{ batch: SMALL, from: 'Carol' }]);
});

test('many tiny records and attributes count for the memory that they take', () => {
  const attributes = Array.from({ length: 256 }, (_, place) => ({
    name: `n${place}`,
    value: { kind: 'string', value: '' } as const,
  })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const heavy = (from: number) =>
    markVerified(
      craft(
        CAST.bob,
        Array.from({ length: 1_024 }, (_, at) =>
          versionBy(CAST.bob, { ordinal: from + at, attributes }),
        ),
      ),
    );
  const room = new WaitingRoom();
  for (let count = 0; count < 3; count++) room.admit(heavy(5_000 * count), 'Eve', CHAIN, NOW);
  assert.ok(room.size <= 1, `${room.size} batches of 262,144 attributes wait`);
});

test("one neighbor's flood does not displace what another forwarded", () => {
  const room = new WaitingRoom();
  room.admit(SMALL, 'Carol', CHAIN, NOW);
  room.admit(SMALL, 'Carol', at(5), NOW);
  for (let count = 0; count < 1_000; count++)
    room.admit(batch(count), 'Eve', count % 2 ? CHAIN : at(7), NOW);
  assert.equal(room.size, 2 + batchesWaitingPerNeighborMax);
  const due = room.releaseDue(wallTimeOf(NOW + 6), 9, MANY);
  const fromCarol = [...room.releaseFor(DIGEST, KEY), ...due];
  assert.equal(fromCarol.filter(({ from }) => from === 'Carol').length, 2);
});

test('beyond 64 neighbors the one gives way that was silent the longest', () => {
  const room = new WaitingRoom();
  for (let place = 0; place < neighborsWaitingMax; place++)
    room.admit(SMALL, `${place}`, CHAIN, NOW);
  assert.equal(room.admit(SMALL, '0', CHAIN, NOW), 0);
  assert.equal(room.admit(SMALL, 'Carol', CHAIN, NOW), 1);
  const from = new Set(room.releaseFor(DIGEST, KEY).map((each) => each.from));
  assert.ok(from.has('0') && from.has('Carol') && !from.has('1'));
  assert.equal(from.size, neighborsWaitingMax);
});

test('what never comes is waited for a minute and no longer; what is due at a time waits until then', () => {
  const room = new WaitingRoom();
  room.admit(batch(1), 'Eve', CHAIN, NOW);
  room.admit(batch(2), 'Carol', MEMBER, wallTimeOf(NOW + 1));
  room.admit(batch(3), 'Carol', PAGE, wallTimeOf(NOW + 2));
  room.admit(batch(4), 'Carol', at(10 * batchWaitsMsMax), NOW);
  const counts = [-1, 0, 1, 2, 5 * batchWaitsMsMax].map((ms) => {
    const due = room.nextDue();
    const givenUp = room.giveUp(wallTimeOf(NOW + batchWaitsMsMax + ms));
    return [due === null ? null : due - NOW - batchWaitsMsMax, givenUp];
  });
  assert.deepEqual(counts, [
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 1],
    [9 * batchWaitsMsMax, 0],
  ]);
  assert.deepEqual(room.releaseFor(DIGEST, KEY), []);
  assert.equal(room.size, 1);
});

test('what a neighbor brings once more takes the place of what it brought before', () => {
  const room = new WaitingRoom();
  const two = craft(CAST.bob, [versionBy(CAST.bob, {}), versionBy(CAST.bob, { ordinal: 1 })]);
  const whole = markVerified(two);
  const half = copyOfSome(whole, new Set([1]));
  for (const each of [whole, half, whole]) room.admit(each, 'Eve', CHAIN, NOW);
  room.admit(whole, 'Eve', MEMBER, NOW);
  room.admit(whole, 'Carol', CHAIN, NOW);
  assert.deepEqual(
    room.batches.map(({ entries }) => entries.length),
    [1, 2, 2, 2],
  );
  room.admit(whole, 'Eve', CHAIN, wallTimeOf(NOW + 5));
  room.giveUp(wallTimeOf(NOW + batchWaitsMsMax));
  assert.equal(room.size, 1, 'it waits from its last coming on');
});
