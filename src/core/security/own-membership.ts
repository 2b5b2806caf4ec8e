// The membership that we act under. It changes while a group is open: by a renewal, by another role, by a
// removal of one of several. Whoever works under it reads `current` when it acts and keeps nothing of it.

import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import { countingOrder, type RemovalOf } from './counting-order.ts';

type Listener = (current: Membership, before: Membership) => void;

export class OwnMembership {
  readonly #removalOf: RemovalOf;
  readonly #listeners = new Set<Listener>();
  #current: Membership;

  /** `removalOf` is asked anew at each offer; without it nothing counts as removed. */
  constructor(first: Membership, removalOf: RemovalOf = () => null) {
    this.#current = first;
    this.#removalOf = removalOf;
  }

  get current(): Membership {
    return this.#current;
  }

  /**
   * Takes what counts more than what we have (countingOrder) and says whether it did. Of two that nothing
   * tells apart the one with the smaller digest counts, so that all our processes agree.
   */
  offer(membership: Membership, now: WallTime): boolean {
    return this.choose([membership], now);
  }

  /**
   * The same for many at once; those of other members are passed over. What is removed, or has ended, gives
   * way only to something better among these, so whoever hears of a removal gives all that are known.
   */
  choose(memberships: Iterable<Membership>, now: WallTime): boolean {
    const order = countingOrder(this.#removalOf, now);
    const before = this.#current;
    for (const membership of memberships) {
      if (this.#isOurs(membership) && order(membership, this.#current) < 0) {
        this.#current = membership;
      }
    }
    if (this.#current === before) return false;
    for (const listener of this.#listeners) listener(this.#current, before);
    return true;
  }

  /** Called in the turn of the change, after `current` is the new one. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    assert(!this.#listeners.has(listener), 'a listener is told once');
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #isOurs({ publicKey, group }: Membership): boolean {
    return group === this.#current.group && equalBytes(publicKey, this.#current.publicKey);
  }
}
