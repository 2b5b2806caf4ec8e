// Members of sets for reconcile: the same seed, the same members. Their bytes come from AES in counter
// mode, which makes a million of them in a second.

import { createCipheriv, hash } from 'node:crypto';
import type { Placement } from './control.ts';
import type { Member } from './subject.ts';

const ID_BYTES = 16;
const HASH_BYTES = 32;
const MEMBER_BYTES = ID_BYTES + HASH_BYTES;
/** Between two records of the set: a million of them are a day. */
const STEP_MS = 100;
const BEGIN_MS = 1_700_000_000_000;

export class Members {
  readonly #size: number;
  #seeds = 0;
  #recent = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** What both sides have. */
  all(): readonly Member[] {
    const noise = noiseOf('all', this.#size * MEMBER_BYTES);
    return Array.from({ length: this.#size }, (_, at) =>
      memberAt(noise, at, BEGIN_MS + at * STEP_MS),
    );
  }

  /** New ones each time. */
  more(count: number, placement: Placement): readonly Member[] {
    this.#seeds += 1;
    const noise = noiseOf(`more ${this.#seeds}`, count * (MEMBER_BYTES + 4));
    const view = new DataView(noise.buffer, noise.byteOffset + count * MEMBER_BYTES);
    return Array.from({ length: count }, (_, at) => {
      const share = view.getUint32(4 * at) / 0x1_0000_0000;
      return memberAt(noise, at, this.#timeOf(placement, share));
    });
  }

  #timeOf(placement: Placement, share: number): number {
    const end = BEGIN_MS + this.#size * STEP_MS;
    if (placement === 'anywhere') return BEGIN_MS + Math.floor(share * this.#size) * STEP_MS;
    this.#recent += 1;
    return end + this.#recent * STEP_MS;
  }
}

function memberAt(noise: Uint8Array, at: number, modifiedAt: number): Member {
  const from = at * MEMBER_BYTES;
  return {
    id: noise.subarray(from, from + ID_BYTES),
    hash: noise.subarray(from + ID_BYTES, from + MEMBER_BYTES),
    modifiedAt,
  };
}

function noiseOf(seed: string, length: number): Uint8Array {
  const key = hash('sha256', seed, 'buffer');
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}
