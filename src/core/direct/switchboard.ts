// Who may have a direct connection (protocol.md §9.1). Two members share one connection unless a
// caller asks for a separate one; when both open at once, the open of the member with the lower name
// wins at both ends. Pure: it knows opens and connections by their numbers and moves no bytes.

import { assert } from '../base/assert.ts';
import { compareText } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PeerName } from '../domain/names.ts';
import type { RefuseReason } from '../wire/hello.ts';

/** Number of a direct connection: not zero, and unique in a process. */
export type ConnectionId = bigint;
/** Number of one `openDirectConnection` that has not been settled; unique in a process. */
export type OpenId = bigint;

export type OpenPlan =
  | { readonly kind: 'useConnection'; readonly connection: ConnectionId }
  | { readonly kind: 'joinOpen'; readonly open: OpenId }
  | { readonly kind: 'dial' };

/** One that was authenticated and asks to be let in. */
export interface Caller {
  readonly member: PeerName;
  /** Which of the member's processes. */
  readonly nodeId: bigint;
  readonly isSeparate: boolean;
  /** The dialer's number of the attempt, as text. */
  readonly attempt: string;
}

export type CallerPlan =
  | { readonly kind: 'admit'; readonly settles: OpenId | null }
  | { readonly kind: 'refuse'; readonly reason: RefuseReason }
  /** Our own open to this member goes first: ask again when it is settled. */
  | { readonly kind: 'hold'; readonly until: OpenId };

interface Established {
  readonly member: PeerName;
  readonly nodeId: bigint;
  readonly attempt: string;
  readonly isIncoming: boolean;
}

interface SharedOpen {
  readonly open: OpenId;
  /** Attempts that have sent HELLO and have no answer yet. */
  greetings: number;
}

export class Switchboard {
  readonly #self: PeerName;
  readonly #connections = new Map<ConnectionId, Established>();
  /** The latest with each member: a member that runs twice has one with each of its processes. */
  readonly #sharedByMember = new Map<PeerName, ConnectionId>();
  readonly #openByMember = new Map<PeerName, SharedOpen>();
  /** Of those that ask and of those that are connected. */
  readonly #attempts = new Set<string>();
  readonly #incomingByMember = new Map<PeerName, number>();

  constructor(self: PeerName) {
    this.#self = self;
  }

  /** A wish for the shared connection to `member`. */
  planShared(member: PeerName, open: OpenId): OpenPlan {
    const connection = this.#sharedByMember.get(member);
    if (connection !== undefined) return { kind: 'useConnection', connection };
    const pending = this.#openByMember.get(member);
    if (pending !== undefined) return { kind: 'joinOpen', open: pending.open };
    this.#openByMember.set(member, { open, greetings: 0 });
    return { kind: 'dial' };
  }

  /** An attempt of the open has sent HELLO to the member itself: from now on the member decides. */
  greeted(member: PeerName, open: OpenId): void {
    this.#countGreetings(member, open, 1);
  }

  /** That attempt has failed. */
  unanswered(member: PeerName, open: OpenId): void {
    this.#countGreetings(member, open, -1);
  }

  /** The open came to an end, well or badly. */
  settled(member: PeerName, open: OpenId): void {
    if (this.#openByMember.get(member)?.open === open) this.#openByMember.delete(member);
  }

  /** The shared connection with `member`, when there is one. */
  sharedWith(member: PeerName): ConnectionId | null {
    return this.#sharedByMember.get(member) ?? null;
  }

  /** The connection is ending: it is nobody's shared one any more. */
  retired(connection: ConnectionId): void {
    const member = this.#connections.get(connection)?.member;
    if (member === undefined || this.#sharedByMember.get(member) !== connection) return;
    this.#sharedByMember.delete(member);
  }

  /** False when there is no room for one more connection of our own. */
  hasRoom(): boolean {
    return this.#connections.size < LIMITS.connectionsMax;
  }

  /** A member asks to come in; false when another link of the same attempt was faster. */
  arrived(caller: Caller): boolean {
    const key = attemptKey(caller);
    if (this.#attempts.has(key)) return false;
    this.#attempts.add(key);
    return true;
  }

  /** One that had arrived does not come in. */
  leftAgain(caller: Caller): void {
    this.#attempts.delete(attemptKey(caller));
  }

  /** For one that has arrived. */
  planCaller(caller: Caller): CallerPlan {
    const fromMember = this.#incomingByMember.get(caller.member) ?? 0;
    if (!this.hasRoom() || fromMember >= LIMITS.connectionsPerMemberMax) {
      return { kind: 'refuse', reason: 'tooManyConnections' };
    }
    if (caller.isSeparate) return { kind: 'admit', settles: null };
    if (this.#isConnectedTo(caller)) return { kind: 'refuse', reason: 'alreadyConnected' };
    const ours = this.#openByMember.get(caller.member);
    if (ours === undefined) return { kind: 'admit', settles: null };
    // Once our HELLO is there both ends know of both opens, and the lower name decides for both. Before
    // that ours may still be lost on the way, and theirs has arrived: it answers our wish.
    const oursWins = ours.greetings > 0 && compareText(this.#self, caller.member) < 0;
    return oursWins ? { kind: 'hold', until: ours.open } : { kind: 'admit', settles: ours.open };
  }

  connected(connection: ConnectionId, party: Caller, isIncoming: boolean): void {
    assert(!this.#connections.has(connection), 'a connection is connected once');
    const { member, nodeId, isSeparate } = party;
    const attempt = attemptKey(party);
    this.#connections.set(connection, { member, nodeId, attempt, isIncoming });
    this.#attempts.add(attempt);
    if (!isSeparate) this.#sharedByMember.set(member, connection);
    if (isIncoming) this.#countIncoming(member, 1);
  }

  disconnected(connection: ConnectionId): void {
    const party = this.#connections.get(connection);
    assert(party !== undefined, 'only a connection that was connected disconnects');
    this.#connections.delete(connection);
    this.#attempts.delete(party.attempt);
    if (this.#sharedByMember.get(party.member) === connection) {
      this.#sharedByMember.delete(party.member);
    }
    if (party.isIncoming) this.#countIncoming(party.member, -1);
  }

  /** By the same process: one that was started anew, or runs elsewhere, has a connection of its own. */
  #isConnectedTo(caller: Caller): boolean {
    const shared = this.#sharedByMember.get(caller.member);
    return shared !== undefined && this.#connections.get(shared)?.nodeId === caller.nodeId;
  }

  #countGreetings(member: PeerName, open: OpenId, change: 1 | -1): void {
    const shared = this.#openByMember.get(member);
    if (shared?.open === open) shared.greetings += change;
  }

  #countIncoming(member: PeerName, change: 1 | -1): void {
    const count = (this.#incomingByMember.get(member) ?? 0) + change;
    if (count === 0) this.#incomingByMember.delete(member);
    else this.#incomingByMember.set(member, count);
  }
}

/** An attempt's number is the dialer's own, so it counts only together with the dialer. */
function attemptKey(caller: Caller): string {
  return `${caller.member}/${caller.attempt}`;
}
