// A group as one of its members has it open: invitations, the graph, direct connections, and their events.

import { formatAddress } from '../core/domain/addresses.ts';
import type { Contact } from '../core/domain/invitation.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { Role } from '../core/domain/roles.ts';
import type { FarEnd } from '../core/link/far-end.ts';
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
import { errorOfWorld, PeerGroupError } from './peer-group-error.ts';
import type { GroupRecords } from './records/group-records.ts';

/** What this member may do, from when until when. */
export interface MembershipSummary {
  readonly role: Role;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Memberships between the group's root and this one, this one included; 24 at most. */
  readonly depth: number;
  /** The name of the member who issued it; the group's own for its creator. */
  readonly issuer: string;
}

/** A member of which addresses are known here: from the invitation, from itself, or because it was reached. */
export interface KnownMember {
  readonly name: string;
  /** `host:port` each; those that worked before come first. */
  readonly addresses: readonly string[];
}

export interface GroupParts {
  readonly membership: Membership;
  readonly friendlyName: string;
  readonly house: GroupHouse;
  readonly addresses: AddressMemory;
  readonly desk: DirectDesk;
  readonly records: GroupRecords;
  readonly graph: GroupGraph;
  readonly onClose: () => Promise<void>;
}

export class PeerGroup extends GroupEvents implements AsyncDisposable {
  /** The group's name: bound to its key, the same at every member. */
  readonly name: string;
  readonly friendlyName: string;
  /** The name of the identity that this is open for. */
  readonly self: string;
  /** What the members share: add, search, watch. */
  readonly records: GroupRecords;
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
    this.name = parts.membership.group;
    this.friendlyName = parts.friendlyName;
    this.self = parts.membership.member;
    this.records = parts.records;
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

  get membership(): MembershipSummary {
    const { role, notBefore, notAfter, depth, chain } = this.#parts.membership;
    const last = chain.at(-1);
    const issuer = last?.kind === 'membership' ? last.issuer : this.name;
    return { role, notBefore: new Date(notBefore), notAfter: new Date(notAfter), depth, issuer };
  }

  /** Whom `openDirectConnection` can find without an address: the inviter at first, and whoever was met. */
  get knownMembers(): readonly KnownMember[] {
    return this.#parts.addresses.entries().map(({ member, addresses }) => ({
      name: member,
      addresses: addresses.map(formatAddress),
    }));
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
    return this.#graph.status;
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
   * Rejects with `GROUP_CLOSED`, with `NOT_CONNECTED` when it is disconnected meanwhile, and with `STORAGE_FAILED`
   * and the like when the records cannot be read.
   */
  async connect(options: ConnectOptions = {}): Promise<GroupStatus> {
    this.#requireOpen();
    return await this.#graph.connect(options);
  }

  /**
   * Says goodbye to the neighbors. The records stay; what is published now goes out with the next `connect`. Direct
   * connections are not touched. Changes nothing while the group is not connected.
   */
  disconnect(): void {
    this.#graph.disconnect();
  }

  /**
   * Resolves when there is a neighbor, and every neighbor has the same records as we: what was published before
   * is here then. Somebody who is alone waits in vain.
   *
   * Rejects with `NOT_CONNECTED`, also when it is disconnected meanwhile, `TIMED_OUT`, whose message says what is missing,
   * `ABORTED` or `GROUP_CLOSED`.
   */
  async synced(options: SyncedOptions = {}): Promise<SyncedSummary> {
    this.#requireOpen();
    return await this.#graph.synced(options);
  }

  /**
   * Says something to every member that is connected now: `broadcastReceived` there, not here. Up to 64 KiB, stored
   * nowhere. Resolves with the number of neighbors that it went to, which pass it on: 0 when there is none.
   *
   * Rejects with `NOT_CONNECTED`, `MESSAGE_TOO_LARGE`, `TOO_MANY_BROADCASTS` or `INVALID_ARGUMENT`; nothing is sent then.
   */
  async broadcast(data: Uint8Array | string, options: BroadcastOptions = {}): Promise<number> {
    this.#requireOpen();
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
    this.#requireOpen();
    await this.#graph.sendToNeighbor(neighbor, data, options);
  }

  /**
   * Makes an invitation for the identity of this card: one line of text, good for that identity
   * alone. It carries the membership, where members can be reached, and what others find the group
   * by, so give it to the invited one only. Rejects with `NOT_AUTHORIZED`, `IDENTITY_INVALID`, `LIFETIME_INVALID`,
   * `CHAIN_TOO_LONG` or `CIRCULAR_CHAIN`.
   */
  async invite(card: string, options: InviteOptions = {}): Promise<string> {
    this.#requireOpen();
    return makeInvitation(card, options, {
      ...this.#parts,
      contacts: () => this.#contacts(),
    });
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
    this.#requireOpen();
    return await this.#openings.open(member, options);
  }

  /**
   * Lets members open direct connections to us from now on. Without this every one is refused. Throws
   * `ALREADY_OPEN` while another acceptor is open.
   */
  acceptDirectConnections(options: AcceptOptions = {}): DirectConnectionAcceptor {
    this.#requireOpen();
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
    this.#graph.onAddressesLearned();
  }

  /** Ourselves first, then the members of whom we know most recently. */
  #contacts(): readonly Contact[] {
    const { house, addresses, membership } = this.#parts;
    const own = { member: membership.member, addresses: house.listenAddresses() };
    return [own, ...addresses.entries().toReversed()]
      .filter((contact) => contact.addresses.length > 0)
      .slice(0, LIMITS.contactsInInvitationMax)
      .map((contact) => ({
        member: contact.member,
        addresses: contact.addresses
          .filter(({ host }) => !host.includes('%'))
          .slice(0, LIMITS.addressesPerMemberMax)
          .map(({ host, port }) => ({ host, port })),
      }));
  }

  #requireOpen(): void {
    if (this.#closed !== null) throw new PeerGroupError('GROUP_CLOSED', '');
  }
}
