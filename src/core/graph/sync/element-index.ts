// The replicated set of one peer (protocol.md §13.7): the elements of all versions that count, flat in
// typed arrays, some 60 bytes each. It is found by element and by record, lies in the order of
// modification, and keeps what is compared with others: count, digest, symbols and sums of ranges.

import { assert } from '../../base/assert.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Bound } from '../../wire/sync-ranges.ts';
import { ElementOrder } from './element-order.ts';
import {
  addLanes,
  compareWords,
  DIGEST_BYTES,
  digestOfSums,
  ELEMENT_BYTES,
  FINGERPRINT_BYTES,
  LANES,
  putWord,
  subtractLanes,
  wordAt,
} from './element-words.ts';
import { SlotTable } from './slot-table.ts';
import { SYMBOL_BYTES, SYMBOLS_MAX, SymbolPrefix } from './symbol-prefix.ts';

const ID_BYTES = 16;
/** From here on all symbols are kept: whoever asks for them first would wait for a walk over a million. A guess. */
const LARGE_SET = 50_000;

/** One record of the set. */
export interface IndexedElement {
  readonly element: Uint8Array;
  readonly id: Uint8Array;
  readonly modifiedAt: number;
}

export class ElementIndex {
  readonly #seed: number;
  /** Three words for each slot, four of the id, and when the version was made. */
  #elements = new Int32Array(0);
  #ids = new Int32Array(0);
  #times = new Float64Array(0);
  readonly #byElement: SlotTable;
  readonly #byId: SlotTable;
  readonly #order: ElementOrder;
  readonly #symbols = new SymbolPrefix();
  readonly #sums = new Int32Array(LANES);
  #slotsMade = 0;
  #firstFree = -1;
  #digest: Uint8Array | null = null;

  /** A seed that others do not know keeps them from choosing records that all fall into one place of the tables. */
  constructor(seed = 0) {
    this.#seed = seed | 0;
    this.#byElement = new SlotTable((slot) => this.#elementHashOf(slot));
    this.#byId = new SlotTable((slot) => this.#idHashOf(slot));
    this.#order = new ElementOrder({
      compare: (a, b) => this.#compareSlots(a, b),
      addTo: (sums, at, slot) => this.#withWords(slot, (a, b, c) => addLanes(sums, at, a, b, c)),
      subtractFrom: (sums, at, slot) =>
        this.#withWords(slot, (a, b, c) => subtractLanes(sums, at, a, b, c)),
    });
  }

  get count(): number {
    return this.#order.count;
  }

  /** 32 bytes, the same for the same set; not to be changed. */
  get digest(): Uint8Array {
    this.#digest ??= digestOfSums(this.#sums, this.count, DIGEST_BYTES);
    return this.#digest;
  }

  /** What it takes, symbols included. */
  get memoryBytes(): number {
    const slots = this.#elements.byteLength + this.#ids.byteLength + this.#times.byteLength;
    const tables = this.#byElement.bytes + this.#byId.bytes;
    return slots + tables + this.#order.bytes + this.#symbols.bytes;
  }

  /** Room for so many, before many come at once. */
  reserve(count: number): void {
    this.#reserveSlots(count);
    this.#byElement.reserve(count);
    this.#byId.reserve(count);
  }

  /** In the place of the element that the record had, if any. Its bytes are copied; of a hash the beginning counts. */
  put(id: Uint8Array, element: Uint8Array, modifiedAt: number): void {
    assert(id.length === ID_BYTES && element.length >= ELEMENT_BYTES, 'an id and an element');
    assert(Number.isSafeInteger(modifiedAt) && modifiedAt >= 0, 'times are whole milliseconds');
    const known = this.#slotOfId(id);
    if (known >= 0) {
      if (this.#isElement(known, element) && this.#times[known] === modifiedAt) return;
      this.#removeSlot(known);
    }
    const slot = this.#takeSlot();
    for (let word = 0; word < 3; word++) {
      this.#elements[3 * slot + word] = wordAt(element, 4 * word);
    }
    for (let word = 0; word < 4; word++) this.#ids[4 * slot + word] = wordAt(id, 4 * word);
    this.#times[slot] = modifiedAt;
    this.#byElement.add(slot);
    this.#byId.add(slot);
    this.#order.add(slot);
    this.#withWords(slot, (a, b, c) => {
      addLanes(this.#sums, 0, a, b, c);
      this.#symbols.add(a, b, c);
    });
    this.#digest = null;
    if (this.count === LARGE_SET) this.growSymbols(SYMBOLS_MAX);
  }

  /** False when the record has no element here. */
  remove(id: Uint8Array): boolean {
    const slot = this.#slotOfId(id);
    if (slot < 0) return false;
    this.#removeSlot(slot);
    return true;
  }

  has(element: Uint8Array): boolean {
    return this.#slotOfElement(element) >= 0;
  }

  elementOf(id: Uint8Array): Uint8Array | null {
    const slot = this.#slotOfId(id);
    return slot < 0 ? null : this.#elementAt(slot);
  }

  /** When the version was made. */
  timeOf(id: Uint8Array): number | null {
    const slot = this.#slotOfId(id);
    return slot < 0 ? null : (this.#times[slot] ?? null);
  }

  idOf(element: Uint8Array): Uint8Array | null {
    const slot = this.#slotOfElement(element);
    return slot < 0 ? null : this.#idAt(slot);
  }

  /** Of all elements that begin with these 8 bytes: one, but for an accident or for spite. */
  idsByPrefix(prefix: Uint8Array): readonly Uint8Array[] {
    const [a, b] = [wordAt(prefix, 0), wordAt(prefix, 4)];
    const ids: Uint8Array[] = [];
    this.#byElement.find(this.#elementHash(a, b), (slot) => {
      if (this.#elements[3 * slot] === a && this.#elements[3 * slot + 1] === b) {
        ids.push(this.#idAt(slot));
      }
      return ids.length === SAME_PREFIX_MAX;
    });
    return ids;
  }

  /** From the set as it is now, on the wire's form; makes as many as are asked for. */
  symbols(from: number, count: number): Uint8Array {
    this.growSymbols(from + count);
    const packed = new Uint8Array(SYMBOL_BYTES * count);
    this.#symbols.write(packed, from, count);
    return packed;
  }

  /** The counts alone, one byte each. */
  symbolCounts(from: number, count: number): Uint8Array {
    this.growSymbols(from + count);
    return Uint8Array.from({ length: count }, (_, index) => this.#symbols.countAt(from + index));
  }

  /** From then on they are kept with each change. */
  growSymbols(count: number): void {
    this.#symbols.grow(count, this.count, (visit) => {
      this.#order.walk(0, this.count, (slot) => this.#withWords(slot, visit));
    });
  }

  /** How many elements come before a bound. */
  rankOf(bound: Bound): number {
    const { time, prefix } = bound;
    const padded = new Uint8Array(ELEMENT_BYTES);
    padded.set(prefix);
    const [a, b, c] = [wordAt(padded, 0), wordAt(padded, 4), wordAt(padded, 8)];
    return this.#order.rank((slot) => this.#compareKey(slot, time, a, b, c) < 0);
  }

  /** Of the elements from one rank up to another. */
  fingerprint(from: number, to: number): Uint8Array {
    return digestOfSums(this.#order.sumsBetween(from, to), to - from, FINGERPRINT_BYTES);
  }

  at(rank: number): IndexedElement {
    const slot = this.#order.slotAt(rank);
    return {
      element: this.#elementAt(slot),
      id: this.#idAt(slot),
      modifiedAt: this.#times[slot] ?? 0,
    };
  }

  /** From a bound on, in order, at most so many. */
  after(bound: Bound, max: number): readonly IndexedElement[] {
    const from = this.rankOf(bound);
    return this.between(from, Math.min(this.count, from + max));
  }

  /** From one rank up to another. */
  between(from: number, to: number): readonly IndexedElement[] {
    const found: IndexedElement[] = [];
    this.#order.walk(from, to, (slot) => {
      const modifiedAt = this.#times[slot] ?? 0;
      found.push({ element: this.#elementAt(slot), id: this.#idAt(slot), modifiedAt });
    });
    return found;
  }

  #takeSlot(): number {
    const free = this.#firstFree;
    if (free >= 0) {
      this.#firstFree = this.#elements[3 * free] ?? -1;
      return free;
    }
    this.#reserveSlots(this.#slotsMade + 1);
    this.#slotsMade += 1;
    return this.#slotsMade - 1;
  }

  #removeSlot(slot: number): void {
    this.#order.delete(slot);
    this.#byElement.delete(slot);
    this.#byId.delete(slot);
    this.#withWords(slot, (a, b, c) => {
      subtractLanes(this.#sums, 0, a, b, c);
      this.#symbols.remove(a, b, c);
    });
    // A free slot names the next one.
    this.#elements[3 * slot] = this.#firstFree;
    this.#firstFree = slot;
    this.#digest = null;
  }

  #reserveSlots(count: number): void {
    const capacity = this.#times.length;
    if (count <= capacity) return;
    const larger = Math.max(count, 4, Math.ceil(capacity * 1.25));
    const [elements, ids, times] = [this.#elements, this.#ids, this.#times];
    this.#elements = new Int32Array(3 * larger);
    this.#ids = new Int32Array(4 * larger);
    this.#times = new Float64Array(larger);
    this.#elements.set(elements);
    this.#ids.set(ids);
    this.#times.set(times);
  }

  #slotOfElement(element: Uint8Array): number {
    const hash = this.#elementHash(wordAt(element, 0), wordAt(element, 4));
    return this.#byElement.find(hash, (slot) => this.#isElement(slot, element));
  }

  #slotOfId(id: Uint8Array): number {
    const [a, b, c, d] = [wordAt(id, 0), wordAt(id, 4), wordAt(id, 8), wordAt(id, 12)];
    const ids = this.#ids;
    return this.#byId.find(this.#idHash(a, b, c, d), (slot) => {
      const at = 4 * slot;
      return ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d;
    });
  }

  #isElement(slot: number, element: Uint8Array): boolean {
    const at = 3 * slot;
    const words = this.#elements;
    return (
      words[at] === wordAt(element, 0) &&
      words[at + 1] === wordAt(element, 4) &&
      words[at + 2] === wordAt(element, 8)
    );
  }

  #elementHashOf(slot: number): number {
    return this.#elementHash(this.#elements[3 * slot] ?? 0, this.#elements[3 * slot + 1] ?? 0);
  }

  #idHashOf(slot: number): number {
    const [at, ids] = [4 * slot, this.#ids];
    return this.#idHash(ids[at] ?? 0, ids[at + 1] ?? 0, ids[at + 2] ?? 0, ids[at + 3] ?? 0);
  }

  /** Of the first 8 bytes, by which a WANT names it too. */
  #elementHash(a: number, b: number): number {
    const mixed = Math.imul(a ^ this.#seed, 0x21f0aaad) ^ b;
    const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (again ^ (again >>> 15)) >>> 0;
  }

  #idHash(a: number, b: number, c: number, d: number): number {
    const first = Math.imul(a ^ this.#seed, 0x21f0aaad) ^ b;
    const second = Math.imul(first ^ (first >>> 15), 0x735a2d97) ^ c;
    const third = Math.imul(second ^ (second >>> 15), 0x21f0aaad) ^ d;
    const again = Math.imul(third ^ (third >>> 15), 0x735a2d97);
    return (again ^ (again >>> 15)) >>> 0;
  }

  #compareSlots(one: number, other: number): number {
    const [at, words] = [3 * other, this.#elements];
    const time = this.#times[other] ?? 0;
    const order = this.#compareKey(
      one,
      time,
      words[at] ?? 0,
      words[at + 1] ?? 0,
      words[at + 2] ?? 0,
    );
    // Two records with one element cost 2^48 hashes: who pays that gets no slot that cannot be found again.
    return order || one - other;
  }

  #compareKey(slot: number, time: number, a: number, b: number, c: number): number {
    const difference = (this.#times[slot] ?? 0) - time;
    if (difference !== 0) return difference;
    const [at, words] = [3 * slot, this.#elements];
    return (
      compareWords(words[at] ?? 0, a) ||
      compareWords(words[at + 1] ?? 0, b) ||
      compareWords(words[at + 2] ?? 0, c)
    );
  }

  #withWords(slot: number, use: (a: number, b: number, c: number) => void): void {
    const [at, words] = [3 * slot, this.#elements];
    use(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0);
  }

  #elementAt(slot: number): Uint8Array {
    return bytesOf(this.#elements, 3 * slot, ELEMENT_BYTES);
  }

  #idAt(slot: number): Uint8Array {
    return bytesOf(this.#ids, 4 * slot, ID_BYTES);
  }
}

/** Whoever makes thousands of records with one beginning has us send a few of them for each WANT. */
const SAME_PREFIX_MAX = 4;

function bytesOf(words: Int32Array, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let byte = 0; byte < length; byte += 4) putWord(bytes, byte, words[at + byte / 4] ?? 0);
  return bytes;
}

/** Whether two heads say the same set; the shorter of two digests is a beginning. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  return equalBytes(a.subarray(0, length), b.subarray(0, length));
}
