// Attack 37: a member names hosts that never heard of the group, in referrals, shuffles and as newcomers.
// They displace nobody who is known, and nobody knocks at them more than now and then.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import { signCard } from '../../src/core/graph/overlay/peer-card.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { encodeForwardJoin, encodePart } from '../../src/core/wire/overlay.ts';
import type { PeerCard } from '../../src/core/wire/peer-card-codec.ts';
import { NOW } from '../support/golden-chains.ts';
import type { Resident } from '../support/overlay-network.ts';
import { alice, invited, OverlayNetwork } from '../support/overlay-network.ts';

const eve = invited('Eve', alice, 'administrator');
const { group } = alice.membership;

/** A node that is nowhere, signed for by whoever says so. */
function bogusCard({ person }: Resident, at: number, afterMs = 0): PeerCard {
  const addresses = [{ host: `198.51.${at >> 8}.${at & 255}`, port: 80 }];
  const issuedAt = wallTimeOf(NOW + afterMs);
  return signCard({ nodeId: BigInt(at + 1), issuedAt, isLeaving: false, addresses }, group, person);
}

function party(seed: string, count: number) {
  const network = new OverlayNetwork(seed);
  const a = network.join(alice);
  for (let at = 0; at < count; at++) {
    network.join(invited(`Guest ${at}`), [a]);
    network.runFor(200);
  }
  const e = network.join(eve, [a]);
  network.runFor(30_000);
  return { network, a, e };
}

test('a hundred hosts that Eve refers to push out nobody who is known', () => {
  const { network, a, e } = party('referrals', 30);
  const known = a.neighbors.knownNodes.map(({ key }) => key);
  for (let at = 0; at < 104; at += LIMITS.referralsMax) {
    const near = network.open(e, a);
    const referrals = Array.from({ length: LIMITS.referralsMax }, (_, one) =>
      bogusCard(eve, at + one),
    );
    // The far end of a link has the number after it.
    network.arrive(a, linkIdOf(near + 1), KIND.part, encodePart({ reason: 'busy', referrals }));
    network.runFor(100);
  }
  assert.ok(a.neighbors.knownNodes.some(({ member }) => member === eve.membership.member));
  const after = new Set(
    [...a.neighbors.knownNodes, ...a.neighbors.neighbors()].map((one) => one.key),
  );
  assert.deepEqual(
    known.filter((key) => !after.has(key)),
    [],
  );
});

test('newcomers without end, all of them Eve, are knocked at now and then', () => {
  const { network, a, e } = party('reflector', 2);
  const minutes = 10;
  let knocks = -network.dials;
  for (let at = 0; at < minutes * 120; at++) {
    const card = bogusCard(eve, at, network.nowMs);
    if (a.linkWith(e) !== undefined) {
      network.forge(e, a, KIND.forwardJoin, encodeForwardJoin({ ttl: 0, card }));
    }
    network.runFor(500);
  }
  knocks += network.dials;
  assert.ok(network.hostsDialed.size > 4, 'it does listen to her');
  const most = LIMITS.memberDialsBurst + minutes * 60 * LIMITS.memberDialsPerSecond;
  assert.ok(knocks <= 3 * (most + 4), `${knocks} dials of three nodes`);
});
