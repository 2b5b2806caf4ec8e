// What the world and the members of a village have in common: the simulated world below, the names of
// people and types, and the one rule of time: it passes when the test says so, and never inside a listener.

import type { PeerName } from '../../core/domain/names.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';
import { TypeNames } from './type-names.ts';
import { VillageError } from './village-error.ts';
import type { RecordWords } from './village-record.ts';

export class VillageGround implements RecordWords {
  readonly world: SimWorld;
  readonly types = new TypeNames();
  readonly #nameByMember: ReadonlyMap<string, string>;
  #isTelling = false;
  #isOver = false;

  constructor(world: SimWorld) {
    this.world = world;
    this.#nameByMember = new Map(
      world.nodes.map(({ name, place }) => [place.villager.membership.member, name]),
    );
  }

  nameOf = (member: PeerName): string => this.#nameByMember.get(member) ?? member;

  namesOf(nodes: readonly { readonly member: PeerName }[]): readonly string[] {
    return nodes.map(({ member }) => this.nameOf(member)).sort();
  }

  /** Throws when time must not pass, or cannot any more. */
  requireTime(): void {
    this.requireWorld();
    if (this.#isTelling) throw new Error('time passes by the test, not inside a listener');
  }

  /** Throws when the world is over. */
  requireWorld(): void {
    if (this.#isOver) throw new VillageError('WORLD_OVER', 'check() has ended this world');
  }

  /** Throws for a member that can do nothing now. */
  requireThere(node: SimNode): void {
    this.requireWorld();
    const why = absenceOf(node);
    if (why !== null) throw new VillageError('NOT_THERE', `${node.name} ${why}`);
  }

  end(): void {
    this.#isOver = true;
  }

  /** Lets happen what is due at this very moment, until that is so or nothing is left. */
  settle(isSettled: () => boolean): void {
    const { agenda } = this.world;
    while (!isSettled() && agenda.next(agenda.nowMs)) this.world.assertWell();
    this.world.assertWell();
  }

  /** The member's program is told in a turn of its own, unless its process has ended by then. */
  tell(node: SimNode, act: () => void): void {
    const { process } = node;
    this.world.agenda.after(0, () => {
      if (process?.isAlive !== true) return;
      const wasTelling = this.#isTelling;
      this.#isTelling = true;
      try {
        act();
      } finally {
        this.#isTelling = wasTelling;
      }
    });
  }
}

/** Null for one that is there. */
export function absenceOf(node: SimNode): string | null {
  if (!node.isRunning) return 'is not running';
  if (node.hasLeft) return 'has left';
  return node.isFrozen ? 'is frozen' : null;
}
