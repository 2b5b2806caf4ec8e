// Attack 39: a member echoes what others bring, to seem useful and stay where others have to go. Only
// what came from it first of all counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import { Flood } from '../../src/core/graph/flood/flood.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { encodeFlood } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { nodeSha256 } from '../support/flood-network.ts';
import { alice, invited, OverlayNetwork } from '../support/overlay-network.ts';

const [BOB, EVE] = [linkIdOf(1), linkIdOf(2)];
const NOW: Now = { instant: instantOf(0), wallTime: wallTimeOf(1_800_000_000_000) };

test('Eve gives again at once what Bob brought: nothing of it counts for her', () => {
  const firsts = { [BOB]: 0, [EVE]: 0 };
  const flood = new Flood(nodeSha256, {
    onParcel: () => undefined,
    onDelivered: (link, wasFirst) => {
      if (wasFirst) firsts[link] = (firsts[link] ?? 0) + 1;
    },
    onMisconduct: () => undefined,
  });
  for (const link of [BOB, EVE]) flood.neighborUp(link);
  for (let mark = 0; mark < 100; mark++) {
    const payload = encodeFlood({ hop: 1, kind: 'bundle', bytes: Uint8Array.of(mark) });
    for (const link of [BOB, EVE, EVE]) {
      flood.onFrame(link, KIND.flood, payload, NOW, new Outbox());
    }
  }
  assert.deepEqual(firsts, { [BOB]: 100, [EVE]: 0 });
});

test('of a view that is too full it is the one that echoes who goes', () => {
  const network = new OverlayNetwork('echo');
  network.presentNodes = () => 8;
  const a = network.join(alice);
  for (let at = 0; at < 7; at++) {
    network.join(invited(`Guest ${at}`), [a]);
    network.runFor(500);
  }
  const neighbors = a.neighbors.neighbors();
  const echoing = neighbors[4];
  for (const { link } of neighbors) {
    for (let count = 0; count < 50; count++) a.neighbors.delivered(link, link !== echoing?.link);
  }
  for (let at = 8; at < 11; at++) {
    network.open(network.join(invited(`Guest ${at}`)), a);
    network.runFor(200);
    for (const one of a.neighbors.neighbors().slice(7)) a.neighbors.delivered(one.link, true);
  }
  network.presentNodes = () => 60;
  network.runFor(30_000);
  assert.ok(!a.neighbors.neighbors().some(({ link }) => link === echoing?.link));
});
