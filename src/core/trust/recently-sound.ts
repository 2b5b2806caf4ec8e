// What was judged sound, by digest. Only sound things enter, so whoever sends rubbish cannot push
// them out; the one that was not asked for the longest is forgotten first.

import { assert } from '../base/assert.ts';
import { hexText } from '../base/hex.ts';

export class RecentlySound<Value> {
  readonly #valueByDigest = new Map<string, Value>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    assert(sizeMax > 0, 'there is room for one');
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#valueByDigest.size;
  }

  find(digest: Uint8Array): Value | null {
    const key = hexText(digest);
    const value = this.#valueByDigest.get(key);
    if (value === undefined) return null;
    this.#valueByDigest.delete(key);
    this.#valueByDigest.set(key, value);
    return value;
  }

  remember(digest: Uint8Array, value: Value): void {
    this.#valueByDigest.set(hexText(digest), value);
    for (const oldest of this.#valueByDigest.keys()) {
      if (this.#valueByDigest.size <= this.#sizeMax) return;
      this.#valueByDigest.delete(oldest);
    }
  }
}
