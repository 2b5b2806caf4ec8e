// The graph of an open group for its application: connects, leaves, says who is there, and turns what
// the engine tells into events. Each `connect` has an engine and links of its own.

import type { WallTime } from '../../core/base/time.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import type { OpenedLink } from '../../core/domain/links.ts';
import type { MessageType } from '../../core/domain/message-types.ts';
import type { PeerName } from '../../core/domain/names.ts';
import { leadOf } from '../../core/node/dial-history.ts';
import type {
  GraphEvent,
  KnownEpoch,
  NodeName,
  PresentMember as PresentNode,
} from '../../core/node/graph-event.ts';
import type { StoreChange } from '../../core/ports/record-store.ts';
import type { GraphListener, GroupEngine } from '../../engine/graph/group-engine.ts';
import type { ChangeOrigin } from '../../engine/record-desk.ts';
import { errorOfWorld, PeerGroupError } from '../peer-group-error.ts';
import {
  BroadcastReceivedEvent,
  DialFailedEvent,
  type GraphEventMap,
  GraphFailedEvent,
  NeighborChangedEvent,
  PresenceChangedEvent,
  StatusChangedEvent,
  SyncedEvent,
  SyncLagEvent,
  SyncProgressEvent,
} from './graph-events.ts';
import {
  type BroadcastOptions,
  type ConnectOptions,
  placesOf,
  requireConnectOptions,
  requireNode,
  requireSaid,
  requireSyncedOptions,
  type SyncedOptions,
  type SyncedSummary,
} from './graph-options.ts';
import {
  type GroupStatus,
  type Neighbor,
  neighborOf,
  type PresentMember,
  presentMemberOf,
  reachFailureOf,
  recordLagOf,
  statusOf,
} from './graph-views.ts';
import type { NodeIdentity } from './node-identity.ts';
import { Waiters } from './waiters.ts';

/** What one `connect` has made. */
export interface RunningGraph {
  readonly engine: GroupEngine;
  /** Calls `act` when the last wire of its links is gone, within a second from its close on. */
  readonly whenGone: (act: () => void) => void;
}

export interface GroupGraphParts {
  readonly nodeId: bigint;
  /** An engine with links of its own; `onOpened` is told of every link. */
  readonly makeEngine: (
    listener: GraphListener,
    options: { readonly publishesPresence: boolean; readonly groupTimeBefore: WallTime | null },
  ) => RunningGraph;
  /** Where members may be found. */
  readonly contacts: () => readonly Contact[];
  /** The member said that it listens there, or was reached. */
  readonly onOpened: (opened: OpenedLink) => void;
  readonly onPresent: (member: PeerName, addresses: PresentAddresses) => void;
  readonly dispatch: (event: GraphEventMap[keyof GraphEventMap]) => void;
  /** How many records there are, tombstones included. */
  readonly recordCount: () => number;
  /** By which secret members find each other, when it is that of an epoch. */
  readonly epoch: () => KnownEpoch | null;
  /** What is said about who belongs; true for what is nobody else's affair. */
  readonly onSecurityEvent: (event: GraphEvent) => boolean;
}

type PresentAddresses = (GraphEvent & { kind: 'memberPresent' })['member']['addresses'];

const OFFLINE: GroupStatus = {
  state: 'offline',
  reason: 'notConnected',
  neighbors: 0,
  lastFailure: null,
};

export class GroupGraph {
  readonly #parts: GroupGraphParts;
  readonly #waiters = new Waiters();
  #engine: GroupEngine | null = null;
  /** When it was last left. */
  #groupTimeBefore: WallTime | null = null;
  /** Of the latest engine. */
  #whenGone: RunningGraph['whenGone'] = (act) => act();
  /** True while it says goodbye: it is we who leave, and nobody else. */
  #isLeaving = false;
  #offline: GroupStatus = OFFLINE;
  /** Why the last engine could not go on. */
  #failure: unknown = null;
  #isClosed = false;
  /** Those who are known are left alone. */
  #onlyGiven = false;

  constructor(parts: GroupGraphParts) {
    this.#parts = parts;
  }

  get status(): GroupStatus {
    return this.#engine === null ? this.#offline : statusOf(this.#engine.status);
  }

  get neighbors(): readonly Neighbor[] {
    const engine = this.#engine;
    return engine?.neighbors().map((view) => neighborOf(view, naming(engine))) ?? [];
  }

  get groupTime(): Date {
    if (this.#engine !== null) return new Date(this.#engine.groupTime);
    return new Date(Math.max(Date.now(), this.#groupTimeBefore ?? 0));
  }

  /** Whoever is here, ourselves included, and neighbors that tell nobody else. @internal */
  whoIsHere(): readonly { readonly member: PeerName; readonly since: WallTime }[] {
    const engine = this.#engine;
    return engine === null ? [] : [...engine.members(), ...engine.neighbors()];
  }

  members(): readonly PresentMember[] {
    const engine = this.#engine;
    return engine?.members().map((node) => this.#present(node, engine)) ?? [];
  }

  /** Resolves when others can come in. */
  async connect(options: ConnectOptions): Promise<GroupStatus> {
    const { presence, contacts, addresses, onlyGiven } = requireConnectOptions(options);
    const hadOnlyGiven = this.#onlyGiven;
    this.#onlyGiven = onlyGiven;
    const engine = this.#engine ?? this.#begin(presence);
    if (hadOnlyGiven) this.onAddressesLearned();
    const leads = [...contacts, ...placesOf(addresses)];
    if (leads.length > 0 || onlyGiven) engine.connect(leads);
    const isRead = (): boolean => this.status.reason !== 'readingRecords';
    await this.#waiters.until(() => this.#engine !== engine || isRead(), null);
    this.#requireStill(engine);
    return this.status;
  }

  disconnect(): void {
    const engine = this.#engine;
    if (engine === null) return;
    this.#isLeaving = true;
    engine.close();
    this.#isLeaving = false;
    // A listener that heard a goodbye may have done the same.
    if (this.#engine === engine) this.#end({ ...OFFLINE, reason: 'left' });
  }

  /** For good. Resolves when the goodbyes are said and the wires are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.disconnect();
    await new Promise<void>(this.#whenGone);
  }

  async synced(options: SyncedOptions): Promise<SyncedSummary> {
    const { timeoutMs, signal } = requireSyncedOptions(options);
    const engine = this.#requireConnected();
    const late = (): PeerGroupError => this.#late(timeoutMs);
    await this.#waiters.until(() => this.#engine !== engine || this.#isSynced(), {
      timeoutMs,
      signal,
      late,
    });
    this.#requireStill(engine);
    return { neighbors: this.neighbors.length, records: this.#parts.recordCount() };
  }

  async broadcast(data: Uint8Array | string, options: BroadcastOptions): Promise<number> {
    const { type, bytes } = requireSaid(data, options);
    const engine = this.#requireConnected();
    const reached = await new Promise<number>((resolve) => engine.broadcast(type, bytes, resolve));
    if (reached < 0) throw new PeerGroupError('TOO_MANY_BROADCASTS', '');
    return reached;
  }

  async sendToNeighbor(
    neighbor: Pick<NodeIdentity, 'name' | 'nodeId'>,
    data: Uint8Array | string,
    options: BroadcastOptions,
  ): Promise<void> {
    const node = requireNode(neighbor);
    const said = requireSaid(data, options);
    const engine = this.#requireConnected();
    const reached = await new Promise<number>((resolve) =>
      engine.sendToNeighbor(node, said, resolve),
    );
    if (reached === 0) throw new PeerGroupError('NOT_A_NEIGHBOR', '');
    if (reached < 0) throw new PeerGroupError('SEND_QUEUE_FULL', 'It leaves too much unread.');
  }

  /** Somebody was reached, or said where it is: whoever is nobody's neighbor yet may try there. */
  onAddressesLearned(): void {
    if (!this.#onlyGiven) this.#engine?.connect(this.#parts.contacts());
  }

  /** We listen elsewhere than before. */
  readdress(): void {
    this.#engine?.readdress();
  }

  /** To be called when changes were committed, before anybody else is told. */
  onStored(changes: readonly StoreChange[], origin: ChangeOrigin): void {
    this.#engine?.onStored(changes, origin);
  }

  /** Those that are present and can be reached. @internal */
  whoListens(): readonly Contact[] {
    const present = this.#engine?.members() ?? [];
    return present
      .filter(({ addresses }) => addresses.length > 0)
      .map(({ member, addresses }) => ({ member, addresses }));
  }

  /** An epoch was begun here. */
  onEpochSecret(epoch: KnownEpoch): void {
    this.#engine?.onEpochSecret(epoch);
  }

  /** Tells the group something that no application hears; nobody while it is not connected. */
  announce(type: MessageType, bytes: Uint8Array): void {
    this.#engine?.broadcast(type, bytes, () => undefined);
  }

  #begin(publishesPresence: boolean): GroupEngine {
    const listener: GraphListener = {
      onEvent: (event) => this.#onEvent(event, engine),
      onOpened: (opened) => this.#parts.onOpened(opened),
      onFailed: (error) => this.#onFailed(error, engine),
      onDialFailed: (target, code, detail) => {
        const failure = reachFailureOf({ ...leadOf(target), code, detail });
        this.#parts.dispatch(new DialFailedEvent(failure));
      },
    };
    const { engine, whenGone } = this.#parts.makeEngine(listener, {
      publishesPresence,
      groupTimeBefore: this.#groupTimeBefore,
    });
    this.#engine = engine;
    this.#whenGone = whenGone;
    const epoch = this.#parts.epoch();
    if (epoch !== null) engine.onEpochSecret(epoch);
    if (!this.#onlyGiven) engine.connect(this.#parts.contacts());
    return engine;
  }

  #onFailed(error: unknown, engine: GroupEngine): void {
    this.#failure = errorOfWorld(error);
    if (this.#engine === engine) this.#end({ ...OFFLINE, reason: 'failed' });
    this.#parts.dispatch(new GraphFailedEvent(this.#failure));
  }

  #end(status: GroupStatus): void {
    this.#groupTimeBefore = this.#engine?.groupTime ?? this.#groupTimeBefore;
    this.#engine = null;
    this.#offline = status;
    this.#parts.dispatch(new StatusChangedEvent(status));
    this.#waiters.look();
  }

  #requireConnected(): GroupEngine {
    if (this.#engine !== null) return this.#engine;
    if (this.#isClosed) throw new PeerGroupError('GROUP_CLOSED', '');
    throw new PeerGroupError('NOT_CONNECTED', '');
  }

  /** For those who have waited. */
  #requireStill(engine: GroupEngine): void {
    if (this.#engine === engine) return;
    if (this.#isClosed) throw new PeerGroupError('GROUP_CLOSED', '');
    if (this.#offline.reason === 'failed') throw this.#failure;
    throw new PeerGroupError('NOT_CONNECTED', 'It was disconnected meanwhile.');
  }

  #isSynced(): boolean {
    const { neighbors } = this;
    return neighbors.length > 0 && neighbors.every(({ isSynced }) => isSynced);
  }

  /** An engine that leaves, or has left, tells only which neighbors it has lost. */
  #onEvent(event: GraphEvent, engine: GroupEngine): void {
    const isOver = this.#isLeaving || this.#engine !== engine;
    if (isOver && event.kind !== 'neighborDown') return;
    this.#tell(event, engine);
    this.#waiters.look();
  }

  #tell(event: GraphEvent, engine: GroupEngine): void {
    const { dispatch, onPresent, onSecurityEvent } = this.#parts;
    const nameOf = naming(engine);
    if (onSecurityEvent(event)) return;
    switch (event.kind) {
      case 'status':
        // That it is offline is told when the engine is gone.
        if (event.status.state !== 'offline') {
          dispatch(new StatusChangedEvent(statusOf(event.status)));
        }
        return;
      case 'neighborUp':
        dispatch(new NeighborChangedEvent('up', nameOf(event.node), null));
        return;
      case 'neighborDown':
        dispatch(new NeighborChangedEvent('down', nameOf(event.node), event.why));
        return;
      case 'memberPresent':
        onPresent(event.member.member, event.member.addresses);
        dispatch(new PresenceChangedEvent('present', this.#present(event.member, engine)));
        return;
      case 'memberUpdated':
        onPresent(event.member.member, event.member.addresses);
        dispatch(new PresenceChangedEvent('updated', this.#present(event.member, engine)));
        return;
      case 'memberAbsent':
        dispatch(new PresenceChangedEvent(event.why, this.#present(event.member, engine)));
        return;
      case 'removed':
        // It has said goodbye already.
        engine.close();
        this.#end({ ...OFFLINE, reason: 'removed' });
        return;
      case 'broadcast':
      case 'neighborMessage': {
        const isForUsAlone = event.kind === 'neighborMessage';
        dispatch(new BroadcastReceivedEvent(nameOf(event.node), { ...event, isForUsAlone }));
        return;
      }
      case 'syncProgress':
        dispatch(new SyncProgressEvent(nameOf(event.node), event));
        return;
      case 'synced':
        dispatch(new SyncedEvent(nameOf(event.node), event.records));
        return;
      case 'lag':
        dispatch(new SyncLagEvent(nameOf(event.node), event.lags.map(recordLagOf)));
        return;
      case 'securityWithheld':
      case 'epochSecret':
      // Told elsewhere.
    }
  }

  #present(node: PresentNode, engine: GroupEngine): PresentMember {
    return presentMemberOf(node, naming(engine), this.#parts.nodeId);
  }

  #late(timeoutMs: number): PeerGroupError {
    const { neighbors, status } = this;
    const behind = neighbors.filter(({ isSynced }) => !isSynced);
    const what =
      neighbors.length === 0
        ? `no neighbor yet, ${whyNone(status)}`
        : `not yet the same records as ${behind.map(({ name }) => name).join(', ')}`;
    const hint =
      'group.status and group.neighbors say how far it is; raise timeoutMs when much has to come.';
    return new PeerGroupError('TIMED_OUT', `After ${timeoutMs} ms: ${what}.`, { hint });
  }
}

function whyNone({ reason, state, lastFailure }: GroupStatus): string {
  const why = reason ?? state;
  return lastFailure === null
    ? why
    : `${why} (${lastFailure.code} of ${lastFailure.member ?? lastFailure.address})`;
}

function naming(engine: GroupEngine): (node: NodeName) => NodeIdentity {
  return ({ member, nodeId }) => ({
    name: member,
    friendlyName: engine.friendlyNameOf(member),
    nodeId,
  });
}
