// Seeded chance for the fuzz tests: the same seed gives the same bytes. FUZZ_SEED replays a run and
// FUZZ_SECONDS says how long each target is kept at it; a failure names the seed and the round.

import { createHash, randomInt } from 'node:crypto';

const { FUZZ_SEED, FUZZ_SECONDS } = process.env;
const SEED = Number(FUZZ_SEED ?? randomInt(2 ** 31));
const SECONDS = Number(FUZZ_SECONDS ?? 1.5);
/** No single input may keep a decoder busy for longer; generous, for machines are noisy. */
const INPUT_MS_MAX = 1_000;

export class FuzzSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `bound` - 1 (mulberry32). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** Changed in a few places: bits, bytes, lengths, pieces cut, doubled, swapped or put in. */
  mutate(bytes: Uint8Array): Uint8Array {
    let mutated: Uint8Array = bytes.slice();
    for (let changes = 1 + this.below(4); changes > 0; changes--) mutated = this.#change(mutated);
    return mutated;
  }

  mutateText(text: string): string {
    const units = Array.from(text);
    for (let changes = 1 + this.below(4); changes > 0; changes--) {
      const at = this.below(units.length + 1);
      const unit = this.pick([
        'A',
        'b',
        '9',
        '-',
        '_',
        '=',
        ':',
        '.',
        '%',
        '[',
        '\0',
        'é',
        '😀',
        '\ud800',
        ' ',
      ]);
      units.splice(at, this.below(3), ...(this.below(3) === 0 ? [] : [unit]));
    }
    return units.join('');
  }

  #change(bytes: Uint8Array): Uint8Array {
    const at = this.below(bytes.length + 1);
    const size = 1 + this.below(this.below(4) === 0 ? 64 : 4);
    switch (this.below(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
        return bytes;
      case 1:
        if (at < bytes.length) bytes[at] = this.pick([0, 1, 0x7f, 0x80, 0xff, this.below(256)]);
        return bytes;
      case 2:
        return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + size));
      case 3:
        return Uint8Array.of(...bytes.subarray(0, at), ...this.bytes(size), ...bytes.subarray(at));
      case 4:
        return Uint8Array.of(...bytes.subarray(0, at + size), ...bytes.subarray(at));
      default:
        return bytes.slice(0, at);
    }
  }
}

/** Calls `round` with chance of its own again and again for the time there is. */
export function fuzz(target: string, round: (source: FuzzSource) => void): void {
  const endMs = performance.now() + SECONDS * 1_000;
  for (let count = 0; performance.now() < endMs; count++) {
    const digest = createHash('sha256').update(`${target} ${SEED} ${count}`).digest();
    const beganMs = performance.now();
    try {
      round(new FuzzSource(digest.readUInt32LE(0)));
    } catch (error) {
      throw new Error(`${target}: FUZZ_SEED=${SEED}, round ${count}`, { cause: error });
    }
    const tookMs = performance.now() - beganMs;
    if (tookMs > INPUT_MS_MAX)
      throw new Error(`${target}: FUZZ_SEED=${SEED}, round ${count} took ${tookMs} ms`);
  }
}
