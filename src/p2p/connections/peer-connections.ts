// The connections of one peer in one group: direct ones and neighbors, each with an ID that this user has for nothing
// else. What happens to them becomes events.

import type { PeerGroup } from '../../api/index.ts';
import { Failure } from '../calls/failure.ts';
import type { PeerEvents } from '../events/peer-events.ts';
import type { GUID } from '../surface/basic-types.ts';
import { PEER_CONNECTION_FLAGS } from '../surface/enumerations.ts';
import { PEER_E_CONNECTION_NOT_FOUND } from '../surface/results.ts';
import type { PEER_CONNECTION_INFO } from '../surface/structures.ts';
import { DirectConnections } from './direct-connections.ts';
import { NeighborConnections } from './neighbor-connections.ts';

export interface ConnectionsParts {
  readonly events: PeerEvents;
  readonly nextId: () => bigint;
  /** Our own peer name. */
  readonly self: string;
}

export class PeerConnections {
  readonly #parts: ConnectionsParts;
  #direct: DirectConnections | null = null;
  #neighbors: NeighborConnections | null = null;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  /** Once for each time that the API's group is opened. */
  attach(group: PeerGroup): void {
    this.#direct = new DirectConnections(group, this.#parts);
    this.#neighbors = new NeighborConnections(group, this.#parts);
  }

  /** Members may connect to us from now on. */
  goOnline(): void {
    this.#direct?.accept();
  }

  /**
   * Resolves when what was sent is gone: direct connections have ended then, each with its event; neighbors leave with
   * the group.
   */
  async goOffline(): Promise<void> {
    await Promise.all([this.#direct?.endAll(), this.#neighbors?.settled()]);
  }

  /** The ID of an attempt, which ends with exactly one event. `address` is `[host]:port`. */
  openDirect(member: string, address: string): bigint {
    if (this.#direct === null) throw new Failure(PEER_E_CONNECTION_NOT_FOUND);
    return this.#direct.open({ member, address });
  }

  /** Throws for what is no direct connection. */
  closeDirect(id: bigint): void {
    if (this.#direct?.close(id) !== true) throw new Failure(PEER_E_CONNECTION_NOT_FOUND);
  }

  /**
   * The bytes are taken at the call. Null when there is room for more at once, else it resolves when there is. Throws for
   * an ID that is no connection's, and rejects when the connection ends.
   */
  send(id: bigint, type: GUID, bytes: Uint8Array): Promise<void> | null {
    const connection = this.#direct?.find(id) ?? this.#neighbors?.find(id);
    if (connection === undefined) throw new Failure(PEER_E_CONNECTION_NOT_FOUND);
    return connection.send(type, bytes);
  }

  /** Those that are established, of the kinds in `flags`; 0 for both. */
  list(flags: number): readonly PEER_CONNECTION_INFO[] {
    const { PEER_CONNECTION_DIRECT, PEER_CONNECTION_NEIGHBOR } = PEER_CONNECTION_FLAGS;
    const isWanted = (kind: number): boolean => flags === 0 || (flags & kind) !== 0;
    return [
      ...(isWanted(PEER_CONNECTION_NEIGHBOR) ? (this.#neighbors?.list() ?? []) : []),
      ...(isWanted(PEER_CONNECTION_DIRECT) ? (this.#direct?.list() ?? []) : []),
    ];
  }
}
