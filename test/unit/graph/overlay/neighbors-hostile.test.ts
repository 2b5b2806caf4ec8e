// What Eve, a member, can do to the neighborhoods of others, and what she cannot.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { signCard } from '../../../../src/core/graph/overlay/peer-card.ts';
import { kinMaxOf, viewSizesOf } from '../../../../src/core/graph/overlay/view-sizes.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import {
  encodeForwardJoin,
  encodeNeighborPing,
  encodePart,
  encodeShuffle,
  encodeShuffleReply,
} from '../../../../src/core/wire/overlay.ts';
import type { PeerCard } from '../../../../src/core/wire/peer-card-codec.ts';
import { NOW } from '../../../support/golden-chains.ts';
import type { Resident } from '../../../support/overlay-network.ts';
import { alice, invited, OverlayNetwork } from '../../../support/overlay-network.ts';

const bob = invited('Bob');
const eve = invited('Eve', alice, 'administrator');
const guests = Array.from({ length: 24 }, (_, at) => invited(`Guest ${at}`));
const sybils = Array.from({ length: 40 }, (_, at) => invited(`Sybil ${at}`, eve));
const { group } = alice.membership;

/** A card of one of a thousand hosts that never heard of the group. */
function bogusCard({ person }: Resident, at: number): PeerCard {
  const addresses = [{ host: `198.51.${at >> 8}.${at & 255}`, port: 80 }];
  const body = { nodeId: BigInt(at + 1), issuedAt: wallTimeOf(NOW), isLeaving: false, addresses };
  return signCard(body, group, person);
}

/** Alice, some guests, and Eve among Alice's neighbors. */
function party(seed: string, count = 24) {
  const network = new OverlayNetwork(seed);
  const a = network.join(alice);
  for (const guest of guests.slice(0, count)) {
    network.join(guest, [a]);
    network.runFor(200);
  }
  network.runFor(30_000);
  const e = network.join(eve, [a]);
  network.runFor(1_000);
  return { network, a, e };
}

test('Eve refers to a hundred hosts with cards of nobody: not one of them is remembered', () => {
  const { network, a, e } = party('referrals');
  const before = a.neighbors.knownNodes.map(({ key }) => key);
  const strangers = sybils.slice(0, 8).map((sybil, at) => bogusCard(sybil, at));
  for (let times = 0; times < 12; times++) {
    if (a.linkWith(e) === undefined) network.open(e, a);
    network.runFor(100);
    if (a.linkWith(e) === undefined) continue;
    network.forge(e, a, KIND.part, encodePart({ reason: 'busy', referrals: strangers }));
  }
  const after = new Set(
    [...a.neighbors.knownNodes, ...a.neighbors.neighbors()].map(({ key }) => key),
  );
  assert.equal(before.filter((key) => !after.has(key)).length, 0);
  const hosts = a.neighbors.knownNodes.flatMap(({ card }) => card.addresses);
  assert.ok(!hosts.some(({ host }) => host.startsWith('198.51.')));
  network.runFor(10_000);
  assert.ok(![...network.hostsDialed].some((host) => host.startsWith('198.51.')));
});

test('Eve changes one card in a shuffle: nothing of it is taken, and she is parted with', () => {
  const { network, a, e } = party('forged');
  const own = e.neighbors.ownCard.at(network.now.wallTime);
  const changed = { ...bogusCard(bob, 1), nodeId: 77n };
  network.knows(bob);
  const shuffle = { walk: 5n, ttl: 3, cards: [own, changed] };
  network.forge(e, a, KIND.shuffle, encodeShuffle(shuffle));
  assert.equal(a.linkWith(e), undefined);
  assert.ok(a.said.includes('malformed a forged card'));
});

test('a thousand nodes that Eve signs herself do not push out the others', () => {
  const { network, a, e } = party('hers');
  const others = a.neighbors.knownNodes.filter(({ member }) => member !== eve.membership.member);
  const own = e.neighbors.ownCard.at(network.now.wallTime);
  for (let at = 0; at < 1_000; at += 8) {
    const cards = [own, ...Array.from({ length: 8 }, (_, one) => bogusCard(eve, at + one))];
    network.forge(e, a, KIND.shuffle, encodeShuffle({ walk: BigInt(at), ttl: 0, cards }));
    network.runFor(600);
  }
  const after = new Set(a.neighbors.knownNodes.map(({ key }) => key));
  const linked = new Set(a.neighbors.neighbors().map(({ key }) => key));
  const gone = others.filter(({ key }) => !after.has(key) && !linked.has(key));
  assert.deepEqual(
    gone.map(({ member }) => member),
    [],
  );
  assert.deepEqual(network.components(), [26]);
});

test('forty members that Eve invited dial Alice: they get their share and no more', () => {
  const { network, a } = party('sybils');
  const { target } = viewSizesOf(70);
  const crew = sybils.map((sybil) => network.join(sybil));
  for (let round = 0; round < 5; round++) {
    for (const one of crew) {
      // Whoever has no neighbor says so, and may take the place of another.
      if (one.neighborIds.length === 0) network.open(one, a);
      network.runFor(300);
      // And they seem more useful than anybody else.
      const link = a.linkWith(one);
      if (link !== undefined) a.neighbors.delivered(link, true);
    }
  }
  const kin = a.neighbors
    .neighbors()
    .filter(({ holder }) => holder.lineage.includes(eve.membership.member));
  assert.ok(kin.length <= kinMaxOf(target), `${kin.length} of ${a.neighborIds.length}`);
  assert.ok(a.neighborIds.length > kin.length);
});

test('the oldest half of the neighbors stays, however many newcomers say they have nobody', () => {
  const { network, a } = party('newcomers');
  const oldest = a.neighbors
    .neighbors()
    .slice(0, 3)
    .map(({ key }) => key);
  for (const sybil of sybils) {
    const one = network.join(sybil);
    network.open(one, a);
    network.runFor(100);
    // All but the oldest seem useful.
    const [, , , ...younger] = a.neighbors.neighbors();
    for (const { link } of younger) a.neighbors.delivered(link, true);
  }
  const after = new Set(a.neighbors.neighbors().map(({ key }) => key));
  assert.deepEqual(
    oldest.filter((key) => !after.has(key)),
    [],
  );
});

test('echoing what others brought makes nobody useful', () => {
  const { a } = party('echo');
  const [first, second] = a.neighbors.neighbors();
  assert.ok(first !== undefined && second !== undefined);
  for (let count = 0; count < 100; count++) {
    a.neighbors.delivered(first.link, true);
    a.neighbors.delivered(second.link, false);
  }
  assert.ok(first.utility > 3_000 && second.utility === 0);
});

test('a thousand shuffles and newcomers of Eve become a handful of frames and dials', () => {
  const { network, a, e } = party('storm');
  const own = e.neighbors.ownCard.at(network.now.wallTime);
  const sentBefore = a.sent(KIND.shuffle) + a.sent(KIND.shuffleReply) + a.sent(KIND.forwardJoin);
  const dialsBefore = network.dials;
  for (let at = 0; at < 1_000; at++) {
    const card = bogusCard(eve, at);
    network.forge(e, a, KIND.shuffle, encodeShuffle({ walk: BigInt(at), ttl: 6, cards: [own] }));
    network.forge(e, a, KIND.forwardJoin, encodeForwardJoin({ ttl: 0, card }));
  }
  const sent = a.sent(KIND.shuffle) + a.sent(KIND.shuffleReply) + a.sent(KIND.forwardJoin);
  assert.ok(sent - sentBefore <= LIMITS.walksPerLinkBurst, `${sent - sentBefore} frames`);
  network.runFor(1_000);
  assert.ok(network.dials - dialsBefore <= 8, `${network.dials - dialsBefore} dials`);
});

test('a thousand pings are answered a few times', () => {
  const { network, a, e } = party('pings');
  const heads = { count: 0, digest: new Uint8Array(8), securityHead: new Uint8Array(8) };
  const before = a.sent(KIND.neighborPong);
  for (let nonce = 0; nonce < 1_000; nonce++) {
    const ping = { nonce, groupTime: network.now.wallTime, heads };
    network.forge(e, a, KIND.neighborPing, encodeNeighborPing(ping));
  }
  assert.equal(a.sent(KIND.neighborPong) - before, LIMITS.pingsPerLinkBurst);
});

test('a reply to a shuffle that nobody sent, or that comes another way, is not taken', () => {
  const { network, a, e } = party('replies');
  network.knows(bob);
  const cards = [bogusCard(bob, 9)];
  for (let walk = 0n; walk < 100n; walk++) {
    network.forge(e, a, KIND.shuffleReply, encodeShuffleReply({ walk, cards }));
  }
  assert.ok(!a.neighbors.knownNodes.some(({ member }) => member === bob.membership.member));
});
