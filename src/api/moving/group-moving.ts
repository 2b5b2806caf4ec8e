// How an open group is carried elsewhere, and left.

import { requireObject } from '../arguments.ts';
import type { NeighborChangedEvent, StatusChangedEvent } from '../graph/graph-events.ts';
import type { GroupEventMap } from '../group-events.ts';
import { invalidArgument, PeerGroupError } from '../peer-group-error.ts';
import type { SealOptions } from './sealed-text.ts';

/** A guess: what is pushed is at a neighbor within a round trip. */
const ANNOUNCE_MS = 2_000;

export interface LeaveOptions {
  /**
   * False by default. True tells the members that this one is none any more: nobody can use the membership
   * afterwards, not even ourselves on another machine.
   */
  readonly announce?: boolean;
}

/** What an open group needs of its node for it. */
export interface GroupMoving {
  /** The own membership as it is stored now, DER from the group root on. */
  readonly chain: () => readonly Uint8Array[];
  readonly exportConfig: (options: SealOptions) => Promise<string>;
  /** Stores the statement that ends our own membership, and so pushes it to all neighbors. Throws what the disk does. */
  readonly revokeOwnMembership: () => void;
  /** Removes everything of the group from this node; it is closed then. */
  readonly remove: () => Promise<void>;
}

/** The group that is left. */
export interface Leaving {
  readonly moving: GroupMoving;
  readonly hasNeighbors: () => boolean;
  readonly addEventListener: <Type extends keyof GroupEventMap>(
    type: Type,
    listener: (event: GroupEventMap[Type]) => void,
    options: { readonly signal: AbortSignal },
  ) => void;
  readonly close: () => Promise<void>;
}

/** Throws what `PeerGroup.leave` rejects with. */
export async function leaveGroup(options: LeaveOptions, leaving: Leaving): Promise<void> {
  requireObject('options', options);
  const { announce = false } = options;
  if (typeof announce !== 'boolean') throw invalidArgument('announce', 'true or false');
  if (announce) await announceLeaving(leaving);
  await leaving.close();
  await leaving.moving.remove();
}

/** Resolves when a neighbor has it, which parts with us for it; or when there was time enough. */
async function announceLeaving(leaving: Leaving): Promise<void> {
  if (!leaving.hasNeighbors()) throw new PeerGroupError('NOT_CONNECTED', 'Nobody could be told.');
  const listening = new AbortController();
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const onNeighbor = ({ change }: NeighborChangedEvent): void => {
    if (change === 'down') resolve();
  };
  const onStatus = ({ status }: StatusChangedEvent): void => {
    if (status.state === 'offline') resolve();
  };
  leaving.addEventListener('neighborChanged', onNeighbor, listening);
  leaving.addEventListener('statusChanged', onStatus, listening);
  const timer = setTimeout(resolve, ANNOUNCE_MS);
  try {
    leaving.moving.revokeOwnMembership();
    await heard;
  } finally {
    clearTimeout(timer);
    listening.abort();
  }
}
