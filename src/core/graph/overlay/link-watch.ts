// Asks silent neighbors whether they are there, answers those that ask, and says who is not
// (protocol.md §13.11). PING and PONG carry the clock and the heads, which go up from here.

import type { Instant, Now } from '../../base/time.ts';
import { KIND } from '../../wire/frame.ts';
import type { ShortHeads } from '../../wire/overlay.ts';
import { decodeNeighborPing, encodeNeighborPing } from '../../wire/overlay.ts';
import type { Heads } from '../heads.ts';
import { earlier, type Outbox } from '../outbox.ts';
import type { ActiveView, NeighborLink } from './active-view.ts';
import type { Dice } from './dice.ts';
import { LocalHealth } from './local-health.ts';
import type { NeighborsListener } from './neighbors-listener.ts';

/** Silence after which a neighbor is asked, where a group is so small that each link counts. */
const PING_IDLE_MS = 2_000;
/** The same where a node has many ways around a dead neighbor: protocol notes of SWIM and HyParView have 5 s. */
const PING_IDLE_LARGE_MS = 5_000;
const SMALL_GROUP_NODES = 64;
const SHORT_BYTES = 8;

type Out = Pick<Outbox, 'send'>;

export class LinkWatch {
  readonly #view: ActiveView;
  readonly #dice: Dice;
  readonly #listener: NeighborsListener;
  readonly #localHealth = new LocalHealth();
  #pingIdleMs = PING_IDLE_MS;

  constructor(view: ActiveView, dice: Dice, listener: NeighborsListener) {
    this.#view = view;
    this.#dice = dice;
    this.#listener = listener;
  }

  setGroupSize(nodes: number): void {
    this.#pingIdleMs = nodes <= SMALL_GROUP_NODES ? PING_IDLE_MS : PING_IDLE_LARGE_MS;
  }

  nextDeadline(): Instant | null {
    const { stretch } = this.#localHealth;
    let deadline: Instant | null = null;
    for (const { health } of this.#view.neighbors()) {
      deadline = earlier(deadline, health.nextDeadline(this.#pingIdleMs, stretch));
    }
    return deadline;
  }

  /** Those that have been silent for too long; the others are asked when it is time. */
  onDeadline(now: Now, out: Out): readonly NeighborLink[] {
    const dueAt = this.nextDeadline();
    if (dueAt === null || dueAt > now.instant) return [];
    const neighbors = this.#view.neighbors();
    if (this.#localHealth.served(dueAt, now.instant)) {
      for (const { health } of neighbors) health.forgive(now.instant, this.#pingIdleMs);
    }
    const silent: NeighborLink[] = [];
    for (const neighbor of neighbors) {
      const { stretch } = this.#localHealth;
      const wish = neighbor.health.wish(now.instant, this.#pingIdleMs, stretch);
      if (wish === 'giveUp') silent.push(neighbor);
      else if (wish === 'ping') this.#ping(neighbor, now, out);
    }
    return silent;
  }

  onPing(from: NeighborLink, payload: Uint8Array, now: Now, out: Out): void {
    const { nonce, heads } = decodeNeighborPing(payload);
    if (!from.pings.take(now.instant)) return;
    this.#send(from, KIND.neighborPong, nonce, now, out);
    this.#listener.onShortHeads(from.link, heads);
  }

  onPong(from: NeighborLink, payload: Uint8Array, now: Now): void {
    const { nonce, groupTime, heads } = decodeNeighborPing(payload);
    const roundTripMs = from.health.answered(nonce, now.instant);
    if (roundTripMs === null) return;
    if (this.#speaksForItsMember(from)) {
      this.#listener.onClock(from.link, groupTime, roundTripMs);
    }
    this.#listener.onShortHeads(from.link, heads);
  }

  /** The oldest link of each member: one clock, however many processes it has. */
  #speaksForItsMember({ link, holder }: NeighborLink): boolean {
    const oldest = this.#view.neighbors().find((one) => one.holder.member === holder.member);
    return oldest?.link === link;
  }

  isSuspect({ health }: NeighborLink, now: Instant): boolean {
    return health.isSuspect(now, this.#localHealth.stretch);
  }

  #ping(neighbor: NeighborLink, now: Now, out: Out): void {
    const nonce = this.#dice.u32();
    neighbor.health.pinged(nonce, now.instant);
    this.#send(neighbor, KIND.neighborPing, nonce, now, out);
  }

  #send({ link }: NeighborLink, kind: number, nonce: number, now: Now, out: Out): void {
    const groupTime = this.#listener.groupTime(now);
    const heads = shortHeadsOf(this.#listener.ownHeads());
    out.send(link, kind, encodeNeighborPing({ nonce, groupTime, heads }));
  }
}

function shortHeadsOf({ count, digest, securityHead }: Heads): ShortHeads {
  return {
    count,
    digest: digest.subarray(0, SHORT_BYTES),
    securityHead: securityHead.subarray(0, SHORT_BYTES),
  };
}
