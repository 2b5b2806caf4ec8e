// Links between neighbors: their numbers, who is at the far end, whom to dial, and why one is parted
// with (protocol.md §13.1).

import type { Address } from './addresses.ts';
import type { Membership } from './membership.ts';
import type { PeerName } from './names.ts';

declare const linkId: unique symbol;

/** Given by whoever owns the links; never given twice. */
export type LinkId = number & { readonly [linkId]: true };

export function linkIdOf(number: number): LinkId {
  return number as LinkId;
}

/** A link that was authenticated: who is there is proved, everything else is what the far end says. */
export interface OpenedLink {
  readonly link: LinkId;
  readonly role: 'dialer' | 'listener';
  readonly membership: Membership;
  /** Random for each opening of the group by the other process. */
  readonly nodeId: bigint;
  /** Where it says it listens. */
  readonly listenAddresses: readonly Address[];
  /** Where the link comes from or leads to; null when that means nothing. */
  readonly remoteAddress: Address | null;
  /** Its clock less ours when its HELLO came, in milliseconds. */
  readonly clockSkewMs: number;
  /** What we dialed, when we named nobody. */
  readonly dialed?: DialTarget;
}

/** Where a member may be found; where `member` is null, any member of the group. Nobody has verified it. */
export interface Lead {
  readonly member: PeerName | null;
  readonly addresses: readonly Address[];
}

/** Whom to dial: the member, and which of its processes when that is known; or whoever of the group is there. */
export interface DialTarget extends Lead {
  readonly nodeId: bigint | null;
}

/** Why a side hangs up; the numbers are those of the wire. */
export const PART_REASONS = {
  /** The group is closed there. */
  leaving: 0,
  /** No room for another neighbor. */
  busy: 1,
  /** Another neighbor takes the place. */
  leastUseful: 2,
  /** There is another link between the two. */
  duplicate: 3,
  /** Frames that nobody may send. */
  badConduct: 4,
  /** Nothing was heard for too long. */
  silent: 5,
  /** More piled up than a neighbor may leave unread. */
  tooSlow: 6,
  /** One of the two memberships has ended. */
  membershipEnded: 7,
  /** The far end's membership does not count any more: somebody removed it. */
  removed: 8,
} as const;

export type PartReason = keyof typeof PART_REASONS;
