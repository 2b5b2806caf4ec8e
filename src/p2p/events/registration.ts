// One registration for events: what it asks for, and the queue of what has happened since.

import type { HANDLE } from '../surface/basic-types.ts';
import { PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import type { PEER_GROUP_EVENT_DATA } from '../surface/event-structures.ts';

/** `type` is that of the records or of the data; null for all. */
export interface EventWish {
  readonly eventType: PEER_GROUP_EVENT_TYPE;
  readonly type: string | null;
}

/** Follows how much waits in queues. Of each event it is told twice: `onTaken` when nobody waits for its reader any more. */
export interface QueueWatch {
  onQueued(queue: object, event: PEER_GROUP_EVENT_DATA): void;
  onTaken(queue: object, event: PEER_GROUP_EVENT_DATA): void;
}

interface Queued {
  readonly event: PEER_GROUP_EVENT_DATA;
  watch: QueueWatch | null;
}

/** Taken events are let go of in batches, for moving the rest of a long queue takes time. */
const BATCH = 1_024;

export class Registration {
  readonly #object: HANDLE;
  readonly #wishes: readonly EventWish[];
  readonly #queue: (Queued | null)[] = [];
  #taken = 0;
  #hasEnded = false;

  constructor(object: HANDLE, wishes: readonly EventWish[]) {
    this.#object = object;
    this.#wishes = wishes;
  }

  /** It gets no further events. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#queue.length;
  }

  /** Whether it asks for events of this type, and for data or records of `type` where that is given. */
  asksFor(eventType: PEER_GROUP_EVENT_TYPE, type: string | null = null): boolean {
    return this.#wishes.some(
      (wish) => wish.eventType === eventType && (wish.type === null || wish.type === type),
    );
  }

  /** Queues the event and signals the object. */
  put(event: PEER_GROUP_EVENT_DATA, watch: QueueWatch | null): void {
    this.#queue.push({ event, watch });
    watch?.onQueued(this, event);
    signal(this.#object);
  }

  take(): PEER_GROUP_EVENT_DATA | null {
    const queued = this.#queue[this.#taken] ?? null;
    if (queued === null) return null;
    // Its data may be long, and the batch lives on.
    this.#queue[this.#taken] = null;
    this.#taken += 1;
    if (this.#taken === this.#queue.length || this.#taken >= BATCH) {
      this.#queue.splice(0, this.#taken);
      this.#taken = 0;
    }
    queued.watch?.onTaken(this, queued.event);
    return queued.event;
  }

  /** What is queued can be read still, and nobody waits for that: it grows no more. */
  end(): void {
    this.#hasEnded = true;
    for (const queued of this.#queue) {
      const watch = queued?.watch ?? null;
      if (queued === null || watch === null) continue;
      queued.watch = null;
      watch.onTaken(this, queued.event);
    }
  }
}

/** The type of records or data that an event is about; null for events of other kinds. */
export function typeOfEvent(event: PEER_GROUP_EVENT_DATA): string | null {
  switch (event.eventType) {
    case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED:
      return event.recordChangeData.recordType;
    case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_INCOMING_DATA:
      return event.incomingData.type;
    default:
      return null;
  }
}

/** Objects may be the application's own; one that fails has to be its owner's affair. */
function signal(object: HANDLE): void {
  try {
    object.set();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
