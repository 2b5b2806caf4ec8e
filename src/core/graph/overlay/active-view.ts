// The links of this node, greeted and to be greeted: who our neighbors are, which of them may not be
// displaced, and which is worth least (HyParView's active view).

import { assert } from '../../base/assert.ts';
import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId, OpenedLink } from '../../domain/links.ts';
import type { PeerName } from '../../domain/names.ts';
import type { Priority } from '../../wire/overlay.ts';
import { TokenBucket } from '../token-bucket.ts';
import { LinkHealth } from './link-health.ts';
import type { CardHolder, KnownCard, NodeKey } from './peer-card.ts';
import { holderOf, nodeKeyOf } from './peer-card.ts';
import { DIALED_MIN, kinMaxOf } from './view-sizes.ts';

/** What one delivery counts, and what stays of those before: the figures of MS-PPGRH. */
const DELIVERY = 128;
const REMAINS = 31 / 32;

/** One link with all that is known of its far end. */
export class NeighborLink {
  readonly opened: OpenedLink;
  readonly key: NodeKey;
  readonly holder: CardHolder;
  readonly openedAt: Instant;
  readonly health: LinkHealth;
  readonly walks = new TokenBucket(LIMITS.walksPerLinkBurst, LIMITS.walksPerLinkPerSecond);
  readonly pings = new TokenBucket(LIMITS.pingsPerLinkBurst, LIMITS.pingsPerLinkPerSecond);
  /** When both had greeted; null before. */
  upAt: Instant | null = null;
  /** What our GREET said, which asks for a place; null until it was sent. */
  saidPriority: Priority | null = null;
  /** Its card; null when it has none that others could use. */
  known: KnownCard | null = null;
  #utility = 0;

  constructor(opened: OpenedLink, now: Instant) {
    this.opened = opened;
    this.key = nodeKeyOf(opened.membership.publicKey, opened.nodeId);
    this.holder = holderOf(opened.membership);
    this.openedAt = now;
    this.health = new LinkHealth(now);
  }

  get link(): LinkId {
    return this.opened.link;
  }

  get isUp(): boolean {
    return this.upAt !== null;
  }

  get isDialed(): boolean {
    return this.opened.role === 'dialer';
  }

  /** How often it brought something first, lately. */
  get utility(): number {
    return this.#utility;
  }

  delivered(wasFirst: boolean): void {
    this.#utility = this.#utility * REMAINS + (wasFirst ? DELIVERY : 0);
  }
}

export class ActiveView {
  /** In the order in which they were opened. */
  readonly #neighborByLink = new Map<LinkId, NeighborLink>();

  add(neighbor: NeighborLink): void {
    assert(!this.#neighborByLink.has(neighbor.link), 'a link is opened once');
    this.#neighborByLink.set(neighbor.link, neighbor);
  }

  remove(link: LinkId): void {
    this.#neighborByLink.delete(link);
  }

  get(link: LinkId): NeighborLink | undefined {
    return this.#neighborByLink.get(link);
  }

  all(): readonly NeighborLink[] {
    return [...this.#neighborByLink.values()];
  }

  /** Those that both greeted, longest first. */
  neighbors(): readonly NeighborLink[] {
    return this.all().filter(({ isUp }) => isUp);
  }

  greeting(): readonly NeighborLink[] {
    return this.all().filter(({ isUp }) => !isUp);
  }

  get neighborCount(): number {
    let count = 0;
    for (const { isUp } of this.#neighborByLink.values()) if (isUp) count += 1;
    return count;
  }

  /** Greeted or not. */
  ofNode(key: NodeKey): NeighborLink | undefined {
    return this.all().find((neighbor) => neighbor.key === key);
  }

  /** Who answers for every one of our neighbors: they may all be one member's. Empty for less than two. */
  commonLineage(): readonly PeerName[] {
    const [first, ...others] = this.neighbors();
    if (first === undefined || others.length === 0) return [];
    return first.holder.lineage.filter((name) => kinOf(others, name).length === others.length);
  }

  /** One member answers for all of our neighbors, and not for this one. */
  isOutsider({ lineage }: CardHolder): boolean {
    const common = this.commonLineage();
    return common.length > 0 && !lineage.some((name) => common.includes(name));
  }

  /** Of how many in its lineage there are as many neighbors as there may be; 0 is best. */
  crowding({ lineage }: CardHolder, target: number): number {
    const neighbors = this.neighbors();
    const max = kinMaxOf(target);
    return lineage.filter((name) => kinOf(neighbors, name).length >= max).length;
  }

  /**
   * Whom to part with, or null when all are protected: the oldest half, which newcomers cannot
   * have brought in, and the last of those that we chose ourselves. Of the others the one that was
   * useful least, and of equal ones the youngest. `among` narrows the choice.
   */
  leastUseful(
    target: number,
    among: (neighbor: NeighborLink) => boolean = () => true,
  ): NeighborLink | null {
    const neighbors = this.neighbors();
    const oldest = new Set(neighbors.slice(0, Math.ceil(target / 2)));
    const dialed = neighbors.filter(({ isDialed }) => isDialed);
    const chosen = new Set(dialed.length <= DIALED_MIN ? dialed : []);
    let least: NeighborLink | null = null;
    for (const neighbor of neighbors) {
      if (oldest.has(neighbor) || chosen.has(neighbor) || !among(neighbor)) continue;
      if (least === null || neighbor.utility <= least.utility) least = neighbor;
    }
    return least;
  }
}

function kinOf(neighbors: readonly NeighborLink[], name: string): readonly NeighborLink[] {
  return neighbors.filter(({ holder }) => holder.lineage.some((ancestor) => ancestor === name));
}
