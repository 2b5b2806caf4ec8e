// What the application says: to the whole group, or to one neighbor.

import type { Now, WallTime } from '../base/time.ts';
import type { LinkId } from '../domain/links.ts';
import type { Broadcasts } from '../graph/flood/broadcasts.ts';
import type { Flood } from '../graph/flood/flood.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { Neighbors } from '../graph/overlay/neighbors.ts';
import { KIND } from '../wire/frame.ts';
import { encodeNeighborMessage } from '../wire/neighbor-message.ts';
import type { NodeEffect } from './effect.ts';
import type { Input } from './input.ts';

export type Said = Input & { kind: 'broadcast' | 'sendToNeighbor' };

export interface SayingsParts {
  readonly broadcasts: Broadcasts;
  readonly flood: Flood;
  readonly neighbors: Neighbors;
  readonly isCongested: (link: LinkId) => boolean;
  readonly groupTime: (now: Now) => WallTime;
  readonly out: Outbox<NodeEffect>;
}

/** The answer to somebody who says more than neighbors can take. */
const TOO_MUCH = -1;

export class Sayings {
  readonly #parts: SayingsParts;

  constructor(parts: SayingsParts) {
    this.#parts = parts;
  }

  /** To how many neighbors it went; -1 when it is too much at once. */
  say(said: Said, now: Now): number {
    if (said.kind === 'broadcast') return this.#broadcast(said, now);
    const { neighbors, isCongested, out } = this.#parts;
    const { member, nodeId } = said.node;
    const neighbor = neighbors
      .neighbors()
      .find(({ opened }) => opened.nodeId === nodeId && opened.membership.member === member);
    if (neighbor === undefined) return 0;
    if (isCongested(neighbor.link)) return TOO_MUCH;
    out.send(neighbor.link, KIND.neighborMessage, encodeNeighborMessage(said));
    return 1;
  }

  #broadcast({ type, bytes }: Said, now: Now): number {
    const { broadcasts, flood, groupTime, out } = this.#parts;
    const signed = broadcasts.sign(type, bytes, now, groupTime(now));
    if (signed === null) return TOO_MUCH;
    return flood.publish({ kind: 'application', bytes: signed }, now, out);
  }
}
