// The pages that are here, and whether a revocation lists a thing on them (protocol.md §14.2). A page is kept as
// it came, 32 bytes for each digest, for there may be a million of them.

import { assert } from '../base/assert.ts';
import { bytesKey, compareBytes } from '../base/bytes.ts';
import type { Revocation } from '../domain/security.ts';

const DIGEST_BYTES = 32;

/** `unknown`: not on the pages that are here, and one is not here. */
export type Listing = 'listed' | 'notListed' | 'unknown';

export interface KeptPage {
  readonly digest: Uint8Array;
  /** The digests on it, ascending, one after the other. */
  readonly packed: Uint8Array;
}

/** Never changes: with one page more it is another. */
export class KeptPages {
  static readonly none = new KeptPages(new Map());
  readonly #pageByKey: ReadonlyMap<string, KeptPage>;

  private constructor(pageByKey: ReadonlyMap<string, KeptPage>) {
    this.#pageByKey = pageByKey;
  }

  get size(): number {
    return this.#pageByKey.size;
  }

  with(page: KeptPage): KeptPages {
    return new KeptPages(new Map(this.#pageByKey).set(bytesKey(page.digest), page));
  }

  without(digests: readonly Uint8Array[]): KeptPages {
    const pageByKey = new Map(this.#pageByKey);
    for (const digest of digests) pageByKey.delete(bytesKey(digest));
    return new KeptPages(pageByKey);
  }

  has(digest: Uint8Array): boolean {
    return this.#pageByKey.has(bytesKey(digest));
  }

  listing({ keptPages }: Revocation, thing: Uint8Array): Listing {
    let isComplete = true;
    for (const digest of keptPages) {
      const page = this.#pageByKey.get(bytesKey(digest));
      if (page === undefined) isComplete = false;
      else if (standsPacked(page.packed, thing)) return 'listed';
    }
    return isComplete ? 'notListed' : 'unknown';
  }
}

/** Of an ascending list. */
export function stands(digests: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return isFound(digests.length, (at) => compareBytes(requireDigest(digests[at]), wanted));
}

function standsPacked(packed: Uint8Array, wanted: Uint8Array): boolean {
  return isFound(packed.length / DIGEST_BYTES, (at) => {
    const start = at * DIGEST_BYTES;
    return compareBytes(packed.subarray(start, start + DIGEST_BYTES), wanted);
  });
}

/** Halves until the order is 0. */
function isFound(count: number, orderAt: (at: number) => number): boolean {
  let from = 0;
  let end = count;
  while (from < end) {
    const middle = Math.floor((from + end) / 2);
    const order = orderAt(middle);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else end = middle;
  }
  return false;
}

function requireDigest(digest: Uint8Array | undefined): Uint8Array {
  assert(digest !== undefined, 'the middle lies inside');
  return digest;
}
