// One roster and what a neighbor tells it, honest and not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MalformedBytes } from '../../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import type { LinkId } from '../../../../src/core/domain/links.ts';
import { nodeKeyOf, signCard } from '../../../../src/core/graph/overlay/peer-card.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { decodePresence, encodePresence, encodeRoster } from '../../../../src/core/wire/overlay.ts';
import type { PeerCard } from '../../../../src/core/wire/peer-card-codec.ts';
import { EPOCH_MS, GROUP, hashSigner, RosterNetwork } from '../../../support/roster-network.ts';

/** Alice, and her neighbor Eve, whose own roster does nothing here. */
class Pair {
  readonly network = new RosterNetwork(1);
  readonly alice = this.network.add();
  readonly link: LinkId;

  constructor() {
    this.network.add(false);
    this.network.connect(0, 1, true);
    this.link = [...this.alice.links.keys()][0] as LinkId;
    this.network.advance(2_000);
  }

  tell(cards: readonly PeerCard[]): void {
    this.frame(KIND.presence, encodePresence(cards));
  }

  frame(kind: number, payload: Uint8Array): void {
    const { network, link } = this;
    network.step(0, ({ roster, out }) => roster.onFrame(link, kind, payload, network.now(), out));
  }
}

function card(name: string, issuedAtMs: number, more: Partial<PeerCard> = {}): PeerCard {
  const issuedAt = wallTimeOf(EPOCH_MS + issuedAtMs);
  const body = { nodeId: 77n, issuedAt, isLeaving: false, addresses: [], ...more };
  return signCard(body, GROUP, hashSigner(name));
}

test('a neighbor is present without a card, as long as there is a link', () => {
  const { network, alice } = new Pair();
  assert.equal(alice.roster.presentNodes(), 2);
  assert.deepEqual(alice.roster.cards(), []);
  network.end(1, 'crash');
  network.advance(100);
  assert.equal(alice.roster.presentNodes(), 1);
  assert.deepEqual(alice.events, ['+1', '-1 expired']);
});

test('who publishes nothing is present for neighbors alone', () => {
  const network = new RosterNetwork(2);
  for (const publishes of [true, false, true]) network.add(publishes);
  network.connect(0, 1, true);
  network.connect(0, 2, true);
  network.advance(10_000);
  const present = network.nodes.map(({ roster }) => roster.presentNodes());
  assert.deepEqual(present, [3, 3, 2]);
});

test('a forged card ends the link, and one of another group is forged', () => {
  const pair = new Pair();
  const sound = card('bob', 2_000);
  assert.throws(() => pair.tell([{ ...sound, nodeId: 78n }]), MalformedBytes);
  const elsewhere = signCard(sound, 'd'.repeat(40) as typeof GROUP, hashSigner('bob'));
  assert.throws(() => pair.tell([elsewhere]), MalformedBytes);
  assert.equal(pair.alice.roster.presentNodes(), 2);
});

test('of two cards of a node the later one holds, and after a goodbye no earlier one', () => {
  const pair = new Pair();
  const key = nodeKeyOf(hashSigner('bob').publicKey, 77n);
  pair.tell([card('bob', 1_000)]);
  pair.tell([card('bob', 1_500, { isLeaving: true })]);
  assert.ok(!pair.alice.roster.isPresent(key));
  pair.tell([card('bob', 1_000), card('bob', 1_400), card('bob', 1_500)]);
  assert.ok(!pair.alice.roster.isPresent(key));
  pair.tell([card('bob', 1_600)]);
  assert.ok(pair.alice.roster.isPresent(key));
});

test('a goodbye of a neighbor of ours does not end the link', () => {
  const pair = new Pair();
  const nodeId = 2n;
  const ofNeighbor = { nodeId, issuedAt: wallTimeOf(EPOCH_MS + 1), addresses: [] };
  const [, eve] = pair.network.nodes;
  assert.ok(eve !== undefined);
  pair.tell([signCard({ ...ofNeighbor, isLeaving: false }, GROUP, eve.signer)]);
  const later = { ...ofNeighbor, issuedAt: wallTimeOf(EPOCH_MS + 2) };
  pair.tell([signCard({ ...later, isLeaving: true }, GROUP, eve.signer)]);
  assert.equal(pair.alice.roster.presentNodes(), 2);
  assert.deepEqual(pair.alice.events, ['+1']);
});

test('our own card comes back and says nothing', () => {
  const pair = new Pair();
  const { ownCard } = pair.alice;
  pair.tell([ownCard.at(wallTimeOf(EPOCH_MS + 2_000))]);
  assert.equal(pair.alice.roster.presentNodes(), 2);
});

test('a card that is older than any counts says nothing', () => {
  const pair = new Pair();
  pair.network.advance(30 * 60_000);
  pair.tell([card('bob', 0)]);
  assert.equal(pair.alice.roster.presentNodes(), 2);
});

test('a clock that is ahead makes no card live longer', () => {
  const pair = new Pair();
  pair.tell([card('bob', 900_000)]);
  assert.equal(pair.alice.roster.presentNodes(), 3);
  pair.network.advance(6 * 60_000);
  assert.equal(pair.alice.roster.presentNodes(), 2);
});

test('one member takes few of the places', () => {
  const pair = new Pair();
  for (let nodeId = 100n; nodeId < 300n; nodeId++) pair.tell([card('mallory', 1_000, { nodeId })]);
  assert.equal(pair.alice.roster.cards().length, LIMITS.rosterNodesPerMemberMax);
  pair.tell([card('bob', 1_000)]);
  assert.equal(pair.alice.roster.cards().length, LIMITS.rosterNodesPerMemberMax + 1);
});

test('members that call themselves many nodes keep nobody from the list', () => {
  const pair = new Pair();
  for (let at = 0; at < 6; at++) {
    for (let nodeId = 100n; nodeId < 100n + BigInt(LIMITS.rosterNodesPerMemberMax); nodeId++) {
      pair.tell([card(`mallory ${at}`, 1_000, { nodeId })]);
    }
  }
  assert.ok(pair.alice.roster.cards().length > 256 + 10);
  pair.network.advance(200_000);
  const told: PeerCard[] = [];
  pair.network.step(0, ({ roster, out }) => {
    roster.onFrame(pair.link, KIND.roster, encodeRoster([]), pair.network.now(), out);
    for (const effect of out.take()) {
      if (effect.kind === 'send') told.push(...decodePresence(effect.payload));
    }
  });
  assert.ok(told.some(({ nodeId }) => nodeId === pair.alice.nodeId));
});

test('a ROSTER that names the node id of another keeps that card from nobody', () => {
  const pair = new Pair();
  pair.tell([card('bob', 1_000), card('mallory', 900_000)]);
  const issuedAt = wallTimeOf(EPOCH_MS + 900_000);
  const sentBefore = pair.network.bytes;
  pair.frame(KIND.roster, encodeRoster([{ nodeId: 77n, issuedAt }]));
  pair.network.advance(100);
  assert.ok(pair.network.bytes > sentBefore + 100, 'both cards are told');
});

test('a neighbor that tells more cards than there can be is not heard any more for a while', () => {
  const pair = new Pair();
  for (let round = 0; round < 40; round++) {
    pair.tell(Array.from({ length: 64 }, (_, at) => card('bob', round * 64 + at - 90_000)));
  }
  const [held] = pair.alice.roster.cards();
  assert.ok(held !== undefined && held.issuedAt < EPOCH_MS - 90_000 + 2_560 - 64);
});

test('a ROSTER is answered with what it lacks, and not without end', () => {
  const pair = new Pair();
  pair.tell([card('bob', 1_000), card('carol', 1_000, { nodeId: 78n })]);
  const { out, roster } = pair.alice;
  const ask = (nodeId: bigint, issuedAtMs: number): readonly bigint[] => {
    const issuedAt = wallTimeOf(EPOCH_MS + issuedAtMs);
    const payload = encodeRoster([{ nodeId, issuedAt }]);
    roster.onFrame(pair.link, KIND.roster, payload, pair.network.now(), out);
    const [answer] = out.take();
    return answer?.kind === 'send' ? decodePresence(answer.payload).map((each) => each.nodeId) : [];
  };
  assert.deepEqual(ask(77n, 1_000), [1n, 78n]);
  assert.deepEqual(ask(77n, 999), [1n, 77n, 78n]);
  for (let times = 0; times < 10; times++) ask(77n, 0);
  assert.deepEqual(ask(77n, 0), []);
});
