// Memory in which lines gather what they send, lent while it is filled and written and then used
// again, so that a thousand idle lines hold none and a busy one makes no garbage.

/** Eight TLS records of full size. Measured: less costs writes, more gains nothing. */
export const GATHER_BYTES = 131_072;
/** What the pool keeps for later; beyond that memory goes back to the collector. */
const FREE_MAX = 16;

export class GatherPool {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(GATHER_BYTES);
  }

  /** Only when nobody reads it any more. */
  give(gather: Uint8Array): void {
    if (this.#free.length < FREE_MAX) this.#free.push(gather);
  }
}
