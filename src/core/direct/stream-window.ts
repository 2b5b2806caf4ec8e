// Flow control of one stream (protocol.md §9.5). The reader grants bytes; the sender never sends more
// than it was granted. A window that the reader keeps emptying grows, as far as the connection's
// budget goes, so that one fast stream is not held to a round trip per small window.

import { LIMITS } from '../domain/limits.ts';

/** What all streams of a connection may grow by together. */
export class GrowthBudget {
  #left: number = LIMITS.streamGrowthBytesMax;

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

export class ReceiveWindow {
  readonly #budget: GrowthBudget;
  #size: number = LIMITS.streamWindowBytes;
  /** Bytes that the other side may still send. */
  #open: number = LIMITS.streamWindowBytes;
  /** Bytes that the reader took and that were not granted again yet. */
  #consumed = 0;
  #consumedSinceGrowth = 0;

  constructor(budget: GrowthBudget) {
    this.#budget = budget;
  }

  /** False when the other side sent more than it was granted. */
  arrived(bytes: number): boolean {
    this.#open -= bytes;
    return this.#open >= 0;
  }

  /** The reader took `bytes`; how many to grant now, 0 while it is too little to be worth a frame. */
  consumed(bytes: number): number {
    this.#consumed += bytes;
    this.#consumedSinceGrowth += bytes;
    if (this.#consumed < this.#size / 4) return 0;
    const grant = this.#consumed + this.#grow();
    this.#consumed = 0;
    this.#open += grant;
    return grant;
  }

  /** The stream is over; its growth is free for others. */
  release(): void {
    this.#budget.giveBack(this.#size - LIMITS.streamWindowBytes);
    this.#size = LIMITS.streamWindowBytes;
  }

  #grow(): number {
    if (this.#consumedSinceGrowth < this.#size) return 0;
    this.#consumedSinceGrowth = 0;
    const growth = Math.min(this.#size, LIMITS.streamWindowBytesMax - this.#size);
    if (growth <= 0 || !this.#budget.take(growth)) return 0;
    this.#size += growth;
    return growth;
  }
}

export class SendWindow {
  #open: number = LIMITS.streamWindowBytes;

  /** How many bytes may go now. */
  get open(): number {
    return this.#open;
  }

  spend(bytes: number): void {
    this.#open -= bytes;
  }

  /** False when the other side grants more than any window can hold. */
  grant(bytes: number): boolean {
    this.#open += bytes;
    return this.#open <= LIMITS.streamWindowBytesMax;
  }
}
