// What arrived and was not taken yet, as an async iterable. The bound is the caller's: `put` says
// how full the inbox is, and nothing is ever dropped here.

/** Takes items in order, from one or several loops; each item goes to one of them. */
export class Inbox<Item> {
  #items: Item[] = [];
  #first = 0;
  #waiting: ((result: IteratorResult<Item, undefined>) => void)[] = [];
  #isEnded = false;
  readonly #onTaken: (item: Item) => void;

  constructor(onTaken: (item: Item) => void = () => undefined) {
    this.#onTaken = onTaken;
  }

  get size(): number {
    return this.#items.length - this.#first;
  }

  put(item: Item): void {
    if (this.#isEnded) return;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#items.push(item);
    else {
      this.#onTaken(item);
      waiter({ value: item, done: false });
    }
  }

  /** What is there can still be taken; then every loop ends. */
  end(): void {
    this.#isEnded = true;
    for (const waiter of this.#waiting.splice(0)) waiter({ value: undefined, done: true });
  }

  /** Ends when the inbox does, when the loop is left, or when `signal` is aborted. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<Item, undefined> {
    let isLeft = false;
    const pending = new Set<(result: IteratorResult<Item, undefined>) => void>();
    const leave = (): Promise<IteratorResult<Item, undefined>> => {
      isLeft = true;
      signal?.removeEventListener('abort', leave);
      this.#waiting = this.#waiting.filter((waiter) => !pending.has(waiter));
      for (const waiter of pending) waiter({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    };
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted === true) isLeft = true;
    const iterator: AsyncIterableIterator<Item, undefined> = {
      next: () => {
        if (isLeft) return Promise.resolve({ value: undefined, done: true });
        if (this.size > 0) return Promise.resolve({ value: this.take(), done: false });
        if (this.#isEnded) return leave();
        return new Promise((resolve) => {
          const waiter = (result: IteratorResult<Item, undefined>): void => {
            pending.delete(waiter);
            resolve(result);
          };
          pending.add(waiter);
          this.#waiting.push(waiter);
        });
      },
      return: leave,
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The oldest item; there has to be one. */
  take(): Item {
    const item = this.#items[this.#first] as Item;
    this.#items[this.#first] = undefined as Item;
    this.#first += 1;
    // Not at every take: that would copy the rest each time.
    if (this.#first >= 1_024 && 2 * this.#first >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    this.#onTaken(item);
    return item;
  }
}
