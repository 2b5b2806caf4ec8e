// Choices by chance: whom of several, and how long. Nothing here needs to be secret.

import { assert } from '../../base/assert.ts';
import { fractionOf } from '../../base/chance-fraction.ts';
import type { Chance } from '../../ports/clock.ts';

export class Dice {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** From 0 up to and without `count`. */
  below(count: number): number {
    assert(count > 0, 'a choice is made among one or more');
    return Math.floor(fractionOf(this.#chance.bytes(4)) * count);
  }

  /** Undefined of none. */
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : items[this.below(items.length)];
  }

  /** Up to `count` different ones, in the order in which they were drawn. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const rest = [...items];
    const drawn: Item[] = [];
    while (drawn.length < count && rest.length > 0) {
      drawn.push(...rest.splice(this.below(rest.length), 1));
    }
    return drawn;
  }

  /** Whole milliseconds, from three quarters of it to five quarters, so that nodes that began together drift apart. */
  jittered(ms: number): number {
    return Math.round(ms * (0.75 + fractionOf(this.#chance.bytes(4)) / 2));
  }

  u32(): number {
    return this.below(0x1_0000_0000);
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }
}
