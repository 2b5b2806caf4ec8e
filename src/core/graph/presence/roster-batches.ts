// Cards on their way on, gathered: who comes and goes for a moment and to every neighbor, renewals for
// longer and along the tree alone. Nobody gets a card from us that came from there.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import { encodePresence } from '../../wire/overlay.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { Outbox } from '../outbox.ts';
import type { NodeKey } from '../overlay/peer-card.ts';

/** Guesses: short to whoever looks at a list of members, long beside the links' latency. */
const CHANGES_GATHERED_MS = 200;
const RENEWALS_GATHERED_MS = 2_000;

type Wishes = Pick<Outbox, 'send'>;

interface Waiting {
  readonly card: PeerCard;
  /** Where it came from, once or again while it waited. */
  readonly holders: Set<LinkId>;
}

class Batch {
  readonly #gatheredMs: number;
  readonly #waitingByNode = new Map<NodeKey, Waiting>();
  dueAt: Instant | null = null;

  constructor(gatheredMs: number) {
    this.#gatheredMs = gatheredMs;
  }

  add(key: NodeKey, card: PeerCard, from: LinkId | null, now: Instant): void {
    this.#waitingByNode.set(key, { card, holders: new Set(from === null ? [] : [from]) });
    this.dueAt ??= instantOf(now + this.#gatheredMs);
  }

  drop(key: NodeKey): void {
    this.#waitingByNode.delete(key);
  }

  heldBy(link: LinkId, key: NodeKey, { issuedAt }: PeerCard): void {
    const waiting = this.#waitingByNode.get(key);
    if (waiting?.card.issuedAt === issuedAt) waiting.holders.add(link);
  }

  flush(links: Iterable<LinkId>, out: Wishes): void {
    for (const link of links) {
      const cards = [...this.#waitingByNode.values()]
        .filter(({ holders }) => !holders.has(link))
        .map(({ card }) => card);
      sendCards(link, cards, out);
    }
    this.#waitingByNode.clear();
    this.dueAt = null;
  }
}

export class RosterBatches {
  readonly #changes = new Batch(CHANGES_GATHERED_MS);
  readonly #renewals = new Batch(RENEWALS_GATHERED_MS);

  /** A node came or goes. */
  addChange(key: NodeKey, card: PeerCard, from: LinkId | null, now: Instant): void {
    this.#renewals.drop(key);
    this.#changes.add(key, card, from, now);
  }

  addRenewal(key: NodeKey, card: PeerCard, from: LinkId | null, now: Instant): void {
    this.#renewals.add(key, card, from, now);
  }

  /** The far end has this one too. */
  heldBy(link: LinkId, key: NodeKey, card: PeerCard): void {
    this.#changes.heldBy(link, key, card);
    this.#renewals.heldBy(link, key, card);
  }

  nextDeadlines(): readonly (Instant | null)[] {
    return [this.#changes.dueAt, this.#renewals.dueAt];
  }

  onDeadline(now: Instant, links: RosterLinks, out: Wishes): void {
    if (isDue(this.#changes.dueAt, now)) this.#changes.flush(links.all(), out);
    if (isDue(this.#renewals.dueAt, now)) this.#renewals.flush(links.eager(now), out);
  }

  /** Whatever waits for everybody goes now: we leave. */
  flushChanges(links: RosterLinks, out: Wishes): void {
    this.#changes.flush(links.all(), out);
  }
}

export interface RosterLinks {
  readonly all: () => Iterable<LinkId>;
  readonly eager: (now: Instant) => Iterable<LinkId>;
}

export function isDue(at: Instant | null, now: Instant): boolean {
  return at !== null && at <= now;
}

export function sendCards(link: LinkId, cards: readonly PeerCard[], out: Wishes): void {
  for (let at = 0; at < cards.length; at += LIMITS.presenceCardsMax) {
    const some = cards.slice(at, at + LIMITS.presenceCardsMax);
    out.send(link, KIND.presence, encodePresence(some));
  }
}
