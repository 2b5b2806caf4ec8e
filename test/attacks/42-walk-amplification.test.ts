// Attack 42: a member makes one frame many: by shuffles and newcomers that others pass on, by being a
// newcomer again and again, and by cards that all have to be checked.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { signCard } from '../../src/core/graph/overlay/peer-card.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { encodeShuffle } from '../../src/core/wire/overlay.ts';
import { NOW } from '../support/golden-chains.ts';
import { alice, invited, OverlayNetwork } from '../support/overlay-network.ts';

const eve = invited('Eve');

function party(seed: string) {
  const network = new OverlayNetwork(seed);
  const a = network.join(alice);
  for (let at = 0; at < 5; at++) {
    network.join(invited(`Guest ${at}`), [a]);
    network.runFor(200);
  }
  const e = network.join(eve, [a]);
  network.runFor(5_000);
  return { network, a, e };
}

test('a thousand shuffles in a second are passed on a few times', () => {
  const { network, a, e } = party('shuffles');
  const before = a.sent(KIND.shuffle) + a.sent(KIND.shuffleReply);
  const own = e.neighbors.ownCard.at(network.now.wallTime);
  for (let walk = 0n; walk < 1_000n; walk++) {
    network.forge(e, a, KIND.shuffle, encodeShuffle({ walk, ttl: 8, cards: [own] }));
  }
  const sent = a.sent(KIND.shuffle) + a.sent(KIND.shuffleReply) - before;
  assert.ok(sent <= LIMITS.walksPerLinkBurst, `${sent} frames`);
});

test('whoever is a newcomer again and again is told of a few times', () => {
  const { network, a, e } = party('joins');
  const before = a.sent(KIND.forwardJoin);
  for (let times = 0; times < 50; times++) {
    e.step((now) => e.neighbors.leave(now, e.out));
    network.runFor(100);
    e.step((now) => e.neighbors.connect(now, e.out));
    network.open(e, a);
    network.runFor(100);
  }
  const told = a.sent(KIND.forwardJoin) - before;
  assert.ok(told > 0);
  assert.ok(told <= 9 * (LIMITS.memberJoinsBurst + 1), `${told} times`);
});

test('whoever signs any number of cards leaves the others the checks that they need', () => {
  const { a } = party('checks');
  const { group } = eve.membership;
  const now = { instant: a.neighbors.neighbors()[0]?.openedAt ?? 0, wallTime: NOW } as Parameters<
    typeof a.neighbors.judge.judge
  >[1];
  let dropped = 0;
  for (let nodeId = 1n; nodeId <= 2_000n; nodeId++) {
    const body = { nodeId, issuedAt: wallTimeOf(NOW), isLeaving: false, addresses: [] };
    const card = signCard(body, group, eve.person);
    if (a.neighbors.judge.judge(card, now, NOW).kind === 'dropped') dropped += 1;
  }
  assert.ok(dropped > 1_800, `${dropped} dropped`);
  const body = { nodeId: 5n, issuedAt: wallTimeOf(NOW), isLeaving: false, addresses: [] };
  const card = signCard(body, group, alice.person);
  assert.equal(a.neighbors.judge.judge(card, now, NOW).kind, 'sound');
});
