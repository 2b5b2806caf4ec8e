// The neighbors of one peer in one group, as connections with an ID: who comes, who goes, and data to one of them, in
// pieces, since a link between neighbors carries small messages beside all that it has to do.

import type { NodeIdentity, PeerGroup } from '../../api/index.ts';
import { nodeIdOf } from '../members/node-ids.ts';
import {
  PEER_CONNECTION_FLAGS,
  PEER_CONNECTION_STATUS,
  PEER_GROUP_EVENT_TYPE,
} from '../surface/enumerations.ts';
import type { PEER_CONNECTION_INFO } from '../surface/structures.ts';
import { connectionEvent } from './connection-event.ts';
import { connectionInfo, listeningAddress, toldAddress } from './listed-connection.ts';
import { NeighborLine } from './neighbor-line.ts';
import type { ConnectionsParts } from './peer-connections.ts';
import { nodeKeyOf } from './peer-node-key.ts';

const NEIGHBOR = PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_NEIGHBOR_CONNECTION;
const { PEER_CONNECTED, PEER_DISCONNECTED } = PEER_CONNECTION_STATUS;

/** Of one that says nothing of where it listens. */
const NOWHERE = '[::]:0';

export class NeighborConnections {
  readonly #group: PeerGroup;
  readonly #parts: ConnectionsParts;
  /** By name and node. */
  readonly #lines = new Map<string, NeighborLine>();

  constructor(group: PeerGroup, parts: ConnectionsParts) {
    this.#group = group;
    this.#parts = parts;
    group.addEventListener('neighborChanged', ({ change, neighbor }) => {
      if (change === 'up') this.#onUp(neighbor);
      else this.#onDown(neighbor);
    });
    group.addEventListener('broadcastReceived', ({ sender, isForUsAlone, messageType, data }) => {
      if (isForUsAlone) this.#lines.get(nodeKeyOf(sender))?.receive(messageType, data);
    });
  }

  /** Resolves when everything that was sent is on its way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.settled()));
  }

  find(id: bigint): NeighborLine | undefined {
    return [...this.#lines.values()].find((line) => line.id === id);
  }

  list(): readonly PEER_CONNECTION_INFO[] {
    const kind = PEER_CONNECTION_FLAGS.PEER_CONNECTION_NEIGHBOR;
    return this.#group.neighbors.flatMap((neighbor) => {
      const line = this.#lines.get(nodeKeyOf(neighbor));
      if (line === undefined) return [];
      const { name, listenAddresses } = neighbor;
      const told = listeningAddress(listenAddresses, null) ?? toldAddress(this.#group, neighbor);
      const facts = { id: line.id, kind, member: name, address: told ?? NOWHERE };
      return connectionInfo(this.#group.name, facts);
    });
  }

  #onUp(neighbor: NodeIdentity): void {
    const id = this.#parts.nextId();
    const line = new NeighborLine(id, {
      events: this.#parts.events,
      send: (bytes, type) => this.#group.sendToNeighbor(neighbor, bytes, { type }),
    });
    this.#lines.set(nodeKeyOf(neighbor), line);
    this.#tell(id, PEER_CONNECTED, neighbor);
  }

  #onDown(neighbor: NodeIdentity): void {
    const line = this.#lines.get(nodeKeyOf(neighbor));
    if (line === undefined) return;
    this.#lines.delete(nodeKeyOf(neighbor));
    line.end();
    this.#tell(line.id, PEER_DISCONNECTED, neighbor);
  }

  #tell(ullConnectionId: bigint, status: PEER_CONNECTION_STATUS, { name }: NodeIdentity): void {
    const ullNodeId = nodeIdOf(this.#group.name, name);
    this.#parts.events.raise(connectionEvent(NEIGHBOR, { status, ullConnectionId, ullNodeId }));
  }
}
