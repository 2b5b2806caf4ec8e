// Which frame is for which side of a comparison (protocol.md §13.6 to §13.10).

import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant } from '../../base/time.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import {
  decodeOffer,
  decodeSecurityList,
  decodeSecurityWant,
  decodeStream,
  decodeSyncState,
  decodeWant,
  type SyncState,
} from '../../wire/sync.ts';
import { decodeRanges } from '../../wire/sync-ranges.ts';
import { decodeGetSymbols, decodeSymbols, type GetSymbols } from '../../wire/sync-symbols.ts';
import type { Outbox } from '../outbox.ts';
import { ELEMENT_BYTES } from './element-words.ts';
import { unpackedDigests } from './security-set.ts';
import type { SyncNeighbor } from './sync-neighbor.ts';
import type { SyncTurn } from './sync-turn.ts';

export interface SyncFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export interface ArrivalListener {
  onBundle(link: LinkId, payload: Uint8Array): void;
  /**
   * A chain, statement or page, to be judged: `onSecurityJudged` follows once for its digest, 32 bytes. Its
   * bytes are valid during the call.
   */
  onSecurity(link: LinkId, arrived: SyncFrame & { readonly digest: Uint8Array }): void;
}

/** What names a chain, statement or page, by the frame that brings it. */
export type DigestOf = (frame: SyncFrame) => Uint8Array;

/** Answers to somebody who is not compared with would be records; what it says of its own is not taken. */
const RECORD_KINDS: readonly number[] = [KIND.bundle, KIND.offer, KIND.stream, KIND.want];

export class SyncFrames {
  readonly #turn: SyncTurn;
  readonly #listener: ArrivalListener;
  readonly #digestOf: DigestOf;

  constructor(turn: SyncTurn, listener: ArrivalListener, digestOf: DigestOf) {
    this.#turn = turn;
    this.#listener = listener;
    this.#digestOf = digestOf;
  }

  /** Throws `MalformedBytes` for what nobody may send. */
  take(neighbor: SyncNeighbor, frame: SyncFrame, now: Instant, out: Outbox<unknown>): void {
    const { side, asking, answering } = neighbor;
    const { kind, payload } = frame;
    if (side.security.isUnlike && RECORD_KINDS.includes(kind)) return;
    switch (kind) {
      case KIND.securityList:
        answering.onList(decodeSecurityList(payload), now, out);
        return;
      case KIND.securityWant:
        side.giveSecurity(unpackedDigests(decodeSecurityWant(payload)));
        return;
      case KIND.membership:
      case KIND.statement:
      case KIND.keptPage: {
        const digest = this.#digestOf(frame);
        side.security.came(digest);
        this.#listener.onSecurity(side.link, { kind, payload, digest });
        return;
      }
      case KIND.getSymbols:
        this.#onGetSymbols(neighbor, decodeGetSymbols(payload), now, out);
        return;
      case KIND.symbols:
        asking.onSymbols(decodeSymbols(payload), now, out);
        return;
      case KIND.ranges: {
        const message = decodeRanges(payload);
        if (message.isReply) asking.onRanges(message, now, out);
        else if (side.isWeary(now)) side.tell({ stage: 'busy' }, out);
        else if (this.#hasTurn(neighbor, now, out)) answering.onRanges(message, now, out);
        return;
      }
      case KIND.stream:
        answering.onStream(decodeStream(payload), now);
        return;
      case KIND.want:
        side.onWant(decodeWant(payload));
        return;
      case KIND.bundle:
        side.bundleCame();
        this.#listener.onBundle(side.link, payload);
        return;
      case KIND.syncState:
        onState(neighbor, decodeSyncState(payload), now);
        return;
      case KIND.offer:
        onOffer(neighbor, decodeOffer(payload), now, out);
        return;
      default:
        throw new MalformedBytes(`frame ${kind} is none of comparing`);
    }
  }

  /** The beginning of a comparison, unless another one is under way. */
  #onGetSymbols(
    neighbor: SyncNeighbor,
    question: GetSymbols,
    now: Instant,
    out: Outbox<unknown>,
  ): void {
    if (this.#hasTurn(neighbor, now, out)) neighbor.answering.onGetSymbols(question, now, out);
  }

  /** Who has just let a turn pass has to leave it to others for a while. */
  #hasTurn({ side, restsUntil }: SyncNeighbor, now: Instant, out: Outbox<unknown>): boolean {
    const isResting = now < restsUntil && !this.#turn.isOf(side.link);
    const mayTake = !isResting && !side.security.isUnlike;
    if (mayTake && this.#turn.take(side.link, side.accepted, now)) return true;
    side.tell({ stage: 'busy' }, out);
    return false;
  }
}

/** As many as an honest neighbor offers are looked at; a further one is found by comparing. */
function onOffer(
  { side, offered }: SyncNeighbor,
  elements: Uint8Array,
  now: Instant,
  out: Outbox<unknown>,
): void {
  if (!offered.take(now, elements.length / ELEMENT_BYTES)) return;
  side.wantOffered(unpackedElements(elements), now, out);
}

function onState({ side, asking, answering }: SyncNeighbor, state: SyncState, now: Instant): void {
  if (state.stage === 'given') side.onGiven(state.unknown);
  else if (state.stage === 'finished') answering.onFinished(state, now);
  else asking.onState(state, now);
}

function unpackedElements(packed: Uint8Array): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += ELEMENT_BYTES) {
    elements.push(packed.slice(at, at + ELEMENT_BYTES));
  }
  return elements;
}
