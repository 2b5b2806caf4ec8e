// Who our neighbors are (HyParView; protocol.md §13.3): greets those that come and those that were
// dialed, takes, refuses and parts, and keeps up the number of neighbors. A link is a neighbor when both
// ends have greeted; until then nothing but GREET and PART may come.

import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../../base/time.ts';
import { wallTimeOf } from '../../base/time.ts';
import type { Address } from '../../domain/addresses.ts';
import type { DialTarget, Lead, LinkId, OpenedLink, PartReason } from '../../domain/links.ts';
import type { Membership } from '../../domain/membership.ts';
import type { PeerName } from '../../domain/names.ts';
import type { Chance } from '../../ports/clock.ts';
import type { Crypto, Signer } from '../../ports/crypto.ts';
import { KIND } from '../../wire/frame.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import { earlier, type Outbox } from '../outbox.ts';
import { ActiveView, NeighborLink } from './active-view.ts';
import type { Flight } from './dial-plan.ts';
import { DialPlan } from './dial-plan.ts';
import { Dice } from './dice.ts';
import { Greetings } from './greetings.ts';
import { KnownNodes } from './known-nodes.ts';
import { LinkWatch } from './link-watch.ts';
import type { NeighborsListener } from './neighbors-listener.ts';
import { OwnCard } from './own-card.ts';
import type { CardHolder, KnownCard, NodeKey } from './peer-card.ts';
import { CardJudge, nodeKeyOf, PRESENCE_LIFETIME_MS } from './peer-card.ts';
import { type ViewSizes, viewSizesOf } from './view-sizes.ts';
import { Walks } from './walks.ts';

/** A link is not given up for being one too many before it could be of use: a guess. */
const SETTLING_MS = 10_000;
/** So many too many are not waited for. */
const EXCESS_MAX = 4;

type Wishes = Pick<Outbox, 'send' | 'dial' | 'hangUp'>;

export interface NeighborsParts {
  readonly crypto: Crypto;
  readonly chance: Chance;
  readonly signer: Signer;
  /** Of our own: what stays the same when it is renewed. */
  readonly membership: Pick<Membership, 'group' | 'member' | 'publicKey'>;
  readonly nodeId: bigint;
  /** Empty while nobody can dial us. */
  readonly listenAddresses: () => readonly Address[];
  /** By `holderOf`; null for a key of nobody whose membership is known and has not ended. */
  readonly memberOf: (publicKey: Uint8Array) => CardHolder | null;
  readonly listener: NeighborsListener;
}

export class Neighbors {
  /** Also for others who get cards: what was checked is not checked again. */
  readonly judge: CardJudge;
  readonly ownCard: OwnCard;
  readonly #parts: NeighborsParts;
  readonly #ownKey: NodeKey;
  readonly #dice: Dice;
  readonly #view = new ActiveView();
  readonly #nodes: KnownNodes;
  readonly #plan: DialPlan;
  readonly #walks: Walks;
  readonly #watch: LinkWatch;
  readonly #greetings: Greetings;
  #isConnected = false;
  #sizes: ViewSizes = viewSizesOf(1);
  #nodesPresent = 1;
  #groupSize = 1;
  /** Something happened since the last `settle`. */
  #isUnsettled = false;

  constructor(parts: NeighborsParts) {
    const { membership, nodeId, chance, listener } = parts;
    const { group, member, publicKey } = membership;
    this.#parts = parts;
    this.#ownKey = nodeKeyOf(publicKey, nodeId);
    this.#dice = new Dice(chance);
    this.judge = new CardJudge({ crypto: parts.crypto, group, memberOf: parts.memberOf });
    this.ownCard = new OwnCard({ ...parts, group });
    this.#nodes = new KnownNodes(this.#ownKey, this.#view, this.#dice);
    this.#watch = new LinkWatch(this.#view, this.#dice, listener);
    const shared = {
      view: this.#view,
      nodes: this.#nodes,
      dice: this.#dice,
      ownKey: this.#ownKey,
      judge: this.judge,
      ownCard: (now: Now) => this.ownCard.at(this.#groupTime(now)),
      listener,
    };
    const { listenAddresses } = parts;
    this.#plan = new DialPlan({ ...shared, ownMember: member, listenAddresses });
    this.#walks = new Walks(shared);
    this.#greetings = new Greetings({
      ...shared,
      plan: this.#plan,
      walks: this.#walks,
      ownNodeId: nodeId,
      ownPublicKey: publicKey,
    });
  }

  /** Links on which both have greeted, the oldest first. */
  neighbors(): readonly NeighborLink[] {
    return this.#view.neighbors();
  }

  isNeighbor(link: LinkId): boolean {
    return this.#view.get(link)?.isUp === true;
  }

  /** Smoothed; null until a ping was answered. */
  roundTripOf(link: LinkId): number | null {
    return this.#view.get(link)?.health.roundTripMs ?? null;
  }

  /** Nodes known that are no neighbors. */
  get knownNodes(): readonly KnownCard[] {
    return this.#nodes.passive.all();
  }

  connect(now: Now, out: Wishes): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#isUnsettled = true;
    this.ownCard.renew();
    this.#plan.start(this.#groupSize, now);
    this.settle(now, out);
  }

  /** Says goodbye everywhere and names others; every link is hung up. */
  leave(now: Now, out: Wishes): void {
    this.#isConnected = false;
    this.#plan.stop();
    this.#walks.stop();
    for (const neighbor of this.#view.all()) this.#greetings.part(neighbor, 'leaving', now, out);
    this.#greetings.stop();
  }

  /** Members of whom only an address is known: dialed when nobody better is. Where nobody is named, at once. */
  addContacts(contacts: readonly Lead[]): void {
    this.#plan.addContacts(contacts);
    this.#isUnsettled = true;
  }

  /** A card that came another way, as with the roster: its node is there. */
  learn(known: KnownCard): void {
    this.#nodes.learn(known);
    this.#isUnsettled = true;
  }

  /** Whoever is present can be a neighbor some day. */
  learnPresent({ key, card }: { readonly key: NodeKey; readonly card: PeerCard | null }): void {
    const holder = card === null ? null : this.#parts.memberOf(card.publicKey);
    if (card !== null && holder !== null) this.learn({ ...holder, key, card });
  }

  /** `isRefused`: whoever is there is no member any more. */
  onLinkOpened(opened: OpenedLink, now: Now, out: Wishes, isRefused = false): void {
    this.#isUnsettled = true;
    const flight = this.#plan.opened(opened);
    const neighbor = new NeighborLink(opened, now.instant);
    const twin = this.#view.ofNode(neighbor.key);
    this.#view.add(neighbor);
    this.#nodes.hasAnswered(neighbor.key);
    if (flight !== null) this.#forgetReplaced(flight, neighbor, now);
    if (!this.#isConnected) this.#greetings.part(neighbor, 'leaving', now, out);
    else if (isRefused) this.#greetings.part(neighbor, 'removed', now, out);
    else if (neighbor.key === this.#ownKey) {
      this.#greetings.part(neighbor, 'duplicate', now, out);
    } else this.#greetings.opened(neighbor, { flight, twin }, now, out);
  }

  /** Throws `MalformedBytes`; whoever catches it calls `partWith` for bad conduct. */
  onFrame(link: LinkId, kind: number, payload: Uint8Array, now: Now, out: Wishes): void {
    const neighbor = this.#view.get(link);
    if (neighbor === undefined) return;
    if (kind === KIND.part) this.#greetings.onPart(neighbor, payload, now, out);
    else if (kind === KIND.greet) this.#greetings.onGreet(neighbor, payload, now, out);
    else if (!neighbor.isUp) throw new MalformedBytes('a frame before GREET');
    else if (kind === KIND.neighborPing) {
      this.#watch.onPing(neighbor, payload, now, out);
      return;
    } else if (kind === KIND.neighborPong) {
      this.#watch.onPong(neighbor, payload, now);
      return;
    } else this.#onWalk(neighbor, kind, payload, now, out);
    this.#isUnsettled = true;
  }

  /** The platform ended it, or we did. */
  onLinkClosed(link: LinkId, now: Now, why = 'closed'): void {
    const neighbor = this.#view.get(link);
    if (neighbor === undefined) return;
    this.#isUnsettled = true;
    this.#greetings.remove(neighbor, why);
    this.#plan.hasFailed(neighbor, now.instant);
    const known = neighbor.known ?? this.#nodes.passive.get(neighbor.key) ?? null;
    if (known === null) return;
    // A link may break where its node does not: it is tried once more before it counts as vanished.
    if (neighbor.isUp) this.#nodes.wasBroken(known);
    else if (neighbor.isDialed) this.#nodes.vanished(known);
  }

  onDialFailed(target: DialTarget, now: Now): void {
    this.#isUnsettled = true;
    const flight = this.#plan.failed(target, now);
    if (flight !== null && flight.known !== null) this.#nodes.vanished(flight.known);
  }

  /** Nobody is to be dialed that is such a member, and nobody told of it. */
  forgetMembers(isGone: (member: PeerName) => boolean): void {
    this.#nodes.forgetMembers(isGone);
    this.#plan.forgetMembers(isGone);
    this.#isUnsettled = true;
  }

  /** For every frame of a neighbor, whatever it is. */
  heard(link: LinkId, now: Now): void {
    this.#view.get(link)?.health.heard(now.instant);
  }

  /** While we do not read from a link its silence says nothing. */
  setReading(link: LinkId, isReading: boolean, now: Now): void {
    this.#view.get(link)?.health.setReading(isReading, now.instant);
  }

  /** It brought something that was new here, or was not. */
  delivered(link: LinkId, wasFirst: boolean): void {
    this.#view.get(link)?.delivered(wasFirst);
  }

  /** Ends a link for a reason of ours. */
  partWith(link: LinkId, why: PartReason, now: Now, out: Wishes): void {
    const neighbor = this.#view.get(link);
    if (neighbor === undefined) return;
    this.#isUnsettled = true;
    this.#greetings.part(neighbor, why, now, out);
  }

  /** Compares what is with what should be; the only place where dials begin, but for probes. */
  settle(now: Now, out: Wishes): void {
    if (!this.#isConnected) return;
    const nodesPresent = this.#parts.listener.presentNodes();
    const { retryAt } = this.#plan;
    const mayRetry = retryAt !== null && retryAt <= now.instant;
    if (!this.#isUnsettled && !mayRetry && nodesPresent === this.#nodesPresent) return;
    this.#nodesPresent = nodesPresent;
    this.#isUnsettled = false;
    this.#resize(now);
    this.#trim(now, out);
    this.#plan.settle(this.#sizes, now, this.#groupTime(now), out);
  }

  nextDeadline(): Instant | null {
    if (!this.#isConnected) return null;
    const dials = earlier(this.#plan.retryAt, this.#plan.probeAt);
    const links = earlier(this.#watch.nextDeadline(), this.#walks.nextDeadline());
    return earlier(earlier(dials, links), this.#greetings.nextDeadline());
  }

  onDeadline(now: Now, out: Wishes): void {
    if (!this.#isConnected) return;
    for (const neighbor of this.#watch.onDeadline(now, out)) {
      this.partWith(neighbor.link, 'silent', now, out);
    }
    this.#greetings.onDeadline(now, out);
    this.#walks.onDeadline(now, out);
    this.#plan.probe(this.#groupSize, now, this.#groupTime(now), out);
    this.settle(now, out);
  }

  #onWalk(neighbor: NeighborLink, kind: number, payload: Uint8Array, now: Now, out: Wishes): void {
    if (kind === KIND.shuffle) this.#walks.onShuffle(neighbor, payload, now, out);
    else if (kind === KIND.shuffleReply) this.#walks.onShuffleReply(neighbor, payload, now, out);
    else if (kind === KIND.forwardJoin) {
      const newcomer = this.#walks.onForwardJoin(neighbor, payload, now, out);
      if (newcomer !== null) this.#plan.welcome(newcomer);
    } else throw new MalformedBytes('a frame that is none of the overlay');
  }

  /** Where one node was dialed another process answered: the first is no more. */
  #forgetReplaced({ known }: Flight, { key }: NeighborLink, now: Now): void {
    if (known !== null && known.key !== key) this.#nodes.hasLeft(known, this.#groupTime(now));
  }

  /** As many as the roster has, or as were heard of lately, whichever is more. */
  #resize(now: Now): void {
    const recently = wallTimeOf(this.#groupTime(now) - PRESENCE_LIFETIME_MS);
    const heardOf = 1 + this.#view.neighborCount + this.#nodes.passive.countSince(recently);
    this.#groupSize = Math.max(this.#nodesPresent, heardOf);
    this.#sizes = viewSizesOf(this.#groupSize);
    this.#nodes.setPassiveMax(this.#sizes.passiveMax);
    this.#watch.setGroupSize(this.#groupSize);
    this.#greetings.setSizes(this.#sizes);
  }

  #trim(now: Now, out: Wishes): void {
    const { target, max } = this.#sizes;
    for (let left = this.#view.neighborCount - max; left > 0; left--) {
      const isSettled = ({ upAt }: NeighborLink) =>
        left > EXCESS_MAX || (upAt !== null && now.instant - upAt >= SETTLING_MS);
      const least = this.#view.leastUseful(target, isSettled);
      // Looked at again with the next step.
      this.#isUnsettled = true;
      if (least === null) return;
      this.#greetings.part(least, 'leastUseful', now, out);
    }
  }

  #groupTime(now: Now): WallTime {
    return this.#parts.listener.groupTime(now);
  }
}
