// The side that drives a comparison (protocol.md §13.6): memberships, then everything for a newcomer,
// else symbols, and ranges where symbols do not suffice; then what differs goes both ways, and both say
// so. Whatever the far end answers, there is an end: questions are counted, and time is.

import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import { KIND } from '../../wire/frame.ts';
import { encodeSecurityList, encodeStream, type SyncState } from '../../wire/sync.ts';
import {
  type Bound,
  encodeRanges,
  FIRST_BOUND,
  type RangesMessage,
} from '../../wire/sync-ranges.ts';
import { encodeGetSymbols, type GetSymbols, type Symbols } from '../../wire/sync-symbols.ts';
import type { Outbox } from '../outbox.ts';
import { type ElementIndex, sameDigest } from './element-index.ts';
import { packedInOrder, Ranges } from './ranges.ts';
import type { SecuritySet } from './security-set.ts';
import { SymbolDecoder } from './symbol-decoder.ts';
import { FIRST_QUESTION, nextQuestion } from './symbol-plan.ts';
import { SYMBOL_BYTES } from './symbol-prefix.ts';
import type { SyncLink } from './sync-link.ts';
import { requireMove, type SyncPhase, type SyncPhaseName } from './sync-phase.ts';

const DIGEST_BYTES = 32;
/** Who has so many times as many records is not compared with but copied (measured: from there on it costs less). */
const NEWCOMER_FACTOR = 8;
/** Sets that change between two questions have to be asked from the start; then ranges take over. */
const RESTARTS_MAX = 3;
/** A million records divided by 16 again and again end after 6; frames of one turn count each. */
const RANGE_ANSWERS_MAX = 4_096;

export interface AskingParts {
  readonly index: ElementIndex;
  readonly security: SecuritySet;
  /** Where streams left off, at whatever neighbor. */
  readonly streamMark: StreamMark;
}

/** A stream that was cut goes on here with another neighbor, for the order is the same everywhere. */
export interface StreamMark {
  bound: Bound;
}

/** `cut`: what the two know of who belongs differs, and records were not compared. */
export type AskingResult = 'equal' | 'differs' | 'busy' | 'cut';

export class AskingSide {
  readonly #side: SyncLink;
  readonly #parts: AskingParts;
  readonly #onEnd: (result: AskingResult, now: Instant) => void;
  #phase: SyncPhase = { name: 'idle' };
  #pushed = 0;
  #acceptedBefore = 0;
  #isCut = false;

  constructor(
    side: SyncLink,
    parts: AskingParts,
    onEnd: (result: AskingResult, now: Instant) => void,
  ) {
    this.#side = side;
    this.#parts = parts;
    this.#onEnd = onEnd;
  }

  get phase(): SyncPhaseName {
    return this.#phase.name;
  }

  /** Records went one way or the other. */
  get wasOfUse(): boolean {
    return this.#pushed > 0 || this.hasTaken;
  }

  /** Records came and were taken. */
  get hasTaken(): boolean {
    return this.#side.accepted > this.#acceptedBefore;
  }

  /** Who belongs comes first, when that differs. */
  begin(withSecurity: boolean, now: Instant, out: Outbox<unknown>): void {
    this.#pushed = 0;
    this.#isCut = false;
    this.#acceptedBefore = this.#side.accepted;
    this.#side.moved(now);
    if (!withSecurity) {
      this.#compareRecords(now, out);
      return;
    }
    this.#side.security.begin(this.#side.theirHeads.securityHead);
    this.#become({ name: 'memberships', isTheirsDone: false });
    this.#sendList(out);
  }

  drop(): void {
    if (this.#phase.name !== 'idle') this.#become({ name: 'idle' });
  }

  onSymbols(message: Symbols, now: Instant, out: Outbox<unknown>): void {
    const phase = this.#phase;
    if (phase.name !== 'symbols') return;
    const { asked } = phase;
    const isWhole =
      message.from === asked.from &&
      message.symbols.length === asked.count * SYMBOL_BYTES &&
      message.counts.length === asked.countsOnly;
    if (!isWhole) throw new MalformedBytes('SYMBOLS: others than were asked for');
    const { index } = this.#parts;
    const sets = phase.sets ?? { ours: index.digest, theirs: message.setDigest.slice() };
    const isSame =
      sameDigest(sets.ours, index.digest) && sameDigest(sets.theirs, message.setDigest);
    if (isSame) this.#decode({ ...phase, sets }, message, now, out);
    else this.#restart(phase, out);
  }

  onRanges(message: RangesMessage, now: Instant, out: Outbox<unknown>): void {
    const phase = this.#phase;
    if (phase.name !== 'ranges') return;
    const { messages, theirs, ours } = this.#side.answered(message, now);
    this.#exchange(theirs, ours, now, out);
    for (const question of messages) out.send(this.#side.link, KIND.ranges, encodeRanges(question));
    const open = phase.open - (message.isLast ? 1 : 0) + messages.length;
    const answers = phase.answers + 1;
    if (open < 0 || answers > RANGE_ANSWERS_MAX) throw new MalformedBytes('RANGES: without end');
    this.#become({ name: 'ranges', open, answers });
  }

  onState(state: SyncState, now: Instant): void {
    const phase = this.#phase;
    if (state.stage === 'memberships' && phase.name === 'memberships') {
      this.#side.learnHeads(state.heads);
      this.#become({ name: 'memberships', isTheirsDone: true });
    } else if (state.stage === 'streamed' && phase.name === 'streaming') {
      this.#side.learnHeads(state.heads);
      const { upTo } = state;
      if (upTo !== null) this.#parts.streamMark.bound = { ...upTo, prefix: upTo.prefix.slice() };
      this.#become({ name: 'streaming', isAllSent: upTo === null });
    } else if (state.stage === 'ended' && phase.name === 'finishing') {
      this.#side.learnHeads(state.heads);
      this.#side.onRefused(state.refused, now);
      this.#become({ name: 'idle' });
      this.#onEnd(this.#result(), now);
    } else if (state.stage === 'busy' && (phase.name === 'symbols' || phase.name === 'ranges')) {
      this.#become({ name: 'idle' });
      this.#onEnd('busy', now);
    }
  }

  /** Goes on where what was waited for is there. */
  settle(now: Instant, out: Outbox<unknown>): void {
    const phase = this.#phase;
    const side = this.#side;
    if (phase.name === 'memberships' && phase.isTheirsDone && side.security.isSettled) {
      // Whoever keeps back who was removed, or does not want to know, gets no records.
      this.#isCut = side.isSuspect;
      if (this.#isCut) this.#finish(out);
      else this.#compareRecords(now, out);
    } else if (phase.name === 'streaming' && phase.isAllSent && !side.isJudging) {
      this.#parts.streamMark.bound = FIRST_BOUND;
      if (side.hasSameRecords) this.#finish(out);
      else this.#ask(FIRST_QUESTION, 0, out);
    } else if (phase.name === 'ranges' && phase.open === 0) {
      this.#become({ name: 'transferring' });
      this.settle(now, out);
    } else if (phase.name === 'transferring' && side.isSettled) this.#finish(out);
  }

  #result(): AskingResult {
    if (this.#side.hasSameRecords) return 'equal';
    return this.#isCut ? 'cut' : 'differs';
  }

  #compareRecords(now: Instant, out: Outbox<unknown>): void {
    const side = this.#side;
    const { count } = this.#parts.index;
    if (side.hasSameRecords && this.#phase.name === 'memberships') this.#finish(out);
    else if (isNewcomer(count, side.theirHeads.count)) {
      side.expect(side.theirHeads.count - count);
      this.#become({ name: 'streaming', isAllSent: false });
      out.send(side.link, KIND.stream, encodeStream(this.#parts.streamMark.bound));
    } else this.#ask(FIRST_QUESTION, 0, out);
    side.moved(now);
  }

  #sendList(out: Outbox<unknown>): void {
    // A longer list would be hung up for.
    const digests = this.#parts.security.digests.slice(0, LIMITS.securityListedMax);
    const frames = Math.max(1, Math.ceil(digests.length / LIMITS.syncItemsMax));
    for (let frame = 0; frame < frames; frame++) {
      const from = frame * LIMITS.syncItemsMax;
      const some = digests.slice(from, from + LIMITS.syncItemsMax);
      const list = { isLast: frame === frames - 1, digests: packedInOrder(some, DIGEST_BYTES) };
      out.send(this.#side.link, KIND.securityList, encodeSecurityList(list));
    }
  }

  #ask(asked: GetSymbols, restarts: number, out: Outbox<unknown>): void {
    const { index } = this.#parts;
    const decoder = new SymbolDecoder((element) => index.has(element));
    this.#become({ name: 'symbols', decoder, asked, sets: null, restarts });
    out.send(this.#side.link, KIND.getSymbols, encodeGetSymbols(asked));
  }

  #decode(
    phase: SyncPhase & { readonly name: 'symbols' },
    { from, setCount, symbols, counts }: Symbols,
    now: Instant,
    out: Outbox<unknown>,
  ): void {
    const { index } = this.#parts;
    const { decoder, asked } = phase;
    const state = decoder.add(symbols, index.symbols(from, asked.count));
    decoder.addCounts(counts, index.symbolCounts(from + asked.count, asked.countsOnly));
    if (state === 'decoded') {
      const ids = decoder.ours.map((element) => index.idOf(element)).filter((id) => id !== null);
      this.#become({ name: 'transferring' });
      this.#exchange(decoder.theirs, ids, now, out);
      return;
    }
    const next = state === 'failed' ? null : nextQuestion(decoder, setCount, index.count);
    if (next === null) {
      this.#askRanges(out);
      return;
    }
    this.#become({ ...phase, asked: next });
    out.send(this.#side.link, KIND.getSymbols, encodeGetSymbols(next));
  }

  /** One of the sets has changed: all over again, but with as many as were thought to be needed. */
  #restart(phase: SyncPhase & { readonly name: 'symbols' }, out: Outbox<unknown>): void {
    const { asked, restarts } = phase;
    if (restarts === RESTARTS_MAX) this.#askRanges(out);
    else this.#ask({ from: 0, count: asked.from + asked.count, countsOnly: 0 }, restarts + 1, out);
  }

  #askRanges(out: Outbox<unknown>): void {
    const questions = new Ranges(this.#parts.index).opening();
    for (const question of questions) {
      out.send(this.#side.link, KIND.ranges, encodeRanges(question));
    }
    this.#become({ name: 'ranges', open: questions.length, answers: 0 });
  }

  #exchange(
    theirs: readonly Uint8Array[],
    ours: readonly Uint8Array[],
    now: Instant,
    out: Outbox<unknown>,
  ): void {
    this.#side.want(theirs, now, out);
    this.#pushed += this.#side.push(ours, now);
    this.#side.outgoing.pump(out);
  }

  #finish(out: Outbox<unknown>): void {
    this.#become({ name: 'finishing' });
    const { ourHeads, refusedToTell } = this.#side;
    this.#side.tell({ stage: 'finished', heads: ourHeads, refused: refusedToTell }, out);
  }

  #become(phase: SyncPhase): void {
    requireMove(this.#phase.name, phase.name);
    this.#phase = phase;
  }
}

/** Whether a side with so many records copies the other, instead of comparing. */
export function isNewcomer(ours: number, theirs: number): boolean {
  return theirs > NEWCOMER_FACTOR * ours;
}
