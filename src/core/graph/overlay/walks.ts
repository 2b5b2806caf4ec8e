// Random walks through the group (HyParView; protocol.md §13.3): newcomers are sent on until somebody
// takes them, and cards are exchanged with a node some steps away, so that everybody knows a random part
// of the group. Each node checks every card before it passes it on: a forged one is its sender's doing.

import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../../base/time.ts';
import { instantOf, wallTimeOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import {
  decodeForwardJoin,
  decodeShuffle,
  decodeShuffleReply,
  encodeForwardJoin,
  encodeShuffle,
  encodeShuffleReply,
} from '../../wire/overlay.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import type { Outbox } from '../outbox.ts';
import type { ActiveView, NeighborLink } from './active-view.ts';
import type { Dice } from './dice.ts';
import type { KnownNodes } from './known-nodes.ts';
import type { NeighborsListener } from './neighbors-listener.ts';
import type { CardJudge, KnownCard, NodeKey } from './peer-card.ts';
import { nodeKeyOf } from './peer-card.ts';

/** HyParView's ARWL: how far a newcomer and a shuffle go. */
const STEPS = 6;
/** HyParView's PRWL: with so many steps left a newcomer is remembered on its way. */
const STEPS_TO_REMEMBER = 3;
/** HyParView's ka and kp: cards of neighbors and of others in a shuffle. */
const ACTIVE_CARDS = 3;
const PASSIVE_CARDS = 4;
const SHUFFLE_MS = 30_000;
/** The first shuffle after the first neighbor, which then come twice as far apart each: a guess. */
const FIRST_SHUFFLE_MS = 1_000;
/** Older cards are not passed on, so that the dead do not go round for a day: a guess. */
const PASSED_ON_MS = 1_800_000;

export interface WalksParts {
  readonly view: ActiveView;
  readonly nodes: KnownNodes;
  readonly judge: CardJudge;
  readonly dice: Dice;
  readonly ownKey: NodeKey;
  readonly ownCard: (now: Now) => PeerCard;
  readonly listener: Pick<NeighborsListener, 'groupTime'>;
}

/** Where the reply to a shuffle goes, or what we gave when it was ours. */
interface Way {
  readonly sentTo: LinkId;
  readonly backTo: LinkId | null;
  readonly given: readonly NodeKey[];
}

type Out = Pick<Outbox, 'send'>;

export class Walks {
  readonly #parts: WalksParts;
  readonly #wayByWalk = new Map<bigint, Way>();
  #shuffleAt: Instant | null = null;
  #paceMs = FIRST_SHUFFLE_MS;

  constructor(parts: WalksParts) {
    this.#parts = parts;
  }

  nextDeadline(): Instant | null {
    return this.#shuffleAt;
  }

  stop(): void {
    this.#wayByWalk.clear();
    this.#shuffleAt = null;
    this.#paceMs = FIRST_SHUFFLE_MS;
  }

  /** There is a neighbor to shuffle with. */
  neighborUp(now: Instant): void {
    if (this.#shuffleAt === null) this.#schedule(now);
  }

  /** Tells every other neighbor of the newcomer. One that nobody can dial does its own dialing. */
  sendOn(newcomer: NeighborLink, out: Out): void {
    const { known } = newcomer;
    if (known === null || known.card.addresses.length === 0) return;
    const payload = encodeForwardJoin({ ttl: STEPS, card: known.card });
    for (const { link } of this.#parts.view.neighbors()) {
      if (link !== newcomer.link) out.send(link, KIND.forwardJoin, payload);
    }
  }

  /** The newcomer, when it is for us to dial it. */
  onForwardJoin(from: NeighborLink, payload: Uint8Array, now: Now, out: Out): KnownCard | null {
    const { ttl, card } = decodeForwardJoin(payload);
    if (!from.walks.take(now.instant)) return null;
    const [known] = this.sound([card], now);
    if (known === undefined || known.key === this.#parts.ownKey) return null;
    if (known.card.isLeaving || known.card.addresses.length === 0) return null;
    const next = ttl === 0 ? undefined : this.#next(from.link, known.key);
    if (ttl <= STEPS_TO_REMEMBER || next === undefined) this.#parts.nodes.learn(known);
    if (next === undefined) return known;
    out.send(next.link, KIND.forwardJoin, encodeForwardJoin({ ttl: ttl - 1, card: known.card }));
    return null;
  }

  onShuffle(from: NeighborLink, payload: Uint8Array, now: Now, out: Out): void {
    const { walk, ttl, cards } = decodeShuffle(payload);
    if (!from.walks.take(now.instant) || this.#wayByWalk.has(walk)) return;
    const known = this.sound(cards, now);
    const [origin] = known;
    const [first] = cards;
    if (origin === undefined || first === undefined || !isOf(first, origin)) return;
    const next = ttl === 0 ? undefined : this.#next(from.link, origin.key);
    if (next !== undefined) {
      this.#note(walk, { sentTo: next.link, backTo: from.link, given: [] });
      const passed = known.map(({ card }) => card);
      out.send(next.link, KIND.shuffle, encodeShuffle({ walk, ttl: ttl - 1, cards: passed }));
      return;
    }
    const given = this.#parts.nodes.passive.sample(known.length, this.#recently(now));
    const reply = { walk, cards: given.map(({ card }) => card) };
    out.send(from.link, KIND.shuffleReply, encodeShuffleReply(reply));
    this.#learn(known, given);
  }

  onShuffleReply(from: NeighborLink, payload: Uint8Array, now: Now, out: Out): void {
    const { walk, cards } = decodeShuffleReply(payload);
    const way = this.#wayByWalk.get(walk);
    if (way === undefined || way.sentTo !== from.link) return;
    this.#wayByWalk.delete(walk);
    const known = this.sound(cards, now);
    if (way.backTo === null) {
      for (const one of known) this.#parts.nodes.learn(one, way.given);
      return;
    }
    if (this.#parts.view.get(way.backTo)?.isUp !== true) return;
    const reply = { walk, cards: known.map(({ card }) => card) };
    out.send(way.backTo, KIND.shuffleReply, encodeShuffleReply(reply));
  }

  onDeadline(now: Now, out: Out): void {
    if (this.#shuffleAt === null || this.#shuffleAt > now.instant) return;
    const partner = this.#parts.dice.pick(this.#parts.view.neighbors());
    if (partner === undefined) {
      this.stop();
      return;
    }
    this.#schedule(now.instant);
    const given = this.#cardsFor(partner, now);
    const cards = [this.#parts.ownCard(now), ...given.map(({ card }) => card)];
    const walk = this.#parts.dice.u64();
    this.#note(walk, { sentTo: partner.link, backTo: null, given: given.map(({ key }) => key) });
    out.send(partner.link, KIND.shuffle, encodeShuffle({ walk, ttl: STEPS - 1, cards }));
  }

  /** Cards that a PART or a walk brought; throws `MalformedBytes` when one is forged. */
  sound(cards: readonly PeerCard[], now: Now): readonly KnownCard[] {
    const { judge, listener } = this.#parts;
    const time = listener.groupTime(now);
    const known: KnownCard[] = [];
    for (const card of cards) {
      const verdict = judge.judge(card, now, time);
      if (verdict.kind === 'forged') throw new MalformedBytes('a forged card');
      if (verdict.kind === 'sound') known.push(verdict.known);
    }
    return known;
  }

  /** Neighbors and others, for somebody else than `except`, whom it could dial. */
  cardsOf(count: number, except: NodeKey, now: Now): readonly KnownCard[] {
    const { view, nodes, dice } = this.#parts;
    const active = dialable(view.neighbors()).filter(({ key }) => key !== except);
    const drawn = dice.sample(active, count);
    const others = nodes.passive.sample(count, this.#recently(now));
    return [...drawn, ...others.filter(({ key }) => key !== except)].slice(0, count);
  }

  #cardsFor(partner: NeighborLink, now: Now): readonly KnownCard[] {
    const { view, nodes, dice } = this.#parts;
    const active = dialable(view.neighbors()).filter(({ key }) => key !== partner.key);
    const drawn = dice.sample(active, ACTIVE_CARDS);
    return [...drawn, ...nodes.passive.sample(PASSIVE_CARDS, this.#recently(now))];
  }

  #learn(known: readonly KnownCard[], given: readonly KnownCard[]): void {
    const keys = given.map(({ key }) => key);
    for (const one of known) this.#parts.nodes.learn(one, keys);
  }

  /** Any neighbor but the one it came from and the one it is about. */
  #next(from: LinkId, about: NodeKey): NeighborLink | undefined {
    const { view, dice } = this.#parts;
    return dice.pick(view.neighbors().filter(({ link, key }) => link !== from && key !== about));
  }

  #note(walk: bigint, way: Way): void {
    this.#wayByWalk.set(walk, way);
    if (this.#wayByWalk.size <= LIMITS.shuffleWalksMax) return;
    for (const oldest of this.#wayByWalk.keys()) {
      this.#wayByWalk.delete(oldest);
      return;
    }
  }

  #schedule(now: Instant): void {
    this.#shuffleAt = instantOf(now + this.#parts.dice.jittered(this.#paceMs));
    this.#paceMs = Math.min(SHUFFLE_MS, 2 * this.#paceMs);
  }

  #recently(now: Now): WallTime {
    return wallTimeOf(this.#parts.listener.groupTime(now) - PASSED_ON_MS);
  }
}

function isOf({ publicKey, nodeId }: PeerCard, { key }: KnownCard): boolean {
  return nodeKeyOf(publicKey, nodeId) === key;
}

function dialable(neighbors: readonly NeighborLink[]): KnownCard[] {
  return neighbors
    .map(({ known }) => known)
    .filter((known) => known !== null && known.card.addresses.length > 0)
    .filter((known) => known !== null);
}
