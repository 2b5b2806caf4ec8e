// The direct connections of one member of one group: opens them, takes those that arrive, and keeps
// them until they end. Who may connect is decided by core/direct; this carries the decisions out.

import { assert } from '../core/base/assert.ts';
import { type Candidate, orderCandidates } from '../core/direct/candidates.ts';
import {
  type Caller,
  type ConnectionId,
  type OpenId,
  Switchboard,
} from '../core/direct/switchboard.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { PeerName } from '../core/domain/names.ts';
import { PULSE_INTERVAL_MS } from '../core/link/pulse.ts';
import type { Wire } from '../core/ports/wires.ts';
import { type DeskListener, type DeskParts, linkEnd, linkFacts } from './desk-parts.ts';
import {
  type AttemptListener,
  type CandidateResult,
  DialRace,
  type RaceEnd,
  tellingFailure,
} from './dial-race.ts';
import { DirectLine } from './direct-line.ts';
import { attemptLink } from './link-attempt.ts';
import type { LinkFailure } from './link-failure.ts';
import type { AuthenticatedLink } from './link-handshake.ts';
import type { NeighborHost } from './neighbor-host.ts';
import { callerOf, Reception } from './reception.ts';

export interface OpenWish {
  readonly member: PeerName;
  readonly candidates: readonly Candidate[];
  /** A connection of the caller's own, even when one exists. */
  readonly isSeparate: boolean;
  readonly timeoutMs: number;
}

export type OpenResult =
  | {
      readonly kind: 'connected';
      readonly line: DirectLine;
      readonly candidates: readonly CandidateResult[];
    }
  | {
      readonly kind: 'failed';
      readonly failure: LinkFailure;
      readonly candidates: readonly CandidateResult[];
    };

/** An open that has not been settled, with everybody who waits for it. */
interface PendingOpen {
  readonly id: OpenId;
  readonly wish: OpenWish;
  readonly waiters: Set<(result: OpenResult) => void>;
  /** Callers that we let wait because our own open goes first. */
  readonly held: (() => void)[];
  race: DialRace | null;
  results: readonly CandidateResult[];
  readonly stopTimer: () => void;
  stopRetry: () => void;
}

/** How long to wait before trying again when the far end still has a connection that we have not. */
const RETRY_MS = 250;

export class DirectDesk {
  readonly #parts: DeskParts;
  #listener: DeskListener | null = null;
  #neighbors: NeighborHost | null = null;
  readonly #switchboard: Switchboard;
  readonly #lines = new Map<ConnectionId, DirectLine>();
  readonly #opens = new Map<OpenId, PendingOpen>();
  readonly #reception: Reception;
  #stopTicking: (() => void) | null = null;
  #isClosed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#switchboard = new Switchboard(parts.membership.member);
    this.#reception = new Reception(parts, this.#switchboard, {
      listener: () => this.#told(),
      neighbors: () => this.#neighbors,
      holdUntil: (open, again) => this.#opens.get(open)?.held.push(again),
      retireEnding: (member) => this.#retireEnding(member),
      doubt: (caller) => this.#doubt(caller),
      welcome: (link) => this.#welcome(link),
    });
  }

  /** Says once who decides and who listens; to be called before anything else. */
  attach(listener: DeskListener): void {
    this.#listener = listener;
  }

  /** Who takes the neighbor links that come to our door; without one they are refused. */
  shareDoor(neighbors: NeighborHost): void {
    this.#neighbors = neighbors;
  }

  /** Calls `done` once, later; never after the returned function was called, which takes the wish back. */
  open(wish: OpenWish, done: (result: OpenResult) => void): () => void {
    const isOver = this.#isClosed || this.#isRemoved();
    if (isOver || !this.#switchboard.hasRoom()) return this.#declineSoon(done);
    this.#retireEnding(wish.member);
    const id = this.#parts.nextId();
    const plan = wish.isSeparate
      ? ({ kind: 'dial' } as const)
      : this.#switchboard.planShared(wish.member, id);
    if (plan.kind === 'useConnection') return this.#giveExisting(plan.connection, done);
    const open = plan.kind === 'joinOpen' ? this.#opens.get(plan.open) : this.#begin(id, wish);
    assert(open !== undefined, 'an open that can be joined is pending');
    open.waiters.add(done);
    // Whoever joins an open waits no longer than it said itself.
    if (plan.kind === 'joinOpen') {
      this.#parts.clock.wakeAfter(wish.timeoutMs, () => {
        if (this.#leave(open, done)) done(failed(lateFailure(wish)));
      });
    }
    return () => void this.#leave(open, done);
  }

  /** It showed an identity; what else it is, is for the handshake. */
  mayTalk({ farCertificate }: Wire): boolean {
    return this.#parts.handshake.judge.verifyIdentity(farCertificate).ok;
  }

  /** A wire on which somebody asked for us; `done` is told whether a member came of it. */
  receive(
    wire: Wire,
    patienceMs: number,
    done: (isProven: boolean) => void,
    first?: Uint8Array,
  ): void {
    this.#reception.receive(wire, patienceMs, done, first);
  }

  /**
   * To be called when it has changed who belongs: lines with those who are no members any more end, and
   * those who wait for an answer get it. Attempts that are under way find it out by themselves.
   */
  onSecurity(): void {
    const { removalOf, countingOf } = this.#parts;
    const isOver = this.#isRemoved();
    for (const line of [...this.#lines.values()]) {
      const { membership } = line.farEnd;
      // It may be a member by another membership since.
      if (!isOver && removalOf(countingOf?.(membership) ?? membership) === null) continue;
      line.close('membershipRemoved', '', LIMITS.closeMs);
    }
    this.#reception.onSecurity();
    if (!isOver) return;
    for (const open of [...this.#opens.values()]) this.#settleFailed(open, REMOVED);
  }

  /** Ends every open and every line; what was sent arrives within `withinMs` or is lost. */
  close(withinMs: number): void {
    this.#isClosed = true;
    this.#reception.close();
    for (const open of [...this.#opens.values()]) {
      this.#settleFailed(open, { code: 'ABORTED', detail: 'the group was closed' });
    }
    for (const line of [...this.#lines.values()]) line.close('leaving', '', withinMs);
  }

  /** False for one who does not wait (any more). The last one takes the wish with it. */
  #leave(open: PendingOpen, done: (result: OpenResult) => void): boolean {
    if (!this.#opens.has(open.id) || !open.waiters.delete(done)) return false;
    if (open.waiters.size === 0) {
      this.#settleFailed(open, { code: 'ABORTED', detail: 'taken back' });
    }
    return true;
  }

  #begin(id: OpenId, wish: OpenWish): PendingOpen {
    const { clock } = this.#parts;
    const open: PendingOpen = {
      id,
      wish,
      waiters: new Set(),
      held: [],
      race: null,
      results: [],
      stopTimer: clock.wakeAfter(wish.timeoutMs, () => this.#onLate(open)),
      stopRetry: () => undefined,
    };
    this.#opens.set(id, open);
    this.#race(open);
    return open;
  }

  #giveExisting(connection: ConnectionId, done: (result: OpenResult) => void): () => void {
    return this.#parts.clock.wakeAfter(0, () => {
      const line = this.#lines.get(connection);
      if (line !== undefined) done({ kind: 'connected', line, candidates: [] });
      else done(failed({ code: 'ABORTED', detail: 'it just ended' }));
    });
  }

  #declineSoon(done: (result: OpenResult) => void): () => void {
    const failure = this.#whyNone();
    return this.#parts.clock.wakeAfter(0, () => done(failed(failure)));
  }

  #whyNone(): LinkFailure {
    if (this.#isClosed) return { code: 'ABORTED', detail: 'the group was closed' };
    return this.#isRemoved() ? REMOVED : { code: 'TOO_MANY_CONNECTIONS', detail: '' };
  }

  #isRemoved(): boolean {
    return this.#parts.removalOf(this.#parts.membership) !== null;
  }

  #race(open: PendingOpen): void {
    const openId = this.#parts.chance.bytes(16);
    open.race = new DialRace({
      candidates: orderCandidates(open.wish.candidates),
      clock: this.#parts.clock,
      attempt: (candidate, listener) => this.#attempt(open, openId, candidate, listener),
      done: (end) => this.#onRaceEnd(open, end),
    });
    open.race.start();
  }

  #attempt(
    open: PendingOpen,
    openId: Uint8Array,
    candidate: Candidate,
    listener: AttemptListener,
  ): () => void {
    const { member, timeoutMs, isSeparate } = open.wish;
    const wished = { role: 'dialer', openId, isSeparate, isNeighbor: false } as const;
    const facts = linkFacts(this.#parts, wished);
    let hasGreeted = false;
    return attemptLink({
      ...this.#parts,
      facts,
      member,
      timeoutMs,
      candidate,
      onGreeted: () => {
        hasGreeted = true;
        this.#switchboard.greeted(member, open.id);
      },
      listener: {
        onUp: (link) => listener.onUp(link),
        onFailed: (failure) => {
          if (hasGreeted) this.#switchboard.unanswered(member, open.id);
          listener.onFailed(failure);
          // Those who waited for the member's answer need not wait for our other attempts.
          if (hasGreeted) for (const again of open.held.splice(0)) again();
        },
      },
    });
  }

  #onRaceEnd(open: PendingOpen, end: RaceEnd): void {
    open.race = null;
    open.results = end.results;
    if (end.link !== null) {
      this.#establish(end.link, false, open);
      return;
    }
    const failure = tellingFailure(end.results);
    const isStale = failure.reason === 'alreadyConnected' || failure.reason === 'duplicateOpen';
    if (!isStale || !this.#opens.has(open.id)) {
      this.#settleFailed(open, failure);
      return;
    }
    // The far end has a connection with us that we do not have (any more): it looks for itself and
    // soon finds it dead, or ours is just arriving.
    open.stopRetry = this.#parts.clock.wakeAfter(RETRY_MS, () => this.#race(open));
  }

  #onLate(open: PendingOpen): void {
    open.race?.stop(lateFailure(open.wish));
    this.#settleFailed(open, tellingFailure(open.results));
  }

  #retireEnding(member: PeerName): void {
    const id = this.#switchboard.sharedWith(member);
    if (id !== null && this.#lines.get(id)?.isOpen !== true) this.#switchboard.retired(id);
  }

  #doubt(caller: Caller): void {
    const id = this.#switchboard.sharedWith(caller.member);
    if (id !== null) this.#lines.get(id)?.probe();
  }

  #welcome(link: AuthenticatedLink): void {
    const { member } = link.farEnd.membership;
    const isShared = !link.farEnd.isSeparate;
    const open = isShared
      ? [...this.#opens.values()].find(
          (each) => each.wish.member === member && !each.wish.isSeparate,
        )
      : undefined;
    this.#establish(link, true, open ?? null);
  }

  #establish(link: AuthenticatedLink, isIncoming: boolean, open: PendingOpen | null): void {
    const id = this.#parts.nextId();
    const validUntil = () => linkEnd(this.#parts, link.farEnd);
    const line = new DirectLine({ id, link, validUntil }, this.#parts.line);
    const isSeparate = isIncoming ? link.farEnd.isSeparate : (open?.wish.isSeparate ?? false);
    this.#lines.set(id, line);
    this.#switchboard.connected(id, { ...callerOf(link.farEnd), isSeparate }, isIncoming);
    this.#tickWhileLines();
    const listener = this.#told().onLine(line, { isIncoming, isOurs: open !== null });
    line.start(listener, () => this.#forget(line));
    if (open !== null)
      this.#settle(open, (candidates) => ({ kind: 'connected', line, candidates }));
  }

  #forget(line: DirectLine): void {
    if (!this.#lines.delete(line.id)) return;
    this.#switchboard.disconnected(line.id);
    if (this.#lines.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = null;
  }

  #settleFailed(open: PendingOpen, failure: LinkFailure): void {
    this.#settle(open, (candidates) => ({ kind: 'failed', failure, candidates }));
  }

  #settle(open: PendingOpen, result: (candidates: readonly CandidateResult[]) => OpenResult): void {
    if (!this.#opens.delete(open.id)) return;
    open.stopTimer();
    open.stopRetry();
    this.#switchboard.settled(open.wish.member, open.id);
    open.race?.stop({ code: 'ABORTED', detail: 'another connection answered the wish' });
    const told = result(open.results);
    for (const done of [...open.waiters]) done(told);
    for (const again of open.held.splice(0)) again();
  }

  #told(): DeskListener {
    assert(this.#listener !== null, 'a desk is attached to before it is used');
    return this.#listener;
  }

  #tickWhileLines(): void {
    const { clock } = this.#parts;
    this.#stopTicking ??= clock.wakeAfter(PULSE_INTERVAL_MS, () => {
      this.#stopTicking = null;
      const now = clock.now();
      for (const line of [...this.#lines.values()]) line.tick(now);
      if (this.#lines.size > 0) this.#tickWhileLines();
    });
  }
}

const REMOVED: LinkFailure = {
  code: 'MEMBERSHIP_REMOVED',
  detail: 'we are no member of the group any more',
};

function failed(failure: LinkFailure): OpenResult {
  return { kind: 'failed', failure, candidates: [] };
}

function lateFailure(wish: OpenWish): LinkFailure {
  return { code: 'TIMED_OUT', detail: `no answer within ${wish.timeoutMs} ms` };
}
