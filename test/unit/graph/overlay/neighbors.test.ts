// A few nodes that greet, refuse, part, fall silent and come back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KIND } from '../../../../src/core/wire/frame.ts';
import { encodeGreet, encodePart, encodeShuffle } from '../../../../src/core/wire/overlay.ts';
import type { OverlayNode } from '../../../support/overlay-network.ts';
import { alice, invited, OverlayNetwork } from '../../../support/overlay-network.ts';

const bob = invited('Bob');
const carol = invited('Carol');
const eve = invited('Eve');
const HEADS = { count: 0, digest: new Uint8Array(32), securityHead: new Uint8Array(32) };

function areNeighbors(a: OverlayNode, b: OverlayNode): boolean {
  const fromA = a.linkWith(b) !== undefined;
  assert.equal(b.linkWith(a) !== undefined, fromA, 'both say the same');
  return fromA;
}

test('Bob knows an address of Alice and is her neighbor after two round trips', () => {
  const network = new OverlayNetwork('two');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  network.runFor(80);
  assert.ok(areNeighbors(a, b));
  assert.deepEqual(a.said, ['up Bob']);
  assert.deepEqual(b.said, ['up Alice']);
});

test('Carol hears of Bob through Alice and becomes his neighbor too', () => {
  const network = new OverlayNetwork('three');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  network.runFor(1_000);
  const c = network.join(carol, [a]);
  network.runFor(1_000);
  assert.ok(areNeighbors(b, c));
});

test('Carol does not listen: she dials the others, and nobody keeps her address', () => {
  const network = new OverlayNetwork('deaf');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a], false);
  network.runFor(20_000);
  assert.ok(areNeighbors(a, c) && areNeighbors(b, c));
  for (const node of [a, b]) assert.deepEqual(node.neighbors.knownNodes, []);
});

test('when Carol leaves the others know at once and do not look for her', () => {
  const network = new OverlayNetwork('leaving');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a]);
  network.runFor(20_000);
  c.step((now) => c.neighbors.leave(now, c.out));
  network.presentNodes = () => 2;
  network.runFor(100);
  assert.ok(a.said.includes('down leaving') && b.said.includes('down leaving'));
  const dialsBefore = network.dials;
  network.runFor(120_000);
  // Alice may not know that a contact of hers left for good, but nobody dials the node itself.
  assert.equal(network.dials, dialsBefore);
  assert.deepEqual(network.components(), [2, 1]);
});

test('two that dial each other at the same time keep one link, the same one', () => {
  for (let apartMs = 0; apartMs <= 120; apartMs += 10) {
    const network = new OverlayNetwork(`crossing ${apartMs}`);
    const a = network.join(alice);
    const b = network.join(bob);
    network.open(a, b);
    network.runFor(apartMs);
    network.open(b, a);
    network.runFor(1_000);
    assert.ok(areNeighbors(a, b), `${apartMs} ms`);
    assert.equal(a.neighbors.neighbors().length, 1);
    assert.equal(b.neighbors.neighbors().length, 1);
    const [there] = b.neighbors.neighbors();
    assert.notEqual(a.neighbors.neighbors()[0]?.isDialed, there?.isDialed, 'one dialed it');
  }
});

test('Bob lost his link without a word; the new one takes the place of the old at once', () => {
  const network = new OverlayNetwork('again');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  network.runFor(10_000);
  const old = b.linkWith(a);
  assert.ok(old !== undefined);
  b.step((now) => b.neighbors.onLinkClosed(old, now));
  network.runFor(2_500);
  assert.ok(areNeighbors(a, b));
  assert.notEqual(b.linkWith(a), old);
  assert.ok(a.said.includes('down duplicate'));
});

test('Bob is stopped with his links open: given up within six seconds, found again when he goes on', () => {
  const network = new OverlayNetwork('stopped');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a]);
  network.runFor(20_000);
  network.split((node) => (node === b ? 1 : 0));
  network.runFor(6_000);
  assert.equal(a.linkWith(b), undefined);
  assert.ok(a.said.includes('down silent') && c.said.includes('down silent'));
  network.runFor(60_000);
  network.heal();
  network.runFor(20_000);
  assert.ok(areNeighbors(a, b) && areNeighbors(b, c));
});

test('we slept for an hour: nobody is given up for it', () => {
  const network = new OverlayNetwork('sleep');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  network.runFor(10_000);
  network.nowMs += 3_600_000;
  network.runFor(10_000);
  assert.ok(areNeighbors(a, b));
  assert.ok(![...a.said, ...b.said].some((word) => word.startsWith('down')));
});

test('a far end that never greets is hung up after five seconds', () => {
  const network = new OverlayNetwork('mute');
  const a = network.join(alice);
  const mute = network.join(eve);
  network.split((node) => (node === mute ? 1 : 0));
  network.open(mute, a);
  network.runFor(4_900);
  assert.equal(a.sent(KIND.part), 0);
  network.runFor(200);
  assert.equal(a.sent(KIND.part), 1);
});

test('a frame before GREET, a second GREET and the card of another end the link', () => {
  const network = new OverlayNetwork('rude');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const e = network.join(eve, [a]);
  network.runFor(1_000);
  const card = b.neighbors.ownCard.at(network.now.wallTime);
  network.forge(e, a, KIND.greet, encodeGreet({ priority: 'low', card, heads: HEADS }));
  assert.deepEqual(a.said.slice(-2), ['malformed a second GREET', 'down badConduct']);
  assert.equal(a.linkWith(e), undefined);
  network.runFor(1_000);
  const link = network.open(e, a);
  network.runFor(1_000);
  assert.equal(a.linkWith(e), undefined, 'nor is Eve taken again for a while');
  assert.ok(link > 0);
});

test('referrals of members are followed when the contact has no room', () => {
  const network = new OverlayNetwork('referred');
  const a = network.join(alice);
  const b = network.join(bob);
  const c = network.join(carol);
  const link = network.open(c, a);
  const referrals = [b.neighbors.ownCard.at(network.now.wallTime)];
  network.arrive(c, link, KIND.part, encodePart({ reason: 'busy', referrals }));
  network.runFor(1_000);
  assert.ok(areNeighbors(b, c));
});

test('two nodes of one member are two neighbors', () => {
  const network = new OverlayNetwork('twice');
  const a = network.join(alice);
  const first = network.join(bob, [a]);
  network.runFor(100);
  const second = network.join(bob, [a]);
  network.runFor(100);
  assert.ok(areNeighbors(a, first) && areNeighbors(a, second));
});

test('nobody dials itself, whoever names its address', () => {
  const network = new OverlayNetwork('self');
  const a = network.join(alice);
  a.neighbors.addContacts([{ member: alice.membership.member, addresses: [a.address] }]);
  network.runFor(60_000);
  assert.equal(network.dials, 0);
});

test('the nodes of one member find each other by an address alone', () => {
  const network = new OverlayNetwork('alone together');
  const first = network.join(bob);
  const second = network.join(bob, [first]);
  network.runFor(1_000);
  assert.ok(areNeighbors(first, second));
});

test('whoever is alone tries its contacts again and again, ever more slowly', () => {
  const network = new OverlayNetwork('alone');
  const b = network.join(bob);
  network.kill(b);
  const a = network.join(alice, [b]);
  network.runFor(600_000);
  assert.ok(network.dials >= 20 && network.dials <= 200, `${network.dials} dials`);
  const c = network.join(carol, [a]);
  network.runFor(1_000);
  assert.ok(areNeighbors(a, c));
});

test('Bob left and comes back: his neighbors and those who heard of him take him again', () => {
  const network = new OverlayNetwork('back');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a]);
  network.runFor(20_000);
  b.step((now) => b.neighbors.leave(now, b.out));
  network.runFor(10_000);
  b.step((now) => b.neighbors.connect(now, b.out));
  network.runFor(10_000);
  assert.ok(areNeighbors(a, b) && areNeighbors(b, c));
});

test('a card that comes before the group is joined is dialed when it is', () => {
  const network = new OverlayNetwork('early');
  const a = network.join(alice);
  const b = network.join(bob);
  b.step((now) => b.neighbors.leave(now, b.out));
  const card = a.neighbors.ownCard.at(network.now.wallTime);
  const verdict = b.neighbors.judge.judge(card, network.now, network.now.wallTime);
  assert.ok(verdict.kind === 'sound');
  b.neighbors.learn(verdict.known);
  b.step((now) => b.neighbors.connect(now, b.out));
  network.runFor(1_000);
  assert.ok(areNeighbors(a, b));
});

test('a link breaks and both its ends are there: they are neighbors again in seconds', () => {
  const network = new OverlayNetwork('broken');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a]);
  network.runFor(120_000);
  network.breakLink(b, c);
  network.runFor(100);
  assert.ok(!areNeighbors(b, c));
  network.runFor(3_000);
  assert.ok(areNeighbors(b, c));
});

test('Bob died; his card, which still goes round, does not bring him back', () => {
  const network = new OverlayNetwork('dead');
  const a = network.join(alice);
  const b = network.join(bob, [a]);
  const c = network.join(carol, [a]);
  network.runFor(20_000);
  const card = b.neighbors.ownCard.at(network.now.wallTime);
  network.kill(b);
  network.runFor(10_000);
  const own = c.neighbors.ownCard.at(network.now.wallTime);
  const shuffle = encodeShuffle({ walk: 1n, ttl: 0, cards: [own, card] });
  network.forge(c, a, KIND.shuffle, shuffle);
  assert.deepEqual(a.neighbors.knownNodes, []);
});
