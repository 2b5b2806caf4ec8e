// The registrations of all handles of one peer in one group: an event goes to each that asks for it.

import type { PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import type { PEER_GROUP_EVENT_DATA } from '../surface/event-structures.ts';
import { type QueueWatch, type Registration, typeOfEvent } from './registration.ts';

export class PeerEvents {
  readonly #registrations = new Set<Registration>();

  add(registration: Registration): void {
    this.#registrations.add(registration);
  }

  /** It can still be read empty. */
  remove(registration: Registration): void {
    this.#registrations.delete(registration);
    registration.end();
  }

  /** Whether anybody asks for events of this type, and for records or data of `type` where that is given. */
  isAskedFor(eventType: PEER_GROUP_EVENT_TYPE, type: string | null = null): boolean {
    for (const each of this.#registrations) if (each.asksFor(eventType, type)) return true;
    return false;
  }

  raise(event: PEER_GROUP_EVENT_DATA, watch: QueueWatch | null = null): void {
    const type = typeOfEvent(event);
    let isGiven = false;
    for (const registration of this.#registrations) {
      if (!registration.asksFor(event.eventType, type)) continue;
      // Whoever reads an event owns it: what one application changes no other one sees.
      registration.put(isGiven ? structuredClone(event) : event, watch);
      isGiven = true;
    }
  }
}
