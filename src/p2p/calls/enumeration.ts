// A snapshot that an application reads item by item.

export class Enumeration {
  readonly #items: readonly unknown[];
  #read = 0;

  constructor(items: readonly unknown[]) {
    this.#items = items;
  }

  /** What was read included. */
  get total(): number {
    return this.#items.length;
  }

  next(countMax: number): readonly unknown[] {
    const items = this.#items.slice(this.#read, this.#read + countMax);
    this.#read += items.length;
    return items;
  }
}
