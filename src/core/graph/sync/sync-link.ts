// What both sides of a comparison share on one link: what is asked for, what is to be sent, what is
// being judged, and what was refused here or there (protocol.md §13.10). Who belongs to the group is
// exchanged by a part of its own.

import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import {
  encodeSyncState,
  encodeWant,
  type RefusedElement,
  type ShortHeads,
  type SyncState,
} from '../../wire/sync.ts';
import type { RangesMessage } from '../../wire/sync-ranges.ts';
import type { Heads } from '../heads.ts';
import type { Outbox } from '../outbox.ts';
import { TokenBucket } from '../token-bucket.ts';
import { type ElementIndex, sameDigest } from './element-index.ts';
import { Outgoing, type RecordSource } from './outgoing.ts';
import { packedInOrder, Ranges, type RangesAnswer } from './ranges.ts';
import { codeOf, PENDING, RefusedMemory, SUPERSEDED, type SyncLag } from './refused-memory.ts';
import { SecurityExchange } from './security-exchange.ts';
import type { SecuritySet } from './security-set.ts';
import type { WantedElements } from './wanted-elements.ts';

const PREFIX_BYTES = 8;

/** What became of the records of a bundle, by their elements. */
export interface JudgedElements {
  readonly accepted: readonly Uint8Array[];
  readonly superseded: readonly Uint8Array[];
  readonly refused: readonly { readonly element: Uint8Array; readonly code: string }[];
  readonly deferred: readonly Uint8Array[];
}

export interface SyncLinkParts {
  readonly index: ElementIndex;
  readonly source: RecordSource;
  readonly security: SecuritySet;
  readonly wanted: WantedElements;
}

export class SyncLink {
  readonly link: LinkId;
  readonly weDialed: boolean;
  readonly outgoing: Outgoing;
  readonly security: SecurityExchange;
  /** Theirs that we did not take, and ours that they did not. */
  readonly refusedHere = new RefusedMemory();
  readonly refusedThere = new RefusedMemory();
  readonly #parts: SyncLinkParts;
  readonly #ranges = new TokenBucket(
    LIMITS.syncRangesPerMinuteMax,
    LIMITS.syncRangesPerMinuteMax / 60,
  );
  /** Something that we lack was left to another comparison. */
  #isShort = false;
  #theirHeads: ShortHeads;
  /** WANT frames whose answer has not ended, and bundles that have not been judged. */
  #wantsOpen = 0;
  #unjudged = 0;
  #wantedInVain = 0;
  #accepted = 0;
  /** When the comparison before ended. */
  #acceptedBefore = 0;
  #expected = 0;
  #movedAt: Instant;

  constructor(
    { link, weDialed }: { readonly link: LinkId; readonly weDialed: boolean },
    parts: SyncLinkParts,
    { heads, now }: { readonly heads: Heads; readonly now: Instant },
  ) {
    this.link = link;
    this.weDialed = weDialed;
    this.#parts = parts;
    this.#theirHeads = shortHeads(heads);
    this.#movedAt = now;
    this.security = new SecurityExchange(link, parts.security);
    this.outgoing = new Outgoing({
      link,
      index: parts.index,
      source: parts.source,
      streamed: (upTo, out) => this.tell({ stage: 'streamed', upTo, heads: this.ourHeads }, out),
    });
  }

  get theirHeads(): ShortHeads {
    return this.#theirHeads;
  }

  get ourHeads(): ShortHeads {
    const { index, security } = this.#parts;
    return shortHeads({ count: index.count, digest: index.digest, securityHead: security.head });
  }

  get hasSameRecords(): boolean {
    return sameDigest(this.#theirHeads.digest, this.#parts.index.digest);
  }

  get hasSameSecurity(): boolean {
    return sameDigest(this.#theirHeads.securityHead, this.#parts.security.head);
  }

  /** It lacks, or keeps back, something of security for no reason of ours. */
  get isSuspect(): boolean {
    return this.security.isSuspect(this.#theirHeads.securityHead);
  }

  /** Nothing is under way in either direction. */
  get isSettled(): boolean {
    return this.#wantsOpen === 0 && !this.isJudging && this.outgoing.isIdle;
  }

  get isJudging(): boolean {
    return this.#unjudged > 0 || this.security.isJudging;
  }

  /** What was refused here: records, and what of security there was no room for. */
  get refusedToTell(): readonly RefusedElement[] {
    return [...this.refusedHere.toTell(), ...this.security.toTell()];
  }

  /** Records that came by comparing and were taken, since the link is up. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Records that were asked for, or announced. */
  get expected(): number {
    return Math.max(this.#expected, this.#accepted);
  }

  get movedAt(): Instant {
    return this.#movedAt;
  }

  /** How soon it is worth the while to try again what was not given or not taken. */
  get quietMs(): number {
    const quietMs = Math.min(this.refusedHere.quietMs, this.refusedThere.quietMs);
    return this.#wantedInVain > 0 ? Math.min(quietMs, LIMITS.syncIntervalMs) : quietMs;
  }

  get lags(): readonly SyncLag[] {
    return [...this.refusedHere.lags('here'), ...this.refusedThere.lags('there')];
  }

  /** Something came or went: the time in which that has to happen begins anew. */
  moved(now: Instant): void {
    this.#movedAt = now;
  }

  learnHeads(heads: Heads | ShortHeads): void {
    this.#theirHeads = shortHeads(heads);
  }

  expect(records: number): void {
    this.#expected = this.#accepted + records;
  }

  tell(state: SyncState, out: Outbox<unknown>): void {
    out.send(this.link, KIND.syncState, encodeSyncState(state));
  }

  /** The far end has had its share of our time. */
  isWeary(now: Instant): boolean {
    return this.#ranges.isEmpty(now);
  }

  /** What there is to say to a RANGES, as far as the far end's share of our time goes. */
  answered(message: RangesMessage, now: Instant): RangesAnswer {
    const room = { ranges: this.#ranges.left(now), records: this.outgoing.recordsRoom };
    const answer = new Ranges(this.#parts.index).answer(message, room);
    this.#ranges.take(now, Math.min(room.ranges, answer.work));
    if (answer.isCut) this.#isShort = true;
    return answer;
  }

  /** Asks for elements that were found to be lacking, without those that are here or were refused. */
  want(elements: readonly Uint8Array[], now: Instant, out: Outbox<unknown>): void {
    const lacking = this.#lacking(elements, now);
    const free = lacking.filter((element) => this.#parts.wanted.add(element, this.link, now));
    if (free.length < lacking.length) this.#isShort = true;
    this.#ask(free, out);
  }

  /** The same for what the far end says to have: of that, what does not go on there is nothing that is missing. */
  wantOffered(elements: readonly Uint8Array[], now: Instant, out: Outbox<unknown>): void {
    const { wanted } = this.#parts;
    const free = this.#lacking(elements, now).filter((element) =>
      wanted.addOffered(element, this.link, now),
    );
    this.#ask(free, out);
  }

  /**
   * A comparison has ended: whether something that we lack was left to another one, as it is when very
   * much came. What was asked for and not given may be wanted elsewhere.
   */
  endComparison(): boolean {
    this.#wantedInVain = this.isSettled ? this.#parts.wanted.forgetLink(this.link) : 0;
    const isMuch = this.#accepted - this.#acceptedBefore >= LIMITS.syncOfferedMax;
    const isShort = this.#isShort || isMuch;
    this.#isShort = false;
    this.#acceptedBefore = this.#accepted;
    return isShort && !this.hasSameRecords;
  }

  #lacking(elements: readonly Uint8Array[], now: Instant): readonly Uint8Array[] {
    const { index } = this.#parts;
    return elements.filter((element) => !index.has(element) && !this.refusedHere.has(element, now));
  }

  #ask(lacking: readonly Uint8Array[], out: Outbox<unknown>): void {
    const packed = packedInOrder(lacking, PREFIX_BYTES);
    const frameBytes = LIMITS.syncItemsMax * PREFIX_BYTES;
    for (let at = 0; at < packed.length; at += frameBytes) {
      out.send(this.link, KIND.want, encodeWant(packed.subarray(at, at + frameBytes)));
      this.#wantsOpen += 1;
    }
    this.#expected += lacking.length;
  }

  /** Queues what the far end lacks, without what it has refused. */
  push(ids: readonly Uint8Array[], now: Instant): number {
    const { index } = this.#parts;
    const wanted = ids.filter((id) => {
      const element = index.elementOf(id);
      return element !== null && !this.refusedThere.has(element, now);
    });
    return this.outgoing.records(wanted);
  }

  /** The far end asks for these, 8 bytes each. */
  onWant(prefixes: Uint8Array): void {
    const { index } = this.#parts;
    const ids: Uint8Array[] = [];
    const unknown: Uint8Array[] = [];
    for (let at = 0; at < prefixes.length; at += PREFIX_BYTES) {
      const prefix = prefixes.subarray(at, at + PREFIX_BYTES);
      const found = index.idsByPrefix(prefix);
      if (found.length === 0) unknown.push(prefix);
      else ids.push(...found);
    }
    this.outgoing.records(ids);
    const given = { stage: 'given', unknown: packedInOrder(unknown, PREFIX_BYTES) } as const;
    this.outgoing.frame(KIND.syncState, encodeSyncState(given));
  }

  /** The far end lacks these. It was told of no more than are here, so more at once are asked for in vain. */
  giveSecurity(digests: readonly Uint8Array[]): void {
    const room = LIMITS.securityListedMax - this.outgoing.securityQueued;
    this.outgoing.security(this.#parts.source.inSendingOrder(digests.slice(0, room)));
  }

  /** A WANT was answered. What was unknown there was replaced or removed meanwhile. */
  onGiven(unknown: Uint8Array): void {
    this.#wantsOpen = Math.max(0, this.#wantsOpen - 1);
    for (let at = 0; at < unknown.length; at += PREFIX_BYTES) {
      this.#parts.wanted.delete(unknown.subarray(at, at + PREFIX_BYTES));
    }
  }

  bundleCame(): void {
    this.#unjudged += 1;
  }

  judged(outcome: JudgedElements, now: Instant): void {
    this.#unjudged -= 1;
    const { wanted } = this.#parts;
    const { accepted, superseded, refused, deferred } = outcome;
    for (const element of [...accepted, ...superseded, ...deferred]) wanted.delete(element);
    for (const element of accepted) this.refusedHere.delete(element);
    for (const element of superseded) this.refusedHere.add(element, SUPERSEDED, now);
    for (const element of deferred) this.refusedHere.add(element, PENDING, now);
    for (const { element, code } of refused) {
      wanted.delete(element);
      this.refusedHere.add(element, code, now);
    }
    this.#accepted += accepted.length;
  }

  /** What the far end says that it did not take of ours. */
  onRefused(refused: readonly RefusedElement[], now: Instant): void {
    const { index } = this.#parts;
    this.security.onRefused(refused);
    for (const { prefix, because } of refused) {
      for (const id of index.idsByPrefix(prefix)) {
        const element = index.elementOf(id);
        if (element !== null) this.refusedThere.add(element, codeOf(because), now);
      }
    }
  }

  /** What could not be judged may be by now; when what counts is judged anew, on either side, all of it. */
  securityChanged(isJudgedAnew: boolean): void {
    if (isJudgedAnew) this.refusedThere.clear();
    if (isJudgedAnew) this.refusedHere.clear();
    else this.refusedHere.forgetPending();
  }

  /** A comparison was given up: what it waited for is not waited for any more. */
  giveUp(): void {
    this.#wantsOpen = 0;
    this.security.giveUp();
    this.#isShort = false;
    this.outgoing.clear();
    this.#parts.wanted.forgetLink(this.link);
  }
}

function shortHeads({ count, digest, securityHead }: Heads | ShortHeads): ShortHeads {
  return {
    count,
    digest: digest.slice(0, PREFIX_BYTES),
    securityHead: securityHead.slice(0, PREFIX_BYTES),
  };
}
