// The events of a group: an EventTarget with types, so that listeners take `{ signal }` and `once`.

import type { RecordChange } from '../core/domain/records.ts';
import type { ChangeOrigin } from '../engine/record-desk.ts';
import type { ConnectionEnd } from './connection-end.ts';
import type { DirectConnection } from './direct-connection.ts';
import type { GraphEventMap } from './graph/graph-events.ts';
import type { MembershipEventMap } from './membership/membership-events.ts';
import type { PeerGroupError } from './peer-group-error.ts';
import type { SharedRecord } from './records/shared-record.ts';

/** A direct connection was opened, by either side. */
export class ConnectionOpenedEvent extends Event {
  readonly connection: DirectConnection;

  constructor(connection: DirectConnection) {
    super('connectionOpened');
    this.connection = connection;
  }
}

/** A direct connection has ended, by either side or by the network. */
export class ConnectionClosedEvent extends Event {
  readonly connection: DirectConnection;
  readonly end: ConnectionEnd;

  constructor(connection: DirectConnection, end: ConnectionEnd) {
    super('connectionClosed');
    this.connection = connection;
    this.end = end;
  }
}

/** An `openDirectConnection` of ours has failed. The other side gets no event. */
export class ConnectionFailedEvent extends Event {
  /** The peer name that was asked for. */
  readonly member: string;
  readonly error: PeerGroupError;

  constructor(member: string, error: PeerGroupError) {
    super('connectionFailed');
    this.member = member;
    this.error = error;
  }
}

/** A record was added, changed or deleted, its time is over, or who signed it is no member any more (`'revoked'`). */
export class RecordChangedEvent extends Event {
  readonly change: RecordChange['kind'];
  /** Done by this application, by the clock (expiry, refresh), or by another member. */
  readonly origin: ChangeOrigin;
  /** As it is now; as it was last for one that is gone. */
  readonly record: SharedRecord;
  /** As it was before; null for one that came in. */
  readonly previous: SharedRecord | null;

  constructor(change: RecordChange['kind'], origin: ChangeOrigin, records: ChangedRecords) {
    super('recordChanged');
    this.change = change;
    this.origin = origin;
    this.record = records.record;
    this.previous = records.previous;
  }
}

interface ChangedRecords {
  readonly record: SharedRecord;
  readonly previous: SharedRecord | null;
}

/**
 * What was due by itself, an expiry or a refresh, could not be stored. After a failure of the disk it
 * is tried again; after a bug of ours it is not, and nothing is published any more.
 */
export class RecordsFailedEvent extends Event {
  readonly error: unknown;

  constructor(error: unknown) {
    super('recordsFailed');
    this.error = error;
  }
}

export interface GroupEventMap extends GraphEventMap, MembershipEventMap {
  readonly connectionOpened: ConnectionOpenedEvent;
  readonly connectionClosed: ConnectionClosedEvent;
  readonly connectionFailed: ConnectionFailedEvent;
  readonly recordChanged: RecordChangedEvent;
  readonly recordsFailed: RecordsFailedEvent;
}

type GroupListener<Type extends keyof GroupEventMap> = (event: GroupEventMap[Type]) => void;

/** What `PeerGroup` inherits: the platform's EventTarget, told which events there are. */
export interface GroupEventTarget {
  addEventListener<Type extends keyof GroupEventMap>(
    type: Type,
    listener: GroupListener<Type>,
    options?: AddListenerOptions,
  ): void;
  removeEventListener<Type extends keyof GroupEventMap>(
    type: Type,
    listener: GroupListener<Type>,
  ): void;
  dispatchEvent(event: GroupEventMap[keyof GroupEventMap]): boolean;
}

interface AddListenerOptions {
  readonly once?: boolean;
  /** Takes the listener away again when it is aborted. */
  readonly signal?: AbortSignal;
}

// The one cast that says so: EventTarget knows no event by name.
export const GroupEvents = EventTarget as unknown as new () => GroupEventTarget;
