// Nodes that are known and no neighbors: what a node rebuilds its neighborhood from when most of it
// vanishes at once (HyParView). Only cards whose signature was checked get in. When it is full, those
// make room first of whom there are many: nodes of one member, then of those it invited.

import type { WallTime } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Dice } from './dice.ts';
import type { KnownCard, NodeKey } from './peer-card.ts';

export class PassiveView {
  readonly #dice: Dice;
  readonly #knownByKey = new Map<NodeKey, KnownCard>();

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  get size(): number {
    return this.#knownByKey.size;
  }

  all(): readonly KnownCard[] {
    return [...this.#knownByKey.values()];
  }

  has(key: NodeKey): boolean {
    return this.#knownByKey.has(key);
  }

  get(key: NodeKey): KnownCard | undefined {
    return this.#knownByKey.get(key);
  }

  /** How many cards were signed after this. */
  countSince(time: WallTime): number {
    let count = 0;
    for (const { card } of this.#knownByKey.values()) if (card.issuedAt > time) count += 1;
    return count;
  }

  /** `given` are those that another node has been told of just now: they go before others. */
  put(known: KnownCard, max: number, given: readonly NodeKey[] = []): void {
    const before = this.#knownByKey.get(known.key);
    if (before !== undefined) {
      if (known.card.issuedAt > before.card.issuedAt) this.#knownByKey.set(known.key, known);
      return;
    }
    for (let over = this.#knownByKey.size - max; over >= 0; over--) {
      this.#knownByKey.delete(this.#leaver(known, given));
    }
    this.#knownByKey.set(known.key, known);
  }

  remove(key: NodeKey): void {
    this.#knownByKey.delete(key);
  }

  /** Up to `count`, signed after `time`. */
  sample(count: number, time: WallTime): readonly KnownCard[] {
    const recent = this.all().filter(({ card }) => card.issuedAt > time);
    return this.#dice.sample(recent, count);
  }

  #leaver(newcomer: KnownCard, given: readonly NodeKey[]): NodeKey {
    const all = this.all();
    const own = all.filter(({ member }) => member === newcomer.member);
    const [oldest] = own;
    if (oldest !== undefined && own.length >= LIMITS.nodesPerMemberKept) return oldest.key;
    const [first = newcomer] = all;
    const ofMany = this.#dice.pick(largestKin(all));
    if (ofMany !== undefined) return ofMany.key;
    const told = given.find((key) => this.#knownByKey.has(key));
    return told ?? (this.#dice.pick(all) ?? first).key;
  }
}

/** Those of one member and of those it invited, when they are more than half of all; the smallest such kin. */
function largestKin(all: readonly KnownCard[]): readonly KnownCard[] {
  const kinByName = new Map<string, KnownCard[]>();
  for (const known of all) {
    for (const name of known.lineage) {
      const kin = kinByName.get(name);
      if (kin === undefined) kinByName.set(name, [known]);
      else kin.push(known);
    }
  }
  let found: readonly KnownCard[] = [];
  for (const kin of kinByName.values()) {
    const isMany = 2 * kin.length > all.length && kin.length < all.length;
    if (isMany && (found.length === 0 || kin.length < found.length)) found = kin;
  }
  return found;
}
