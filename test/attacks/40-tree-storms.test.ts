// Attack 40: a member sends GRAFT and PRUNE without end, to have everything many times or to tear the
// tree. It gets each parcel once, and the tree between the others stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import { Flood } from '../../src/core/graph/flood/flood.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { encodeFlood, encodeGraft, identifiedPartOf } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { nodeSha256 } from '../support/flood-network.ts';

const [BOB, CAROL, EVE] = [1, 2, 3].map(linkIdOf) as [LinkId, LinkId, LinkId];

/** Alice's flood between Bob, Carol and Eve. */
class Siege {
  nowMs = 0;
  readonly misconduct: string[] = [];
  readonly #out = new Outbox<unknown>();
  readonly flood = new Flood(nodeSha256, {
    onParcel: ({ id }) => this.flood.accepted(id, this.now(), this.#out),
    onDelivered: () => undefined,
    onMisconduct: (link, why) => this.misconduct.push(`${link} ${why}`),
  });

  constructor() {
    for (const link of [BOB, CAROL, EVE]) this.flood.neighborUp(link);
  }

  now(): Now {
    return { instant: instantOf(this.nowMs), wallTime: wallTimeOf(1_800_000_000_000) };
  }

  hear(link: LinkId, kind: number, payload: Uint8Array): void {
    this.flood.onFrame(link, kind, payload, this.now(), this.#out);
  }

  /** Bob brings a parcel; who is given it. */
  bring(mark: number, length = 1_000): readonly LinkId[] {
    this.sent();
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(0, mark);
    this.hear(BOB, KIND.flood, encodeFlood({ hop: 1, kind: 'bundle', bytes }));
    return this.sent()
      .filter(({ frame }) => frame === KIND.flood)
      .map(({ link }) => link);
  }

  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let turns = 0; turns < 10_000; turns++) {
      const deadline = this.flood.nextDeadline();
      if (deadline === null || deadline > endMs) break;
      this.nowMs = Math.max(this.nowMs, deadline);
      this.flood.onDeadline(this.now(), this.#out);
    }
    this.nowMs = endMs;
  }

  sent() {
    return this.#out.take() as { frame: number; link: LinkId; payload: Uint8Array }[];
  }
}

function idOf(bytes: Uint8Array): Uint8Array {
  const payload = encodeFlood({ hop: 1, kind: 'bundle', bytes });
  return nodeSha256.sha256(identifiedPartOf(payload)).slice(0, 16);
}

test('a parcel that is asked for ten thousand times is given once', () => {
  const siege = new Siege();
  const large = new Uint8Array(LIMITS.mediumParcelBytesMax + 1);
  siege.hear(BOB, KIND.flood, encodeFlood({ hop: 1, kind: 'bundle', bytes: large }));
  siege.sent();
  const graft = encodeGraft({ id: idOf(large), joinsTree: false });
  for (let times = 0; times < 10_000; times++) siege.hear(EVE, KIND.graft, graft);
  assert.equal(siege.sent().length, 1);
});

test('a storm of PRUNE and GRAFT is told once, costs few frames, and leaves the others their tree', () => {
  const siege = new Siege();
  for (let times = 0; times < 10_000; times++) {
    siege.hear(EVE, KIND.prune, new Uint8Array(0));
    siege.hear(EVE, KIND.graft, encodeGraft({ id: new Uint8Array(16), joinsTree: true }));
  }
  assert.deepEqual(siege.misconduct, [`${EVE} treeStorm`]);
  assert.ok(siege.sent().length <= LIMITS.treeChangesBurst);
  assert.ok(siege.bring(1).includes(CAROL));
});
