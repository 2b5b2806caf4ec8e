// A group as one of its members has it open: invitations, the graph, direct connections, and their events.

import type { Contact } from '../core/domain/invitation.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { OwnMembership } from '../core/security/own-membership.ts';
import type { CallerAnswer, LineArrival } from '../engine/desk-parts.ts';
import type { DirectDesk } from '../engine/direct-desk.ts';
import type { DirectLine } from '../engine/direct-line.ts';
import type { LineListener } from '../engine/line-listener.ts';
import type { ChangeOrigin } from '../engine/record-desk.ts';
import { type AcceptOptions, DirectConnectionAcceptor } from './acceptor.ts';
import type { AddressMemory } from './address-memory.ts';
import { requireFunction, requireObject, requireSignal } from './arguments.ts';
import { DirectConnection } from './direct-connection.ts';
import { DirectOpenings, type OpenOptions } from './direct-openings.ts';
import type {
  BroadcastOptions,
  ConnectOptions,
  SyncedOptions,
  SyncedSummary,
} from './graph/graph-options.ts';
import type { GroupStatus, Neighbor, PresentMember } from './graph/graph-views.ts';
import type { GroupGraph } from './graph/group-graph.ts';
import type { NodeIdentity } from './graph/node-identity.ts';
import {
  ConnectionClosedEvent,
  ConnectionFailedEvent,
  ConnectionOpenedEvent,
  type GroupEventMap,
  GroupEvents,
  RecordChangedEvent,
  RecordsFailedEvent,
} from './group-events.ts';
import type { GroupHouse } from './group-house.ts';
import { type InviteOptions, makeInvitation } from './invite.ts';
import { type KnownMember, knownMembersOf } from './known-members.ts';
import type { Connecting } from './membership/connecting.ts';
import type { GroupBelonging } from './membership/group-belonging.ts';
import type { GroupInvitations } from './membership/group-invitations.ts';
import type { GroupMemberships } from './membership/group-memberships.ts';
import type { GroupPropertiesView } from './membership/group-settings.ts';
import type { PropertiesUpdate } from './membership/membership-options.ts';
import { type MembershipSummary, summaryOf } from './membership/membership-summary.ts';
import { type GroupMoving, type LeaveOptions, leaveGroup } from './moving/group-moving.ts';
import { pemOf } from './moving/pem.ts';
import type { SealOptions } from './moving/sealed-text.ts';
import { errorOfWorld, PeerGroupError } from './peer-group-error.ts';
import type { GroupRecords } from './records/group-records.ts';

export interface GroupParts {
  /** What its member acts under, which changes. */
  readonly own: OwnMembership;
  readonly house: GroupHouse;
  readonly addresses: AddressMemory;
  readonly desk: DirectDesk;
  readonly records: GroupRecords;
  readonly graph: GroupGraph;
  readonly moving: GroupMoving;
  readonly belonging: GroupBelonging;
  readonly connecting: Connecting;
  /** What an invitation says of where members are. */
  readonly contacts: () => readonly Contact[];
  readonly onClose: () => Promise<void>;
}

export class PeerGroup extends GroupEvents implements AsyncDisposable {
  /** The group's name: bound to its key, the same at every member. */
  readonly name: string;
  /** The name of the identity that this is open for. */
  readonly self: string;
  /** What the members share: add, search, watch. */
  readonly records: GroupRecords;
  /** Who belongs: list, explain, remove, change roles. */
  readonly memberships: GroupMemberships;
  /** Tickets, passwords and codes for whoever comes. */
  readonly invitations: GroupInvitations;
  readonly #parts: GroupParts;
  readonly #desk: DirectDesk;
  readonly #graph: GroupGraph;
  readonly #openings: DirectOpenings;
  readonly #connections = new Map<bigint, DirectConnection>();
  #acceptor: DirectConnectionAcceptor | null = null;
  /** Somebody has listened to `recordChanged`. */
  #tellsOfRecords = false;
  #closed: Promise<void> | null = null;

  /** Made by `PeerNode`. @internal */
  constructor(parts: GroupParts) {
    super();
    this.#parts = parts;
    this.name = parts.own.current.group;
    this.self = parts.own.current.member;
    this.records = parts.records;
    this.memberships = parts.belonging.memberships;
    this.invitations = parts.belonging.invitations;
    this.#desk = parts.desk;
    this.#graph = parts.graph;
    this.#openings = new DirectOpenings({
      self: this.self,
      desk: parts.desk,
      addresses: parts.addresses,
      connections: () => this.connections,
      onFailed: (member, error) => this.dispatchEvent(new ConnectionFailedEvent(member, error)),
    });
    this.#desk.attach({
      onCaller: (farEnd, decide) => this.#onCaller(farEnd, decide),
      onLine: (line, arrival) => this.#onLine(line, arrival),
    });
  }

  /** What the group is called; the creator may change it. */
  get friendlyName(): string {
    return this.#parts.belonging.settings.friendlyName;
  }

  /** What the creator has said about the group. */
  get properties(): GroupPropertiesView {
    return this.#parts.belonging.settings.view;
  }

  /**
   * Changes what the group is called, what is said about it, and how long memberships live that are issued from now
   * on. Only where the key of the group is: rejects with `NOT_AUTHORIZED`, `INVALID_ARGUMENT` and `STORAGE_FAILED`.
   */
  async setProperties(update: PropertiesUpdate): Promise<GroupPropertiesView> {
    return this.#parts.belonging.settings.change(update);
  }

  get membership(): MembershipSummary {
    return summaryOf(this.#parts.own.current);
  }

  /** Whom `openDirectConnection` can find without an address: the inviter at first, and whoever was met. */
  get knownMembers(): readonly KnownMember[] {
    return knownMembersOf(this.#parts.addresses.entries());
  }

  /** The direct connections that are open, in the order of their opening. */
  get connections(): readonly DirectConnection[] {
    return [...this.#connections.values()];
  }

  get isOpen(): boolean {
    return this.#closed === null;
  }

  /** How far this group is connected with the other members, and why not further; `statusChanged` tells of each change. */
  get status(): GroupStatus {
    return this.#parts.connecting.status;
  }

  /** The members with which we exchange records directly, the oldest first: all of a small group, eight or so of a large one. */
  get neighbors(): readonly Neighbor[] {
    return this.#graph.neighbors;
  }

  /** What this member and its neighbors take for the time; while connected it never steps back, and one neighbor cannot drag it. */
  get groupTime(): Date {
    return this.#graph.groupTime;
  }

  /** Who has the group connected now, ourselves first; nobody while we have not. Of more than 256 a sample. */
  members(): readonly PresentMember[] {
    return this.#graph.members();
  }

  /**
   * Connects with the other members: from now on records come and go, here and at everybody else. Resolves at once,
   * also when nobody is there yet: in the background those are dialed of whom an address is known (from the
   * invitation, from earlier, or because a direct connection was opened to them), again and again, and others may
   * come in when the node listens. `status` tells how far it is, `synced()` waits for it. Connecting
   * again changes nothing, but that further `contacts` are tried.
   *
   * When our membership has ended, a member that may is asked to renew it first. Rejects with `MEMBERSHIP_EXPIRED` when
   * nobody does; it is asked for again until `disconnect()`, and `status` tells.
   *
   * Rejects with `GROUP_CLOSED`, `MEMBERSHIP_REMOVED`, with `NOT_CONNECTED` when it is disconnected meanwhile, and with
   * `STORAGE_FAILED` and the like when the records cannot be read.
   */
  async connect(options: ConnectOptions = {}): Promise<GroupStatus> {
    this.requireOpen();
    return await this.#parts.connecting.connect(options);
  }

  /**
   * Says goodbye to the neighbors. The records stay; what is published now goes out with the next `connect`. Direct
   * connections are not touched. Changes nothing while the group is not connected.
   */
  disconnect(): void {
    this.#parts.connecting.disconnect();
  }

  /**
   * Resolves when there is a neighbor, and every neighbor has the same records as we: what was published before
   * is here then. Somebody who is alone waits in vain.
   *
   * Rejects with `NOT_CONNECTED`, also when it is disconnected meanwhile, `TIMED_OUT`, whose message says what is missing,
   * `ABORTED` or `GROUP_CLOSED`.
   */
  async synced(options: SyncedOptions = {}): Promise<SyncedSummary> {
    this.requireOpen();
    return await this.#graph.synced(options);
  }

  /**
   * Says something to every member that is connected now: `broadcastReceived` there, not here. Up to 64 KiB, stored
   * nowhere. Resolves with the number of neighbors that it went to, which pass it on: 0 when there is none.
   *
   * Rejects with `NOT_CONNECTED`, `MESSAGE_TOO_LARGE`, `TOO_MANY_BROADCASTS` or `INVALID_ARGUMENT`; nothing is sent then.
   */
  async broadcast(data: Uint8Array | string, options: BroadcastOptions = {}): Promise<number> {
    this.requireOpen();
    return await this.#graph.broadcast(data, options);
  }

  /**
   * Says something to one neighbor alone, who does not pass it on: `broadcastReceived` there, with `isForUsAlone`. Up
   * to 64 KiB. Resolves when it was given to the link, not when it has arrived: for that there are direct connections.
   *
   * Rejects with `NOT_A_NEIGHBOR`, `NOT_CONNECTED`, `MESSAGE_TOO_LARGE`, `SEND_QUEUE_FULL` or `INVALID_ARGUMENT`.
   */
  async sendToNeighbor(
    neighbor: Pick<NodeIdentity, 'name' | 'nodeId'>,
    data: Uint8Array | string,
    options: BroadcastOptions = {},
  ): Promise<void> {
    this.requireOpen();
    await this.#graph.sendToNeighbor(neighbor, data, options);
  }

  /**
   * Makes an invitation for the identity of this card: one line of text, good for that identity
   * alone. It carries the membership, where members can be reached, and what others find the group
   * by, so give it to the invited one only. Rejects with `NOT_AUTHORIZED`, `IDENTITY_INVALID`, `LIFETIME_INVALID`,
   * `CHAIN_TOO_LONG`, `CIRCULAR_CHAIN`, `MEMBERSHIP_REMOVED` or `MEMBERSHIP_EXPIRED`.
   */
  async invite(card: string, options: InviteOptions = {}): Promise<string> {
    this.requireOpen();
    return makeInvitation(card, options, { ...this.#parts, membership: this.#parts.own.current });
  }

  /**
   * Opens a direct connection to a member: proves to it who we are, proves who it is, and resolves
   * when it has taken the connection. Two members share one connection unless `separate` is set;
   * when both open at once, both get the same one.
   *
   * Rejects with `CONNECT_SELF`, `NO_ADDRESS`, `UNREACHABLE`, `TIMED_OUT`, `WRONG_IDENTITY`, `NOT_AUTHENTICATED`, `CONNECTION_REFUSED`,
   * `MEMBERSHIP_EXPIRED` and others of docs/errors.md; `error.candidates` has one line for every address tried.
   */
  async openDirectConnection(
    member: string | { readonly name: string },
    options: OpenOptions = {},
  ): Promise<DirectConnection> {
    this.requireOpen();
    return await this.#openings.open(member, options);
  }

  /**
   * Lets members open direct connections to us from now on. Without this every one is refused. Throws
   * `ALREADY_OPEN` while another acceptor is open.
   */
  acceptDirectConnections(options: AcceptOptions = {}): DirectConnectionAcceptor {
    this.requireOpen();
    requireObject('options', options);
    requireFunction('filter', options.filter);
    requireFunction('onConnection', options.onConnection);
    requireSignal(options.signal);
    if (this.#acceptor !== null)
      throw new PeerGroupError('ALREADY_OPEN', 'This group has an acceptor.');
    const acceptor = new DirectConnectionAcceptor(options, () => {
      if (this.#acceptor === acceptor) this.#acceptor = null;
    });
    this.#acceptor = acceptor;
    if (options.signal?.aborted === true) acceptor.close();
    return acceptor;
  }

  /**
   * The group as one line of text under the password, for `importGroup` on another machine to which this identity was
   * brought: membership, what the members find each other by, and the group's key when it is held. No records: the
   * other members bring them. Under the empty password the text is readable for everybody.
   */
  async exportConfig(options: SealOptions): Promise<string> {
    this.requireOpen();
    return await this.#parts.moving.exportConfig(options);
  }

  /** The certificates of this membership, the own one first and the group's root last, for openssl and the like. */
  toPem(): string {
    return pemOf(this.#parts.moving.chain().toReversed());
  }

  /**
   * Says goodbye, closes the group and deletes everything of it here. The membership itself lasts on until it ends,
   * or is ended with `announce`, which needs a neighbor. Rejects with `NOT_CONNECTED`; the group stays as it is then.
   */
  async leave(options: LeaveOptions = {}): Promise<void> {
    this.requireOpen();
    await leaveGroup(options, {
      moving: this.#parts.moving,
      hasNeighbors: () => this.neighbors.length > 0,
      addEventListener: (type, listener, { signal }) =>
        this.addEventListener(type, listener, { signal }),
      close: () => this.close(),
    });
  }

  /** Closes every connection in order and takes the group offline. Ends within 5 s, whatever others do. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  onRecordChange(change: RecordChange, origin: ChangeOrigin): void {
    if (!this.#tellsOfRecords) return;
    const record = change.after ?? change.before;
    if (record === null) return;
    const previous = change.before === null ? null : this.records.shown(change.before);
    const records = { record: this.records.shown(record), previous };
    this.dispatchEvent(new RecordChangedEvent(change.kind, origin, records));
  }

  /** Telling of a record costs as much as storing it, so it is done only where somebody listens. */
  override addEventListener<Type extends keyof GroupEventMap>(
    type: Type,
    listener: (event: GroupEventMap[Type]) => void,
    options?: { readonly once?: boolean; readonly signal?: AbortSignal },
  ): void {
    if (type === 'recordChanged') this.#tellsOfRecords = true;
    super.addEventListener(type, listener, options);
  }

  /** @internal */
  onRecordsFailed(error: unknown): void {
    this.dispatchEvent(new RecordsFailedEvent(errorOfWorld(error)));
  }

  async #close(): Promise<void> {
    const ending = this.connections.map((connection) => connection.closed);
    this.#acceptor?.close();
    this.#parts.connecting.close();
    const graphGone = this.#graph.close();
    this.#desk.close(LIMITS.closeMs);
    await Promise.all([...ending, graphGone]);
    await this.#parts.onClose();
  }

  #onCaller(farEnd: FarEnd, decide: (answer: CallerAnswer) => void): void {
    if (this.#acceptor !== null) this.#acceptor.decide(farEnd, decide);
    else decide({ kind: 'refuse', reason: 'notAccepting', detail: '' });
  }

  #onLine(line: DirectLine, arrival: LineArrival): LineListener {
    const connection = new DirectConnection(line, arrival.isIncoming);
    this.#connections.set(connection.id, connection);
    this.#learnAddresses(line, arrival);
    // After `start` of the line, and before whoever opened it goes on.
    queueMicrotask(() => {
      this.dispatchEvent(new ConnectionOpenedEvent(connection));
      if (arrival.isIncoming && !arrival.isOurs) this.#acceptor?.take(connection);
    });
    return connection.lineListener((end) => {
      this.#connections.delete(connection.id);
      queueMicrotask(() => this.dispatchEvent(new ConnectionClosedEvent(connection, end)));
    });
  }

  #learnAddresses(line: DirectLine, arrival: LineArrival): void {
    const { addresses, house } = this.#parts;
    const { farEnd, wire } = line.link;
    const { member } = farEnd.membership;
    addresses.told(member, farEnd.listenAddresses, wire.remoteAddress);
    if (!arrival.isIncoming && wire.remoteAddress !== null) {
      addresses.reached(member, wire.remoteAddress, house.clock.now().wallTime);
    }
    this.#parts.connecting.onAddressesLearned();
  }

  /** Rejects with `MEMBERSHIP_REMOVED` for one whose member was removed before it was opened. @internal */
  async requireMember(): Promise<void> {
    const { belonging, own } = this.#parts;
    await belonging.known();
    belonging.requireNotRemoved(own.current);
  }

  /** @internal */
  requireOpen(): void {
    if (this.#closed !== null) throw new PeerGroupError('GROUP_CLOSED', '');
  }
}
