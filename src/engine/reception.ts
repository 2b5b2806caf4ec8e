// Those who come to us: proves who they are, decides with core/direct and the application whether
// they come in, and turns the others away with a reason. Bounded in time for everybody.

import type { Caller, OpenId, Switchboard } from '../core/direct/switchboard.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { PeerName } from '../core/domain/names.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { Wire } from '../core/ports/wires.ts';
import { type DeskListener, type DeskParts, linkFacts } from './desk-parts.ts';
import { type AuthenticatedLink, LinkHandshake } from './link-handshake.ts';
import type { NeighborHost } from './neighbor-host.ts';

/** What the reception needs of its desk. */
export interface Host {
  listener(): DeskListener;
  /** Who takes those that come as neighbors; null when nobody does. */
  neighbors(): NeighborHost | null;
  /** Calls `again` when the open is settled. */
  holdUntil(open: OpenId, again: () => void): void;
  /** A shared connection that is being closed is in nobody's way. */
  retireEnding(member: PeerName): void;
  /** A member of this process says that it has no connection with us: is ours still alive? */
  doubt(caller: Caller): void;
  welcome(link: AuthenticatedLink): void;
}

/** One who proved a membership and waits for the word. */
interface Guest {
  readonly handshake: LinkHandshake;
  readonly farEnd: FarEnd;
  readonly caller: Caller;
  stopTimer: () => void;
  /** The application has been asked. */
  wasAsked: boolean;
  isAccepted: boolean;
}

export class Reception {
  readonly #parts: DeskParts;
  readonly #switchboard: Switchboard;
  readonly #host: Host;
  readonly #arriving = new Set<LinkHandshake>();
  #isClosed = false;

  constructor(parts: DeskParts, switchboard: Switchboard, host: Host) {
    this.#parts = parts;
    this.#switchboard = switchboard;
    this.#host = host;
  }

  /**
   * A wire on which somebody asked for us; `done` is told whether a member came of it. `first` are bytes
   * that were read from it already.
   */
  receive(
    wire: Wire,
    patienceMs: number,
    done: (isProven: boolean) => void,
    first?: Uint8Array,
  ): void {
    const { clock, handshake: tools } = this.#parts;
    let guest: Guest | null = null;
    let isProven = false;
    const handshake = new LinkHandshake({
      wire,
      patienceMs,
      tools,
      clock,
      facts: linkFacts(this.#parts, NO_WISH),
      expected: null,
      listener: {
        onGreeted: () => undefined,
        onAsked: (farEnd) => {
          isProven = true;
          if (farEnd.isNeighbor) {
            this.#considerNeighbor(handshake, farEnd);
            return;
          }
          guest = this.#arrived(handshake, farEnd);
          // Only now, for whoever is turned away at once has to be taken off the list again.
          if (guest !== null) this.#consider(guest);
        },
        onUp: (link) => {
          guest?.stopTimer();
          this.#arriving.delete(handshake);
          done(true);
          if (link.farEnd.isNeighbor) this.#host.neighbors()?.welcome(link);
          else this.#host.welcome(link);
        },
        onFailed: () => {
          if (guest !== null) this.#left(guest);
          this.#arriving.delete(handshake);
          done(isProven);
        },
      },
    });
    this.#arriving.add(handshake);
    handshake.start(first);
  }

  /** It has changed who belongs. */
  onSecurity(): void {
    for (const handshake of [...this.#arriving]) handshake.refuseIfRemoved();
  }

  /** Takes nobody any more; those who have proved themselves are told. */
  close(): void {
    this.#isClosed = true;
    for (const handshake of [...this.#arriving]) handshake.turnAway('shuttingDown', '');
  }

  /** At once: the application is not asked, and the graph decides by the frames that follow. */
  #considerNeighbor(handshake: LinkHandshake, farEnd: FarEnd): void {
    const neighbors = this.#host.neighbors();
    const refusal = neighbors === null ? 'notAccepting' : neighbors.refusalOf(farEnd);
    if (this.#isClosed) handshake.turnAway('shuttingDown', '');
    else if (refusal !== null) handshake.turnAway(refusal, '');
    else handshake.admit();
  }

  #arrived(handshake: LinkHandshake, farEnd: FarEnd): Guest | null {
    const caller = callerOf(farEnd);
    if (!this.#switchboard.arrived(caller)) {
      handshake.turnAway('duplicateOpen', '');
      return null;
    }
    const stopTimer = this.#parts.clock.wakeAfter(LIMITS.admissionMs, () => {
      if (guest.wasAsked) handshake.turnAway('refusedByApplication', 'not decided in time');
      else handshake.turnAway('alreadyConnected', 'another open goes first');
    });
    const guest: Guest = {
      handshake,
      farEnd,
      caller,
      stopTimer,
      wasAsked: false,
      isAccepted: false,
    };
    return guest;
  }

  #left(guest: Guest): void {
    guest.stopTimer();
    this.#switchboard.leftAgain(guest.caller);
  }

  #consider(guest: Guest): void {
    const { handshake, caller } = guest;
    if (handshake.isOver) return;
    if (this.#isClosed) {
      handshake.turnAway('shuttingDown', '');
      return;
    }
    this.#host.retireEnding(caller.member);
    const plan = this.#switchboard.planCaller(caller);
    if (plan.kind === 'refuse') {
      if (plan.reason === 'alreadyConnected') this.#host.doubt(caller);
      handshake.turnAway(plan.reason, '');
    } else if (plan.kind === 'hold') {
      this.#host.holdUntil(plan.until, () => this.#consider(guest));
    } else if (plan.settles !== null || guest.isAccepted) {
      // What we wanted ourselves needs nobody's consent.
      handshake.admit();
    } else if (!guest.wasAsked) {
      this.#ask(guest);
    }
  }

  #ask(guest: Guest): void {
    guest.wasAsked = true;
    this.#host.listener().onCaller(guest.farEnd, (answer) => {
      if (answer.kind === 'accept') {
        guest.isAccepted = true;
        this.#consider(guest);
      } else {
        guest.handshake.turnAway(answer.reason, answer.detail);
      }
    });
  }
}

/** A listener asks for nothing: it repeats the dialer's number and has none of its own. */
const NO_WISH = {
  role: 'listener',
  openId: new Uint8Array(16),
  isSeparate: false,
  isNeighbor: false,
} as const;

export function callerOf(farEnd: FarEnd): Caller {
  const { membership, nodeId, isSeparate, attempt } = farEnd;
  return { member: membership.member, nodeId, isSeparate, attempt };
}
