// Chance that is the same for one seed: the Chance port, and draws for the world itself. Every node and
// every part of the world has a stream of its own, so that one more draw in one changes no other.

import type { Chance } from '../core/ports/clock.ts';
import { platformHashing } from './platform-hashing.ts';

export class SimChance implements Chance {
  readonly #state: Uint32Array;

  /** `seed` may be any text. */
  constructor(seed: string) {
    const digest = platformHashing.sha256(new TextEncoder().encode(`peergroup sim ${seed}`));
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(at));
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.#word();
      for (let byte = 0; byte < 4 && at + byte < length; byte++) {
        bytes[at + byte] = word >>> (8 * byte);
      }
    }
    return bytes;
  }

  /** 0 up to, and without, 1. */
  fraction(): number {
    return this.#word() / 0x1_0000_0000;
  }

  between(min: number, max: number): number {
    return min + this.fraction() * (max - min);
  }

  /** A whole number from 0 to `below` - 1. */
  whole(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  isTrue(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Undefined of nothing. */
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.whole(items.length)];
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const order = items.map((item) => ({ item, key: this.fraction() }));
    return order.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }

  /** sfc32, by Chris Doty-Humphrey (PractRand): fast, and good far beyond what a run draws. */
  #word(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, counter = 0] = state;
    const word = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + word;
    state[3] = counter + 1;
    return word;
  }
}
