// The events of a group that come from its graph.

import { textOf } from '../message.ts';
import type { GroupStatus, PresentMember, ReachFailure, RecordLag } from './graph-views.ts';
import type { NodeIdentity } from './node-identity.ts';

/** The group is connected further than before, or less. */
export class StatusChangedEvent extends Event {
  /** As it was then; `group.status` is as it is now. */
  readonly status: GroupStatus;

  constructor(status: GroupStatus) {
    super('statusChanged');
    this.status = status;
  }
}

/**
 * Another member has connected with the group, says something else of itself, or is gone. Whoever disconnects is told nothing of those who stay:
 * `members()` is empty then.
 */
export class PresenceChangedEvent extends Event {
  /**
   * `updated`: it listens elsewhere, or is called something else. `left`: it said goodbye. `expired`: nothing was heard
   * of it any more. `removed`: it is no member any more.
   */
  readonly change: 'present' | 'updated' | 'left' | 'expired' | 'removed';
  readonly member: PresentMember;

  constructor(change: PresenceChangedEvent['change'], member: PresentMember) {
    super('presenceChanged');
    this.change = change;
    this.member = member;
  }
}

/** A member, or an address where one may be, was tried and is no neighbor of ours by it. It may be tried again. */
export class DialFailedEvent extends Event {
  /** The peer name; null when nobody was named who should be there. */
  readonly member: string | null;
  /** `host:port`; null when there were several, of which `detail` has the one that says most. */
  readonly address: string | null;
  /**
   * A code of docs/errors.md. `UNREACHABLE`, `TIMED_OUT`: nobody answers. `NOT_AUTHENTICATED`, `WRONG_IDENTITY`: somebody
   * else does. `CONNECTION_REFUSED`: it takes nobody now. `MEMBERSHIP_EXPIRED`, `MEMBERSHIP_REMOVED`: it does not take us any more.
   */
  readonly code: string;
  readonly detail: string;

  constructor({ member, address, code, detail }: ReachFailure) {
    super('dialFailed');
    this.member = member;
    this.address = address;
    this.code = code;
    this.detail = detail;
  }
}

/** We exchange records with this member directly from now on, or do not any more. */
export class NeighborChangedEvent extends Event {
  readonly change: 'up' | 'down';
  readonly neighbor: NodeIdentity;
  /** Why it is down, for people to read: `leaving`, `silent`, `leastUseful` and the like; null when it is up. */
  readonly reason: string | null;

  constructor(change: 'up' | 'down', neighbor: NodeIdentity, reason: string | null) {
    super('neighborChanged');
    this.change = change;
    this.neighbor = neighbor;
    this.reason = reason;
  }
}

/**
 * Somebody said something to the whole group, or to us alone as its neighbor. Nobody is told of what it said
 * itself. The sender is proved: it signed what it says to all, and what it says to us alone came over its own link.
 */
export class BroadcastReceivedEvent extends Event {
  readonly sender: NodeIdentity;
  /** True for what was sent to us alone. */
  readonly isForUsAlone: boolean;
  /** The GUID that the sender gave it; all zero when it gave none. */
  readonly messageType: string;
  /** Yours to keep. */
  readonly data: Uint8Array;

  constructor(
    sender: NodeIdentity,
    message: { readonly type: string; readonly bytes: Uint8Array; readonly isForUsAlone: boolean },
  ) {
    super('broadcastReceived');
    this.sender = sender;
    this.isForUsAlone = message.isForUsAlone;
    this.messageType = message.type;
    this.data = message.bytes;
  }

  /** The data as UTF-8. What is none shows as U+FFFD. */
  get text(): string {
    return textOf(this.data);
  }
}

/** Records are coming from a neighbor, or going to it, because they were missing. What is published now comes without it. */
export class SyncProgressEvent extends Event {
  readonly neighbor: NodeIdentity;
  /** Records of this comparison that came. */
  readonly received: number;
  /** How many have to come; a guess until both sides were compared. */
  readonly expected: number;
  /** Records that went to the neighbor. */
  readonly sent: number;

  constructor(
    neighbor: NodeIdentity,
    counts: { readonly received: number; readonly expected: number; readonly sent: number },
  ) {
    super('syncProgress');
    this.neighbor = neighbor;
    this.received = counts.received;
    this.expected = counts.expected;
    this.sent = counts.sent;
  }
}

/** This neighbor and we have the same records. Told for each neighbor; `group.synced()` waits for all of them. */
export class SyncedEvent extends Event {
  readonly neighbor: NodeIdentity;
  /** How many each of the two has, deleted ones that are remembered included. */
  readonly records: number;

  constructor(neighbor: NodeIdentity, records: number) {
    super('synced');
    this.neighbor = neighbor;
    this.records = records;
  }
}

/** One of two neighbors does not take records of the other, and why. */
export class SyncLagEvent extends Event {
  readonly neighbor: NodeIdentity;
  readonly lags: readonly RecordLag[];

  constructor(neighbor: NodeIdentity, lags: readonly RecordLag[]) {
    super('syncLag');
    this.neighbor = neighbor;
    this.lags = lags;
  }
}

/** The graph cannot go on: a bug of ours, or a disk that cannot be read. The group is offline until it is connected again. */
export class GraphFailedEvent extends Event {
  readonly error: unknown;

  constructor(error: unknown) {
    super('graphFailed');
    this.error = error;
  }
}

export interface GraphEventMap {
  readonly statusChanged: StatusChangedEvent;
  readonly presenceChanged: PresenceChangedEvent;
  readonly neighborChanged: NeighborChangedEvent;
  readonly dialFailed: DialFailedEvent;
  readonly broadcastReceived: BroadcastReceivedEvent;
  readonly syncProgress: SyncProgressEvent;
  readonly synced: SyncedEvent;
  readonly syncLag: SyncLagEvent;
  readonly graphFailed: GraphFailedEvent;
}
