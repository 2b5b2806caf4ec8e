// The side that is asked (protocol.md §13.6). It remembers next to nothing: how far a list of
// memberships has come, and that the far end has finished. Everything else is answered as it comes,
// from the set as it is then.

import { compareBytes } from '../../base/bytes.ts';
import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import { KIND } from '../../wire/frame.ts';
import type { SecurityList, SyncState } from '../../wire/sync.ts';
import { encodeSyncState } from '../../wire/sync.ts';
import { type Bound, encodeRanges, type RangesMessage } from '../../wire/sync-ranges.ts';
import { encodeSymbols, type GetSymbols } from '../../wire/sync-symbols.ts';
import type { Outbox } from '../outbox.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { ElementIndex } from './element-index.ts';
import { lackingIn, type SecuritySet, unpackedDigests } from './security-set.ts';
import type { SyncLink } from './sync-link.ts';

const SHORT_DIGEST_BYTES = 8;

export interface AnsweringParts {
  readonly index: ElementIndex;
  readonly security: SecuritySet;
}

/**
 * `cut`: the far end found that the two differ in who belongs, and did not ask for records.
 */
export type AnsweringEnd = 'ended' | 'cut';

/** Of a list of who belongs that is coming. */
interface ListStanding {
  /** The last digest so far. */
  readonly upTo: Uint8Array | null;
  readonly count: number;
  readonly isWhole: boolean;
}

export class AnsweringSide {
  readonly #side: SyncLink;
  readonly #parts: AnsweringParts;
  readonly #questions = new TokenBucket(
    LIMITS.syncQuestionsPerMinuteMax,
    LIMITS.syncQuestionsPerMinuteMax / 60,
  );
  #list: ListStanding | null = null;
  #isFinishAsked = false;
  /** Lists were exchanged, and nothing of records was asked since. */
  #isOfSecurity = false;

  constructor(side: SyncLink, parts: AnsweringParts) {
    this.#side = side;
    this.#parts = parts;
  }

  /** Something is under way that has to come to an end. */
  get isActive(): boolean {
    return this.#list !== null || this.#isFinishAsked || !this.#side.outgoing.isIdle;
  }

  drop(): void {
    this.#isOfSecurity = false;
    this.#list = null;
    this.#isFinishAsked = false;
  }

  /** What the far end lacks is sent, what is lacking here asked for. */
  onList({ isLast, digests }: SecurityList, now: Instant, out: Outbox<unknown>): void {
    this.#requireQuestion(now, LIMITS.syncListQuestions);
    const before = this.#list?.isWhole === false ? this.#list : null;
    if (before === null) this.#side.security.begin(this.#side.theirHeads.securityHead);
    this.#isOfSecurity = true;
    const listed = unpackedDigests(digests);
    const count = (before?.count ?? 0) + listed.length;
    if (count > LIMITS.securityListedMax) throw new MalformedBytes('SECURITY_LIST: too many');
    const after = before?.upTo ?? null;
    const [first] = listed;
    const isFurther = after === null || first === undefined || compareBytes(first, after) > 0;
    if (!isFurther) throw new MalformedBytes('SECURITY_LIST: frames in their order');
    const upTo = listed.at(-1) ?? after;
    const ours = this.#parts.security.digests;
    const isNothing = upTo === null && !isLast;
    if (!isNothing) {
      const there = { after, upTo: isLast ? null : upTo };
      this.#side.giveSecurity(lackingIn(ours, listed, there));
    }
    this.#side.security.want(lackingIn(listed, ours, { after: null, upTo: null }), out);
    this.#list = { upTo, count, isWhole: isLast };
  }

  onGetSymbols({ from, count, countsOnly }: GetSymbols, now: Instant, out: Outbox<unknown>): void {
    this.#requireRecordQuestion(now);
    if (count === 0) throw new MalformedBytes('GET_SYMBOLS: none');
    const { index } = this.#parts;
    const symbols = encodeSymbols({
      from,
      setCount: index.count,
      setDigest: index.digest.subarray(0, SHORT_DIGEST_BYTES),
      symbols: index.symbols(from, count),
      counts: index.symbolCounts(from + count, countsOnly),
    });
    out.send(this.#side.link, KIND.symbols, symbols);
  }

  onRanges(question: RangesMessage, now: Instant, out: Outbox<unknown>): void {
    this.#requireRecordQuestion(now);
    const { messages, theirs, ours } = this.#side.answered(question, now);
    this.#side.want(theirs, now, out);
    for (const answer of messages) out.send(this.#side.link, KIND.ranges, encodeRanges(answer));
    this.#side.push(ours, now);
  }

  onStream(from: Bound, now: Instant): void {
    this.#requireRecordQuestion(now);
    this.#side.outgoing.stream({ time: from.time, prefix: from.prefix.slice() });
  }

  onFinished(
    { heads, refused }: SyncState & { readonly stage: 'finished' | 'ended' },
    now: Instant,
  ): void {
    this.#side.learnHeads(heads);
    this.#side.onRefused(refused, now);
    this.#isFinishAsked = true;
  }

  /** How a comparison has just ended; null when none has. */
  settle(out: Outbox<unknown>): AnsweringEnd | null {
    const side = this.#side;
    if (this.#list?.isWhole === true && side.security.isSettled) {
      this.#list = null;
      const state = { stage: 'memberships', heads: side.ourHeads } as const;
      side.outgoing.frame(KIND.syncState, encodeSyncState(state));
      side.outgoing.pump(out);
    }
    if (!this.#isFinishAsked || !side.isSettled) return null;
    this.#isFinishAsked = false;
    side.tell({ stage: 'ended', heads: side.ourHeads, refused: side.refusedToTell }, out);
    const isCut = this.#isOfSecurity && !side.hasSameRecords;
    this.#isOfSecurity = false;
    return isCut ? 'cut' : 'ended';
  }

  #requireRecordQuestion(now: Instant): void {
    this.#isOfSecurity = false;
    this.#requireQuestion(now);
  }

  /** Work is asked for without end only by who means to. */
  #requireQuestion(now: Instant, count = 1): void {
    if (!this.#questions.take(now, count))
      throw new MalformedBytes('more questions than a minute has');
  }
}
