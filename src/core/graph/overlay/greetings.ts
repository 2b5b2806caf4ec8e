// How two nodes become neighbors and stop being it (protocol.md §13.3): GREET is the first frame each
// way, the dialer's first; the listener takes it, also in the place of another, or answers PART with the
// cards of others. Whoever parts names the reason, which decides when the other may be tried again.

import { compareBytes, equalBytes } from '../../base/bytes.ts';
import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant, Now } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { PartReason } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import type { Greet, Priority } from '../../wire/overlay.ts';
import { decodeGreet, decodePart, encodeGreet, encodePart } from '../../wire/overlay.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { Outbox } from '../outbox.ts';
import { RatesByMember } from '../rates-by-member.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { ActiveView, NeighborLink } from './active-view.ts';
import { admit, surplusOf } from './admission.ts';
import type { DialPlan, Flight } from './dial-plan.ts';
import type { KnownNodes } from './known-nodes.ts';
import type { NeighborsListener } from './neighbors-listener.ts';
import type { CardJudge, KnownCard } from './peer-card.ts';
import { type ViewSizes, viewSizesOf } from './view-sizes.ts';
import type { Walks } from './walks.ts';

/** From the opening of a link to the far end's GREET. */
const GREET_MS = 5_000;
/** GossipSub's: so long one is not asked again that had no room. */
const PARTED_MS = 60_000;
/** The same for a node that has no neighbor at all: a guess. */
const PARTED_ALONE_MS = 5_000;
/** Whoever has too few neighbors and was refused so often, one time after the other, asks for the place of another: a guess, above what happens while many come at once. */
const REFUSALS_BORNE = 8;
/** So long nothing is had to do with a member that sent what nobody may send: a guess. */
const BAD_CONDUCT_MS = 120_000;

export interface GreetingsParts {
  readonly ownPublicKey: Uint8Array;
  readonly ownNodeId: bigint;
  readonly view: ActiveView;
  readonly nodes: KnownNodes;
  readonly plan: DialPlan;
  readonly walks: Walks;
  readonly judge: CardJudge;
  readonly ownCard: (now: Now) => PeerCard;
  readonly listener: NeighborsListener;
}

type Wishes = Pick<Outbox, 'send' | 'hangUp'>;

export class Greetings {
  readonly #parts: GreetingsParts;
  readonly #displacements = new TokenBucket(
    LIMITS.displacementsBurst,
    LIMITS.displacementsPerSecond,
  );
  readonly #joins = new RatesByMember(LIMITS.memberJoinsBurst, LIMITS.memberJoinsPerSecond);
  #sizes: ViewSizes = viewSizesOf(1);
  /** There was a neighbor since the group was joined. */
  #hasJoined = false;
  /** How many had no room since somebody had. */
  #refusals = 0;
  /** The same of outsiders, since one of them had. */
  #refusalsOutside = 0;

  constructor(parts: GreetingsParts) {
    this.#parts = parts;
  }

  setSizes(sizes: ViewSizes): void {
    this.#sizes = sizes;
  }

  stop(): void {
    this.#hasJoined = false;
  }

  /** The first who has not greeted in time. */
  nextDeadline(): Instant | null {
    const [oldest] = this.#parts.view.greeting();
    return oldest === undefined ? null : instantOf(oldest.openedAt + GREET_MS);
  }

  onDeadline(now: Now, out: Wishes): void {
    for (const neighbor of this.#parts.view.greeting()) {
      if (now.instant >= neighbor.openedAt + GREET_MS) this.part(neighbor, 'silent', now, out);
    }
  }

  /** `twin` is a link that there is with the same node. */
  opened(
    neighbor: NeighborLink,
    { flight, twin }: { flight: Flight | null; twin: NeighborLink | undefined },
    now: Now,
    out: Wishes,
  ): void {
    const { view, plan } = this.#parts;
    const { member } = neighbor.holder;
    if (plan.backOff.isPaused(conductKey(member), now.instant)) {
      this.part(neighbor, 'badConduct', now, out);
      return;
    }
    if (twin !== undefined) {
      const own = { isLower: this.#isLowerThan(neighbor), now: now.instant };
      const surplus = surplusOf(twin, neighbor, own);
      this.part(surplus, 'duplicate', now, out);
      if (surplus === neighbor) return;
    }
    if (!neighbor.isDialed) return;
    // One dial more than there were places is usual; a probe and a newcomer are worth a trim.
    const isSurplus = flight?.purpose === 'fill' && view.neighborCount >= this.#sizes.max;
    if (isSurplus) this.part(neighbor, 'busy', now, out);
    else this.#greet(neighbor, this.#priorityFor(neighbor, flight), now, out);
  }

  onGreet(neighbor: NeighborLink, payload: Uint8Array, now: Now, out: Wishes): void {
    const greet = decodeGreet(payload);
    if (neighbor.isUp) throw new MalformedBytes('a second GREET');
    neighbor.known = this.#judgeCard(neighbor, greet.card, now);
    if (neighbor.isDialed) this.#becomeNeighbor(neighbor, greet, now);
    else this.#decide(neighbor, greet, now, out);
  }

  onPart(neighbor: NeighborLink, payload: Uint8Array, now: Now, out: Wishes): void {
    const { nodes, view, walks } = this.#parts;
    const { reason, referrals } = decodePart(payload);
    const others = walks.sound(referrals, now);
    out.hangUp(neighbor.link, reason);
    this.remove(neighbor, reason);
    for (const other of others) nodes.learn(other);
    const hasTwin = view.ofNode(neighbor.key) !== undefined;
    if (!hasTwin) this.#noteParted(neighbor, reason, now);
  }

  /** PART with referrals where they help, and the end of the link. */
  part(neighbor: NeighborLink, why: PartReason, now: Now, out: Wishes): void {
    const { link, key } = neighbor;
    const isReferred = why === 'busy' || why === 'leastUseful' || why === 'leaving';
    const cards = isReferred ? this.#parts.walks.cardsOf(LIMITS.referralsMax, key, now) : [];
    const referrals = cards.map(({ card }) => card);
    out.send(link, KIND.part, encodePart({ reason: why, referrals }));
    out.hangUp(link, why);
    this.remove(neighbor, why);
    this.#noteOurs(neighbor, why, now);
  }

  remove(neighbor: NeighborLink, why: string): void {
    this.#parts.view.remove(neighbor.link);
    if (neighbor.isUp) this.#parts.listener.onNeighborDown(neighbor.link, why);
  }

  #greet(neighbor: NeighborLink, priority: Priority, now: Now, out: Wishes): void {
    const { listener, ownCard } = this.#parts;
    neighbor.saidPriority = priority;
    const greet = { priority, card: ownCard(now), heads: listener.ownHeads() };
    out.send(neighbor.link, KIND.greet, encodeGreet(greet));
  }

  #priorityFor(neighbor: NeighborLink, flight: Flight | null): Priority {
    if (!this.#hasJoined) return 'join';
    const { neighborCount } = this.#parts.view;
    if (neighborCount === 0) return 'high';
    // Where all views are full nobody would ever take us, as beside eight nodes that all know each other.
    const { target } = this.#sizes;
    if (neighborCount < target && this.#refusals >= REFUSALS_BORNE) return 'high';
    const isOutsider = this.#parts.view.isOutsider(neighbor.holder);
    if (isOutsider && this.#refusalsOutside >= REFUSALS_BORNE) return 'high';
    // One that vanished and is there: the link may be the only one across a split.
    const isBack = flight?.purpose === 'probe' && flight.known?.key === neighbor.key;
    return isBack ? 'high' : 'low';
  }

  /** Null for a card whose time cannot be: its node may be a neighbor, but nobody is told of it. */
  #judgeCard({ opened, holder }: NeighborLink, card: PeerCard, now: Now): KnownCard | null {
    const { judge, listener } = this.#parts;
    const isOwn = equalBytes(card.publicKey, opened.membership.publicKey);
    if (!isOwn || card.nodeId !== opened.nodeId || card.isLeaving) {
      throw new MalformedBytes('GREET: the card of another node');
    }
    const verdict = judge.judgeOf(holder, card, listener.groupTime(now));
    if (verdict.kind === 'forged') throw new MalformedBytes('GREET: a forged card');
    return verdict.kind === 'sound' ? verdict.known : null;
  }

  #decide(neighbor: NeighborLink, greet: Greet, now: Now, out: Wishes): void {
    const { view, walks } = this.#parts;
    const admission = admit(view, this.#sizes, {
      neighbor,
      priority: greet.priority,
      hasAlternatives: this.#hasAlternatives(now),
      mayDisplace: () => this.#displacements.take(now.instant),
    });
    if (admission.kind === 'refuse') {
      this.part(neighbor, 'busy', now, out);
      return;
    }
    if (admission.kind === 'replace') this.part(admission.victim, 'leastUseful', now, out);
    this.#greet(neighbor, 'low', now, out);
    this.#becomeNeighbor(neighbor, greet, now);
    const isNew =
      greet.priority === 'join' && this.#joins.take(neighbor.holder.member, now.instant);
    if (isNew) walks.sendOn(neighbor, out);
  }

  #becomeNeighbor(neighbor: NeighborLink, { heads }: Greet, now: Now): void {
    const { view, nodes, walks, listener } = this.#parts;
    if (view.isOutsider(neighbor.holder)) this.#refusalsOutside = 0;
    neighbor.upAt = now.instant;
    this.#hasJoined = true;
    this.#refusals = 0;
    nodes.becameNeighbor(neighbor.key);
    walks.neighborUp(now.instant);
    listener.onNeighborUp({ opened: neighbor.opened, known: neighbor.known });
    listener.onHeads(neighbor.link, heads);
  }

  /** Somebody of a lineage that is not crowded could be dialed now. */
  #hasAlternatives(now: Now): boolean {
    const { view, nodes, plan } = this.#parts;
    const { target } = this.#sizes;
    return nodes.passive
      .all()
      .some(
        (one) => !plan.backOff.isPaused(one.key, now.instant) && view.crowding(one, target) === 0,
      );
  }

  /** What their reason means for us. */
  #noteParted(neighbor: NeighborLink, reason: PartReason, now: Now): void {
    const { nodes, plan, listener } = this.#parts;
    const known = neighbor.known ?? nodes.passive.get(neighbor.key) ?? null;
    switch (reason) {
      case 'leaving':
        plan.pause(neighbor, PARTED_MS, now.instant);
        if (known !== null) nodes.hasLeft(known, listener.groupTime(now));
        return;
      case 'badConduct':
      case 'membershipEnded':
      case 'removed':
        plan.pause(neighbor, BAD_CONDUCT_MS, now.instant);
        nodes.passive.remove(neighbor.key);
        return;
      case 'busy':
      case 'leastUseful':
        if (reason === 'busy') this.#countRefusal(neighbor);
        plan.pause(neighbor, this.#partedMs(), now.instant);
        break;
      case 'duplicate':
      case 'silent':
      case 'tooSlow':
        plan.hasFailed(neighbor, now.instant);
    }
    if (known !== null) nodes.wasParted(known);
  }

  /** What our own reason means for us. */
  #noteOurs(neighbor: NeighborLink, why: PartReason, now: Now): void {
    const { nodes, plan } = this.#parts;
    const { known, key, holder } = neighbor;
    switch (why) {
      case 'leaving':
      case 'duplicate':
        return;
      case 'silent':
        plan.hasFailed(neighbor, now.instant);
        if (known !== null) nodes.vanished(known);
        return;
      case 'badConduct':
        plan.backOff.pause(conductKey(holder.member), BAD_CONDUCT_MS, now.instant);
        plan.pause(neighbor, BAD_CONDUCT_MS, now.instant);
        nodes.passive.remove(key);
        return;
      case 'membershipEnded':
      case 'removed':
        plan.pause(neighbor, BAD_CONDUCT_MS, now.instant);
        nodes.passive.remove(key);
        return;
      case 'tooSlow':
        plan.pause(neighbor, PARTED_MS, now.instant);
        break;
      // They are there, and may be dialed as soon as we need somebody.
      case 'leastUseful':
      case 'busy':
    }
    if (known !== null) nodes.wasParted(known);
  }

  #countRefusal({ holder }: NeighborLink): void {
    this.#refusals += 1;
    if (this.#parts.view.isOutsider(holder)) this.#refusalsOutside += 1;
  }

  #partedMs(): number {
    return this.#parts.view.neighborCount === 0 ? PARTED_ALONE_MS : PARTED_MS;
  }

  /** By node id, then by key. */
  #isLowerThan({ opened }: NeighborLink): boolean {
    const { ownNodeId, ownPublicKey } = this.#parts;
    if (ownNodeId !== opened.nodeId) return ownNodeId < opened.nodeId;
    return compareBytes(ownPublicKey, opened.membership.publicKey) < 0;
  }
}

function conductKey(member: string): string {
  return `conduct ${member}`;
}
