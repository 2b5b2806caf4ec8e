// Brings all neighbors to the same records (protocol.md §13.6 to §13.10): says when which of them is
// compared with, routes the frames of it, and passes on what came. With one neighbor at a time, so that
// nothing is fetched twice; whoever is asked meanwhile says that it is busy. Nothing stands still for
// longer than 30 s: what does is given up, told, and tried again.

import { fractionOf } from '../../base/chance-fraction.ts';
import { type Instant, instantOf, type Now } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { Chance } from '../../ports/clock.ts';
import type { Crypto } from '../../ports/crypto.ts';
import { KIND } from '../../wire/frame.ts';
import { encodeOffer } from '../../wire/sync.ts';
import { FIRST_BOUND } from '../../wire/sync-ranges.ts';
import type { Heads } from '../heads.ts';
import { earlier, type Outbox } from '../outbox.ts';
import { type AskingResult, isNewcomer, type StreamMark } from './asking-side.ts';
import type { ElementIndex } from './element-index.ts';
import { ELEMENT_BYTES } from './element-words.ts';
import type { RecordSource } from './outgoing.ts';
import { packedInOrder } from './ranges.ts';
import type { ReconcilerListener } from './reconciler-listener.ts';
import { PENDING, type SyncLag } from './refused-memory.ts';
import type { SecurityOutcome } from './security-exchange.ts';
import { SecuritySet } from './security-set.ts';
import { type DigestOf, SyncFrames } from './sync-frames.ts';
import type { JudgedElements } from './sync-link.ts';
import { SyncNeighbor } from './sync-neighbor.ts';
import { SyncTurn } from './sync-turn.ts';
import { WantedElements } from './wanted-elements.ts';

/** Without any frame or judgement of it a comparison is given up: longer than any link may be silent. */
const STALLED_MS = 30_000;
/** When a neighbor that should drive has not for so long, the other does. */
const FALLBACK_MS = 90_000;
/** A busy neighbor is asked again after 1 to 3 s: most comparisons take less. */
const BUSY_MS = 1_000;
/** A guess: the fewest rounds that settle what changes during a comparison. */
const ROUNDS_MAX = 3;
/** Lists that did not make the two agree, and one of them has changed since, are exchanged again so soon. A guess. */
const LIST_AGAIN_MS = 250;

export interface ReconcilerParts {
  readonly index: ElementIndex;
  readonly source: RecordSource;
  /** Throws `MalformedBytes`. */
  readonly digestOf: DigestOf;
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly chance: Chance;
  readonly listener: ReconcilerListener;
}

export interface SyncedNeighbor {
  readonly link: LinkId;
  readonly weDialed: boolean;
  /** Of its GREET. */
  readonly heads: Heads;
}

interface SecurityJudged {
  readonly link: LinkId;
  readonly digest: Uint8Array;
  readonly outcome: SecurityOutcome;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #security: SecuritySet;
  readonly #wanted = new WantedElements();
  readonly #streamMark: StreamMark = { bound: FIRST_BOUND };
  readonly #neighborByLink = new Map<LinkId, SyncNeighbor>();
  readonly #turn = new SyncTurn();
  readonly #frames: SyncFrames;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#frames = new SyncFrames(this.#turn, parts.listener, parts.digestOf);
    this.#security = new SecuritySet(() => parts.source.listed(), parts.crypto);
  }

  ownHeads(): Heads {
    const { count, digest } = this.#parts.index;
    return { count, digest, securityHead: this.#security.head };
  }

  isSynced(link: LinkId): boolean {
    return this.#neighborByLink.get(link)?.isSynced ?? false;
  }

  lagOf(link: LinkId): readonly SyncLag[] {
    return this.#neighborByLink.get(link)?.side.lags ?? [];
  }

  neighborUp(neighbor: SyncedNeighbor, now: Now, out: Outbox<unknown>): void {
    const { index, source } = this.#parts;
    const added = new SyncNeighbor(
      neighbor,
      {
        index,
        source,
        security: this.#security,
        wanted: this.#wanted,
        streamMark: this.#streamMark,
        onEnd: (result, at) => this.#onEnd(added, result, at),
      },
      now.instant,
    );
    this.#neighborByLink.set(neighbor.link, added);
    if (added.isEqual) this.#synced(added);
    else this.#schedule(added, this.#drives(added) ? 0 : FALLBACK_MS, now.instant);
    this.#startDue(now.instant, out);
  }

  neighborDown(link: LinkId, now: Now, out: Outbox<unknown>): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor === undefined) return;
    neighbor.side.giveUp();
    this.#neighborByLink.delete(link);
    this.#turn.release(link);
    this.#startDue(now.instant, out);
  }

  /** Of a PING or PONG; of its digests the beginnings do. */
  onHeads(link: LinkId, heads: Heads, now: Now, out: Outbox<unknown>): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor === undefined) return;
    neighbor.side.learnHeads(heads);
    if (this.#isActive(neighbor)) return;
    if (neighbor.isEqual) {
      if (!neighbor.isSynced) this.#synced(neighbor);
      neighbor.areEqual();
    } else neighbor.differ(this.#drives(neighbor), now.instant);
    this.#startDue(now.instant, out);
  }

  /** Throws `MalformedBytes` for what nobody may send. */
  onFrame(link: LinkId, kind: number, payload: Uint8Array, now: Now, out: Outbox<unknown>): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor === undefined) return;
    neighbor.side.moved(now.instant);
    this.#frames.take(neighbor, { kind, payload }, now.instant, out);
    this.#settle(neighbor, now.instant, out);
  }

  /** What became of a bundle; with nothing in it when it could not be judged. What was accepted is offered on. */
  onJudged(link: LinkId, outcome: JudgedElements, now: Now, out: Outbox<unknown>): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor !== undefined) {
      neighbor.side.moved(now.instant);
      neighbor.side.judged(outcome, now.instant);
      this.#tellProgress(neighbor);
    }
    this.learned(outcome.accepted, link, now, out);
    if (neighbor !== undefined) this.#settle(neighbor, now.instant, out);
  }

  /** What `onSecurity` brought was judged; when it is listed here now, `securityChanged` came before. */
  onSecurityJudged(
    { link, digest, outcome }: SecurityJudged,
    now: Now,
    out: Outbox<unknown>,
  ): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor === undefined) return;
    neighbor.side.moved(now.instant);
    neighbor.side.security.judged(digest, outcome);
    this.#settle(neighbor, now.instant, out);
  }

  /** What the source lists has changed; when `isJudgedAnew`, what was refused or outdone may be wanted now. */
  securityChanged(isJudgedAnew = false): void {
    this.#security.changed();
    for (const { side } of this.#neighborByLink.values()) side.securityChanged(isJudgedAnew);
  }

  /** Agrees with the neighbor on who belongs, as far as the two last heard of each other. */
  isAgreed(link: LinkId): boolean {
    return this.#neighborByLink.get(link)?.side.hasSameSecurity === true;
  }

  /** Lists are being exchanged with it. */
  isExchanging(link: LinkId): boolean {
    const neighbor = this.#neighborByLink.get(link);
    return neighbor !== undefined && this.#isActive(neighbor);
  }

  /**
   * Elements that are new here and were not flooded: neighbors are offered them, but for the one that
   * brought them. What came by `onJudged` is offered already.
   */
  learned(
    elements: readonly Uint8Array[],
    from: LinkId | null,
    now: Now,
    out: Outbox<unknown>,
  ): void {
    if (elements.length === 0 || elements.length > LIMITS.syncOfferedMax) return;
    const bringing = from === null ? undefined : this.#neighborByLink.get(from);
    // A newcomer has little that others lack.
    if (bringing?.asking.phase === 'streaming') return;
    for (const [link, neighbor] of this.#neighborByLink) {
      if (link === from || neighbor.isUnlike) continue;
      if (!neighbor.offers.take(now.instant, elements.length)) continue;
      const fresh = elements.filter((one) => !neighbor.side.refusedThere.has(one, now.instant));
      const frame = LIMITS.syncItemsMax;
      for (let at = 0; at < fresh.length; at += frame) {
        const packed = packedInOrder(fresh.slice(at, at + frame), ELEMENT_BYTES);
        out.send(link, KIND.offer, encodeOffer(packed));
      }
    }
  }

  onDrained(link: LinkId, now: Now, out: Outbox<unknown>): void {
    const neighbor = this.#neighborByLink.get(link);
    if (neighbor === undefined) return;
    neighbor.side.moved(now.instant);
    neighbor.side.outgoing.drained();
    this.#tellProgress(neighbor);
    this.#settle(neighbor, now.instant, out);
  }

  nextDeadline(): Instant | null {
    let next: Instant | null = null;
    for (const neighbor of this.#neighborByLink.values()) {
      if (this.#isActive(neighbor)) {
        next = earlier(next, instantOf(neighbor.side.movedAt + STALLED_MS));
      } else if (this.#turn.isFree) next = earlier(next, neighbor.dueAt);
      const { movedAt, security } = neighbor.side;
      next = earlier(next, earlier(security.overdueAt(movedAt), security.withheldAt));
    }
    return earlier(next, this.#turn.endsAt);
  }

  onDeadline(now: Now, out: Outbox<unknown>): void {
    for (const neighbor of this.#neighborByLink.values()) {
      const { link, movedAt, accepted } = neighbor.side;
      this.#onSecurityDue(neighbor, now.instant, out);
      const isStalled = this.#isActive(neighbor) && now.instant - movedAt >= STALLED_MS;
      const isOver = this.#turn.isOf(link) && this.#turn.isOver(accepted, now.instant);
      if (isStalled || isOver) this.#giveUp(neighbor, now.instant);
    }
    this.#startDue(now.instant, out);
  }

  #settle(neighbor: SyncNeighbor, now: Instant, out: Outbox<unknown>): void {
    const { side, asking, answering } = neighbor;
    side.outgoing.pump(out);
    asking.settle(now, out);
    const end = answering.settle(out);
    if (end !== null) {
      if (asking.phase === 'idle') this.#turn.release(side.link);
      this.#endExchange(neighbor, now);
      const isShort = side.endComparison();
      // Whoever cut it short comes again.
      if (end === 'ended') this.#ended(neighbor, isShort, now);
    }
    this.#startDue(now, out);
  }

  /** What was asked for and does not come is not waited for; whoever differs for too long is told of. */
  #onSecurityDue(neighbor: SyncNeighbor, now: Instant, out: Outbox<unknown>): void {
    const { security, movedAt, link } = neighbor.side;
    const overdueAt = security.overdueAt(movedAt);
    if (overdueAt !== null && overdueAt <= now) {
      security.forgetWanted();
      this.#settle(neighbor, now, out);
    }
    const { withheldAt } = security;
    if (withheldAt === null || withheldAt > now) return;
    security.wasTold();
    this.#parts.listener.onWithheld(link);
  }

  /** Lists were exchanged: do the two agree on who belongs, or will they? */
  #endExchange(neighbor: SyncNeighbor, now: Instant): void {
    const wasUnlike = neighbor.isUnlike;
    neighbor.endExchange(now);
    if (neighbor.isUnlike === wasUnlike) return;
    this.#parts.listener.onUnlike(neighbor.side.link, !wasUnlike);
  }

  #onEnd(neighbor: SyncNeighbor, result: AskingResult, now: Instant): void {
    this.#turn.release(neighbor.side.link);
    if (result === 'busy') {
      const waitMs = BUSY_MS * (1 + 2 * fractionOf(this.#parts.chance.bytes(4)));
      this.#schedule(neighbor, waitMs, now);
      return;
    }
    this.#endExchange(neighbor, now);
    if (result === 'cut') {
      neighbor.side.endComparison();
      if (!neighbor.isUnlike) this.#schedule(neighbor, LIST_AGAIN_MS, now);
      return;
    }
    const { wasOfUse, hasTaken } = neighbor.asking;
    const isShort = neighbor.side.endComparison();
    neighbor.ended(isShort ? hasTaken : wasOfUse, now);
    // What is given and not taken there would be given again and again; what is taken comes to an end.
    const goesOn = isShort ? hasTaken : wasOfUse && neighbor.rounds < ROUNDS_MAX;
    if (result === 'differs' && goesOn) this.#schedule(neighbor, 0, now);
    else this.#ended(neighbor, isShort, now);
  }

  /**
   * Whatever still differs was refused by one of the two, or is newer than the comparison; or it was
   * too much for it, and then this was not the last.
   */
  #ended(neighbor: SyncNeighbor, isShort: boolean, now: Instant): void {
    if (!isShort) this.#synced(neighbor);
    const { lags, link } = neighbor.side;
    if (lags.length > 0 || neighbor.hadLag) this.#parts.listener.onLag(link, lags);
    neighbor.hadLag = lags.length > 0;
    if (isShort) this.#schedule(neighbor, neighbor.gapMs, now);
    else neighbor.remember(now);
  }

  #synced(neighbor: SyncNeighbor): void {
    neighbor.isSynced = true;
    this.#parts.listener.onSynced(neighbor.side.link, neighbor.side.accepted);
  }

  #giveUp(neighbor: SyncNeighbor, now: Instant): void {
    const { link, expected, accepted } = neighbor.side;
    if (this.#turn.isOf(link)) neighbor.restsUntil = now + LIMITS.syncIntervalMs;
    neighbor.giveUp();
    this.#turn.release(link);
    this.#schedule(neighbor, LIMITS.syncIntervalMs, now);
    const pending: SyncLag = {
      code: PENDING,
      side: 'here',
      elements: [],
      count: Math.max(1, expected - accepted),
    };
    neighbor.hadLag = true;
    this.#parts.listener.onLag(link, [...neighbor.side.lags, pending]);
  }

  /** Begins whatever is due, what has been due the longest first: nobody is overtaken again and again. */
  #startDue(now: Instant, out: Outbox<unknown>): void {
    this.#noticeEqual(now);
    while (this.#turn.isFree) {
      const neighbor = this.#longestDue(now);
      if (neighbor === null) return;
      neighbor.dueAt = null;
      const isSettled = !neighbor.isUnlike && neighbor.isRemembered(now);
      if (neighbor.isEqual || isSettled) continue;
      this.#turn.take(neighbor.side.link, neighbor.side.accepted, now);
      neighbor.begin(now, out);
    }
  }

  #longestDue(now: Instant): SyncNeighbor | null {
    let found: SyncNeighbor | null = null;
    let since = now + 1;
    for (const neighbor of this.#neighborByLink.values()) {
      if (neighbor.dueAt === null || neighbor.dueAt >= since || this.#isActive(neighbor)) continue;
      found = neighbor;
      since = neighbor.dueAt;
    }
    return found;
  }

  /** What one neighbor brought may be all that another one has, which then need not be asked. */
  #noticeEqual(now: Instant): void {
    for (const neighbor of this.#neighborByLink.values()) {
      if (neighbor.isUnlike && neighbor.side.hasSameSecurity) {
        neighbor.agreed(now);
        this.#parts.listener.onUnlike(neighbor.side.link, false);
      }
      if (neighbor.isSynced || this.#isActive(neighbor) || !neighbor.isEqual) continue;
      this.#synced(neighbor);
    }
  }

  #schedule(neighbor: SyncNeighbor, delayMs: number, now: Instant): void {
    neighbor.dueAt = instantOf(now + delayMs);
  }

  /** The one that dialed, but of a newcomer and another one the newcomer. */
  #drives({ side }: SyncNeighbor): boolean {
    const ours = this.#parts.index.count;
    const theirs = side.theirHeads.count;
    return isNewcomer(ours, theirs) || (side.weDialed && !isNewcomer(theirs, ours));
  }

  #isActive({ side, asking, answering }: SyncNeighbor): boolean {
    return asking.phase !== 'idle' || answering.isActive || this.#turn.isOf(side.link);
  }

  #tellProgress({ side, asking }: SyncNeighbor): void {
    const progress = {
      phase: asking.phase,
      received: side.accepted,
      expected: side.expected,
      sent: side.outgoing.bundlesSent,
    };
    this.#parts.listener.onProgress(side.link, progress);
  }
}
