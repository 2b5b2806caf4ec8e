// A neighbor as the roster has it: who is there, when it is told what we know, and how much it may
// tell us.

import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { NewNeighbor } from '../overlay/neighbors-listener.ts';
import { nodeKeyOf } from '../overlay/peer-card.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { PresentNode } from './present-node.ts';

export class RosterNeighbor {
  readonly link: LinkId;
  readonly node: PresentNode;
  /** When ROSTER is due; null when it was sent. */
  rosterAt: Instant | null;
  hasAsked = false;
  /** Until then renewals go there although the link is not in the tree: it missed some. */
  getsRenewalsUntil: Instant | null = null;
  /** Cards beyond it are dropped: whoever lacks one asks again. */
  readonly cards = new TokenBucket(LIMITS.rosterCardsBurst, LIMITS.rosterCardsPerSecond);
  /** ROSTERs beyond it are not answered. */
  readonly questions = new TokenBucket(
    LIMITS.rosterQuestionsBurst,
    LIMITS.rosterQuestionsPerSecond,
  );

  constructor({ opened, known }: NewNeighbor, rosterAt: Instant) {
    const { membership, nodeId, link } = opened;
    const key = nodeKeyOf(membership.publicKey, nodeId);
    this.link = link;
    this.node = { key, member: membership.member, nodeId, card: known?.card ?? null };
    this.rosterAt = rosterAt;
  }
}
