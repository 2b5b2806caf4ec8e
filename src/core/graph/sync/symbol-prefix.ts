// The first symbols of a set (protocol.md §13.8), kept as the set changes: a symbol is the XOR of the
// elements that stand in it, the XOR of their checks, and how many they are. Nothing is kept before
// somebody asks; then it grows in powers of two.

import { checkOf } from './element-words.ts';
import { SymbolPlaces } from './symbol-places.ts';

/** More differences than these find are ranges' business: 4,096 symbols tell some 2,900 apart. */
export const SYMBOLS_MAX = 4_096;
/** Of 17 bytes each on the wire: the XOR, the check, the count modulo 256. */
export const SYMBOL_BYTES = 17;
const SYMBOLS_MIN = 32;
/** A set this large is walked once for all symbols, not once for each doubling. */
const WALKED_ONCE_FROM = 65_536;

/** What calls back with the words of every element of the set. */
export type WalkElements = (visit: (a: number, b: number, c: number) => void) => void;

export class SymbolPrefix {
  readonly #places = new SymbolPlaces();
  /** Five words for each symbol: the element's three, the check, the count. */
  #words = new Int32Array(0);

  get length(): number {
    return this.#words.length / 5;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** To at least so many symbols. */
  grow(count: number, setSize: number, walk: WalkElements): void {
    const before = this.length;
    if (count <= before) return;
    let length = setSize >= WALKED_ONCE_FROM ? SYMBOLS_MAX : Math.max(SYMBOLS_MIN, before);
    while (length < count) length *= 2;
    const words = new Int32Array(5 * length);
    words.set(this.#words);
    this.#words = words;
    walk((a, b, c) => this.#apply(a, b, c, 1, before));
  }

  add(a: number, b: number, c: number): void {
    if (this.#words.length > 0) this.#apply(a, b, c, 1, 0);
  }

  remove(a: number, b: number, c: number): void {
    if (this.#words.length > 0) this.#apply(a, b, c, -1, 0);
  }

  /** As they stand on the wire; there have to be so many. */
  write(out: Uint8Array, from: number, count: number): void {
    for (let index = 0; index < count; index++) {
      const at = 5 * (from + index);
      const to = SYMBOL_BYTES * index;
      for (let word = 0; word < 4; word++) {
        const value = this.#words[at + word] ?? 0;
        out[to + 4 * word] = value >>> 24;
        out[to + 4 * word + 1] = value >>> 16;
        out[to + 4 * word + 2] = value >>> 8;
        out[to + 4 * word + 3] = value;
      }
      out[to + 16] = this.#words[at + 4] ?? 0;
    }
  }

  /** Modulo 256. */
  countAt(index: number): number {
    return (this.#words[5 * index + 4] ?? 0) & 0xff;
  }

  #apply(a: number, b: number, c: number, sign: number, from: number): void {
    const words = this.#words;
    const check = checkOf(a, b, c);
    const places = this.#places;
    places.begin(a, b);
    const end = words.length;
    const begin = 5 * from;
    for (let at = 0; at < end; at = 5 * places.next()) {
      if (at < begin) continue;
      words[at] = (words[at] ?? 0) ^ a;
      words[at + 1] = (words[at + 1] ?? 0) ^ b;
      words[at + 2] = (words[at + 2] ?? 0) ^ c;
      words[at + 3] = (words[at + 3] ?? 0) ^ check;
      words[at + 4] = (words[at + 4] ?? 0) + sign;
    }
  }
}
