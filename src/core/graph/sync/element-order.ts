// The slots of a set in their order, in chunks of up to 256: how many come before a place, which one
// stands there, and the sums of a stretch (protocol.md §13.9). A change costs one chunk; what is summed
// up over all chunks is computed anew when it is asked for after a change, some 50 microseconds for a million.

import { assert } from '../../base/assert.ts';
import { LANES } from './element-words.ts';

/** A chunk's slots are moved when one comes in between, and half of them are added up at each end of a stretch. */
const CHUNK_MAX = 256;

export interface SlotOrder {
  /** Below 0 when the first comes first. */
  compare(a: number, b: number): number;
  addTo(sums: Int32Array, at: number, slot: number): void;
  subtractFrom(sums: Int32Array, at: number, slot: number): void;
}

export class ElementOrder {
  readonly #order: SlotOrder;
  /** Of chunk number n from n times `CHUNK_MAX` on. */
  #slots = new Int32Array(0);
  #lengths = new Int32Array(0);
  #sums = new Int32Array(0);
  /** Numbers of chunks, in the order of what they hold. */
  readonly #chunks: number[] = [];
  readonly #freeChunks: number[] = [];
  #chunksMade = 0;
  #count = 0;
  /** How many slots come before each chunk, and their sums; null after a change. */
  #before: { readonly counts: Int32Array; readonly sums: Int32Array } | null = null;

  constructor(order: SlotOrder) {
    this.#order = order;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    const before = this.#before === null ? 0 : this.#chunks.length * 4 * (1 + LANES);
    const own = this.#slots.byteLength + this.#lengths.byteLength + this.#sums.byteLength;
    return own + before + 8 * this.#chunks.length;
  }

  add(slot: number): void {
    const at = this.#chunkFor((other) => this.#order.compare(other, slot) <= 0);
    const chunk = this.#chunks[at] ?? this.#insertChunk(0);
    const length = this.#lengths[chunk] ?? 0;
    const place = this.#placeIn(chunk, (other) => this.#order.compare(other, slot) < 0);
    if (length === CHUNK_MAX) {
      this.#split(at, place);
      this.add(slot);
      return;
    }
    const start = chunk * CHUNK_MAX;
    this.#slots = grown(this.#slots, start + length + 1);
    this.#slots.copyWithin(start + place + 1, start + place, start + length);
    this.#slots[start + place] = slot;
    this.#lengths[chunk] = length + 1;
    this.#order.addTo(this.#sums, chunk * LANES, slot);
    this.#count += 1;
    this.#before = null;
  }

  delete(slot: number): void {
    const at = this.#chunkFor((other) => this.#order.compare(other, slot) <= 0);
    const chunk = this.#chunks[at];
    assert(chunk !== undefined, 'what is taken out is there');
    const place = this.#placeIn(chunk, (other) => this.#order.compare(other, slot) < 0);
    const start = chunk * CHUNK_MAX;
    assert(this.#slots[start + place] === slot, 'what is taken out is there');
    const length = (this.#lengths[chunk] ?? 0) - 1;
    this.#slots.copyWithin(start + place, start + place + 1, start + length + 1);
    this.#lengths[chunk] = length;
    this.#order.subtractFrom(this.#sums, chunk * LANES, slot);
    this.#count -= 1;
    this.#before = null;
    if (length === 0) {
      this.#chunks.splice(at, 1);
      this.#freeChunks.push(chunk);
    }
  }

  /** Of how many `isBefore` holds; it has to hold for a beginning of them. */
  rank(isBefore: (slot: number) => boolean): number {
    const at = this.#chunkFor(isBefore);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return 0;
    return (this.#totals().counts[at] ?? 0) + this.#placeIn(chunk, isBefore);
  }

  slotAt(rank: number): number {
    assert(rank >= 0 && rank < this.#count, 'a rank is one of the set');
    const at = this.#chunkOfRank(rank);
    const chunk = this.#chunks[at] ?? 0;
    return this.#slots[chunk * CHUNK_MAX + rank - (this.#totals().counts[at] ?? 0)] ?? 0;
  }

  /** The slots from one rank up to another. */
  walk(from: number, to: number, visit: (slot: number) => void): void {
    if (from >= to) return;
    let at = this.#chunkOfRank(from);
    let place = from - (this.#totals().counts[at] ?? 0);
    for (let left = to - from; left > 0; at++) {
      const chunk = this.#chunks[at];
      assert(chunk !== undefined, 'a stretch ends within the set');
      const end = Math.min(this.#lengths[chunk] ?? 0, place + left);
      for (let one = place; one < end; one++) visit(this.#slots[chunk * CHUNK_MAX + one] ?? 0);
      left -= end - place;
      place = 0;
    }
  }

  /** Their sums. */
  sumsBetween(from: number, to: number): Int32Array {
    const sums = new Int32Array(LANES);
    if (to - from <= CHUNK_MAX) {
      this.walk(from, to, (slot) => this.#order.addTo(sums, 0, slot));
      return sums;
    }
    this.#addBefore(sums, to);
    const lower = new Int32Array(LANES);
    this.#addBefore(lower, from);
    for (let lane = 0; lane < LANES; lane++) sums[lane] = (sums[lane] ?? 0) - (lower[lane] ?? 0);
    return sums;
  }

  /** Of the slots below a rank, which end within one chunk. */
  #addBefore(sums: Int32Array, rank: number): void {
    const totals = this.#totals();
    const at = this.#chunkOfRank(rank);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const first = totals.counts[at] ?? 0;
    const length = this.#lengths[chunk] ?? 0;
    for (let lane = 0; lane < LANES; lane++) sums[lane] = totals.sums[at * LANES + lane] ?? 0;
    const start = chunk * CHUNK_MAX;
    const place = rank - first;
    if (place * 2 <= length) {
      for (let one = 0; one < place; one++) {
        this.#order.addTo(sums, 0, this.#slots[start + one] ?? 0);
      }
      return;
    }
    for (let lane = 0; lane < LANES; lane++) {
      sums[lane] = (sums[lane] ?? 0) + (this.#sums[chunk * LANES + lane] ?? 0);
    }
    for (let one = place; one < length; one++) {
      this.#order.subtractFrom(sums, 0, this.#slots[start + one] ?? 0);
    }
  }

  #totals(): { readonly counts: Int32Array; readonly sums: Int32Array } {
    if (this.#before !== null) return this.#before;
    const counts = new Int32Array(this.#chunks.length);
    const sums = new Int32Array(this.#chunks.length * LANES);
    const running = new Int32Array(LANES);
    let count = 0;
    for (let at = 0; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] ?? 0;
      counts[at] = count;
      sums.set(running, at * LANES);
      count += this.#lengths[chunk] ?? 0;
      for (let lane = 0; lane < LANES; lane++) {
        running[lane] = (running[lane] ?? 0) + (this.#sums[chunk * LANES + lane] ?? 0);
      }
    }
    this.#before = { counts, sums };
    return this.#before;
  }

  /** The chunk in which a rank lies; for the rank after the last, the last chunk. */
  #chunkOfRank(rank: number): number {
    const { counts } = this.#totals();
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((counts[middle] ?? 0) <= rank) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The last chunk with whose first slot `isBefore` holds; else the first chunk. */
  #chunkFor(isBefore: (slot: number) => boolean): number {
    let low = 0;
    let high = this.#chunks.length;
    // What comes is mostly the newest: the last chunk is looked at first.
    if (high > 1 && isBefore(this.#firstOf(high - 1))) return high - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#firstOf(middle))) low = middle;
      else high = middle;
    }
    return low;
  }

  #firstOf(at: number): number {
    return this.#slots[(this.#chunks[at] ?? 0) * CHUNK_MAX] ?? 0;
  }

  #placeIn(chunk: number, isBefore: (slot: number) => boolean): number {
    const start = chunk * CHUNK_MAX;
    let low = 0;
    let high = this.#lengths[chunk] ?? 0;
    if (high > 0 && isBefore(this.#slots[start + high - 1] ?? 0)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#slots[start + middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the set only grows at its end, chunks stay full; anywhere else half of one moves into a new one. */
  #split(at: number, place: number): void {
    const chunk = this.#chunks[at] ?? 0;
    const isEnd = place === CHUNK_MAX && at === this.#chunks.length - 1;
    const kept = isEnd ? CHUNK_MAX - 1 : CHUNK_MAX / 2;
    const next = this.#insertChunk(at + 1);
    const [from, to] = [chunk * CHUNK_MAX, next * CHUNK_MAX];
    this.#slots = grown(this.#slots, to + CHUNK_MAX - kept);
    this.#slots.copyWithin(to, from + kept, from + CHUNK_MAX);
    this.#lengths[chunk] = kept;
    this.#lengths[next] = CHUNK_MAX - kept;
    for (let one = to; one < to + CHUNK_MAX - kept; one++) {
      const slot = this.#slots[one] ?? 0;
      this.#order.addTo(this.#sums, next * LANES, slot);
      this.#order.subtractFrom(this.#sums, chunk * LANES, slot);
    }
  }

  #insertChunk(at: number): number {
    const chunk = this.#freeChunks.pop() ?? this.#chunksMade++;
    this.#lengths = grown(this.#lengths, chunk + 1);
    this.#sums = grown(this.#sums, (chunk + 1) * LANES);
    this.#lengths[chunk] = 0;
    this.#sums.fill(0, chunk * LANES, (chunk + 1) * LANES);
    this.#chunks.splice(at, 0, chunk);
    return chunk;
  }
}

/** By a quarter, for what is left empty counts as memory of the set. */
function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Int32Array(Math.max(length, 8, Math.ceil(array.length * 1.25)));
  larger.set(array);
  return larger;
}
