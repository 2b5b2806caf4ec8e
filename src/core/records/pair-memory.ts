// Digests that were computed over two byte strings, kept for the next time. Each pair has one slot, and
// whoever comes last has it: the memory is bounded by construction, and pairs that somebody made to
// collide cost a digest each, as they would without it.

import { equalBytes } from '../base/bytes.ts';

interface Remembered {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly digest: Uint8Array;
}

export class PairMemory {
  readonly #slots: (Remembered | null)[];

  /** A power of two. */
  constructor(slots: number) {
    this.#slots = new Array<Remembered | null>(slots).fill(null);
  }

  /** Null for a pair that is not, or no longer, remembered. */
  find(first: Uint8Array, second: Uint8Array): Uint8Array | null {
    const known = this.#slots[this.#slotOf(first, second)] ?? null;
    if (known === null) return null;
    if (!equalBytes(known.first, first) || !equalBytes(known.second, second)) return null;
    return known.digest;
  }

  /** Copies the pair, which may be a view of a message. */
  remember(first: Uint8Array, second: Uint8Array, digest: Uint8Array): void {
    const remembered = { first: first.slice(), second: second.slice(), digest };
    this.#slots[this.#slotOf(first, second)] = remembered;
  }

  /** From the bytes that differ most: keys and journals are random, GUIDs often count in their first four bytes. */
  #slotOf(first: Uint8Array, second: Uint8Array): number {
    const mixed =
      (first[0] ?? 0) ^
      ((first[1] ?? 0) << 4) ^
      ((second[0] ?? 0) << 2) ^
      ((second[3] ?? 0) << 1) ^
      (second.at(-1) ?? 0);
    return mixed & (this.#slots.length - 1);
  }
}
