// Batches, chains, statements and pages that are being judged outside: who sent each, by which way it
// came, and how much of a link is waiting. A link with too much of it is not read until there is less.

import { assert } from '../base/assert.ts';
import { LIMITS } from '../domain/limits.ts';
import type { LinkId } from '../domain/links.ts';
import type { BatchContents } from '../records/batch-contents.ts';
import type { Errand } from './effect.ts';

/** By which way something came, so that whoever brought it is told what became of it. */
export type Way =
  | { readonly kind: 'flood'; readonly parcel: Uint8Array }
  | { readonly kind: 'sync' }
  /** It came with the link itself. */
  | { readonly kind: 'link' };

export interface Pending {
  readonly link: LinkId;
  readonly way: Way;
  /** Null for a chain of certificates, a statement and a page. */
  readonly contents: BatchContents | null;
  /** Of those, what names them; null for a bundle. */
  readonly digest: Uint8Array | null;
  readonly bytes: number;
}

interface Load {
  bytes: number;
  batches: number;
  isPaused: boolean;
}

export class Judging {
  readonly #pendingByTicket = new Map<Errand, Pending>();
  readonly #loadByLink = new Map<LinkId, Load>();
  #last = 0;

  get size(): number {
    return this.#pendingByTicket.size;
  }

  /** The number under which the answer will come. `pauses` when the link has to wait from now on. */
  begin(pending: Pending): { readonly errand: Errand; readonly pauses: boolean } {
    this.#last += 1;
    this.#pendingByTicket.set(this.#last, pending);
    const load = this.#loadByLink.get(pending.link) ?? { bytes: 0, batches: 0, isPaused: false };
    this.#loadByLink.set(pending.link, load);
    load.bytes += pending.bytes;
    load.batches += 1;
    const isFull = load.bytes > LIMITS.unjudgedBytesMax || load.batches > LIMITS.unjudgedBatchesMax;
    const pauses = isFull && !load.isPaused;
    if (pauses) load.isPaused = true;
    return { errand: this.#last, pauses };
  }

  /** `resumes` when the link may be read again. */
  end(errand: Errand): { readonly pending: Pending; readonly resumes: boolean } {
    const pending = this.#pendingByTicket.get(errand);
    assert(pending !== undefined, 'what is judged was given to be judged, once');
    this.#pendingByTicket.delete(errand);
    const load = this.#loadByLink.get(pending.link);
    // The link has ended meanwhile.
    if (load === undefined) return { pending, resumes: false };
    load.bytes -= pending.bytes;
    load.batches -= 1;
    const isLow =
      load.bytes <= LIMITS.unjudgedBytesMax / 2 && load.batches <= LIMITS.unjudgedBatchesMax / 2;
    const resumes = load.isPaused && isLow;
    if (resumes) load.isPaused = false;
    return { pending, resumes };
  }

  forget(link: LinkId): void {
    this.#loadByLink.delete(link);
  }
}
