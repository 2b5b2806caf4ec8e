// Who may have a direct connection. The heart is a model of two members who open to each other in
// every order of events there is: both always end with the same one shared connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { Switchboard } from '../../../src/core/direct/switchboard.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { parsePeerName } from '../../../src/core/domain/names.ts';
import { crossings, type Story } from '../../support/crossing-model.ts';

const alice = parsePeerName('a'.repeat(40));
const bob = parsePeerName('b'.repeat(40));

const caller = (attempt: string, isSeparate = false, nodeId = 1n) => ({
  member: bob,
  nodeId,
  isSeparate,
  attempt,
});

test('the first wish dials, the next ones join it, and later ones get the connection', () => {
  const board = new Switchboard(alice);
  assert.deepEqual(board.planShared(bob, 1n), { kind: 'dial' });
  assert.deepEqual(board.planShared(bob, 2n), { kind: 'joinOpen', open: 1n });
  board.connected(7n, caller('x'), false);
  board.settled(bob, 1n);
  assert.deepEqual(board.planShared(bob, 3n), { kind: 'useConnection', connection: 7n });
  assert.equal(board.sharedWith(bob), 7n);
  board.disconnected(7n);
  assert.equal(board.sharedWith(bob), null);
  assert.deepEqual(board.planShared(bob, 4n), { kind: 'dial' });
});

test('an open that failed leaves room for the next, and settling an old one changes nothing', () => {
  const board = new Switchboard(alice);
  board.planShared(bob, 1n);
  board.settled(bob, 1n);
  assert.deepEqual(board.planShared(bob, 2n), { kind: 'dial' });
  board.settled(bob, 1n);
  assert.deepEqual(board.planShared(bob, 3n), { kind: 'joinOpen', open: 2n });
});

test('a caller is let in, and a second one is told that there is a connection', () => {
  const board = new Switchboard(alice);
  assert.deepEqual(board.planCaller(caller('x')), { kind: 'admit', settles: null });
  board.connected(1n, caller('x'), true);
  assert.deepEqual(board.planCaller(caller('y')), { kind: 'refuse', reason: 'alreadyConnected' });
  assert.deepEqual(board.planCaller(caller('y', true)), { kind: 'admit', settles: null });
});

test('one attempt makes one connection, though it comes by two ways', () => {
  const board = new Switchboard(alice);
  for (const isSeparate of [false, true]) {
    const party = caller(`x${isSeparate}`, isSeparate);
    assert.equal(board.arrived(party), true);
    assert.equal(board.arrived(party), false);
    board.leftAgain(party);
    assert.equal(board.arrived(party), true);
    board.connected(isSeparate ? 2n : 1n, party, true);
    assert.equal(board.arrived(party), false);
  }
  // The number is the dialer's own: another member may have the same.
  assert.equal(
    board.arrived({ ...caller('xtrue', true), member: parsePeerName('c'.repeat(40)) }),
    true,
  );
  board.disconnected(2n);
  assert.equal(board.arrived(caller('xtrue', true)), true);
});

test('a member that was started anew is not held to the connection of its last life', () => {
  const board = new Switchboard(alice);
  board.connected(1n, caller('x', false, 1n), true);
  assert.deepEqual(board.planCaller(caller('y', false, 1n)), {
    kind: 'refuse',
    reason: 'alreadyConnected',
  });
  assert.deepEqual(board.planCaller(caller('y', false, 2n)), { kind: 'admit', settles: null });
  board.connected(2n, caller('y', false, 2n), true);
  assert.equal(board.sharedWith(bob), 2n);
  board.disconnected(1n);
  assert.equal(board.sharedWith(bob), 2n);
});

test('when both open at once, the one with the lower name lets the other wait', () => {
  const lower = new Switchboard(alice);
  lower.planShared(bob, 1n);
  assert.deepEqual(lower.planCaller(caller('x')), { kind: 'admit', settles: 1n });
  lower.greeted(bob, 1n);
  lower.greeted(bob, 1n);
  lower.unanswered(bob, 1n);
  assert.deepEqual(lower.planCaller(caller('x')), { kind: 'hold', until: 1n });
  const higher = new Switchboard(bob);
  higher.planShared(alice, 5n);
  higher.greeted(alice, 5n);
  const fromAlice = { ...caller('y'), member: alice };
  assert.deepEqual(higher.planCaller(fromAlice), { kind: 'admit', settles: 5n });
  assert.deepEqual(lower.planCaller(caller('z', true)), { kind: 'admit', settles: null });
  lower.unanswered(bob, 1n);
  assert.deepEqual(lower.planCaller(caller('x')), { kind: 'admit', settles: 1n });
});

test('one member may open 8,192 connections, and there are 16,384 in all', () => {
  const board = new Switchboard(alice);
  let id = 0n;
  const fill = (member: string, count: number): void => {
    for (let left = count; left > 0; left--) {
      id += 1n;
      const party = { ...caller(`${id}`, true), member: parsePeerName(member) };
      assert.deepEqual(board.planCaller(party), { kind: 'admit', settles: null });
      board.connected(id, party, true);
    }
  };
  fill(bob, LIMITS.connectionsPerMemberMax);
  const tooMany = { kind: 'refuse', reason: 'tooManyConnections' };
  assert.deepEqual(board.planCaller(caller('more', true)), tooMany);
  fill('c'.repeat(40), LIMITS.connectionsMax - LIMITS.connectionsPerMemberMax);
  const dave = { ...caller('x', true), member: parsePeerName('d'.repeat(40)) };
  assert.deepEqual(board.planCaller(dave), tooMany);
  assert.equal(board.hasRoom(), false);
  board.disconnected(1n);
  assert.equal(board.hasRoom(), true);
  assert.deepEqual(board.planCaller(caller('more', true)), { kind: 'admit', settles: null });
});

test('connections that we opened do not count against the member', () => {
  const board = new Switchboard(alice);
  for (let count = 0n; count < BigInt(LIMITS.connectionsPerMemberMax); count++) {
    board.connected(count + 1n, caller(`ours ${count}`, true), false);
  }
  assert.deepEqual(board.planCaller(caller('theirs', true)), { kind: 'admit', settles: null });
});

test('a connection is connected once and disconnected once', () => {
  const board = new Switchboard(alice);
  board.connected(1n, caller('x'), true);
  assert.throws(() => board.connected(1n, caller('y'), true), BrokenInvariant);
  board.disconnected(1n);
  assert.throws(() => board.disconnected(1n), BrokenInvariant);
});

const STORIES: readonly (readonly [string, Story])[] = [
  ['one opens', { opens: ['alice'], reach: ['alice'] }],
  ['the other opens', { opens: ['bob'], reach: ['bob'] }],
  ['both open', { opens: ['alice', 'bob'], reach: ['alice', 'bob'] }],
  ['both open twice', { opens: ['alice', 'bob', 'alice', 'bob'], reach: ['alice', 'bob'] }],
  ['both open, only the lower name gets through', { opens: ['alice', 'bob'], reach: ['alice'] }],
  ['both open, only the higher name gets through', { opens: ['alice', 'bob'], reach: ['bob'] }],
];

for (const [what, story] of STORIES) {
  test(`${what}: in every order of events both end with the same one connection`, () => {
    const { states, ends } = crossings(story);
    assert.ok(states > 3 && ends.length > 0, 'there are orders of events');
    for (const end of ends) {
      assert.ok(end.alice !== null, `nobody is left waiting: ${end.history}`);
      assert.equal(end.alice, end.bob, end.history);
      assert.equal(end.waiting, 0, end.history);
    }
  });
}
