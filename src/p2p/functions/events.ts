// Registrations for events: made, read, and taken back. What a registration has queued can be read to its end.

import { dwordOf, guarded, guidOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { Fields } from '../calls/fields.ts';
import { newEventHandle } from '../calls/new-handle.ts';
import { type EventWish, Registration } from '../events/registration.ts';
import type { GroupHandle } from '../peers/group-handle.ts';
import type { DWORD, HANDLE, HPEEREVENT } from '../surface/basic-types.ts';
import type { ConnectionFunctions } from '../surface/connection-functions.ts';
import { PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import type { PEER_GROUP_EVENT_DATA } from '../surface/event-structures.ts';
import { E_INVALIDARG, PEER_S_NO_EVENT_DATA, S_OK } from '../surface/results.ts';
import type { User } from '../user.ts';

type EventFunctions = Pick<
  ConnectionFunctions,
  'PeerGroupRegisterEvent' | 'PeerGroupUnregisterEvent' | 'PeerGroupGetEventData'
>;

const EVENT_TYPES: ReadonlySet<unknown> = new Set(Object.values(PEER_GROUP_EVENT_TYPE));
/** Those that `pType` counts for. */
const TYPED: ReadonlySet<PEER_GROUP_EVENT_TYPE> = new Set([
  PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED,
  PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_INCOMING_DATA,
]);

export function eventFunctions(user: User): EventFunctions {
  const owners = new WeakMap<Registration, GroupHandle>();
  return {
    PeerGroupRegisterEvent: (hGroup, hEvent, cEventRegistration, pEventRegistrations) =>
      user.grouping(() => {
        const owner = user.groupHandles.entry(hGroup);
        const event = eventObjectOf(hEvent);
        const wishes = wishesOf(pEventRegistrations, dwordOf(cEventRegistration));
        const registration = new Registration(event, wishes);
        owners.set(registration, owner);
        return { hPeerEvent: register(user, owner, registration) };
      }),
    PeerGroupUnregisterEvent: (hPeerEvent) =>
      user.grouping(() => {
        const registration = user.registrations.entry(hPeerEvent);
        demand(!registration.hasEnded, E_INVALIDARG);
        const owner = owners.get(registration);
        owner?.peer.events.remove(registration);
        owner?.registrations.delete(registration);
        return {};
      }),
    PeerGroupGetEventData: (hPeerEvent) => user.grouping(() => nextEvent(user, hPeerEvent)),
  };
}

function register(
  user: User,
  { peer, registrations }: GroupHandle,
  registration: Registration,
): HPEEREVENT {
  peer.events.add(registration);
  registrations.add(registration);
  return user.registrations.add(newEventHandle(), registration);
}

function nextEvent(
  user: User,
  hPeerEvent: HPEEREVENT,
): { readonly hr: number; readonly pEventData: PEER_GROUP_EVENT_DATA | null } {
  const registration = user.registrations.entry(hPeerEvent);
  demand(!registration.hasEnded || !registration.isEmpty, E_INVALIDARG);
  const pEventData = registration.take();
  return { hr: pEventData === null ? PEER_S_NO_EVENT_DATA : S_OK, pEventData };
}

/** One of ours, or one of the application's own that can be set. */
function eventObjectOf(value: unknown): HANDLE {
  demand(isEventObject(value), E_INVALIDARG);
  return value;
}

function isEventObject(value: unknown): value is HANDLE {
  if (typeof value !== 'object' || value === null) return false;
  return guarded(() => typeof Reflect.get(value, 'set') === 'function');
}

/** The first `count` of the list, one by one: a count may be anything. */
function wishesOf(list: unknown, count: DWORD): readonly EventWish[] {
  return guarded(() => {
    demand(count > 0 && Array.isArray(list) && count <= list.length, E_INVALIDARG);
    const wishes = new Map<string, EventWish>();
    for (let at = 0; at < count; at += 1) {
      const wish = wishOf(list[at]);
      wishes.set(`${wish.eventType} ${wish.type}`, wish);
    }
    return [...wishes.values()];
  });
}

function wishOf(entry: unknown): EventWish {
  const fields = new Fields(entry);
  const eventType = eventTypeOf(fields.value('eventType'));
  const type = TYPED.has(eventType) ? fields.optional('pType', guidOf) : null;
  return { eventType, type };
}

function eventTypeOf(value: unknown): PEER_GROUP_EVENT_TYPE {
  demand(isEventType(value), E_INVALIDARG);
  return value;
}

function isEventType(value: unknown): value is PEER_GROUP_EVENT_TYPE {
  return EVENT_TYPES.has(value);
}
