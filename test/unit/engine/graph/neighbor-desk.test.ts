// Neighbor links through the port: dialed, taken, refused and closed, and what is told of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { linkIdOf } from '../../../../src/core/domain/links.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import type { LinkFailure } from '../../../../src/engine/link-failure.ts';
import { CLUB } from '../../../support/simulated-club.ts';
import {
  type Neighborhood,
  neighborhood,
  neighbors,
  rawNeighbor,
  rawUp,
} from '../../../support/simulated-neighbors.ts';

function refusal(all: Neighborhood, openId?: Uint8Array): LinkFailure {
  const end = rawNeighbor(all, all.alice, all.bob, openId);
  assert.ok('code' in end, 'the link was not refused');
  return end;
}

test('a dial becomes a link at both ends, and each knows who is there', () => {
  const { alice, bob } = neighbors();
  const [near] = alice.opened;
  const [far] = bob.opened;
  assert.ok(near !== undefined && far !== undefined);
  assert.deepEqual(
    [near.role, near.membership.member, near.nodeId, near.remoteAddress],
    ['dialer', bob.member, bob.house.parts.nodeId, bob.house.address],
  );
  assert.deepEqual(
    [far.role, far.membership.member, far.nodeId, far.listenAddresses],
    ['listener', alice.member, alice.house.parts.nodeId, [alice.house.address]],
  );
  assert.equal(bob.house.doors.counters.proven, 1);
  assert.deepEqual([alice.failed, bob.house.callers], [[], []], 'no application is asked');
});

test('a neighbor link and a direct connection of the same two are apart', () => {
  const { clock, alice, bob } = neighbors();
  const open = alice.house.open(bob.house);
  clock.advance(100);
  assert.equal(open.results[0]?.kind, 'connected');
  assert.equal(bob.house.openLines.length, 1);
  alice.call((links) => links.hangUp(alice.link, 'leaving'));
  clock.advance(2_000);
  assert.equal(alice.closed.length, 1);
  assert.equal(alice.house.openLines.length, 1, 'the connection stays');
});

test('whose group is not connected takes no neighbors, and direct connections all the same', () => {
  const all = neighborhood();
  const { clock, alice, bob } = all;
  bob.isConnected = false;
  alice.dial(bob);
  clock.advance(100);
  assert.deepEqual(
    alice.failed.map(({ code, detail }) => [code, detail]),
    [['CONNECTION_REFUSED', 'notAccepting']],
  );
  assert.equal(alice.house.open(bob.house).results.length, 0);
  clock.advance(100);
  assert.equal(bob.house.openLines.length, 1);
  bob.isConnected = true;
  alice.dial(bob);
  clock.advance(100);
  assert.equal(bob.opened.length, 1);
});

test('a member without a neighbor desk refuses neighbors', () => {
  const all = neighborhood();
  all.bob.house.desk.shareDoor({
    refusalOf: () => 'notAccepting',
    welcome: () => assert.fail('nobody was let in'),
  });
  assert.equal(refusal(all).reason, 'notAccepting');
});

test('one member has four links and no more, ended ones with a socket included', () => {
  const all = neighborhood();
  const { clock, alice, bob, carol } = all;
  for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) rawUp(all, alice, bob);
  assert.equal(refusal(all).reason, 'tooManyConnections');
  carol.dial(bob);
  clock.advance(100);
  assert.equal(bob.opened.length, LIMITS.neighborLinksPerMemberMax + 1, 'others still come in');
  bob.call((links) => links.hangUp(linkIdOf(bob.opened[0]?.link ?? 0), 'busy'));
  clock.advance(100);
  rawUp(all, alice, bob);
});

test('there are 64 links and no more, whoever has them', () => {
  const all = neighborhood();
  const { bob, another } = all;
  const membersNeeded = LIMITS.neighborLinksMax / LIMITS.neighborLinksPerMemberMax;
  for (let number = 1; number <= membersNeeded; number++) {
    const member = another(number);
    for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) rawUp(all, member, bob);
  }
  assert.equal(refusal(all).reason, 'tooManyConnections');
  // What is dialed from here is wished for here.
  bob.dial(all.carol);
  all.clock.advance(100);
  assert.equal(bob.opened.length, LIMITS.neighborLinksMax + 1);
});

test('an attempt that comes in on two ways is let in on one', () => {
  const all = neighborhood();
  const { clock, network, alice, bob } = all;
  const openId = new Uint8Array(16).fill(3);
  rawNeighbor(all, alice, bob, openId);
  assert.equal(refusal(all, openId).reason, 'duplicateOpen');
  const second = { host: '192.0.2.22', port: 4001 };
  network.put(second, { kind: 'gate', gate: bob.house.doors, certificate: CLUB.bob.identity.der });
  alice.dial(bob, [bob.house.address, second]);
  clock.advance(1_000);
  assert.equal(alice.opened.length, 1);
  assert.equal(bob.opened.length, 2);
});

test('two who dial each other at once have two links, each of which works', () => {
  const { clock, alice, bob } = neighborhood({ latencyMs: 5 });
  alice.dial(bob);
  bob.dial(alice);
  clock.advance(200);
  assert.deepEqual(alice.opened.map(({ role }) => role).sort(), ['dialer', 'listener']);
  assert.deepEqual(bob.opened.map(({ role }) => role).sort(), ['dialer', 'listener']);
  for (const { link } of alice.opened) {
    alice.call((links) => links.send(link, KIND.ranges, Buffer.from('x')));
  }
  clock.advance(50);
  assert.deepEqual(
    new Set(bob.frames.map(({ link }) => link)),
    new Set(bob.opened.map((o) => o.link)),
  );
});

test('why a dial failed is told once, later', () => {
  const { clock, network, alice, bob, carol } = neighborhood();
  const nobody = { host: '192.0.2.99', port: 4001 };
  const mute = { host: '192.0.2.98', port: 4001 };
  network.put(mute, { kind: 'mute', certificate: CLUB.bob.identity.der });
  alice.dial(bob, [nobody]);
  alice.dial(bob, []);
  alice.dial(bob, [carol.house.address]);
  alice.dial(alice);
  alice.dial(bob, [mute]);
  assert.equal(alice.failed.length, 0);
  clock.advance(LIMITS.neighborDialMs - 1);
  assert.deepEqual(alice.failed.map(({ code }) => code).sort(), [
    'NOT_AUTHENTICATED',
    'UNREACHABLE',
    'UNREACHABLE',
    'WRONG_IDENTITY',
  ]);
  clock.advance(1);
  assert.equal(alice.failed.at(-1)?.code, 'TIMED_OUT');
  clock.advance(60_000);
  assert.equal(alice.failed.length, 5);
  assert.deepEqual(alice.opened, []);
  assert.equal(clock.timerCount, 0);
});

test('sixteen dials are under way at once, and a further one fails at once', () => {
  const { clock, network, alice, bob } = neighborhood();
  network.put(bob.house.address, { kind: 'fails', why: 'unreachable', afterMs: null });
  for (let count = 0; count <= LIMITS.neighborDialsMax; count++) alice.dial(bob);
  clock.advance(1);
  assert.deepEqual(
    alice.failed.map(({ code }) => code),
    ['TOO_MANY_CONNECTIONS'],
  );
  clock.advance(LIMITS.neighborDialMs);
  assert.equal(alice.failed.length, LIMITS.neighborDialsMax + 1);
  alice.dial(bob);
  clock.advance(1);
  assert.equal(alice.failed.length, LIMITS.neighborDialsMax + 1, 'there is room again');
});

test('a member that was started anew is opened under its new node id', () => {
  const { clock, alice, bob } = neighborhood();
  alice.call((links) =>
    links.dial({ member: bob.member, nodeId: 999n, addresses: [bob.house.address] }),
  );
  clock.advance(100);
  assert.equal(alice.opened[0]?.nodeId, bob.house.parts.nodeId);
});

test('numbers of links are never given twice', () => {
  const { clock, alice, bob } = neighborhood();
  for (let count = 0; count < 10; count++) {
    alice.dial(bob);
    clock.advance(100);
    const link = alice.opened.at(-1)?.link ?? linkIdOf(0);
    alice.call((links) => links.hangUp(link, 'busy'));
    clock.advance(2_000);
  }
  assert.equal(new Set(alice.opened.map(({ link }) => link)).size, 10);
  assert.equal(alice.closed.length, 10);
});

test('what is asked of a link that is not there any more is not heard', () => {
  const { clock, alice, bob } = neighbors();
  const { link } = alice;
  const askAll = (): void =>
    alice.call((links) => {
      links.send(link, KIND.prune, new Uint8Array(0));
      links.askDrained(link);
      links.setReading(link, false);
      links.hangUp(link, 'silent');
    });
  alice.call((links) => links.hangUp(link, 'leastUseful'));
  askAll();
  clock.advance(5_000);
  askAll();
  clock.advance(5_000);
  assert.deepEqual(alice.closed, [{ link, why: 'hung up here: leastUseful' }]);
  assert.deepEqual([bob.frames, alice.drained], [[], []]);
  assert.equal(clock.timerCount, 0);
});

test('a desk that closes hangs up, takes nobody, gives its dials up and tells nothing', () => {
  const all = neighbors();
  const { clock, network, alice, bob, carol } = all;
  network.put(carol.house.address, { kind: 'fails', why: 'unreachable', afterMs: null });
  bob.dial(carol);
  bob.call((links) => {
    links.askDrained(bob.link);
    links.close();
    links.dial({ member: alice.member, nodeId: null, addresses: [alice.house.address] });
  });
  clock.advance(5_000);
  assert.deepEqual([bob.closed, bob.failed, bob.drained], [[], [], []]);
  assert.deepEqual(network.givenUp, ['192.0.2.3:4001']);
  assert.deepEqual(
    alice.closed.map(({ why }) => why),
    ['the far end hung up: leaving'],
  );
  assert.equal(refusal(all).reason, 'shuttingDown');
  clock.advance(5_000);
  assert.equal(clock.timerCount, 0);
});

test('a group whose door closes says so to neighbors, too', () => {
  const all = neighborhood();
  all.bob.house.desk.close(0);
  assert.equal(refusal(all).reason, 'shuttingDown');
  assert.deepEqual(all.bob.opened, []);
});
