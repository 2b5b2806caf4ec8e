// What happens when, in virtual time: the earliest first, and of the same time what was put in first.

interface Entry<Value> {
  readonly atMs: number;
  readonly order: number;
  readonly value: Value;
}

/** A binary heap. */
export class Agenda<Value> {
  readonly #heap: Entry<Value>[] = [];
  #count = 0;

  add(atMs: number, value: Value): void {
    this.#count += 1;
    const entry = { atMs, order: this.#count, value };
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /** The earliest that is due by then, taken out. */
  takeUntil(endMs: number): { readonly atMs: number; readonly value: Value } | null {
    const top = this.#heap[0];
    if (top === undefined || top.atMs > endMs) return null;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return top;
  }

  #sink(entry: Entry<Value>): void {
    let at = 0;
    for (;;) {
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(entry, child)) break;
      this.#heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#heap[at] = entry;
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
