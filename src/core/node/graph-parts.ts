// What the graph of one node is put together from.

import type { Now, WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import type { NeighborsParts } from '../graph/overlay/neighbors.ts';
import type { ElementIndex } from '../graph/sync/element-index.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { BatchTools } from '../records/batch-contents.ts';
import type { SecurityState } from '../security/security-state.ts';
import type { Directory } from './directory.ts';

export interface GraphParts extends Omit<NeighborsParts, 'listener' | 'memberOf' | 'membership'> {
  readonly store: RecordStore;
  readonly tools: BatchTools;
  readonly index: ElementIndex;
  readonly directory: Directory;
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  /** The newest of ours that lives: it may be another one at any time. */
  readonly ownMembership: () => Membership;
  /** Who belongs, by what is stored now. */
  readonly security: () => SecurityState;
  /** False: others are not told that we are here. */
  readonly publishesPresence: boolean;
  /** When this node last left the group, by the group's time; null for the first time. */
  readonly groupTimeBefore: WallTime | null;
  readonly now: Now;
}
