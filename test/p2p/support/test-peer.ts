// A member of a group in a test: an identity on some machine, a handle, and the events that have come to it.

import assert from 'node:assert/strict';

import {
  type HANDLE,
  type HGROUP,
  type HPEERENUM,
  type HPEEREVENT,
  hresultName,
  type P2P,
  type PEER_ADDRESS,
  type PEER_GROUP_EVENT_DATA,
  PEER_GROUP_EVENT_TYPE,
  type PEER_GROUP_PROPERTIES,
  PEER_GROUP_ROLE_MEMBER,
  PEER_GROUP_STATUS,
  PEER_GROUP_VERSION,
  type PEER_MEMBER,
  PEER_MEMBER_FLAGS,
  PEER_S_NO_EVENT_DATA,
  S_OK,
} from '../../../src/p2p/index.ts';
import type { Machine } from './machine.ts';

const PATIENCE_MS = 10_000;
/** Listening, and a neighbor is there. */
export const ONLINE_WITH_OTHERS = 3;
const ALL_EVENTS = Object.values(PEER_GROUP_EVENT_TYPE);

/** Also of those that share a structure with another type. */
type EventOf<Type extends PEER_GROUP_EVENT_TYPE, Event = PEER_GROUP_EVENT_DATA> = Event extends {
  eventType: infer Types;
}
  ? Type extends Types
    ? Event
    : never
  : never;

/** The answer, which has to be S_OK (or `expected`). */
export function ok<Answer extends { readonly hr: number }>(
  answer: Answer,
  expected = S_OK,
): Answer {
  assert.equal(hresultName(answer.hr), hresultName(expected));
  return answer;
}

export function refusedAs(answer: { readonly hr: number }, expected: number): void {
  assert.equal(hresultName(answer.hr), hresultName(expected));
}

/** What is there in an answer that went well. */
export function given<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined, 'the out property is there');
  return value;
}

export class TestPeer {
  readonly machine: Machine;
  readonly identity: string;
  readonly hGroup: HGROUP;
  readonly hPeerEvent: HPEEREVENT;
  /** Everything that has come and nobody has waited for. */
  readonly events: PEER_GROUP_EVENT_DATA[] = [];
  readonly #event: HANDLE;

  private constructor(
    machine: Machine,
    parts: Pick<TestPeer, 'identity' | 'hGroup' | 'hPeerEvent'> & { readonly event: HANDLE },
  ) {
    this.machine = machine;
    this.identity = parts.identity;
    this.hGroup = parts.hGroup;
    this.hPeerEvent = parts.hPeerEvent;
    this.#event = parts.event;
  }

  /** Registers the handle for all events, or for `eventTypes`. */
  static async of(
    machine: Machine,
    { identity, hGroup }: { readonly identity: string; readonly hGroup: HGROUP },
    eventTypes: readonly PEER_GROUP_EVENT_TYPE[] = ALL_EVENTS,
  ): Promise<TestPeer> {
    const event = await machine.createEvent();
    const wishes = eventTypes.map((eventType) => ({ eventType }));
    const { hPeerEvent } = ok(
      await machine.p2p.PeerGroupRegisterEvent(hGroup, event, wishes.length, wishes),
    );
    return new TestPeer(machine, { identity, hGroup, hPeerEvent: given(hPeerEvent), event });
  }

  get p2p(): P2P {
    return this.machine.p2p;
  }

  /** The next event of the type that fits, of those not waited for yet; fails after ten seconds. */
  async next<Type extends PEER_GROUP_EVENT_TYPE>(
    eventType: Type,
    fits: (event: EventOf<Type>) => boolean = () => true,
    timeoutMs: number = PATIENCE_MS,
  ): Promise<EventOf<Type>> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const at = this.events.findIndex((each) => isOfType(each, eventType) && fits(each));
      const [found] = at < 0 ? [] : this.events.splice(at, 1);
      if (found !== undefined && isOfType(found, eventType)) return found;
      const isThere = (await this.#take()) || (await this.#wait(deadline));
      assert.ok(isThere, `an event ${eventType}; there are ${this.#eventsText()}`);
    }
  }

  /** Takes everything that is there, without waiting. */
  async drain(): Promise<readonly PEER_GROUP_EVENT_DATA[]> {
    while (await this.#take());
    return this.events.splice(0);
  }

  /** Goes online and waits until the status has all of these flags. */
  async connect(
    flags: number = PEER_GROUP_STATUS.PEER_GROUP_STATUS_LISTENING,
    addresses: readonly PEER_ADDRESS[] = [],
  ): Promise<void> {
    const { p2p, hGroup } = this;
    ok(
      addresses.length === 0
        ? await p2p.PeerGroupConnect(hGroup)
        : await p2p.PeerGroupConnectByAddress(hGroup, addresses.length, addresses),
    );
    await this.untilStatus(flags);
  }

  async untilStatus(flags: number): Promise<void> {
    await this.next(
      PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED,
      ({ dwStatus }) => (dwStatus & flags) === flags,
    );
  }

  /** A member as this peer sees it. */
  async member(identity: string): Promise<PEER_MEMBER | undefined> {
    const { hPeerEnum } = ok(await this.p2p.PeerGroupEnumMembers(this.hGroup, 0, identity));
    const [member] = await items<PEER_MEMBER>(this.p2p, given(hPeerEnum));
    return member;
  }

  /** Where this peer listens, as it says of itself. */
  async address(): Promise<PEER_ADDRESS> {
    const { hPeerEnum } = ok(
      await this.p2p.PeerGroupEnumMembers(
        this.hGroup,
        PEER_MEMBER_FLAGS.PEER_MEMBER_PRESENT,
        this.identity,
      ),
    );
    const [member] = await items<PEER_MEMBER>(this.p2p, given(hPeerEnum));
    return given(member?.pAddresses[0]);
  }

  async #take(): Promise<boolean> {
    const { hr, pEventData } = await this.p2p.PeerGroupGetEventData(this.hPeerEvent);
    if (hr === PEER_S_NO_EVENT_DATA) return false;
    refusedAs({ hr }, S_OK);
    if (pEventData !== null && pEventData !== undefined) this.events.push(pEventData);
    return true;
  }

  async #wait(deadline: number): Promise<boolean> {
    const left = deadline - Date.now();
    return left > 0 && (await this.machine.wait(this.#event, left));
  }

  #eventsText(): string {
    return JSON.stringify(this.events, (_, value) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
  }
}

function isOfType<Type extends PEER_GROUP_EVENT_TYPE>(
  event: PEER_GROUP_EVENT_DATA,
  eventType: Type,
): event is EventOf<Type> {
  return event.eventType === eventType;
}

/** All items of an enumeration, which is ended. */
export async function items<Item>(p2p: P2P, hPeerEnum: HPEERENUM<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (;;) {
    const { ppvItems = [] } = ok(await p2p.PeerGetNextItem(hPeerEnum, 100));
    if (ppvItems.length === 0) break;
    all.push(...ppvItems);
  }
  ok(await p2p.PeerEndEnumeration(hPeerEnum));
  return all;
}

/** Starts Grouping and makes an identity. */
export async function newUser({ p2p }: Machine, friendlyName: string): Promise<string> {
  ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
  return given(ok(await p2p.PeerIdentityCreate(null, friendlyName, null)).pwzIdentity);
}

/** A group of `machine`'s user, offline. */
export async function newGroup(
  machine: Machine,
  properties: Partial<PEER_GROUP_PROPERTIES> = {},
): Promise<TestPeer> {
  const identity = await newUser(machine, 'Ann');
  const { hGroup } = ok(
    await machine.p2p.PeerGroupCreate({
      pwzCreatorPeerName: identity,
      pwzFriendlyName: 'Chess club',
      ...properties,
    }),
  );
  return TestPeer.of(machine, { identity, hGroup: given(hGroup) });
}

export interface InvitedOptions {
  readonly roles?: string[];
  readonly friendlyName?: string;
  /** Of the membership; with the one that invites for null. */
  readonly ftExpiration?: bigint | null;
}

/** Invites a new user of `machine` and joins there; it stays offline. */
export async function invited(
  by: TestPeer,
  machine: Machine,
  {
    roles = [PEER_GROUP_ROLE_MEMBER],
    friendlyName = 'Bob',
    ftExpiration = null,
  }: InvitedOptions = {},
): Promise<TestPeer> {
  const identity = await newUser(machine, friendlyName);
  const { pwzIdentityXML } = ok(await machine.p2p.PeerIdentityGetXML(identity));
  const { pwzInvitation } = ok(
    await by.p2p.PeerGroupCreateInvitation(
      by.hGroup,
      given(pwzIdentityXML),
      ftExpiration,
      roles.length,
      roles,
    ),
  );
  const { hGroup } = ok(await machine.p2p.PeerGroupJoin(identity, given(pwzInvitation), null));
  return TestPeer.of(machine, { identity, hGroup: given(hGroup) });
}

/** A creator and a member, both online and synchronised with each other. */
export async function connectedPair(
  creator: Machine,
  other: Machine,
  options: InvitedOptions = {},
): Promise<{ readonly ann: TestPeer; readonly bob: TestPeer }> {
  const ann = await newGroup(creator);
  await ann.connect();
  const bob = await invited(ann, other, options);
  await bob.connect(ONLINE_WITH_OTHERS);
  await ann.untilStatus(ONLINE_WITH_OTHERS);
  return { ann, bob };
}
