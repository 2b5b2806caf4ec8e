// Memory for messages that span reads. Carving them out of slabs costs a third of what an allocation
// for each would: large blocks come back from the collector in one piece. All lines of a node share
// one slab, so that an idle line holds none.

/** Measured: from 1 MiB on, larger gains nothing. */
const SLAB_BYTES = 1_048_576;
/** Longer messages get memory of their own, so that keeping one keeps little else. */
const CARVED_BYTES_MAX = SLAB_BYTES / 4;

export class MessageMemory {
  readonly #allocate: (length: number) => Uint8Array;
  #slab: Uint8Array = new Uint8Array(0);
  #used = 0;

  /** `allocate` may give memory with anything in it: a message is filled before anybody sees it. */
  constructor(allocate: (length: number) => Uint8Array) {
    this.#allocate = allocate;
  }

  take(length: number): Uint8Array {
    if (length > CARVED_BYTES_MAX) return this.#allocate(length);
    if (this.#used + length > this.#slab.length) {
      this.#slab = this.#allocate(SLAB_BYTES);
      this.#used = 0;
    }
    const { buffer, byteOffset } = this.#slab;
    const start = this.#used;
    this.#used += length;
    return new Uint8Array(buffer, byteOffset + start, length);
  }
}
