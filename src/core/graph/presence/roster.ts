// Who is present (protocol.md §13.5): the neighbors, and everybody whose card goes round. Cards are
// renewed at half of their life and otherwise run out; nobody stores them. Of a large group only some
// publish theirs. Who comes and goes is told to every neighbor, renewals go along the flood's tree.

import { assert } from '../../base/assert.ts';
import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import type { LinkId } from '../../domain/links.ts';
import type { PeerName } from '../../domain/names.ts';
import type { Chance } from '../../ports/clock.ts';
import { KIND } from '../../wire/frame.ts';
import { decodePresence, decodeRoster, encodeRoster } from '../../wire/overlay.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { Outbox } from '../outbox.ts';
import { earlier } from '../outbox.ts';
import { Dice } from '../overlay/dice.ts';
import type { NewNeighbor } from '../overlay/neighbors-listener.ts';
import type { OwnCard } from '../overlay/own-card.ts';
import type { CardJudge, KnownCard, NodeKey } from '../overlay/peer-card.ts';
import { nodeKeyOf } from '../overlay/peer-card.ts';
import type { PresentNode, RosterListener } from './present-node.ts';
import { isDue, RosterBatches, type RosterLinks, sendCards } from './roster-batches.ts';
import { RosterCards } from './roster-cards.ts';
import { RosterListing } from './roster-listing.ts';
import { RosterNeighbor } from './roster-neighbor.ts';

/** How often it is looked which cards have run out or are overdue. */
const LOOK_MS = 10_000;
/** Two ROSTERs of ours are so far apart, so that the second neighbor need not answer what the first did. */
const ROSTER_APART_MS = 500;

/** So long whoever missed renewals gets them from whom it asked: the tree has been mended by then. */
const MENDED_MS = 1_800_000;

type Wishes = Pick<Outbox, 'send'>;

export interface RosterParts {
  readonly chance: Chance;
  readonly judge: CardJudge;
  readonly ownCard: OwnCard;
  readonly ownKey: NodeKey;
  /** False: others do not list us, but those whose neighbor we are. */
  readonly publishes: boolean;
  readonly groupTime: (now: Now) => WallTime;
  /** The links of the flood's tree. */
  readonly eagerLinks: () => ReadonlySet<LinkId>;
  readonly listener: RosterListener;
}

export class Roster {
  readonly #parts: RosterParts;
  readonly #cards = new RosterCards();
  readonly #batches = new RosterBatches();
  readonly #listing: RosterListing;
  readonly #dice: Dice;
  readonly #neighbors = new Map<LinkId, RosterNeighbor>();
  /** Those that get what goes on. */
  readonly #links: RosterLinks = {
    all: () => this.#neighbors.keys(),
    eager: (now) => this.#renewalLinks(now),
  };
  #lastRosterAt: Instant | null = null;
  #renewAt: Instant | null = null;
  #lookAt: Instant | null = null;

  constructor(parts: RosterParts) {
    this.#parts = parts;
    this.#dice = new Dice(parts.chance);
    this.#listing = new RosterListing(this.#dice);
  }

  /** Our own included. */
  presentNodes(): number {
    let count = 1 + this.#cards.size;
    const counted = new Set<NodeKey>();
    for (const { node } of this.#neighbors.values()) {
      if (this.#cards.get(node.key) === null && !counted.has(node.key)) count += 1;
      counted.add(node.key);
    }
    return count;
  }

  isPresent(key: NodeKey): boolean {
    return this.#cards.get(key) !== null || this.#isNeighbor(key);
  }

  /** Without our own. */
  present(): readonly PresentNode[] {
    const nodes = new Map<NodeKey, PresentNode>();
    for (const { node } of this.#neighbors.values()) nodes.set(node.key, node);
    for (const { known } of this.#cards.all()) nodes.set(known.key, nodeOf(known));
    return [...nodes.values()];
  }

  /** Those that go round. */
  cards(): readonly PeerCard[] {
    return [...this.#cards.all()].map(({ known }) => known.card);
  }

  neighborUp(newNeighbor: NewNeighbor, now: Now): void {
    const { link } = newNeighbor.opened;
    assert(!this.#neighbors.has(link), 'a link comes up once');
    const neighbor = new RosterNeighbor(newNeighbor, this.#takeRosterTurn(now.instant));
    const isKnown = this.isPresent(neighbor.node.key);
    this.#neighbors.set(link, neighbor);
    this.#lookAt ??= instantOf(now.instant + LOOK_MS);
    if (!isKnown) this.#parts.listener.onPresent(neighbor.node);
  }

  /** `hasLeft` when it said that the group is closed there. */
  neighborDown(link: LinkId, hasLeft: boolean, now: Now): void {
    const neighbor = this.#neighbors.get(link);
    if (neighbor === undefined) return;
    this.#neighbors.delete(link);
    const { node } = neighbor;
    if (hasLeft) this.#cards.remove(node.key, this.#parts.groupTime(now));
    if (!this.isPresent(node.key)) this.#parts.listener.onLeft(node, hasLeft ? 'left' : 'expired');
  }

  /** We listen elsewhere: those who list us are told at once. */
  readdress(now: Now): void {
    if (this.#listing.isListed) this.#publish(now);
  }

  /** Cards of such members count no more. */
  forgetMembers(isGone: (member: PeerName) => boolean, now: Now): void {
    for (const { known } of [...this.#cards.all()]) {
      if (!isGone(known.member)) continue;
      this.#cards.remove(known.key, this.#parts.groupTime(now));
      if (!this.#isNeighbor(known.key)) this.#parts.listener.onLeft(nodeOf(known), 'expired');
    }
  }

  /** Says that we leave, if we said that we were here; before the links are hung up. */
  leave(now: Now, out: Wishes): void {
    if (this.#listing.isListed) this.#withdraw(now);
    this.#batches.flushChanges(this.#links, out);
    this.#listing.reset();
    this.#renewAt = null;
  }

  /** Throws `MalformedBytes`, also for a forged card: each node checks before it passes one on. */
  onFrame(link: LinkId, kind: number, payload: Uint8Array, now: Now, out: Wishes): void {
    const neighbor = this.#neighbors.get(link);
    if (neighbor === undefined) return;
    if (kind === KIND.roster) this.#onRoster(neighbor, payload, now, out);
    else if (kind === KIND.presence) this.#onPresence(neighbor, payload, now);
    else throw new MalformedBytes(`frame ${kind} does not belong to the roster`);
    this.#review(now);
  }

  nextDeadline(): Instant | null {
    const rosters = [...this.#neighbors.values()].map(({ rosterAt }) => rosterAt);
    const review = this.#mayList ? this.#listing.nextDeadline() : null;
    const others = [this.#renewAt, this.#lookAt, review];
    const all = [...this.#batches.nextDeadlines(), ...rosters, ...others];
    return all.reduce(earlier, null);
  }

  onDeadline(now: Now, out: Wishes): void {
    if (isDue(this.#lookAt, now.instant)) this.#look(now, out);
    this.#review(now);
    if (isDue(this.#renewAt, now.instant)) this.#renew(now);
    for (const neighbor of this.#neighbors.values()) {
      if (isDue(neighbor.rosterAt, now.instant)) this.#sendRoster(neighbor, now, out);
    }
    this.#batches.onDeadline(now.instant, this.#links, out);
  }

  #onRoster(neighbor: RosterNeighbor, payload: Uint8Array, now: Now, out: Wishes): void {
    const entries = decodeRoster(payload);
    if (!neighbor.questions.take(now.instant)) return;
    const missed = this.#cards.newerThan(entries, this.#ownListedCard(now));
    sendCards(neighbor.link, missed, out);
    if (neighbor.hasAsked && missed.length > 0) {
      neighbor.getsRenewalsUntil = instantOf(now.instant + MENDED_MS);
    }
    neighbor.hasAsked = true;
  }

  #onPresence(neighbor: RosterNeighbor, payload: Uint8Array, now: Now): void {
    const cards = decodePresence(payload);
    if (!neighbor.cards.take(now.instant, cards.length)) return;
    for (const card of cards) this.#onCard(card, neighbor.link, now);
  }

  #onCard(card: PeerCard, from: LinkId, now: Now): void {
    const groupTime = this.#parts.groupTime(now);
    const key = nodeKeyOf(card.publicKey, card.nodeId);
    if (key === this.#parts.ownKey) return;
    this.#batches.heldBy(from, key, card);
    if (!this.#cards.isNews(card, key, groupTime)) return;
    const verdict = this.#parts.judge.judge(card, now, groupTime);
    if (verdict.kind === 'forged') throw new MalformedBytes('a forged card');
    if (verdict.kind !== 'sound') return;
    if (verdict.known.card.isLeaving) this.#onLeaving(verdict.known, from, now);
    else this.#onHere(verdict.known, from, now);
  }

  #onLeaving(known: KnownCard, from: LinkId, now: Now): void {
    const { key, card } = known;
    if (this.#cards.remove(key, card.issuedAt) === null) return;
    this.#batches.addChange(key, card, from, now.instant);
    if (!this.#isNeighbor(key)) this.#parts.listener.onLeft(nodeOf(known), 'left');
  }

  #onHere(known: KnownCard, from: LinkId, now: Now): void {
    const { key, card } = known;
    const wasListed = this.#cards.get(key) !== null;
    const wasPresent = this.isPresent(key);
    if (!this.#cards.put(known, this.#parts.groupTime(now))) return;
    if (wasListed) this.#batches.addRenewal(key, card, from, now.instant);
    else this.#batches.addChange(key, card, from, now.instant);
    if (wasPresent) this.#parts.listener.onRenewed(nodeOf(known));
    else this.#parts.listener.onPresent(nodeOf(known));
  }

  /** Removes what has run out; asks one neighbor when something should have come. */
  #look(now: Now, out: Wishes): void {
    const isIdle = this.#neighbors.size === 0 && this.#cards.size === 0;
    this.#lookAt = isIdle ? null : instantOf(now.instant + LOOK_MS);
    const groupTime = this.#parts.groupTime(now);
    for (const { known } of this.#cards.over(groupTime)) {
      this.#cards.remove(known.key, known.card.issuedAt);
      if (!this.#isNeighbor(known.key)) this.#parts.listener.onLeft(nodeOf(known), 'expired');
    }
    const anyone = this.#dice.pick([...this.#neighbors.values()]);
    if (anyone !== undefined && this.#cards.takeOverdue(groupTime))
      this.#sendRoster(anyone, now, out);
  }

  /** Whether our own node is to be on the list. */
  #review(now: Now): void {
    if (!this.#mayList) return;
    const wish = this.#listing.review(this.#cards.sizeByMembers, now.instant);
    if (wish === 'list') this.#publish(now);
    else if (wish === 'withdraw') this.#withdraw(now);
  }

  get #mayList(): boolean {
    return this.#parts.publishes && this.#neighbors.size > 0;
  }

  #publish(now: Now): void {
    const card = this.#parts.ownCard.at(this.#parts.groupTime(now));
    this.#batches.addChange(this.#parts.ownKey, card, null, now.instant);
    this.#renewAt = instantOf(now.instant + this.#renewalMs());
  }

  #withdraw(now: Now): void {
    const card = this.#parts.ownCard.leaving(this.#parts.groupTime(now));
    this.#batches.addChange(this.#parts.ownKey, card, null, now.instant);
    this.#renewAt = null;
  }

  #renew(now: Now): void {
    const card = this.#parts.ownCard.at(this.#parts.groupTime(now));
    this.#batches.addRenewal(this.#parts.ownKey, card, null, now.instant);
    this.#renewAt = instantOf(now.instant + this.#renewalMs());
  }

  /** Half of a card's life and up to a tenth more, so that those who came together drift apart. */
  #renewalMs(): number {
    return this.#cards.lifetimeMs / 2 + this.#dice.below(Math.floor(this.#cards.lifetimeMs / 20));
  }

  #sendRoster(neighbor: RosterNeighbor, now: Now, out: Wishes): void {
    neighbor.rosterAt = null;
    const own = this.#ownListedCard(now).map(({ nodeId, issuedAt }) => ({ nodeId, issuedAt }));
    out.send(neighbor.link, KIND.roster, encodeRoster([...own, ...this.#cards.entries()]));
  }

  /** One or none. */
  #ownListedCard(now: Now): readonly PeerCard[] {
    return this.#listing.isListed ? [this.#parts.ownCard.at(this.#parts.groupTime(now))] : [];
  }

  /** When a new neighbor is asked what it knows. */
  #takeRosterTurn(now: Instant): Instant {
    const after = this.#lastRosterAt === null ? now : this.#lastRosterAt + ROSTER_APART_MS;
    this.#lastRosterAt = instantOf(Math.max(now, after));
    return this.#lastRosterAt;
  }

  #isNeighbor(key: NodeKey): boolean {
    for (const { node } of this.#neighbors.values()) if (node.key === key) return true;
    return false;
  }

  /** All of them while there is no tree. */
  #renewalLinks(now: Instant): readonly LinkId[] {
    const tree = this.#parts.eagerLinks();
    const chosen = [...this.#neighbors.values()].filter(
      ({ link, getsRenewalsUntil }) => tree.has(link) || isAhead(getsRenewalsUntil, now),
    );
    const links = chosen.length > 0 ? chosen : [...this.#neighbors.values()];
    return links.map(({ link }) => link);
  }
}

function isAhead(at: Instant | null, now: Instant): boolean {
  return at !== null && at > now;
}

function nodeOf({ key, member, card }: KnownCard): PresentNode {
  return { key, member, nodeId: card.nodeId, card };
}
