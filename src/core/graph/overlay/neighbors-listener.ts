// What `Neighbors` tells its owner, and asks it. Calls come from inside a step, in the order in which
// things happened; none of them may call back.

import type { Now, WallTime } from '../../base/time.ts';
import type { LinkId, OpenedLink } from '../../domain/links.ts';
import type { ShortHeads } from '../../wire/overlay.ts';
import type { Heads } from '../heads.ts';
import type { KnownCard } from './peer-card.ts';

/** A link on which both have greeted. */
export interface NewNeighbor {
  readonly opened: OpenedLink;
  /** Null when its card is of no use to others: its clock is far off. */
  readonly known: KnownCard | null;
}

export interface NeighborsListener {
  onNeighborUp(neighbor: NewNeighbor): void;
  /** For a link that was up: why in the words of PART, or what the platform said. */
  onNeighborDown(link: LinkId, why: string): void;
  /** From GREET, right after `onNeighborUp`. */
  onHeads(link: LinkId, heads: Heads): void;
  /** From PING and PONG. */
  onShortHeads(link: LinkId, heads: ShortHeads): void;
  /** What the far end took for group time when it answered, and how long question and answer took together. */
  onClock(link: LinkId, theirTime: WallTime, roundTripMs: number): void;
  ownHeads(): Heads;
  groupTime(now: Now): WallTime;
  /** Nodes that are known to be present, our own included; 1 when nothing is known. */
  presentNodes(): number;
}
