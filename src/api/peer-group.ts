// A group as one of its members has it open: invitations, direct connections, and their events.

import { formatAddress } from '../core/domain/addresses.ts';
import type { Contact } from '../core/domain/invitation.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { PeerName } from '../core/domain/names.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { Role } from '../core/domain/roles.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { CallerAnswer, LineArrival } from '../engine/desk-parts.ts';
import type { DirectDesk, OpenResult } from '../engine/direct-desk.ts';
import type { DirectLine } from '../engine/direct-line.ts';
import type { LineListener } from '../engine/line-listener.ts';
import type { ChangeOrigin } from '../engine/record-desk.ts';
import { type AcceptOptions, DirectConnectionAcceptor } from './acceptor.ts';
import type { AddressMemory } from './address-memory.ts';
import {
  type AddressLike,
  abortedBy,
  requireAddress,
  requireDuration,
  requireFunction,
  requireNotAborted,
  requireObject,
  requirePeerName,
  requireSignal,
} from './arguments.ts';
import { DirectConnection } from './direct-connection.ts';
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
import {
  errorOfWorld,
  failedCandidate,
  invalidArgument,
  PeerGroupError,
} from './peer-group-error.ts';
import type { GroupRecords } from './records/group-records.ts';

/** An open gives up by itself after this. A guess: three times what a slow mobile network takes. */
const OPEN_TIMEOUT_MS = 10_000;

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

export interface OpenOptions {
  /** Where to try, `'host:port'`, one or several. Without it: where the member was reached before, or said it is. */
  readonly address?: AddressLike | readonly AddressLike[];
  /** A connection of its own. Without it two members share one, and this resolves with the one that there is. */
  readonly separate?: boolean;
  /** Milliseconds for the whole attempt, 10,000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface GroupParts {
  readonly membership: Membership;
  readonly friendlyName: string;
  readonly house: GroupHouse;
  readonly addresses: AddressMemory;
  readonly desk: DirectDesk;
  readonly records: GroupRecords;
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
    requireObject('options', options);
    if (typeof member !== 'string') requireObject('member', member);
    const name = requirePeerName('member', typeof member === 'string' ? member : member.name);
    const { separate = false, signal } = options;
    if (typeof separate !== 'boolean') throw invalidArgument('separate', 'true or false');
    const timeoutMs = requireDuration('timeoutMs', options.timeoutMs, OPEN_TIMEOUT_MS);
    requireNotAborted(signal);
    const candidates = this.#candidates(name, options.address);
    if (name === this.self) throw this.#failed(name, new PeerGroupError('CONNECT_SELF', ''));
    const wish = { member: name, candidates, isSeparate: separate, timeoutMs };
    const result = await this.#open(wish, signal);
    if (result.kind === 'failed') throw this.#failed(name, openError(name, result));
    const connection = this.#connections.get(result.line.id);
    if (connection === undefined) {
      throw this.#failed(
        name,
        new PeerGroupError('CONNECTION_LOST', 'It ended as soon as it was open.'),
      );
    }
    return connection;
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
    this.#desk.close(LIMITS.closeMs);
    await Promise.all(ending);
    await this.#parts.onClose();
  }

  #open(
    wish: Parameters<DirectDesk['open']>[0],
    signal: AbortSignal | undefined,
  ): Promise<OpenResult> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        takeBack();
        reject(signal === undefined ? undefined : abortedBy(signal));
      };
      const takeBack = this.#desk.open(wish, (result) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #candidates(member: PeerName, given: OpenOptions['address']) {
    if (given === undefined) {
      const known = this.#parts.addresses.candidatesFor(member);
      if (known.length === 0 && member !== this.self && !this.#isConnectedTo(member)) {
        throw this.#failed(member, new PeerGroupError('NO_ADDRESS', ''));
      }
      return known;
    }
    const list: readonly AddressLike[] = isList(given) ? given : [given];
    if (list.length === 0) throw invalidArgument('address', 'at least one address');
    return list.map((each) => ({
      address: requireAddress('address', each),
      source: 'given' as const,
    }));
  }

  #isConnectedTo(member: string): boolean {
    return this.connections.some((connection) => connection.member.name === member);
  }

  #failed(member: string, error: PeerGroupError): PeerGroupError {
    this.dispatchEvent(new ConnectionFailedEvent(member, error));
    return error;
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

function isList(given: AddressLike | readonly AddressLike[]): given is readonly AddressLike[] {
  return Array.isArray(given);
}

function openError(member: string, result: OpenResult & { kind: 'failed' }): PeerGroupError {
  const { failure } = result;
  const candidates = result.candidates.map(failedCandidate);
  const tried = candidates.map(
    ({ address, code, detail }) => `${address}: ${code}${detail === '' ? '' : ` (${detail})`}`,
  );
  const details = { member, ...(failure.reason === undefined ? {} : { reason: failure.reason }) };
  const text = tried.length > 0 ? `Tried ${tried.join('; ')}.` : failure.detail;
  return new PeerGroupError(failure.code, text, { details, candidates });
}
