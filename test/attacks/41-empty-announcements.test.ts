// Attack 41: a member announces parcels that it never gives. It is asked for a bounded number of them,
// is then not believed for a while, and holds up nobody who has what it announced.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import { Flood } from '../../src/core/graph/flood/flood.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { encodeFlood, encodeIHave } from '../../src/core/wire/flood.ts';
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

function announcements(from: number, count: number, sizeClass: 'medium' | 'large' = 'medium') {
  const marks = Array.from({ length: count }, (_, at) => from + at);
  return encodeIHave(
    marks.map((mark) => ({
      id: nodeSha256.sha256(Buffer.from(`${mark}`)).slice(0, 16),
      hop: 1,
      sizeClass,
    })),
  );
}

test('a hundred thousand announcements are a bounded number of questions, and tree and others go on', () => {
  const siege = new Siege();
  for (let at = 0; at < 100_000; at += 1_000) {
    siege.hear(EVE, KIND.iHave, announcements(at, 1_000));
    siege.pass(100);
  }
  const asked = siege.sent().filter(({ frame }) => frame === KIND.graft);
  const most = LIMITS.promisesBrokenBurst + 20;
  assert.ok(asked.length <= most, `${asked.length} questions`);
  assert.deepEqual(new Set(asked.map(({ link }) => link)), new Set([EVE]));
  assert.ok(siege.misconduct.includes(`${EVE} brokenPromises`));
  assert.ok(siege.bring(1).includes(CAROL));
});

test('whoever announces what Eve announced first is asked when she does not give it', () => {
  const siege = new Siege();
  siege.hear(EVE, KIND.iHave, announcements(1, 1));
  siege.hear(CAROL, KIND.iHave, announcements(1, 1));
  siege.pass(1_000);
  const asked = siege.sent().filter(({ frame }) => frame === KIND.graft);
  assert.deepEqual(
    asked.map(({ link }) => link),
    [EVE, CAROL],
  );
});
