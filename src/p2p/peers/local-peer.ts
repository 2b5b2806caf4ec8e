// One identity in one group on one P2P object. All handles of it share everything: the API's group, its connections,
// and whether it is online (protocol: what p2p.h calls the applications of one identity and user).

import type { GroupStatus, PeerGroup, PresentMember } from '../../api/index.ts';
import { demand, Failure } from '../calls/failure.ts';
import { PeerConnections } from '../connections/peer-connections.ts';
import { PeerEvents } from '../events/peer-events.ts';
import { joinPrepared } from '../invitations/prepared-join.ts';
import type { Role } from '../invitations/roles.ts';
import { MemberEvents } from '../members/member-events.ts';
import { tellOfRecords } from '../records/record-events.ts';
import type { DWORD, HGROUP, HRESULT } from '../surface/basic-types.ts';
import {
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_PROPERTY_FLAGS,
  PEER_GROUP_STATUS,
} from '../surface/enumerations.ts';
import { PEER_E_GROUP_NOT_READY } from '../surface/results.ts';
import type { User } from '../user.ts';
import { type ConnectWish, GoingOnline } from './going-online.ts';
import { hasPropertyFlag, settingsOf } from './group-settings.ts';
import type { ListeningPort } from './listening-port.ts';
import { answerPeerTime } from './peer-time.ts';
import { SessionRole } from './session-role.ts';

export interface LocalPeerParts {
  readonly user: User;
  readonly port: ListeningPort;
  readonly identity: string;
  readonly groupName: string;
}

const { PEER_GROUP_STATUS_LISTENING, PEER_GROUP_STATUS_HAS_CONNECTIONS } = PEER_GROUP_STATUS;

export class LocalPeer {
  readonly identity: string;
  readonly groupName: string;
  readonly events = new PeerEvents();
  readonly connections: PeerConnections;
  /** The open ones, kept by `LocalPeers`. */
  readonly handles = new Set<HGROUP>();
  readonly #parts: LocalPeerParts;
  readonly #members: MemberEvents;
  readonly #sessionRole = new SessionRole();
  #group: PeerGroup | null = null;
  #detach = new AbortController();
  #isReady = false;
  #offsetMs = 0;
  #attempt: GoingOnline | null = null;
  #isOnline = false;
  /** Its membership was not published before. */
  #isFirstTime = false;
  #status: DWORD = 0;
  #leaving: Promise<void> = Promise.resolve();
  #hasEnded = false;

  constructor(parts: LocalPeerParts) {
    const { identity, groupName, user } = parts;
    this.#parts = parts;
    this.identity = identity;
    this.groupName = groupName;
    this.connections = new PeerConnections({
      events: this.events,
      nextId: () => user.nextConnectionId(),
      self: identity,
    });
    this.#members = new MemberEvents(this.events, identity);
  }

  /** Null while only a join with a password is prepared. */
  get group(): PeerGroup | null {
    return this.#group;
  }

  /** It was synchronised with the group once, or has made it. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  get isConnecting(): boolean {
    return this.#attempt !== null;
  }

  /** PEER_GROUP_STATUS flags, as they were told last. */
  get status(): DWORD {
    return this.#status;
  }

  /** Peer time less the UTC of this machine. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** What it acts under: another role that it was given while it is online counts from its next connect on. */
  get role(): Role {
    return this.#sessionRole.roleUnder(this.requireReady().membership);
  }

  /** Who is online, as far as is known here; nobody while we are offline. */
  present(): readonly PresentMember[] {
    return this.#members.present();
  }

  requireReady(): PeerGroup {
    demand(this.#isReady, PEER_E_GROUP_NOT_READY);
    if (this.#group === null) throw new Failure(PEER_E_GROUP_NOT_READY);
    return this.#group;
  }

  requireOnline(): PeerGroup {
    demand(this.#isOnline, PEER_E_GROUP_NOT_READY);
    return this.requireReady();
  }

  /** The API's group, open from now on; what was attached before is not listened to any more. */
  attach(group: PeerGroup): void {
    const { user, identity, groupName } = this.#parts;
    const notes = user.memory.notesOf(identity, groupName);
    this.#detach.abort();
    this.#detach = new AbortController();
    const { signal } = this.#detach;
    this.#group = group;
    this.#isReady = notes?.isReady ?? group.membership.role === 'creator';
    this.#offsetMs = notes?.offsetMs ?? 0;
    this.#members.attach(group, signal);
    this.connections.attach(group);
    tellOfRecords(group, this.events, signal);
    group.addEventListener('neighborChanged', () => this.#tellStatus(), { signal });
    group.addEventListener('propertiesChanged', () => this.#onPropertiesChanged(), { signal });
    group.addEventListener('statusChanged', ({ status }) => this.#onGraph(status), { signal });
    answerPeerTime(group, () => (this.#isReady ? this.#offsetMs : null), signal);
    this.#followDeferral();
  }

  /** False when it is online already; an attempt that runs goes on. */
  connect(wish: ConnectWish): boolean {
    if (this.#isOnline) {
      this.#reachFurther(wish);
      return false;
    }
    this.#attempt ??= this.#startAttempt(wish);
    return true;
  }

  /** Offline, after what was sent has gone, and closed. No event is raised any more. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#goOffline();
    this.#detach.abort();
    const group = this.#group;
    this.#group = null;
    await group?.close();
  }

  #startAttempt(wish: ConnectWish): GoingOnline {
    const { user, port } = this.#parts;
    const attempt: GoingOnline = new GoingOnline(wish, {
      listen: async () => {
        await this.#leaving;
        await port.take(this);
      },
      group: async (wanted, signal) =>
        this.#group ?? this.#joined(await joinPrepared(user, this, { ...wanted, signal })),
      showsPresence: () => this.#showsPresence(),
      isReady: () => this.#isReady,
      onReady: (offsetMs) => this.#becomeReady(offsetMs),
      onOnline: () => this.#onAttempted(attempt, null),
      onFailed: (reason, staysOnline) => this.#onAttempted(attempt, { reason, staysOnline }),
    });
    return attempt;
  }

  /** What fails, or puts us out of the group, ends being online, whoever wants it. */
  #onGraph({ state, reason }: GroupStatus): void {
    const isOver = state === 'offline' && (reason === 'removed' || reason === 'failed');
    if (isOver && this.#isOnline) this.#goOffline().catch(ignored);
  }

  #joined(group: PeerGroup): PeerGroup {
    this.attach(group);
    return group;
  }

  /** Kept from the first time on, by which it is known to be the first. */
  async #becomeReady(offsetMs: number): Promise<void> {
    const { user, identity, groupName: group } = this.#parts;
    if (user.memory.notesOf(identity, group) !== undefined) return;
    this.#isFirstTime = true;
    await user.memory.note({ identity, group, isReady: true, offsetMs });
    this.#offsetMs = offsetMs;
    this.#isReady = true;
  }

  #goOnline(): void {
    if (this.#isOnline || this.#hasEnded) return;
    this.#isOnline = true;
    if (this.#group !== null) this.#sessionRole.begin(this.#group.membership);
    this.#reachFurther({ addresses: null });
    this.#followDeferral();
    this.connections.goOnline();
    this.#tellStatus();
    this.#members.goOnline(this.#isFirstTime);
    this.#isFirstTime = false;
  }

  #onAttempted(
    attempt: GoingOnline,
    failure: { readonly reason: HRESULT; readonly staysOnline: boolean } | null,
  ): void {
    if (this.#attempt === attempt) this.#attempt = null;
    if (failure !== null) {
      this.events.raise({
        eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_CONNECTION_FAILED,
        hrConnectionFailedReason: failure.reason,
      });
    }
    if (failure === null || failure.staysOnline) this.#goOnline();
    else this.#goOffline().catch(ignored);
  }

  #goOffline(): Promise<void> {
    this.#leaving = this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.cancel();
    const wasOnline = this.#isOnline;
    this.#isOnline = false;
    this.#sessionRole.end();
    this.#members.goOffline();
    if (wasOnline) await this.connections.goOffline();
    this.#group?.disconnect();
    this.#followDeferral();
    this.#tellStatus();
    await this.#parts.port.free(this);
    await attempt?.ended;
  }

  /** Also to those who are known, if only given endpoints were tried before. */
  #reachFurther({ addresses }: ConnectWish): void {
    const presence = this.#showsPresence();
    const where = addresses === null ? {} : { addresses };
    // Whatever comes of it, the group is online as before.
    void this.#group?.connect({ presence, ...where }).catch(ignored);
  }

  #showsPresence(): boolean {
    const flag = PEER_GROUP_PROPERTY_FLAGS.PEER_DISABLE_PRESENCE;
    return this.#group === null || !hasPropertyFlag(settingsOf(this.#group), flag);
  }

  #onPropertiesChanged(): void {
    this.#followDeferral();
    this.#keepName();
    // What a peer reads for the first time is no change to it.
    if (!this.#isReady) return;
    this.events.raise({ eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_PROPERTY_CHANGED });
  }

  /** For when it is closed. One that could not be written is written the next time. */
  #keepName(): void {
    const { user, identity, groupName: group } = this.#parts;
    const friendlyName = this.#group?.friendlyName;
    if (friendlyName === undefined) return;
    void user.memory.nameGroup({ identity, group, friendlyName }).catch(ignored);
  }

  /** While it is offline its records are not refreshed, and none expires if the group wants that. */
  #followDeferral(): void {
    const group = this.#group;
    if (group === null) return;
    const isWanted = hasPropertyFlag(
      settingsOf(group),
      PEER_GROUP_PROPERTY_FLAGS.PEER_DEFER_EXPIRATION,
    );
    group.records.deferExpiry = isWanted && !this.#isOnline;
    group.records.holdRefresh = !this.#isOnline;
  }

  #tellStatus(): void {
    const status = this.#statusNow();
    if (status === this.#status) return;
    this.#status = status;
    this.events.raise({
      eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED,
      dwStatus: status,
    });
  }

  #statusNow(): DWORD {
    if (!this.#isOnline) return 0;
    const hasNeighbors = (this.#group?.neighbors.length ?? 0) > 0;
    return PEER_GROUP_STATUS_LISTENING | (hasNeighbors ? PEER_GROUP_STATUS_HAS_CONNECTIONS : 0);
  }
}

/** Offline it is all the same. */
function ignored(): void {
  // Nobody waits for it.
}
