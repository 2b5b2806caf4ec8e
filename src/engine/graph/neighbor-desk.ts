// The neighbor links of one member of one group, as the port `Links`: dials, takes those that come to
// the group's door, and keeps them until their wires are gone. Which of them stay is decided in core.
// Nothing is told from inside a call of the port.

import { assert } from '../../core/base/assert.ts';
import { orderCandidates } from '../../core/direct/candidates.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { lineageOf } from '../../core/domain/lineage.ts';
import {
  type DialTarget,
  type LinkId,
  linkIdOf,
  type OpenedLink,
  type PartReason,
} from '../../core/domain/links.ts';
import type { FarEnd } from '../../core/link/far-end.ts';
import { PULSE_INTERVAL_MS } from '../../core/link/pulse.ts';
import type { Links, LinksListener } from '../../core/ports/links.ts';
import type { RefuseReason } from '../../core/wire/hello.ts';
import { type DeskParts, linkEnd, linkFacts } from '../desk-parts.ts';
import { type Attempt, DialRace, type RaceEnd, tellingFailure } from '../dial-race.ts';
import { attemptLink } from '../link-attempt.ts';
import type { AuthenticatedLink } from '../link-handshake.ts';
import type { NeighborHost } from '../neighbor-host.ts';
import { NeighborLine, type NeighborLineListener } from './neighbor-line.ts';

export class NeighborDesk implements Links, NeighborHost, NeighborLineListener {
  readonly #parts: DeskParts;
  readonly #isConnected: () => boolean;
  #listener: LinksListener | null = null;
  /** Those that have ended, too, until their wires are gone: they hold a socket. */
  readonly #lines = new Map<LinkId, NeighborLine>();
  readonly #dials = new Set<DialRace>();
  #stopTicking: (() => void) | null = null;
  readonly #onGone: (() => void)[] = [];
  #isClosed = false;

  /** `isConnected`: whether the group's graph wants neighbors now; while it does not, nobody comes in. */
  constructor(parts: DeskParts, isConnected: () => boolean) {
    this.#parts = parts;
    this.#isConnected = isConnected;
  }

  // The port.

  attach(listener: LinksListener): void {
    assert(this.#listener === null, 'links are attached to once');
    this.#listener = listener;
  }

  dial(target: DialTarget): void {
    if (this.#isClosed) return;
    if (this.#dials.size >= LIMITS.neighborDialsMax) {
      this.#tellSoon((told) =>
        told.onDialFailed(target, 'TOO_MANY_CONNECTIONS', 'too many dials are under way'),
      );
      return;
    }
    const candidates = target.addresses.map((address) => ({ address, source: 'member' as const }));
    const stopTimer = this.#parts.clock.wakeAfter(LIMITS.neighborDialMs, () => {
      const detail = `no answer within ${LIMITS.neighborDialMs} ms`;
      race.stop({ code: 'TIMED_OUT', detail });
    });
    const race = new DialRace({
      candidates: orderCandidates(candidates),
      clock: this.#parts.clock,
      attempt: this.#attemptOf(target),
      done: (end) => {
        stopTimer();
        this.#dials.delete(race);
        this.#onRaceEnd(target, end);
      },
    });
    this.#dials.add(race);
    race.start();
  }

  send(link: LinkId, kind: number, payload: Uint8Array): void {
    this.#lines.get(link)?.send(kind, payload);
  }

  askDrained(link: LinkId): void {
    this.#lines.get(link)?.askDrained();
  }

  setReading(link: LinkId, isReading: boolean): void {
    this.#lines.get(link)?.setReading(isReading);
  }

  hangUp(link: LinkId, why: PartReason): void {
    this.#lines.get(link)?.hangUp(why);
  }

  close(): void {
    this.#isClosed = true;
    for (const race of [...this.#dials]) race.stop({ code: 'ABORTED', detail: 'closed' });
    for (const line of [...this.#lines.values()]) line.hangUp('leaving');
  }

  // What the door asks.

  refusalOf(caller: FarEnd): RefuseReason | null {
    if (this.#isClosed) return 'shuttingDown';
    if (this.#listener === null || !this.#isConnected()) return 'notAccepting';
    const { member } = caller.membership;
    const theirs = [...this.#lines.values()].filter(
      ({ link }) => link.farEnd.membership.member === member,
    );
    // It has dialed several of our addresses at once, and one of them was faster.
    if (theirs.some(({ link }) => link.farEnd.attempt === caller.attempt)) return 'duplicateOpen';
    const isFull =
      this.#lines.size >= LIMITS.neighborLinksMax ||
      theirs.length >= LIMITS.neighborLinksPerMemberMax ||
      this.#hasTooManyKin(caller);
    return isFull ? 'tooManyConnections' : null;
  }

  welcome(link: AuthenticatedLink): void {
    this.#establish(link);
  }

  // What the lines tell.

  onFrame(line: NeighborLine, kind: number, payload: Uint8Array): void {
    this.#listener?.onFrame(line.id, kind, payload);
  }

  onDrained(line: NeighborLine): void {
    this.#tellSoon((told) => {
      if (line.isOpen) told.onDrained(line.id);
    });
  }

  onEnded(line: NeighborLine, why: string): void {
    this.#tellSoon((told) => told.onClosed(line.id, why));
  }

  onGone(line: NeighborLine): void {
    this.#lines.delete(line.id);
    if (this.#lines.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = null;
    for (const act of this.#onGone.splice(0)) act();
  }

  /** Calls `act` when no wire is left: after `close`, within the second that goodbyes may take. */
  whenGone(act: () => void): void {
    if (this.#lines.size === 0) act();
    else this.#onGone.push(act);
  }

  /** One who may invite could otherwise fill the door with those it invited. */
  #hasTooManyKin({ membership }: FarEnd): boolean {
    if (this.#lines.size < LIMITS.neighborLinksPerKinMax) return false;
    const lineages = [...this.#lines.values()].map(({ link }) => lineageOf(link.farEnd.membership));
    return lineageOf(membership).some((name) => {
      const kin = lineages.filter((lineage) => lineage.includes(name));
      return kin.length >= LIMITS.neighborLinksPerKinMax;
    });
  }

  #attemptOf(target: DialTarget): Attempt {
    const openId = this.#parts.chance.bytes(16);
    const wish = { role: 'dialer', openId, isSeparate: false, isNeighbor: true } as const;
    return (candidate, listener) =>
      attemptLink({
        ...this.#parts,
        facts: linkFacts(this.#parts, wish),
        member: target.member,
        timeoutMs: LIMITS.neighborDialMs,
        candidate,
        onGreeted: () => undefined,
        listener,
      });
  }

  #onRaceEnd(target: DialTarget, { link, results }: RaceEnd): void {
    if (link !== null) {
      this.#establish(link, target);
      return;
    }
    const { code, detail } = tellingFailure(results);
    this.#tellSoon((told) => told.onDialFailed(target, code, detail));
  }

  /** Only wires and the clock lead here, so the listener may be told at once. */
  #establish(link: AuthenticatedLink, target: DialTarget | null = null): void {
    const { line: tools, nextId } = this.#parts;
    const id = linkIdOf(Number(nextId()));
    const parts = { id, link, validUntil: () => linkEnd(this.#parts, link.farEnd) };
    const line = new NeighborLine(parts, tools, this);
    this.#lines.set(id, line);
    this.#tickWhileLines();
    // It was on its way in when the group was left: nobody else would hang it up.
    if (this.#isClosed) {
      line.hangUp('leaving');
      return;
    }
    const dialed = target?.member === null ? { dialed: target } : {};
    this.#listener?.onOpened({ ...openedLinkOf(id, link), ...dialed });
    line.start();
  }

  /** In a turn of its own, in order. */
  #tellSoon(tell: (listener: LinksListener) => void): void {
    this.#parts.clock.nextTurn(() => {
      if (!this.#isClosed && this.#listener !== null) tell(this.#listener);
    });
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

function openedLinkOf(id: LinkId, { role, farEnd, wire }: AuthenticatedLink): OpenedLink {
  const { membership, nodeId, listenAddresses, clockSkewMs } = farEnd;
  const { remoteAddress } = wire;
  return { link: id, role, membership, nodeId, listenAddresses, remoteAddress, clockSkewMs };
}
