// Writes that the kernel takes at once neither fill a buffer nor let the event loop turn: a pump
// that only waits when the buffer is full would never hear that it should stop.

/** Rare enough to cost nothing. */
const BREATH_EVERY_MS = 5;

/**
 * How many questions go by without a look at the clock, which costs as much as writing 64 bytes.
 */
const QUESTIONS_PER_LOOK = 64;

export class Breath {
  #lastAt = performance.now();
  #questions = 0;

  /**
   * True every few milliseconds: let the event loop turn once, by `setImmediate`, and go on. Ask
   * after each write.
   */
  isDue(): boolean {
    this.#questions += 1;
    if (this.#questions % QUESTIONS_PER_LOOK !== 0) return false;
    const now = performance.now();
    if (now - this.#lastAt < BREATH_EVERY_MS) return false;
    this.#lastAt = now;
    return true;
  }
}
