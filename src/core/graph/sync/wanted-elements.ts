// What has been asked for and has not come yet, over all links, so that no two neighbors send the same.
// Bounded: what finds no room is found by the next comparison.

import { bytesKey } from '../../base/bytes.ts';
import { type Instant, instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';

const PREFIX_BYTES = 8;
/** Then another neighbor may be asked. As long as a comparison may stand still. */
const WAITED_MS = 30_000;

export class WantedElements {
  readonly #byPrefix = new Map<string, { readonly link: LinkId; readonly until: Instant }>();
  readonly #countByLink = new Map<LinkId, number>();

  get size(): number {
    return this.#byPrefix.size;
  }

  /** False when it is wanted already, or there is no room. */
  add(element: Uint8Array, link: LinkId, now: Instant): boolean {
    const key = keyOf(element);
    const known = this.#byPrefix.get(key);
    if (known !== undefined && known.until > now) return false;
    if (known === undefined && this.#byPrefix.size >= LIMITS.syncRecordsWantedMax) {
      this.#forgetOverdue(now);
      if (this.#byPrefix.size >= LIMITS.syncRecordsWantedMax) return false;
    }
    const until = instantOf(now + WAITED_MS);
    this.#delete(key);
    this.#byPrefix.set(key, { link, until });
    this.#countByLink.set(link, (this.#countByLink.get(link) ?? 0) + 1);
    return true;
  }

  /** The same for what a neighbor says to have: only so much that nobody's offers keep what is found by comparing away. */
  addOffered(element: Uint8Array, link: LinkId, now: Instant): boolean {
    if ((this.#countByLink.get(link) ?? 0) >= LIMITS.syncOfferedMax) this.#forgetOverdue(now);
    const isFull = (this.#countByLink.get(link) ?? 0) >= LIMITS.syncOfferedMax;
    return !isFull && this.add(element, link, now);
  }

  /** It came, whatever became of it. */
  delete(element: Uint8Array): void {
    this.#delete(keyOf(element));
  }

  /** How many they were. */
  forgetLink(link: LinkId): number {
    const count = this.#countByLink.get(link) ?? 0;
    if (count === 0) return 0;
    for (const [key, wanted] of this.#byPrefix) {
      if (wanted.link === link) this.#delete(key);
    }
    return count;
  }

  #delete(key: string): void {
    const wanted = this.#byPrefix.get(key);
    if (wanted === undefined) return;
    this.#byPrefix.delete(key);
    const count = (this.#countByLink.get(wanted.link) ?? 0) - 1;
    if (count > 0) this.#countByLink.set(wanted.link, count);
    else this.#countByLink.delete(wanted.link);
  }

  /** The oldest stand first. */
  #forgetOverdue(now: Instant): void {
    for (const [key, { until }] of this.#byPrefix) {
      if (until > now) return;
      this.#delete(key);
    }
  }
}

function keyOf(element: Uint8Array): string {
  return bytesKey(element.subarray(0, PREFIX_BYTES));
}
