// Alice's flood between three neighbors, one of whom attacks, and a test that is all of them.

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import { Flood } from '../../src/core/graph/flood/flood.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { encodeFlood } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { nodeSha256 } from './flood-network.ts';

export const [BOB, CAROL, EVE] = [1, 2, 3].map(linkIdOf) as [LinkId, LinkId, LinkId];

/** Alice's flood between Bob, Carol and Eve. */
export class FloodSiege {
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
