// What is listed here of who belongs to the group - chains, statements and pages, by their digests in
// order - and the head over all of them (protocol.md §13.6). Digests come and go: what was listed may
// cease to count. The order is kept, for whoever asks for it may ask often.

import { compareBytes, concatBytes } from '../../base/bytes.ts';
import type { Crypto } from '../../ports/crypto.ts';

const DIGEST_BYTES = 32;

export class SecuritySet {
  readonly #read: () => readonly Uint8Array[];
  readonly #crypto: Pick<Crypto, 'sha256'>;
  #inOrder: readonly Uint8Array[] = [];
  #head: Uint8Array | null = null;
  #isStale = true;

  /**
   * `read` gives all digests, 32 bytes each, each once, in any order. Those that stay should be the same
   * arrays: others cost being sorted in again.
   */
  constructor(read: () => readonly Uint8Array[], crypto: Pick<Crypto, 'sha256'>) {
    this.#read = read;
    this.#crypto = crypto;
  }

  /** In the order of their bytes. */
  get digests(): readonly Uint8Array[] {
    if (this.#isStale) this.#refresh();
    return this.#inOrder;
  }

  /** SHA-256 over all of them, 32 bytes; reckoned again only after `changed`. */
  get head(): Uint8Array {
    const digests = this.digests;
    this.#head ??= this.#crypto.sha256(concatBytes(digests));
    return this.#head;
  }

  changed(): void {
    this.#isStale = true;
  }

  /** Whether one begins with these bytes. */
  hasPrefix(prefix: Uint8Array): boolean {
    const { digests } = this;
    const next = digests[rankFrom(digests, prefix)];
    return next !== undefined && compareBytes(next.subarray(0, prefix.length), prefix) === 0;
  }

  /** Goes through all once and sorts only what is new, so that one more of ten thousand costs little. */
  #refresh(): void {
    this.#isStale = false;
    const all = new Set(this.#read());
    const staying = this.#inOrder.filter((digest) => all.delete(digest));
    if (staying.length === this.#inOrder.length && all.size === 0) return;
    this.#inOrder = merged(staying, [...all].sort(compareBytes));
    this.#head = null;
  }
}

/** Of those in the first list that lie above `after` and not above `upTo`, the ones that are not in the second; both in order. */
export function lackingIn(
  digests: readonly Uint8Array[],
  listed: readonly Uint8Array[],
  { after, upTo }: { readonly after: Uint8Array | null; readonly upTo: Uint8Array | null },
): readonly Uint8Array[] {
  const lacking: Uint8Array[] = [];
  let at = 0;
  for (let one = after === null ? 0 : rankAbove(digests, after); one < digests.length; one++) {
    const digest = digests[one];
    if (digest === undefined || (upTo !== null && compareBytes(digest, upTo) > 0)) break;
    while (isBelow(listed[at], digest)) at += 1;
    const other = listed[at];
    if (other === undefined || compareBytes(other, digest) !== 0) lacking.push(digest);
  }
  return lacking;
}

function isBelow(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && compareBytes(one, other) < 0;
}

/** How many are not above it. */
function rankAbove(digests: readonly Uint8Array[], digest: Uint8Array): number {
  return rank(digests, (one) => compareBytes(one, digest) <= 0);
}

/** How many are below it. */
function rankFrom(digests: readonly Uint8Array[], digest: Uint8Array): number {
  return rank(digests, (one) => compareBytes(one, digest) < 0);
}

/** How many come before the first of which `isBefore` does not hold. */
function rank(digests: readonly Uint8Array[], isBefore: (digest: Uint8Array) => boolean): number {
  let low = 0;
  let high = digests.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = digests[middle];
    if (one !== undefined && isBefore(one)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(some: readonly Uint8Array[], others: readonly Uint8Array[]): readonly Uint8Array[] {
  if (others.length === 0) return some;
  const all: Uint8Array[] = [];
  let at = 0;
  for (const other of others) {
    for (let one = some[at]; one !== undefined && isBelow(one, other); one = some[at]) {
      all.push(one);
      at += 1;
    }
    all.push(other);
  }
  for (const rest of some.slice(at)) all.push(rest);
  return all;
}

/** One after the other, as they stand in a frame. */
export function unpackedDigests(packed: Uint8Array): readonly Uint8Array[] {
  const digests: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += DIGEST_BYTES) {
    digests.push(packed.slice(at, at + DIGEST_BYTES));
  }
  return digests;
}
