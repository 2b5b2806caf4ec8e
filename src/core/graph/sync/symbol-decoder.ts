// Finds how two sets differ from the symbols of both (protocol.md §13.8): where one symbol's difference
// is a single element, that element is taken out of all others in which it stands, until nothing is
// left. Whatever contradicts itself is `failed`, and never an element that nobody has.

import { bytesKey } from '../../base/bytes.ts';
import { checkOf, ELEMENT_BYTES, putWord, wordAt } from './element-words.ts';
import { SymbolPlaces } from './symbol-places.ts';
import { SYMBOL_BYTES } from './symbol-prefix.ts';

export type DecoderState = 'undecided' | 'decoded' | 'failed';

const ONE_THEIRS = 1;
const ONE_OURS = 255;

export class SymbolDecoder {
  readonly #isOurs: (element: Uint8Array) => boolean;
  readonly #places = new SymbolPlaces();
  /** What is left of each symbol: three words, the check; and the count, theirs less ours, modulo 256. */
  #words = new Int32Array(0);
  #counts = new Uint8Array(0);
  /** The counts as they came, for the estimate; beyond the symbols they come alone. */
  #countsSeen = new Uint8Array(0);
  readonly #found = new Set<string>();
  readonly #theirs: Uint8Array[] = [];
  readonly #ours: Uint8Array[] = [];
  #state: DecoderState = 'undecided';

  /** `isOurs` says of an element whether it stands in the set whose symbols are given as ours. */
  constructor(isOurs: (element: Uint8Array) => boolean) {
    this.#isOurs = isOurs;
  }

  get state(): DecoderState {
    return this.#state;
  }

  /** Symbols so far. */
  get length(): number {
    return this.#counts.length;
  }

  /** Elements that they have and we lack; complete once decoded. */
  get theirs(): readonly Uint8Array[] {
    return this.#theirs;
  }

  /** Elements that we have and they lack. */
  get ours(): readonly Uint8Array[] {
    return this.#ours;
  }

  /** The next symbols of both sets, as many of each. */
  add(theirs: Uint8Array, ours: Uint8Array): DecoderState {
    const from = this.length;
    this.#append(theirs, ours);
    for (const element of this.#theirs) this.#takeOut(element, ONE_THEIRS, from);
    for (const element of this.#ours) this.#takeOut(element, ONE_OURS, from);
    if (this.#state === 'undecided') this.#peel(from);
    return this.#state;
  }

  /** The counts of the symbols after those that were added. */
  addCounts(theirs: Uint8Array, ours: Uint8Array): void {
    const seen = new Uint8Array(this.length + theirs.length);
    seen.set(this.#countsSeen.subarray(0, this.length));
    for (let at = 0; at < theirs.length; at++) {
      seen[this.length + at] = (theirs[at] ?? 0) - (ours[at] ?? 0);
    }
    if (seen.length > this.#countsSeen.length) this.#countsSeen = seen;
  }

  /**
   * How many elements differ, from the counts: of d differences with a known surplus on one side a
   * count spreads around its mean with variance d·p·(1-p), p being the share of elements in a symbol.
   */
  estimate(setCountTheirs: number, setCountOurs: number): number {
    const surplus = setCountTheirs - setCountOurs;
    const first = this.#estimateWith(surplus, () => 1);
    // Where few are expected a count says less: its square spreads by 2 + 1/(d·p) of its mean.
    const second = this.#estimateWith(surplus, (share) => 1 / (2 + 1 / (first * share + 0.01)));
    return Math.max(second, Math.abs(surplus), this.#found.size, 1);
  }

  #estimateWith(surplus: number, weightOf: (share: number) => number): number {
    let sum = 0;
    let weights = 0;
    for (let at = 1; at < this.#countsSeen.length; at++) {
      const share = 2 / (2 + at);
      const mean = surplus * share;
      const count = nearest(this.#countsSeen[at] ?? 0, mean);
      const weight = weightOf(share);
      sum += (weight * (count - mean) ** 2) / (share * (1 - share));
      weights += weight;
    }
    return weights === 0 ? 0 : sum / weights;
  }

  #append(theirs: Uint8Array, ours: Uint8Array): void {
    const from = this.length;
    const more = theirs.length / SYMBOL_BYTES;
    const words = new Int32Array(4 * (from + more));
    const counts = new Uint8Array(from + more);
    words.set(this.#words);
    counts.set(this.#counts);
    const seen = new Uint8Array(Math.max(from + more, this.#countsSeen.length));
    seen.set(this.#countsSeen);
    for (let index = 0; index < more; index++) {
      const at = SYMBOL_BYTES * index;
      for (let word = 0; word < 4; word++) {
        const byte = at + 4 * word;
        words[4 * (from + index) + word] = wordAt(theirs, byte) ^ wordAt(ours, byte);
      }
      const count = (theirs[at + 16] ?? 0) - (ours[at + 16] ?? 0);
      counts[from + index] = count;
      seen[from + index] = count;
    }
    this.#words = words;
    this.#counts = counts;
    this.#countsSeen = seen;
  }

  #peel(from: number): void {
    const pending: number[] = [];
    for (let index = 0; index < this.length; index++) {
      if (index >= from || this.#isSingle(index)) pending.push(index);
    }
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (!this.#isSingle(index)) continue;
      if (!this.#accept(index, pending)) {
        this.#state = 'failed';
        return;
      }
    }
    if (!this.#isEmpty(0)) return;
    // The first symbol has all elements: when nothing is left of it, nothing may be left anywhere.
    let isClean = true;
    for (let index = 1; index < this.length; index++) isClean &&= this.#isEmpty(index);
    this.#state = isClean ? 'decoded' : 'failed';
  }

  /** Whether what is left of a symbol may be one element. */
  #isSingle(index: number): boolean {
    const count = this.#counts[index];
    if (count !== ONE_THEIRS && count !== ONE_OURS) return false;
    const [at, words] = [4 * index, this.#words];
    const check = checkOf(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0);
    return words[at + 3] === check;
  }

  #isEmpty(index: number): boolean {
    const [at, words] = [4 * index, this.#words];
    if (this.#counts[index] !== 0) return false;
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
  }

  /** False for one that contradicts what is known. */
  #accept(index: number, pending: number[]): boolean {
    const element = new Uint8Array(ELEMENT_BYTES);
    for (let word = 0; word < 3; word++) {
      putWord(element, 4 * word, this.#words[4 * index + word] ?? 0);
    }
    const sign = this.#counts[index] ?? 0;
    const isOurs = sign === ONE_OURS;
    if (!this.#standsIn(element, index)) return false;
    if (this.#isOurs(element) !== isOurs || this.#found.size > this.length) return false;
    const key = bytesKey(element);
    if (this.#found.has(key)) return false;
    this.#found.add(key);
    if (isOurs) this.#ours.push(element);
    else this.#theirs.push(element);
    this.#takeOut(element, sign, 0, pending);
    return true;
  }

  #standsIn(element: Uint8Array, index: number): boolean {
    this.#places.begin(wordAt(element, 0), wordAt(element, 4));
    while (this.#places.at < index) this.#places.next();
    return this.#places.at === index;
  }

  #takeOut(element: Uint8Array, sign: number, from: number, pending: number[] = []): void {
    const [a, b, c] = [wordAt(element, 0), wordAt(element, 4), wordAt(element, 8)];
    const check = checkOf(a, b, c);
    const words = this.#words;
    this.#places.begin(a, b);
    for (let index = 0; index < this.length; index = this.#places.next()) {
      if (index < from) continue;
      const at = 4 * index;
      words[at] = (words[at] ?? 0) ^ a;
      words[at + 1] = (words[at + 1] ?? 0) ^ b;
      words[at + 2] = (words[at + 2] ?? 0) ^ c;
      words[at + 3] = (words[at + 3] ?? 0) ^ check;
      this.#counts[index] = (this.#counts[index] ?? 0) - sign;
      pending.push(index);
    }
  }
}

/** The number nearest to the mean that has this value modulo 256. */
function nearest(value: number, mean: number): number {
  return value + 256 * Math.round((mean - value) / 256);
}
