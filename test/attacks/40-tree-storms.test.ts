// Attack 40: a member sends GRAFT and PRUNE without end, to have everything many times or to tear the
// tree. It gets each parcel once, and the tree between the others stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { encodeFlood, encodeGraft, identifiedPartOf } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { nodeSha256 } from '../support/flood-network.ts';
import { BOB, CAROL, EVE, FloodSiege } from '../support/flood-siege.ts';

function idOf(bytes: Uint8Array): Uint8Array {
  const payload = encodeFlood({ hop: 1, kind: 'bundle', bytes });
  return nodeSha256.sha256(identifiedPartOf(payload)).slice(0, 16);
}

test('a parcel that is asked for ten thousand times is given once', () => {
  const siege = new FloodSiege();
  const large = new Uint8Array(LIMITS.mediumParcelBytesMax + 1);
  siege.hear(BOB, KIND.flood, encodeFlood({ hop: 1, kind: 'bundle', bytes: large }));
  siege.sent();
  const graft = encodeGraft({ id: idOf(large), joinsTree: false });
  for (let times = 0; times < 10_000; times++) siege.hear(EVE, KIND.graft, graft);
  assert.equal(siege.sent().length, 1);
});

test('a storm of PRUNE and GRAFT is told once, costs few frames, and leaves the others their tree', () => {
  const siege = new FloodSiege();
  for (let times = 0; times < 10_000; times++) {
    siege.hear(EVE, KIND.prune, new Uint8Array(0));
    siege.hear(EVE, KIND.graft, encodeGraft({ id: new Uint8Array(16), joinsTree: true }));
  }
  assert.deepEqual(siege.misconduct, [`${EVE} treeStorm`]);
  assert.ok(siege.sent().length <= LIMITS.treeChangesBurst);
  assert.ok(siege.bring(1).includes(CAROL));
});
