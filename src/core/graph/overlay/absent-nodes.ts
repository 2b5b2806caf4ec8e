// Nodes that are not here: some left, others vanished without a word. Those that vanished may be on
// the other side of a split, so they are tried now and then. What this knows keeps the cards of absent
// nodes, which others pass on for a while, from coming back as if they were new.

import type { WallTime } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { PeerName } from '../../domain/names.ts';
import type { KnownCard, NodeKey } from './peer-card.ts';
import { CONTACT_LIFETIME_MS } from './peer-card.ts';

interface Absent {
  readonly known: KnownCard;
  /** Only a card that was signed after this says that the node is back. */
  readonly since: WallTime;
  readonly hasLeft: boolean;
}

export class AbsentNodes {
  readonly #absentByKey = new Map<NodeKey, Absent>();

  /** It could not be reached, or its link ended without a word. Its latest card says nothing any more. */
  vanished(known: KnownCard): void {
    if (known.card.addresses.length === 0) return;
    this.#makeRoomFor(known);
    this.#note({ known, since: known.card.issuedAt, hasLeft: false });
  }

  /** It said goodbye, or another process has taken its place. */
  left(known: KnownCard, groupTime: WallTime): void {
    this.#note({ known, since: groupTime, hasLeft: true });
  }

  /** False while the card says no more than what is known of its node. A node that is back is forgotten. */
  isNews(known: KnownCard): boolean {
    const absent = this.#absentByKey.get(known.key);
    if (absent === undefined) return true;
    if (known.card.issuedAt <= absent.since) return false;
    this.#absentByKey.delete(known.key);
    return true;
  }

  /** It is there: somebody has a link with it. */
  isBack(key: NodeKey): void {
    this.#absentByKey.delete(key);
  }

  forgetMembers(isGone: (member: PeerName) => boolean): void {
    for (const [key, { known }] of this.#absentByKey) {
      if (isGone(known.member)) this.#absentByKey.delete(key);
    }
  }

  /** Those that may be behind a split, the latest first. */
  vanishedNodes(groupTime: WallTime): readonly KnownCard[] {
    return [...this.#absentByKey.values()]
      .filter(({ known, hasLeft }) => !hasLeft && !isOver(known, groupTime))
      .map(({ known }) => known)
      .reverse();
  }

  #note(absent: Absent): void {
    const { key } = absent.known;
    this.#absentByKey.delete(key);
    this.#absentByKey.set(key, absent);
    if (this.#absentByKey.size <= LIMITS.absentNodesMax) return;
    for (const oldest of this.#absentByKey.keys()) {
      this.#absentByKey.delete(oldest);
      return;
    }
  }

  /** Past half of the room the nodes of one member make room for each other. */
  #makeRoomFor({ member }: KnownCard): void {
    if (2 * this.#absentByKey.size < LIMITS.absentNodesMax) return;
    const same = [...this.#absentByKey.values()].filter(({ known }) => known.member === member);
    const [oldest] = same;
    if (oldest === undefined || same.length < LIMITS.nodesPerMemberKept) return;
    this.#absentByKey.delete(oldest.known.key);
  }
}

function isOver({ card }: KnownCard, groupTime: WallTime): boolean {
  return groupTime - card.issuedAt > CONTACT_LIFETIME_MS;
}
