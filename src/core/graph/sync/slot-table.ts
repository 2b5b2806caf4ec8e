// Finds the slot of a key in one flat array: open addressing with linear probing, and without tombstones.
// Keys themselves stand with whoever has the slots, who is asked for their hashes.

const NONE = -1;
const CAPACITY_MIN = 8;
/** Beyond this share of full places runs grow long (Knuth 6.4, theorem K: 2.5 probes for a hit). */
const FULL_NUMERATOR = 3;
const FULL_DENOMINATOR = 4;

export class SlotTable {
  readonly #hashOf: (slot: number) => number;
  #places = new Int32Array(0);
  #used = 0;

  constructor(hashOf: (slot: number) => number) {
    this.#hashOf = hashOf;
  }

  get bytes(): number {
    return this.#places.byteLength;
  }

  /** The first slot with this hash that `isIt` takes; -1 when there is none. */
  find(hash: number, isIt: (slot: number) => boolean): number {
    const mask = this.#places.length - 1;
    if (mask < 0) return NONE;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = this.#places[place] ?? NONE;
      if (slot === NONE || isIt(slot)) return slot;
    }
  }

  add(slot: number): void {
    this.reserve(this.#used + 1);
    this.#place(slot);
    this.#used += 1;
  }

  /** What follows moves up, so that every key stays within reach of its first place. */
  delete(slot: number): void {
    const mask = this.#places.length - 1;
    let gap = this.#hashOf(slot) & mask;
    while (this.#places[gap] !== slot) gap = (gap + 1) & mask;
    for (let place = (gap + 1) & mask; ; place = (place + 1) & mask) {
      const next = this.#places[place] ?? NONE;
      if (next === NONE) break;
      const home = this.#hashOf(next) & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      this.#places[gap] = next;
      gap = place;
    }
    this.#places[gap] = NONE;
    this.#used -= 1;
  }

  /** Makes room for so many at once. */
  reserve(count: number): void {
    let capacity = Math.max(this.#places.length, CAPACITY_MIN);
    while (count * FULL_DENOMINATOR > capacity * FULL_NUMERATOR) capacity *= 2;
    if (capacity === this.#places.length) return;
    const old = this.#places;
    this.#places = new Int32Array(capacity).fill(NONE);
    for (const slot of old) if (slot !== NONE) this.#place(slot);
  }

  #place(slot: number): void {
    const mask = this.#places.length - 1;
    let place = this.#hashOf(slot) & mask;
    while (this.#places[place] !== NONE) place = (place + 1) & mask;
    this.#places[place] = slot;
  }
}
