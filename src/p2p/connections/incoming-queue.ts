// Data that has come over one connection, as events in the queues of those who ask for it, and how much of it waits in
// each of them: a connection is not read while more than the bound waits in one.

import type { PeerEvents } from '../events/peer-events.ts';
import type { QueueWatch } from '../events/registration.ts';
import { PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import type { PEER_GROUP_EVENT_DATA } from '../surface/event-structures.ts';

/** With more of its data waiting in a queue a connection is not read. */
const WAITING_BYTES_MAX = 16_777_216;
/** Of an event besides its data: many empty ones take memory too. */
const EVENT_BYTES = 256;

const {
  PEER_GROUP_EVENT_DIRECT_CONNECTION,
  PEER_GROUP_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
} = PEER_GROUP_EVENT_TYPE;

interface IncomingQueueParts {
  readonly id: bigint;
  readonly events: PeerEvents;
  /** It was full, and is not any more. */
  readonly onRoom: () => void;
}

export class IncomingQueue implements QueueWatch {
  readonly #parts: IncomingQueueParts;
  readonly #waitingBytes = new Map<object, number>();
  #fullQueues = 0;
  #isLimited = true;

  constructor(parts: IncomingQueueParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#isLimited && this.#fullQueues > 0;
  }

  /** Nothing more comes but what is here. */
  endLimit(): void {
    this.#isLimited = false;
  }

  /** Drops it when nobody asks for it, or for connections at all. */
  put(type: string, data: Uint8Array): void {
    const { id, events } = this.#parts;
    const isForConnections =
      events.isAskedFor(PEER_GROUP_EVENT_DIRECT_CONNECTION) ||
      events.isAskedFor(PEER_GROUP_EVENT_NEIGHBOR_CONNECTION);
    if (!isForConnections) return;
    events.raise(
      {
        eventType: PEER_GROUP_EVENT_INCOMING_DATA,
        incomingData: { ullConnectionId: id, type, data },
      },
      this,
    );
  }

  onQueued(queue: object, event: PEER_GROUP_EVENT_DATA): void {
    this.#count(queue, bytesOf(event));
  }

  onTaken(queue: object, event: PEER_GROUP_EVENT_DATA): void {
    this.#count(queue, -bytesOf(event));
  }

  #count(queue: object, change: number): void {
    const before = this.#waitingBytes.get(queue) ?? 0;
    const after = before + change;
    if (after === 0) this.#waitingBytes.delete(queue);
    else this.#waitingBytes.set(queue, after);
    const wasFull = before > WAITING_BYTES_MAX;
    const isFull = after > WAITING_BYTES_MAX;
    if (wasFull === isFull) return;
    this.#fullQueues += isFull ? 1 : -1;
    if (this.#isLimited && this.#fullQueues === 0) this.#parts.onRoom();
  }
}

function bytesOf(event: PEER_GROUP_EVENT_DATA): number {
  const dataBytes = 'incomingData' in event ? event.incomingData.data.length : 0;
  return EVENT_BYTES + dataBytes;
}
