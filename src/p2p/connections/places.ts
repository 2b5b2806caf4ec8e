// A bounded number of places. Whoever asks while all are taken, and some of those only for the time being, waits for
// what comes of them; when all are taken for good nobody gets one.

type Waiter = (isGiven: boolean) => void;

export class Places {
  readonly #max: number;
  readonly #waiters: Waiter[] = [];
  #tried = 0;
  #kept = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Resolves with false when there is none: a place that was given is kept or given back later. */
  async take(): Promise<boolean> {
    if (this.#kept >= this.#max) return false;
    if (this.#tried + this.#kept < this.#max) {
      this.#tried += 1;
      return true;
    }
    return await new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** One that was taken stays so. */
  keep(): void {
    this.#tried -= 1;
    this.#kept += 1;
    if (this.#kept < this.#max) return;
    for (const refuse of this.#waiters.splice(0)) refuse(false);
  }

  /** One that was taken is not needed. */
  giveBack(): void {
    this.#tried -= 1;
    this.#giveToNext();
  }

  /** One that was kept is free again. */
  leave(): void {
    this.#kept -= 1;
    this.#giveToNext();
  }

  #giveToNext(): void {
    const next = this.#waiters.shift();
    if (next === undefined) return;
    this.#tried += 1;
    next(true);
  }
}
