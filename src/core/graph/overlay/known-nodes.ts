// What becomes of a card that comes in, from wherever: a node that is known and no neighbor, one that
// is a neighbor already, or one that is absent and stays so. The one way into the passive view.

import type { WallTime } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { PeerName } from '../../domain/names.ts';
import { AbsentNodes } from './absent-nodes.ts';
import type { ActiveView } from './active-view.ts';
import type { Dice } from './dice.ts';
import { PassiveView } from './passive-view.ts';
import type { KnownCard, NodeKey } from './peer-card.ts';
import { viewSizesOf } from './view-sizes.ts';

export class KnownNodes {
  readonly passive: PassiveView;
  readonly absent = new AbsentNodes();
  readonly #ownKey: NodeKey;
  readonly #view: ActiveView;
  #passiveMax = viewSizesOf(1).passiveMax;
  /** Nodes whose link broke without a word, until somebody has looked after them. */
  readonly #doubted = new Map<NodeKey, KnownCard>();

  constructor(ownKey: NodeKey, view: ActiveView, dice: Dice) {
    this.#ownKey = ownKey;
    this.#view = view;
    this.passive = new PassiveView(dice);
  }

  setPassiveMax(max: number): void {
    this.#passiveMax = max;
  }

  /** `given` are those that the card's giver got from us in return. */
  learn(known: KnownCard, given: readonly NodeKey[] = []): void {
    const { key, card } = known;
    if (key === this.#ownKey) return;
    if (card.isLeaving) {
      this.hasLeft(known, card.issuedAt);
      return;
    }
    if (!this.absent.isNews(known)) return;
    const neighbor = this.#view.ofNode(key);
    if (neighbor?.isUp === true) {
      if (neighbor.known === null || neighbor.known.card.issuedAt < card.issuedAt) {
        neighbor.known = known;
      }
      return;
    }
    if (card.addresses.length === 0) this.passive.remove(key);
    else this.passive.put(known, this.#passiveMax, given);
  }

  forgetMembers(isGone: (member: PeerName) => boolean): void {
    for (const { key, member } of [...this.passive.all(), ...this.#doubted.values()]) {
      if (!isGone(member)) continue;
      this.passive.remove(key);
      this.#doubted.delete(key);
    }
    this.absent.forgetMembers(isGone);
  }

  /** Those that may be elsewhere, or another process by now: nothing says that they have left. */
  toProbe(groupTime: WallTime): readonly KnownCard[] {
    return [...this.absent.vanishedNodes(groupTime), ...this.#doubted.values()];
  }

  /** There is a link with it, whatever becomes of that. */
  hasAnswered(key: NodeKey): void {
    this.#doubted.delete(key);
  }

  /** It is a neighbor now. */
  becameNeighbor(key: NodeKey): void {
    this.absent.isBack(key);
    this.passive.remove(key);
  }

  /** There is no link any more, but it is alive for all we know. */
  wasParted(known: KnownCard): void {
    if (known.card.addresses.length > 0) this.passive.put(known, this.#passiveMax);
  }

  /** The same, but the link broke: it may have gone down with its node. */
  wasBroken(known: KnownCard): void {
    this.wasParted(known);
    this.#doubted.set(known.key, known);
    if (this.#doubted.size <= LIMITS.doubtedNodesMax) return;
    for (const oldest of this.#doubted.keys()) {
      this.#doubted.delete(oldest);
      return;
    }
  }

  vanished(known: KnownCard): void {
    this.#doubted.delete(known.key);
    this.passive.remove(known.key);
    this.absent.vanished(known);
  }

  hasLeft(known: KnownCard, groupTime: WallTime): void {
    this.#doubted.delete(known.key);
    this.passive.remove(known.key);
    this.absent.left(known, groupTime);
  }
}
