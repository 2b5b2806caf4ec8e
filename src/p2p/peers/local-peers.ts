// The peers of one P2P object: each identity in each group once, however many handles there are. What opens, closes or
// deletes one and the same group happens one after the other.

import type { PeerGroup } from '../../api/index.ts';
import { newGroupHandle } from '../calls/new-handle.ts';
import type { HGROUP } from '../surface/basic-types.ts';
import type { User } from '../user.ts';
import { ListeningPort } from './listening-port.ts';
import { LocalPeer } from './local-peer.ts';

export class LocalPeers {
  readonly #user: User;
  readonly #peers = new Map<string, LocalPeer>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #listening: ListeningPort | null = null;

  constructor(user: User) {
    this.#user = user;
  }

  find(identity: string, group: string): LocalPeer | null {
    return this.#peers.get(keyOf(identity, group)) ?? null;
  }

  all(): Iterable<LocalPeer> {
    return [...this.#peers.values()];
  }

  get onlineCount(): number {
    return [...this.#peers.values()].filter(({ isOnline }) => isOnline).length;
  }

  /**
   * The peer, open; of a join with a password that nobody has admitted yet without the API's group. Within
   * `inTurn`, and a handle has to be made in the same turn, or it stays open for nobody.
   */
  async open(identity: string, group: string): Promise<LocalPeer> {
    const open = this.find(identity, group);
    if (open !== null) return open;
    const { node, memory } = this.#user;
    const peer = this.#newPeer(identity, group);
    const isMember = node.groups.some((each) => each.identity === identity && each.name === group);
    if (isMember || memory.passwordJoinOf(identity, group) === undefined) {
      peer.attach(await node.openGroup(group, { identity }));
    }
    this.#peers.set(keyOf(identity, group), peer);
    return peer;
  }

  /** A peer of a group that the API has just opened: made, or joined. Within `inTurn` when others may know its name. */
  take(group: PeerGroup): LocalPeer {
    const key = keyOf(group.self, group.name);
    const peer = this.#peers.get(key) ?? this.#newPeer(group.self, group.name);
    peer.attach(group);
    this.#peers.set(key, peer);
    return peer;
  }

  /** A new handle, of which there may be any number. */
  handleOf(peer: LocalPeer): HGROUP {
    const hGroup = newGroupHandle();
    peer.handles.add(hGroup);
    return this.#user.groupHandles.add(hGroup, { peer, registrations: new Set() });
  }

  /** Opens the peer and makes a handle. Rejects as `openGroup` of the API. */
  openHandle(identity: string, group: string): Promise<HGROUP> {
    return this.inTurn(identity, group, async () =>
      this.handleOf(await this.open(identity, group)),
    );
  }

  /** The handle is void at once; resolves when the peer is closed, if it was the last one. */
  async close(hGroup: HGROUP): Promise<void> {
    const { peer } = this.#user.groupHandles.entry(hGroup);
    this.#void(hGroup);
    if (peer.handles.size > 0) return;
    await this.inTurn(peer.identity, peer.groupName, () => this.#endUnused(peer));
  }

  /** All handles are void at once; resolves when the peer is closed and `act` is done, before anybody can open it again. */
  async closeFor<Value>(
    { identity, group }: { readonly identity: string; readonly group: string },
    act: () => Promise<Value>,
  ): Promise<Value> {
    this.#voidAll(this.find(identity, group));
    return await this.inTurn(identity, group, async () => {
      const peer = this.find(identity, group);
      // Handles that were made while we waited.
      this.#voidAll(peer);
      if (peer !== null) await this.#endUnused(peer);
      return await act();
    });
  }

  async closeAll(): Promise<void> {
    // Opened while others are closed: nothing of it outlives the start-up.
    while (this.#peers.size > 0 || this.#turns.size > 0) {
      for (const peer of this.#peers.values()) this.#voidAll(peer);
      const ends = [...this.#peers.values()].map((peer) =>
        this.inTurn(peer.identity, peer.groupName, () => this.#endUnused(peer)),
      );
      await Promise.allSettled([...ends, ...this.#turns.values()]);
    }
  }

  /** One after the other for the same group of the same identity. */
  inTurn<Value>(identity: string, group: string, act: () => Promise<Value>): Promise<Value> {
    const key = keyOf(identity, group);
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(act, act);
    const settled = turn.then(nothing, nothing).then(() => {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    });
    this.#turns.set(key, settled);
    return turn;
  }

  #newPeer(identity: string, groupName: string): LocalPeer {
    const { node, listening } = this.#user;
    this.#listening ??= new ListeningPort(node, listening);
    return new LocalPeer({ user: this.#user, port: this.#listening, identity, groupName });
  }

  #voidAll(peer: LocalPeer | null): void {
    for (const hGroup of peer?.handles ?? []) this.#void(hGroup);
  }

  /** Its registrations can still be read empty. */
  #void(hGroup: HGROUP): void {
    const { peer, registrations } = this.#user.groupHandles.entry(hGroup);
    for (const registration of registrations) peer.events.remove(registration);
    peer.handles.delete(hGroup);
    this.#user.groupHandles.remove(hGroup);
  }

  /** Handles that were made in the meantime keep it. */
  async #endUnused(peer: LocalPeer): Promise<void> {
    const key = keyOf(peer.identity, peer.groupName);
    if (peer.handles.size > 0 || this.#peers.get(key) !== peer) return;
    try {
      await peer.end();
    } finally {
      this.#peers.delete(key);
    }
  }
}

function nothing(): void {
  // Whoever started it was told.
}

/** No name has a NUL. */
function keyOf(identity: string, group: string): string {
  return `${identity}\0${group}`;
}
