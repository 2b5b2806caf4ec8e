// What a link still has to be sent: who belongs, records, the answers that come after, and a stream for
// a newcomer. A page of some 256 KiB goes out at a time, the next one when the platform has taken it, so
// that a slow neighbor costs no memory.

import { MalformedBytes } from '../../base/malformed-bytes.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import type { Bound } from '../../wire/sync-ranges.ts';
import type { Outbox } from '../outbox.ts';
import type { ElementIndex } from './element-index.ts';
import { boundAt } from './ranges.ts';

/** Small against what a link may leave unread, and taken within 30 s by 9 kB/s; large against the price of a page. */
const PAGE_BYTES = 262_144;
/** Records that a store is asked for at once: one batch of the largest size. */
const PAGE_RECORDS = 1_024;
/** Memory of an answer that waits, beside its bytes. */
const ANSWER_COST = 64;

/** Where records come from, and whatever says who belongs to the group. */
export interface RecordSource {
  /**
   * Encoded bundles of the records with these ids, a batch's together; what is not there is left out.
   * `taken` says how many of the ids, from the first on, were looked at: at least one, and no more
   * after `bytesMax` of bundles.
   */
  bundlesOf(ids: readonly Uint8Array[], bytesMax: number): BundlesOfIds;
  /** Digests of the chains, statements and pages that others are offered: 32 bytes each, in any order. */
  listed(): readonly Uint8Array[];
  /** What comes first is needed to judge what comes after it. */
  inSendingOrder(digests: readonly Uint8Array[]): readonly Uint8Array[];
  /** Null for one that is not here. */
  securityOf(digest: Uint8Array): SecurityFrame | null;
}

/** A chain, statement or page as it is sent: MEMBERSHIP, STATEMENT or KEPT_PAGE. */
export interface SecurityFrame {
  readonly frame: number;
  readonly payload: Uint8Array;
}

export interface BundlesOfIds {
  readonly bundles: readonly Uint8Array[];
  readonly taken: number;
}

type Item =
  | { readonly kind: 'security'; readonly digests: readonly Uint8Array[] }
  | { readonly kind: 'records'; readonly ids: readonly Uint8Array[] }
  | { readonly kind: 'frame'; readonly frame: number; readonly payload: Uint8Array };

export interface OutgoingParts {
  readonly link: LinkId;
  readonly index: ElementIndex;
  readonly source: RecordSource;
  /** Whatever was streamed up to this bound was sent; null when it was all. */
  readonly streamed: (upTo: Bound | null, out: Outbox<unknown>) => void;
}

export class Outgoing {
  readonly #parts: OutgoingParts;
  #items: Item[] = [];
  /** In the first item. */
  #at = 0;
  #recordsQueued = 0;
  #securityQueued = 0;
  #answerBytesQueued = 0;
  #stream: Bound | null = null;
  #isDraining = false;
  /** Sent since the link was last empty, as far as we know. */
  #bytesUnread = 0;
  #bundlesSent = 0;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /** Nothing is left to be given to the link; what it was given may not have left yet. */
  get isIdle(): boolean {
    return this.#items.length === 0 && this.#stream === null;
  }

  get bundlesSent(): number {
    return this.#bundlesSent;
  }

  /** How many more records there is room for. */
  get recordsRoom(): number {
    return LIMITS.syncRecordsQueuedMax - this.#recordsQueued;
  }

  get securityQueued(): number {
    return this.#securityQueued;
  }

  security(digests: readonly Uint8Array[]): void {
    if (digests.length === 0) return;
    this.#securityQueued += digests.length;
    this.#items.push({ kind: 'security', digests });
  }

  /** How many of them there was room for: from the first on. */
  records(ids: readonly Uint8Array[]): number {
    const room = Math.min(ids.length, this.recordsRoom);
    if (room <= 0) return 0;
    this.#recordsQueued += room;
    this.#items.push({ kind: 'records', ids: ids.slice(0, room) });
    return room;
  }

  /** Behind everything that was queued before. Throws `MalformedBytes` when the far end asks and does not read. */
  frame(frame: number, payload: Uint8Array): void {
    this.#answerBytesQueued += payload.length + ANSWER_COST;
    if (this.#answerBytesQueued > LIMITS.syncAnswersQueuedBytesMax) {
      throw new MalformedBytes('questions without reading the answers');
    }
    this.#items.push({ kind: 'frame', frame, payload });
  }

  /** All records in their order, from this bound on; in the place of a stream before. */
  stream(from: Bound): void {
    this.#stream = from;
  }

  /** What waits is not sent any more. */
  clear(): void {
    this.#items = [];
    this.#at = 0;
    this.#stream = null;
    this.#recordsQueued = 0;
    this.#securityQueued = 0;
    this.#answerBytesQueued = 0;
  }

  drained(): void {
    this.#isDraining = false;
    this.#bytesUnread = 0;
  }

  /** Sends up to a page, when there is something and the link has taken the page before. */
  pump(out: Outbox<unknown>): void {
    if (this.#isDraining) return;
    while (!this.isIdle && this.#bytesUnread < PAGE_BYTES) {
      const item = this.#items[0];
      const bytesMax = PAGE_BYTES - this.#bytesUnread;
      this.#bytesUnread +=
        item === undefined ? this.#sendStream(bytesMax, out) : this.#send(item, bytesMax, out);
    }
    if (this.#bytesUnread < PAGE_BYTES) return;
    this.#isDraining = true;
    out.askDrained(this.#parts.link);
  }

  #send(item: Item, bytesMax: number, out: Outbox<unknown>): number {
    switch (item.kind) {
      case 'frame':
        out.send(this.#parts.link, item.frame, item.payload);
        this.#items.shift();
        this.#answerBytesQueued -= item.payload.length + ANSWER_COST;
        return item.payload.length;
      case 'security':
        return this.#sendSecurity(item.digests, out);
      case 'records':
        return this.#sendRecords(item.ids, bytesMax, out);
    }
  }

  #sendSecurity(digests: readonly Uint8Array[], out: Outbox<unknown>): number {
    const digest = digests[this.#at];
    this.#securityQueued -= 1;
    this.#step(1, digests.length);
    const found = digest === undefined ? null : this.#parts.source.securityOf(digest);
    if (found === null) return 0;
    out.send(this.#parts.link, found.frame, found.payload);
    return found.payload.length;
  }

  #sendRecords(ids: readonly Uint8Array[], bytesMax: number, out: Outbox<unknown>): number {
    const page = ids.slice(this.#at, this.#at + PAGE_RECORDS);
    const { bytes, taken } = this.#sendBundles(page, bytesMax, out);
    this.#recordsQueued -= taken;
    this.#step(taken, ids.length);
    return bytes;
  }

  #sendStream(bytesMax: number, out: Outbox<unknown>): number {
    const from = this.#stream;
    if (from === null) return 0;
    const { index, streamed } = this.#parts;
    const page = index.after(from, PAGE_RECORDS + 1);
    const ids = page.slice(0, PAGE_RECORDS).map(({ id }) => id);
    const { bytes, taken } =
      ids.length === 0 ? { bytes: 0, taken: 0 } : this.#sendBundles(ids, bytesMax, out);
    const next = page[taken];
    this.#stream = next === undefined ? null : boundAt(next);
    streamed(this.#stream, out);
    return bytes;
  }

  #sendBundles(
    ids: readonly Uint8Array[],
    bytesMax: number,
    out: Outbox<unknown>,
  ): { readonly bytes: number; readonly taken: number } {
    const { bundles, taken } = this.#parts.source.bundlesOf(ids, bytesMax);
    let bytes = 0;
    for (const bundle of bundles) {
      out.send(this.#parts.link, KIND.bundle, bundle);
      bytes += bundle.length;
    }
    this.#bundlesSent += bundles.length;
    return { bytes, taken };
  }

  #step(taken: number, length: number): void {
    this.#at += taken;
    if (this.#at < length) return;
    this.#items.shift();
    this.#at = 0;
  }
}
