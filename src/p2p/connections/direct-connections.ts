// Direct connections of one peer in one group: one for each pair of peers at most. Every attempt ends with exactly one
// event, every connection with one at either side; of two attempts that meet that of the lower peer name wins.

import type {
  DirectConnection,
  DirectConnectionAcceptor,
  Member,
  PeerGroup,
} from '../../api/index.ts';
import { nodeIdOf } from '../members/node-ids.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import {
  PEER_CONNECTION_FLAGS,
  PEER_CONNECTION_STATUS,
  PEER_GROUP_EVENT_TYPE,
} from '../surface/enumerations.ts';
import type { PEER_CONNECTION_INFO } from '../surface/structures.ts';
import { connectionEvent } from './connection-event.ts';
import { DirectAttempts, type Wanted } from './direct-attempts.ts';
import { DirectLine } from './direct-line.ts';
import { connectionInfo, toldAddress } from './listed-connection.ts';
import type { ConnectionsParts } from './peer-connections.ts';
import { nodeKeyOf, type PeerNode } from './peer-node-key.ts';
import { Places } from './places.ts';

const DIRECT = PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_DIRECT_CONNECTION;
const { PEER_CONNECTED, PEER_DISCONNECTED, PEER_CONNECTION_FAILED } = PEER_CONNECTION_STATUS;
const CONNECTIONS_MAX = 256;
/**
 * So long another's attempt waits for ours to the same peer. Ours has mostly arrived by then if it ever does, and the
 * other one has not given up. A guess.
 */
const PRECEDENCE_MS = 3_000;
/** Going offline waits no longer for somebody who takes nothing of what was sent. */
const LEAVING_MS = 5_000;

export class DirectConnections {
  readonly #group: PeerGroup;
  readonly #parts: ConnectionsParts;
  readonly #places = new Places(CONNECTIONS_MAX);
  readonly #attempts: DirectAttempts;
  /** Those that are up and were not closed here. */
  readonly #lines = new Map<bigint, DirectLine>();
  /** Those that were closed here as well, until they have ended. */
  readonly #ending = new Set<DirectLine>();
  /** Nodes that have our yes: their connections come before anything else does. */
  readonly #welcome = new Set<string>();
  #acceptor: DirectConnectionAcceptor | null = null;

  constructor(group: PeerGroup, parts: ConnectionsParts) {
    this.#group = group;
    this.#parts = parts;
    this.#attempts = new DirectAttempts({
      group,
      places: this.#places,
      isConnectedTo: (wanted) => this.#isConnectedTo(wanted),
      onConnected: (id, connection) => this.#onConnected(id, connection),
      onFailed: (id, reason) => this.#tellFailed(id, reason),
    });
  }

  accept(): void {
    this.#acceptor ??= this.#group.acceptDirectConnections({
      filter: (member) => this.#welcomes(member),
      onConnection: (connection) => this.#onIncoming(connection),
    });
  }

  find(id: bigint): DirectLine | undefined {
    return this.#lines.get(id);
  }

  open(wanted: Wanted): bigint {
    const id = this.#parts.nextId();
    this.#attempts.begin(id, wanted);
    return id;
  }

  /** False for what is neither a connection nor an attempt. */
  close(id: bigint): boolean {
    if (this.#attempts.giveUp(id)) return true;
    const line = this.#lines.get(id);
    if (line === undefined) return false;
    this.#forget(line);
    line.close();
    return true;
  }

  list(): readonly PEER_CONNECTION_INFO[] {
    const kind = PEER_CONNECTION_FLAGS.PEER_CONNECTION_DIRECT;
    return [...this.#lines.values()].map((line) => {
      const { id, member } = line;
      const address = line.listenAddress ?? toldAddress(this.#group, member) ?? line.seenAt;
      return connectionInfo(this.#group.name, { id, kind, member: member.name, address });
    });
  }

  /** Resolves when all have ended, each after what was sent on it. */
  async endAll(): Promise<void> {
    this.#acceptor?.close();
    this.#acceptor = null;
    this.#attempts.giveUpAll();
    for (const id of [...this.#lines.keys()]) this.close(id);
    await Promise.all([...this.#ending].map((line) => line.ended(LEAVING_MS)));
  }

  /** Asked when a member wants to connect. */
  async #welcomes(caller: Member): Promise<boolean> {
    const { name } = caller;
    if (!this.#mayCome(caller)) return false;
    const ours = this.#parts.self < name ? this.#attempts.whenEnded(name) : null;
    if (ours !== null) await within(PRECEDENCE_MS, ours);
    if (!this.#mayCome(caller) || !(await this.#places.take())) return false;
    if (!this.#mayCome(caller)) {
      this.#places.giveBack();
      return false;
    }
    const key = nodeKeyOf(caller);
    this.#welcome.add(key);
    // Those who are still there come at once.
    setImmediate(() => {
      if (this.#welcome.delete(key)) this.#places.giveBack();
    });
    return true;
  }

  #mayCome(caller: Member): boolean {
    if (this.#acceptor === null || !this.#parts.events.isAskedFor(DIRECT)) return false;
    return !this.#welcome.has(nodeKeyOf(caller)) && !this.#hasLineTo(caller);
  }

  #onIncoming(connection: DirectConnection): void {
    if (!this.#welcome.delete(nodeKeyOf(connection.member))) {
      connection.abort();
      return;
    }
    this.#places.keep();
    this.#add(this.#parts.nextId(), connection);
  }

  /** False when theirs has come meanwhile. */
  #onConnected(id: bigint, connection: DirectConnection): boolean {
    if (this.#hasLineTo(connection.member)) {
      connection.abort();
      return false;
    }
    this.#add(id, connection);
    return true;
  }

  #add(id: bigint, connection: DirectConnection): void {
    const line = new DirectLine(id, connection, this.#parts.events);
    this.#lines.set(id, line);
    this.#ending.add(line);
    const member = line.member.name;
    this.#tell(id, PEER_CONNECTED, member);
    line.start(() => {
      this.#forget(line);
      this.#ending.delete(line);
      this.#tell(id, PEER_DISCONNECTED, member);
    });
  }

  #forget({ id }: DirectLine): void {
    if (this.#lines.delete(id)) this.#places.leave();
  }

  /** Another process of the same member is another peer, if it is known to listen at the address. */
  #isConnectedTo({ member, address }: Wanted): boolean {
    const there = this.#group
      .members()
      .find((each) => each.name === member && each.addresses.includes(address));
    if (there !== undefined) return this.#hasLineTo(there);
    return [...this.#lines.values()].some((line) => line.member.name === member);
  }

  #hasLineTo(member: PeerNode): boolean {
    const key = nodeKeyOf(member);
    return [...this.#lines.values()].some((line) => nodeKeyOf(line.member) === key);
  }

  #tell(ullConnectionId: bigint, status: PEER_CONNECTION_STATUS, member: string): void {
    const ullNodeId = nodeIdOf(this.#group.name, member);
    this.#parts.events.raise(connectionEvent(DIRECT, { status, ullConnectionId, ullNodeId }));
  }

  #tellFailed(ullConnectionId: bigint, hrConnectionFailedReason: HRESULT): void {
    const what = { status: PEER_CONNECTION_FAILED, ullConnectionId, hrConnectionFailedReason };
    this.#parts.events.raise(connectionEvent(DIRECT, what));
  }
}

async function within(timeoutMs: number, awaited: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, timeoutMs);
  await Promise.race([awaited, late.promise]);
  clearTimeout(timer);
}
