// In which symbols an element stands (protocol.md §13.8; arXiv 2402.02668, section 4): always in the
// first, then with ever larger gaps, in symbol i with probability 1 / (1 + i/2). The machine's square
// root is rounded as IEEE 754 says, so every machine finds the same places.

/** One object for many elements: `begin` with each, then `next`. */
export class SymbolPlaces {
  #a = 0;
  #b = 0;
  #at = 0;

  /** Where the element stands now; the first is 0. */
  get at(): number {
    return this.#at;
  }

  /** Two words of the element seed a generator with 64 bits of state: two elements with one are not met. */
  begin(a: number, b: number): void {
    this.#a = a ^ 0x3c6ef372;
    this.#b = (a ^ 0x3c6ef372) === 0 && b === 0 ? 1 : b;
    this.#at = 0;
  }

  next(): number {
    const ratio = 65_536 / Math.sqrt(this.#random() + 1) - 1;
    this.#at += Math.max(1, Math.ceil((this.#at + 1.5) * ratio));
    return this.#at;
  }

  /** xoroshiro64** (Blackman and Vigna, 2018): 0 to 2^32-1. */
  #random(): number {
    const a = this.#a;
    const b = this.#b ^ a;
    const star = Math.imul(a, 0x9e3779bb);
    const result = Math.imul((star << 5) | (star >>> 27), 5);
    this.#a = ((a << 26) | (a >>> 6)) ^ b ^ (b << 9);
    this.#b = (b << 13) | (b >>> 19);
    return result >>> 0;
  }
}
