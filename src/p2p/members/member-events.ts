// Tells of members: who comes online, goes, has another address, or has a membership that was not known. What a peer
// hears before it is online itself it is told when it is.

import type {
  MemberChangedEvent,
  NeighborChangedEvent,
  PeerGroup,
  PresenceChangedEvent,
  PresentMember,
} from '../../api/index.ts';
import type { PeerEvents } from '../events/peer-events.ts';
import { hasPropertyFlag, settingsOf } from '../peers/group-settings.ts';
import {
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_PROPERTY_FLAGS,
  PEER_MEMBER_CHANGE_TYPE,
} from '../surface/enumerations.ts';

const { PEER_MEMBER_CONNECTED, PEER_MEMBER_DISCONNECTED, PEER_MEMBER_UPDATED, PEER_MEMBER_JOINED } =
  PEER_MEMBER_CHANGE_TYPE;

const { PEER_MEMBER_DATA_OPTIONAL, PEER_DISABLE_PRESENCE } = PEER_GROUP_PROPERTY_FLAGS;

/** Reasons for which a neighbor parts with us that is as present as before. */
const STILL_THERE: ReadonlySet<string | null> = new Set(['busy', 'leastUseful']);

export class MemberEvents {
  readonly #events: PeerEvents;
  readonly #self: string;
  #group: PeerGroup | null = null;
  #isOnline = false;
  /** By node: a member may be there more than once. */
  readonly #present = new Map<bigint, string>();
  /** Members of whom a membership came before we were online. */
  readonly #joined = new Set<string>();
  /** Members that say nothing of themselves before they act, and have not acted. */
  readonly #quiet = new Set<string>();

  constructor(events: PeerEvents, self: string) {
    this.#events = events;
    this.#self = self;
  }

  attach(group: PeerGroup, signal: AbortSignal): void {
    this.#group = group;
    this.#present.clear();
    group.addEventListener('memberChanged', (event) => this.#onMember(event), { signal });
    group.addEventListener('presenceChanged', (event) => this.#onPresence(event), { signal });
    group.addEventListener('neighborChanged', (event) => this.#onNeighbor(event), { signal });
    group.addEventListener('recordChanged', ({ record }) => this.#onAct(record.modifiedBy), {
      signal,
    });
  }

  /** `isFirst` when nobody has heard of our membership before. */
  goOnline(isFirst: boolean): void {
    this.#isOnline = true;
    if (isFirst) this.#joined.add(this.#self);
    for (const member of this.#joined) this.#tellJoined(member);
    this.#joined.clear();
    this.#tell(PEER_MEMBER_CONNECTED, this.#self);
    if (!this.#showsPresence()) return;
    for (const member of new Set(this.#present.values())) {
      this.#tell(PEER_MEMBER_CONNECTED, member);
    }
  }

  goOffline(): void {
    this.#isOnline = false;
    this.#present.clear();
    this.#joined.clear();
    this.#quiet.clear();
  }

  /** Those who are there now, ourselves first; a node that its neighbors have lost is not. */
  present(): readonly PresentMember[] {
    if (this.#group === null || !this.#isOnline) return [];
    const showsPresence = this.#showsPresence();
    return this.#group
      .members()
      .filter(({ isSelf, nodeId }) => isSelf || (showsPresence && this.#present.has(nodeId)));
  }

  #onMember({ member: { name } }: MemberChangedEvent): void {
    if (this.#isOnline) this.#tellJoined(name);
    else this.#joined.add(name);
  }

  /** Once for each membership; publishing presence is an act, so that nobody is quiet who shows that it is there. */
  #tellJoined(member: string): void {
    const isQuiet = this.#hasFlag(PEER_MEMBER_DATA_OPTIONAL) && !this.#showsPresence();
    if (isQuiet) this.#quiet.add(member);
    else this.#tell(PEER_MEMBER_JOINED, member);
  }

  #onAct(member: string): void {
    if (this.#isOnline && this.#quiet.delete(member)) this.#tell(PEER_MEMBER_JOINED, member);
  }

  #onPresence({ change, member }: PresenceChangedEvent): void {
    if (member.isSelf) return;
    switch (change) {
      case 'present':
        this.#come(member);
        return;
      case 'updated':
        if (this.#present.has(member.nodeId)) this.#tellPresence(PEER_MEMBER_UPDATED, member.name);
        else this.#come(member);
        return;
      case 'left':
      case 'expired':
      case 'removed':
        this.#go(member);
    }
  }

  #onNeighbor({ change, neighbor, reason }: NeighborChangedEvent): void {
    const isPresent = (): boolean =>
      this.#group?.members().some(({ nodeId }) => nodeId === neighbor.nodeId) ?? false;
    if (change === 'down' && !STILL_THERE.has(reason)) this.#go(neighbor);
    else if (change === 'up' && isPresent()) this.#come(neighbor);
  }

  #come({ nodeId, name }: Pick<PresentMember, 'nodeId' | 'name'>): void {
    if (this.#present.has(nodeId)) return;
    this.#present.set(nodeId, name);
    this.#tellPresence(PEER_MEMBER_CONNECTED, name);
  }

  #go({ nodeId, name }: Pick<PresentMember, 'nodeId' | 'name'>): void {
    if (!this.#present.delete(nodeId)) return;
    const isGone = ![...this.#present.values()].includes(name);
    if (isGone) this.#tellPresence(PEER_MEMBER_DISCONNECTED, name);
  }

  #tellPresence(changeType: PEER_MEMBER_CHANGE_TYPE, member: string): void {
    if (this.#isOnline && this.#showsPresence()) this.#tell(changeType, member);
  }

  #showsPresence(): boolean {
    return !this.#hasFlag(PEER_DISABLE_PRESENCE);
  }

  #hasFlag(flag: PEER_GROUP_PROPERTY_FLAGS): boolean {
    return this.#group !== null && hasPropertyFlag(settingsOf(this.#group), flag);
  }

  #tell(changeType: PEER_MEMBER_CHANGE_TYPE, pwzIdentity: string): void {
    this.#events.raise({
      eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_MEMBER_CHANGED,
      memberChangeData: { changeType, pwzIdentity },
    });
  }
}
