// A node that is present, and who is told when that begins and ends.

import type { PeerName } from '../../domain/names.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { NodeKey } from '../overlay/peer-card.ts';

export interface PresentNode {
  readonly key: NodeKey;
  readonly member: PeerName;
  readonly nodeId: bigint;
  /** Null for a neighbor whose card is of no use to others. */
  readonly card: PeerCard | null;
}

/** Calls come from inside a call of the roster and may not call back. */
export interface RosterListener {
  onPresent(node: PresentNode): void;
  /** There is a later card of it, which may say the same. */
  onRenewed(node: PresentNode): void;
  /** It said so, or nothing was heard of it any more. */
  onLeft(node: PresentNode, why: 'left' | 'expired'): void;
}
