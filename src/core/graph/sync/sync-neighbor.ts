// One neighbor as the reconciler sees it: the two sides of a comparison with it, and when the next one
// is due. Heads that differ once are a record on its way; twice, and something is missing.

import { type Instant, instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { ShortHeads } from '../../wire/sync.ts';
import type { Heads } from '../heads.ts';
import { earlier, type Outbox } from '../outbox.ts';
import { TokenBucket } from '../token-bucket.ts';
import { AnsweringSide } from './answering-side.ts';
import { type AskingResult, AskingSide, type StreamMark } from './asking-side.ts';
import { sameDigest } from './element-index.ts';
import { SyncLink, type SyncLinkParts } from './sync-link.ts';

/** Between two comparisons that brought nothing the time doubles, up to the interval of a minute. A guess. */
const GAP_MIN_MS = 4_000;
const FALLBACK_MS = 90_000;
/** The same while the two differ in who belongs. A guess: more than an exchange of lists takes. */
const SECURITY_FALLBACK_MS = 10_000;
const DIFFERING_ROUNDS = 2;
/** Lists of two that should agree are exchanged again so soon: each is paid for out of the questions of a minute. */
const LIST_AGAIN_MS = 10_000;

export interface SyncNeighborParts extends SyncLinkParts {
  readonly streamMark: StreamMark;
  readonly onEnd: (result: AskingResult, now: Instant) => void;
}

/** Both sides' heads, when a comparison found nothing more to do. */
interface Remembered {
  readonly ours: ShortHeads;
  readonly theirs: ShortHeads;
}

export class SyncNeighbor {
  readonly side: SyncLink;
  readonly asking: AskingSide;
  readonly answering: AnsweringSide;
  /** What may be offered to it. */
  readonly offers = new TokenBucket(LIMITS.syncOfferedMax, LIMITS.syncOfferedMax);
  /** What it may offer: twice as much, for what was sent in two seconds may come in one. */
  readonly offered = new TokenBucket(2 * LIMITS.syncOfferedMax, LIMITS.syncOfferedMax);
  isSynced = false;
  hadLag = false;
  /** When a comparison is to begin; null while there is no reason for one. */
  dueAt: Instant | null = null;
  /** Until then it gets no turn by asking for it. */
  restsUntil = 0;
  #rounds = 0;
  #differedRounds = 0;
  #gapMs = GAP_MIN_MS;
  #endedAt: Instant | null = null;
  #remembered: Remembered | null = null;
  #rememberedUntil = 0;
  #exchangedSecurity: Remembered | null = null;

  constructor(
    { link, weDialed, heads }: { link: LinkId; weDialed: boolean; heads: Heads },
    parts: SyncNeighborParts,
    now: Instant,
  ) {
    this.side = new SyncLink({ link, weDialed }, parts, { heads, now });
    this.asking = new AskingSide(this.side, parts, parts.onEnd);
    this.answering = new AnsweringSide(this.side, parts);
  }

  get isEqual(): boolean {
    return this.side.hasSameRecords && this.side.hasSameSecurity;
  }

  /** No records go either way, for the two differ in who belongs and should not. */
  get isUnlike(): boolean {
    return this.side.security.isUnlike;
  }

  /** Nothing has changed since a comparison found nothing more to do, and it is not time to try again. */
  isRemembered(now: Instant): boolean {
    if (now >= this.#rememberedUntil) this.#remembered = null;
    return isSame(this.#remembered, this.#heads());
  }

  /** Comparisons in a row. */
  get rounds(): number {
    return this.#rounds;
  }

  begin(now: Instant, out: Outbox<unknown>): void {
    this.#rounds += 1;
    const heads = this.#heads();
    const { isUnlike } = this.side.security;
    const isNew = isUnlike || !hasSameSecurity(this.#exchangedSecurity, heads);
    const withSecurity = !this.side.hasSameSecurity && isNew;
    if (withSecurity) this.#exchangedSecurity = heads;
    this.asking.begin(withSecurity, now, out);
  }

  /** Between this comparison and the next, when there is reason for one. */
  get gapMs(): number {
    return this.#gapMs;
  }

  /** `isUseful`: something went one way or the other. */
  ended(isUseful: boolean, now: Instant): void {
    this.#endedAt = now;
    this.#gapMs = isUseful ? GAP_MIN_MS : Math.min(2 * this.#gapMs, LIMITS.syncIntervalMs);
    if (!isUseful) this.#rounds = 0;
  }

  remember(now: Instant): void {
    this.#remembered = this.#heads();
    this.#rememberedUntil = now + this.side.quietMs;
    this.#rounds = 0;
    this.#differedRounds = 0;
  }

  areEqual(): void {
    this.#differedRounds = 0;
    this.dueAt = null;
  }

  differ(weDrive: boolean, now: Instant): void {
    if (this.isRemembered(now)) return;
    this.#differedRounds += 1;
    if (!weDrive) {
      const waitMs = this.side.hasSameSecurity ? FALLBACK_MS : SECURITY_FALLBACK_MS;
      this.dueAt = earlier(this.dueAt, instantOf(now + waitMs));
      return;
    }
    const isLasting = this.#differedRounds >= DIFFERING_ROUNDS;
    const soonest = this.#endedAt === null ? now : this.#endedAt + this.#gapMs;
    const due = isLasting ? Math.max(now, soonest) : now + LIMITS.syncIntervalMs;
    this.dueAt = earlier(this.dueAt, instantOf(due));
  }

  /** Lists were exchanged, and maybe records after them. */
  endExchange(now: Instant): void {
    const { security, theirHeads } = this.side;
    const wasUnlike = security.isUnlike;
    const isNew = security.end(theirHeads.securityHead, now);
    if (isNew) this.side.giveUp();
    if (security.isUnlike) this.dueAt = instantOf(now + LIST_AGAIN_MS);
    else if (wasUnlike) this.agreed(now);
  }

  /** Records go again; what went by meanwhile is found by comparing. */
  agreed(now: Instant): void {
    this.side.security.agreed();
    this.dueAt = now;
  }

  giveUp(): void {
    this.asking.drop();
    this.answering.drop();
    this.side.giveUp();
    this.#rounds = 0;
    this.#exchangedSecurity = null;
  }

  #heads(): Remembered {
    return { ours: this.side.ourHeads, theirs: this.side.theirHeads };
  }
}

function isSame(known: Remembered | null, heads: Remembered): boolean {
  return (
    known !== null &&
    hasSameSecurity(known, heads) &&
    sameDigest(known.ours.digest, heads.ours.digest) &&
    sameDigest(known.theirs.digest, heads.theirs.digest)
  );
}

function hasSameSecurity(known: Remembered | null, heads: Remembered): boolean {
  return (
    known !== null &&
    sameDigest(known.ours.securityHead, heads.ours.securityHead) &&
    sameDigest(known.theirs.securityHead, heads.theirs.securityHead)
  );
}
