// What an application sees of its group's graph: how far it is connected, who is present, who its
// neighbors are and what they still lack.

import { hexText } from '../../core/base/hex.ts';
import { formatAddress } from '../../core/domain/addresses.ts';
import type { Lag, NodeName, PresentMember as PresentNode } from '../../core/node/graph-event.ts';
import type { DialFailure, GraphStatus } from '../../core/node/graph-status.ts';
import type { NeighborView } from '../../core/node/graph-views.ts';
import type { NodeIdentity } from './node-identity.ts';

/** How far the group is connected, and what is missing when it is not. */
export interface GroupStatus {
  /**
   * `offline`: not connected. `connecting`: no neighbor yet. `synchronizing`: records are being compared with the
   * neighbors. `online`: the same records as one neighbor at least, when last compared.
   */
  readonly state: 'offline' | 'connecting' | 'synchronizing' | 'online';
  /**
   * Why it is not `online`; null when it is.
   *
   * Offline: `notConnected` (`connect()` was not called), `left` (`disconnect()` or `close()` was), `removed` (we are
   * no member any more), `failed` (`graphFailed` said why). Connecting: `readingRecords` (what is stored here is looked through), `nobodyKnown` (no
   * address of any member: others have to come to us), `dialing`, `nobodyReachable` (`lastFailure` says why; it is
   * tried again, and others may come), `membershipExpired` (nobody has renewed our membership so far, as
   * `lastFailure` says; it is asked for again). Synchronizing: `memberships`, then `records`.
   */
  readonly reason:
    | 'notConnected'
    | 'left'
    | 'removed'
    | 'failed'
    | 'readingRecords'
    | 'nobodyKnown'
    | 'dialing'
    | 'nobodyReachable'
    | 'membershipExpired'
    | 'memberships'
    | 'records'
    | null;
  /** With how many members records are exchanged directly. */
  readonly neighbors: number;
  /** The last attempt to reach a member that failed, while connecting. */
  readonly lastFailure: ReachFailure | null;
}

export interface ReachFailure {
  /** The peer name; null when nobody was named who should be there. */
  readonly member: string | null;
  /** `host:port`; null when there were several, of which `detail` has the one that says most. */
  readonly address: string | null;
  /** A code of docs/errors.md. */
  readonly code: string;
  readonly detail: string;
}

/** A member that has the group open and connected now. One that runs twice is there twice. */
export interface PresentMember extends NodeIdentity {
  /** Where it says that it listens, `host:port` each. */
  readonly addresses: readonly string[];
  /** When it was first seen, by our clock; for ourselves when we connected. */
  readonly since: Date;
  readonly isSelf: boolean;
}

/** A member with which we exchange records directly. */
export interface Neighbor extends NodeIdentity {
  /** True when it dialed us. */
  readonly isIncoming: boolean;
  /** Where it says that it listens, `host:port` each, as far as is known now. */
  readonly listenAddresses: readonly string[];
  /** By our clock. */
  readonly since: Date;
  /** Milliseconds, smoothed; null before the first answer. */
  readonly roundTripMs: number | null;
  /** True when both had the same records at the last comparison. */
  readonly isSynced: boolean;
  /** What one of the two does not have of the other's, and why. */
  readonly lags: readonly RecordLag[];
}

/** Records that one of two neighbors has and the other does not, and the reason. */
export interface RecordLag {
  /** `pending` for what is under way, or the code of docs/errors.md with which it was refused. */
  readonly code: string;
  readonly count: number;
  /** `here`: we lack them. `there`: the neighbor does. */
  readonly side: 'here' | 'there';
  /** The first of them: 24 hexadecimal digits of each record's hash. */
  readonly records: readonly string[];
}

type NamesNode = (node: NodeName) => NodeIdentity;

export function statusOf(status: GraphStatus): GroupStatus {
  switch (status.state) {
    case 'offline':
      return { state: 'offline', reason: status.reason, neighbors: 0, lastFailure: null };
    case 'connecting': {
      const { reason, lastFailure } = status;
      const failure = lastFailure === null ? null : reachFailureOf(lastFailure);
      return { state: 'connecting', reason, neighbors: 0, lastFailure: failure };
    }
    case 'synchronizing': {
      const { reason, neighbors } = status;
      return { state: 'synchronizing', reason, neighbors, lastFailure: null };
    }
    case 'online':
      return { state: 'online', reason: null, neighbors: status.neighbors, lastFailure: null };
  }
}

export function reachFailureOf({ member, address, code, detail }: DialFailure): ReachFailure {
  return { member, address: address === null ? null : formatAddress(address), code, detail };
}

export function presentMemberOf(
  node: PresentNode,
  nameOf: NamesNode,
  selfNodeId: bigint,
): PresentMember {
  return {
    ...nameOf(node),
    addresses: node.addresses.map(formatAddress),
    since: new Date(node.since),
    isSelf: node.nodeId === selfNodeId,
  };
}

export function neighborOf(view: NeighborView, nameOf: NamesNode): Neighbor {
  return {
    ...nameOf(view),
    isIncoming: view.role === 'listener',
    listenAddresses: view.addresses.map(formatAddress),
    since: new Date(view.since),
    roundTripMs: view.roundTripMs,
    isSynced: view.isSynced,
    lags: view.lags.map(recordLagOf),
  };
}

export function recordLagOf({ code, count, side, elements }: Lag): RecordLag {
  return { code, count, side, records: elements.map(hexText) };
}
