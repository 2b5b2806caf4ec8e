// Small pieces joined in one memory while they wait for a reader. A far end cuts a stream as it likes,
// and a piece of one byte by itself would be an object of more than a hundred.

const EMPTY = new Uint8Array(0);
/** Below that a buffer is more of an object than of bytes. */
const BUFFER_BYTES_MIN = 64;

/** Holds at most twice the bytes that it was given, whatever their pieces. */
export class JoinedBytes {
  #buffer: Uint8Array = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes. */
  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      // Doubled, so that what is there is copied a bounded number of times, however small the pieces.
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length, BUFFER_BYTES_MIN));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** All that is there, which belongs to the caller from now on. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = EMPTY;
    this.#length = 0;
    return bytes;
  }
}
