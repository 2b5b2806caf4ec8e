// The cards by which nodes say that they are present, one for each node, and until when each counts. Of
// those that left or ran out it is remembered up to when, so that an old card brings nobody back.

import type { WallTime } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { PeerName } from '../../domain/names.ts';
import type { RosterEntry } from '../../wire/overlay.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { KnownCard, NodeKey } from '../overlay/peer-card.ts';
import { PRESENCE_LIFETIME_MS } from '../overlay/peer-card.ts';

/** Beyond a hundred nodes cards live longer, so that they are two in three seconds however many nodes there are. */
const LIFETIME_PER_NODE_MS = 3_000;
/** Longer than the 266 nodes of a large group need. */
const LIFETIME_MS_MAX = 900_000;
/** A card that was not renewed by then, which is done at half of its life, may have been missed; one neighbor is asked, and then another. */
const OVERDUE = [2 / 3, 5 / 6] as const;

export interface RosterCard {
  readonly known: KnownCard;
  /** From when on it counts: a clock that is ahead makes no card live longer. */
  readonly since: WallTime;
  /** How often a newer one has been asked for. */
  timesAsked: number;
}

export class RosterCards {
  readonly #cardByNode = new Map<NodeKey, RosterCard>();
  readonly #nodesByMember = new Map<PeerName, number>();
  /** When the last card was issued of a node that is gone, the longest gone first. */
  readonly #goneByNode = new Map<NodeKey, WallTime>();

  get size(): number {
    return this.#cardByNode.size;
  }

  /** As `size`, but of each member a few at most: nobody fills the list by being many nodes. */
  get sizeByMembers(): number {
    let size = 0;
    for (const nodes of this.#nodesByMember.values()) {
      size += Math.min(nodes, LIMITS.nodesPerMemberKept);
    }
    return size;
  }

  get(key: NodeKey): RosterCard | null {
    return this.#cardByNode.get(key) ?? null;
  }

  all(): Iterable<RosterCard> {
    return this.#cardByNode.values();
  }

  /** For how long a card counts, as we see the group; it is renewed at half of it. */
  get lifetimeMs(): number {
    const ms = (this.size + 1) * LIFETIME_PER_NODE_MS;
    return Math.min(LIFETIME_MS_MAX, Math.max(PRESENCE_LIFETIME_MS, ms));
  }

  /** Whether it says something new, which has nothing to do with whether it is true. */
  isNews({ issuedAt }: PeerCard, key: NodeKey, groupTime: WallTime): boolean {
    const held = this.#cardByNode.get(key)?.known.card.issuedAt ?? this.#goneByNode.get(key);
    if (held !== undefined && issuedAt <= held) return false;
    return groupTime - issuedAt <= LIFETIME_MS_MAX;
  }

  /** False when there is no room, for anybody or for this member. */
  put(known: KnownCard, groupTime: WallTime): boolean {
    const isNew = !this.#cardByNode.has(known.key);
    const nodes = this.#nodesByMember.get(known.member) ?? 0;
    const isFull = this.size >= LIMITS.rosterCardsMax || nodes >= LIMITS.rosterNodesPerMemberMax;
    if (isNew && isFull) return false;
    if (isNew) this.#nodesByMember.set(known.member, nodes + 1);
    const since = known.card.issuedAt < groupTime ? known.card.issuedAt : groupTime;
    this.#goneByNode.delete(known.key);
    this.#cardByNode.set(known.key, { known, since, timesAsked: 0 });
    return true;
  }

  /** The node is gone; cards issued up to then say nothing any more. */
  remove(key: NodeKey, issuedAt: WallTime): RosterCard | null {
    this.#goneByNode.delete(key);
    this.#goneByNode.set(key, issuedAt);
    for (const oldest of this.#goneByNode.keys()) {
      if (this.#goneByNode.size <= LIMITS.rosterGoneMax) break;
      this.#goneByNode.delete(oldest);
    }
    const held = this.#cardByNode.get(key) ?? null;
    if (held === null) return null;
    this.#cardByNode.delete(key);
    const nodes = (this.#nodesByMember.get(held.known.member) ?? 1) - 1;
    if (nodes > 0) this.#nodesByMember.set(held.known.member, nodes);
    else this.#nodesByMember.delete(held.known.member);
    return held;
  }

  over(groupTime: WallTime): readonly RosterCard[] {
    const lifetimeMs = this.lifetimeMs;
    return [...this.all()].filter(({ since }) => groupTime - since > lifetimeMs);
  }

  /** Whether one should have been renewed and it is time to ask; from now on somebody has been asked. */
  takeOverdue(groupTime: WallTime): boolean {
    const lifetimeMs = this.lifetimeMs;
    const overdue = [...this.all()].filter(
      ({ since, timesAsked }) => groupTime - since > lifetimeMs * (OVERDUE[timesAsked] ?? 1),
    );
    for (const card of overdue) card.timesAsked += 1;
    return overdue.length > 0;
  }

  /** What we know, the newest of it when it is too much for a frame. */
  entries(): readonly RosterEntry[] {
    return [...this.all()]
      .map(({ known }) => ({ nodeId: known.card.nodeId, issuedAt: known.card.issuedAt }))
      .sort((a, b) => b.issuedAt - a.issuedAt)
      .slice(0, LIMITS.rosterEntriesSentMax);
  }

  /**
   * What somebody who has these lacks of ours and of our own. An id that two members call theirs, which
   * one of them does on purpose, says nothing of either.
   */
  newerThan(entries: readonly RosterEntry[], own: readonly PeerCard[]): readonly PeerCard[] {
    const issuedAtByNode = new Map(entries.map(({ nodeId, issuedAt }) => [nodeId, issuedAt]));
    const cards = [...own, ...[...this.all()].map(({ known }) => known.card)];
    const ids = new Set<bigint>();
    for (const { nodeId } of cards) {
      if (ids.has(nodeId)) issuedAtByNode.delete(nodeId);
      ids.add(nodeId);
    }
    return cards
      .filter(({ nodeId, issuedAt }) => issuedAt > (issuedAtByNode.get(nodeId) ?? -1))
      .slice(0, LIMITS.rosterEntriesSentMax);
  }
}
