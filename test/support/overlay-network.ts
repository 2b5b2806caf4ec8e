// Many `Neighbors` on a queue of frames with virtual time: nodes join, die and are split from each
// other, and the tests ask who is whose neighbor. The same seed gives the same run.

import assert from 'node:assert/strict';

import { bytesKey } from '../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import type { Now } from '../../src/core/base/time.ts';
import { instantOf, wallTimeOf } from '../../src/core/base/time.ts';
import type { Address } from '../../src/core/domain/addresses.ts';
import type { LinkId, OpenedLink } from '../../src/core/domain/links.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import type { LinkEffect } from '../../src/core/graph/outbox.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { Neighbors } from '../../src/core/graph/overlay/neighbors.ts';
import type { CardHolder } from '../../src/core/graph/overlay/peer-card.ts';
import { holderOf } from '../../src/core/graph/overlay/peer-card.ts';
import type { Crypto } from '../../src/core/ports/crypto.ts';
import { club, NOW } from './golden-chains.ts';
import type { Person } from './trust-cast.ts';
import { nodeCrypto, person, seededChance } from './trust-cast.ts';
import { grant, rootOf } from './trust-village.ts';

const LATENCY_MS = 20;
const DIAL_MS = 5_000;
const EMPTY_HEADS = { count: 0, digest: new Uint8Array(32), securityHead: new Uint8Array(32) };

export interface Resident {
  readonly person: Person;
  readonly membership: Membership;
}

/** The club's creator, and whoever she made a member. */
export const alice: Resident = residentOf('Alice');

function residentOf(name: string): Resident {
  const who = person(name);
  return { person: who, membership: grant([rootOf(club)], club, who, { role: 'creator' }) };
}

export function invited(
  name: string,
  by: Resident = alice,
  role: 'administrator' | 'member' = 'member',
): Resident {
  const who = person(name);
  return { person: who, membership: grant(by.membership.chain, by.person, who, { role }) };
}

/** The same signature is checked by every node; here the answer is computed once. */
function sharedCrypto(): Crypto {
  const answers = new Map<string, boolean>();
  return {
    ...nodeCrypto,
    verify(publicKey, bytes, signature) {
      const key = [publicKey, bytes, signature].map((part) => bytesKey(part)).join();
      const known = answers.get(key);
      if (known !== undefined) return known;
      const isGood = nodeCrypto.verify(publicKey, bytes, signature);
      answers.set(key, isGood);
      return isGood;
    },
  };
}

interface End {
  readonly node: OverlayNode;
  readonly link: LinkId;
}

interface Event {
  readonly atMs: number;
  readonly act: () => void;
}

export class OverlayNode {
  readonly neighbors: Neighbors;
  readonly membership: Membership;
  readonly nodeId: bigint;
  readonly address: Address;
  readonly said: string[] = [];
  /** Links by which the time was told. */
  readonly clocks = new Set<LinkId>();
  readonly sentByKind = new Map<number, number>();
  readonly out = new Outbox();
  readonly #network: OverlayNetwork;
  isAlive = true;
  side = 0;

  constructor(
    network: OverlayNetwork,
    resident: Resident,
    options: { at: number; listens: boolean },
  ) {
    const { person: who, membership } = resident;
    this.#network = network;
    this.membership = membership;
    const chance = seededChance(`${network.seed} ${options.at}`);
    this.nodeId = new DataView(chance.bytes(8).slice().buffer).getBigUint64(0);
    this.address = { host: `10.0.${options.at >> 8}.${options.at & 255}`, port: 4_001 };
    this.neighbors = new Neighbors({
      crypto: network.crypto,
      chance,
      signer: who,
      membership,
      nodeId: this.nodeId,
      listenAddresses: () => (options.listens ? [this.address] : []),
      memberOf: (publicKey) => network.memberOf(publicKey),
      listener: {
        onNeighborUp: ({ opened }) => this.said.push(`up ${opened.membership.friendlyName}`),
        onNeighborDown: (_, why) => this.said.push(`down ${why}`),
        onHeads: () => undefined,
        onShortHeads: () => undefined,
        onClock: (link) => this.clocks.add(link),
        ownHeads: () => EMPTY_HEADS,
        groupTime: (now) => now.wallTime,
        presentNodes: () => network.presentNodes(),
      },
    });
  }

  step(act: (now: Now) => void): void {
    if (this.isAlive) this.#network.step(this, act);
  }

  linkWith(other: OverlayNode): LinkId | undefined {
    const found = this.neighbors.neighbors().find(({ opened }) => opened.nodeId === other.nodeId);
    return found?.link;
  }

  sent(kind: number): number {
    return this.sentByKind.get(kind) ?? 0;
  }

  /** Node ids of the neighbors. */
  get neighborIds(): readonly bigint[] {
    return this.neighbors.neighbors().map(({ opened }) => opened.nodeId);
  }
}

export class OverlayNetwork {
  readonly seed: string;
  readonly crypto = sharedCrypto();
  readonly nodes: OverlayNode[] = [];
  nowMs = 0;
  framesSent = 0;
  bytesSent = 0;
  dials = 0;
  readonly hostsDialed = new Set<string>();
  #events: Event[] = [];
  #lastLink = 0;
  readonly #endByLink = new Map<LinkId, End>();
  readonly #farByLink = new Map<LinkId, End>();
  readonly #wakeByNode = new Map<OverlayNode, number>();
  readonly #holderByKey = new Map<string, CardHolder>();
  /** What a roster would say, where the tests have none. */
  presentNodes: () => number = () => this.alive.length;

  constructor(seed: string) {
    this.seed = seed;
  }

  get now(): Now {
    return { instant: instantOf(this.nowMs), wallTime: wallTimeOf(NOW + this.nowMs) };
  }

  get alive(): readonly OverlayNode[] {
    return this.nodes.filter(({ isAlive }) => isAlive);
  }

  memberOf(publicKey: Uint8Array): CardHolder | null {
    return this.#holderByKey.get(publicKey.join()) ?? null;
  }

  knows({ membership }: Resident): void {
    this.#holderByKey.set(membership.publicKey.join(), holderOf(membership));
  }

  /** A node that knows the addresses of the contacts and nothing else. */
  join(resident: Resident, contacts: readonly OverlayNode[] = [], listens = true): OverlayNode {
    this.knows(resident);
    const node = new OverlayNode(this, resident, { at: this.nodes.length + 1, listens });
    this.nodes.push(node);
    node.neighbors.addContacts(
      contacts.map(({ membership, address }) => ({
        member: membership.member,
        addresses: [address],
      })),
    );
    node.step((now) => node.neighbors.connect(now, node.out));
    return node;
  }

  kill(dead: OverlayNode): void {
    dead.isAlive = false;
    for (const [link, { node }] of this.#endByLink) if (node === dead) this.#cut(link);
  }

  /** The link between the two breaks; both nodes go on. */
  breakLink(one: OverlayNode, other: OverlayNode): void {
    const link = one.linkWith(other);
    assert.ok(link !== undefined, 'there is a link');
    this.#cut(link);
  }

  split(sideOf: (node: OverlayNode, at: number) => number): void {
    for (const [at, node] of this.nodes.entries()) node.side = sideOf(node, at);
  }

  heal(): void {
    this.split(() => 0);
  }

  runFor(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      if (event.atMs > untilMs) break;
      this.#events.shift();
      this.nowMs = event.atMs;
      event.act();
    }
    this.nowMs = untilMs;
  }

  step(node: OverlayNode, act: (now: Now) => void): void {
    act(this.now);
    node.neighbors.settle(this.now, node.out);
    for (const effect of node.out.take()) this.#carryOut(node, effect);
    this.#scheduleWake(node);
  }

  /** Components of the graph of living nodes, as counts of their nodes. */
  components(): readonly number[] {
    const living = this.alive;
    const byId = new Map(living.map((node) => [node.nodeId, node]));
    const seen = new Set<OverlayNode>();
    const sizes: number[] = [];
    for (const start of living) {
      if (seen.has(start)) continue;
      seen.add(start);
      const reached = [start];
      for (const node of reached) {
        for (const id of node.neighborIds) {
          const next = byId.get(id);
          if (next === undefined || seen.has(next)) continue;
          seen.add(next);
          reached.push(next);
        }
      }
      sizes.push(reached.length);
    }
    return sizes;
  }

  /** Pairs of which only one takes the other for its neighbor. */
  oneSided(): readonly string[] {
    const byId = new Map(this.nodes.map((node) => [node.nodeId, node]));
    return this.alive.flatMap((node) =>
      node.neighborIds
        .filter((id) => byId.get(id)?.neighborIds.includes(node.nodeId) !== true)
        .map((id) => `${node.nodeId} ${id}`),
    );
  }

  #carryOut(node: OverlayNode, effect: LinkEffect): void {
    if (effect.kind === 'send') {
      const { link, frame, payload } = effect;
      node.sentByKind.set(frame, (node.sentByKind.get(frame) ?? 0) + 1);
      this.framesSent += 1;
      this.bytesSent += payload.length + 5;
      const far = this.#farByLink.get(link);
      if (far === undefined || far.node.side !== node.side) return;
      this.#after(LATENCY_MS, () => this.#deliver(far, frame, payload));
    } else if (effect.kind === 'hangUp') {
      this.#after(LATENCY_MS, () => this.#cut(effect.link));
    } else if (effect.kind === 'dial') this.#dial(node, effect);
  }

  /** What Eve sends, whatever her node would say: as if `from` had sent it to `to`. */
  forge(from: OverlayNode, to: OverlayNode, frame: number, payload: Uint8Array): void {
    const link = to.linkWith(from);
    assert.ok(link !== undefined, 'there is a link');
    this.arrive(to, link, frame, payload);
  }

  arrive(to: OverlayNode, link: LinkId, frame: number, payload: Uint8Array): void {
    this.#deliver({ node: to, link }, frame, payload);
  }

  #deliver({ node, link }: End, frame: number, payload: Uint8Array): void {
    if (!this.#endByLink.has(link)) return;
    node.step((now) => {
      node.neighbors.heard(link, now);
      try {
        node.neighbors.onFrame(link, frame, payload, now, node.out);
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        node.said.push(`malformed ${error.message}`);
        node.neighbors.partWith(link, 'badConduct', now, node.out);
      }
    });
  }

  #dial(node: OverlayNode, { target }: LinkEffect & { kind: 'dial' }): void {
    this.dials += 1;
    for (const { host } of target.addresses) this.hostsDialed.add(host);
    const there = this.nodes.find(
      ({ address, membership, isAlive }) =>
        isAlive &&
        (target.member === null || membership.member === target.member) &&
        target.addresses.some(({ host }) => host === address.host),
    );
    const isApart = there !== undefined && there.side !== node.side;
    const failsAfterMs = isApart ? DIAL_MS : 2 * LATENCY_MS;
    if (there === undefined || isApart || there === node) {
      this.#after(failsAfterMs, () => node.step((now) => node.neighbors.onDialFailed(target, now)));
      return;
    }
    this.#after(2 * LATENCY_MS, () => {
      if (node.isAlive && there.isAlive) this.open(node, there);
      else node.step((now) => node.neighbors.onDialFailed(target, now));
    });
  }

  open(dialer: OverlayNode, listener: OverlayNode): LinkId {
    const near = { node: dialer, link: this.#nextLink() };
    const far = { node: listener, link: this.#nextLink() };
    for (const [end, other] of [[near, far] as const, [far, near] as const]) {
      this.#endByLink.set(end.link, end);
      this.#farByLink.set(end.link, other);
    }
    for (const [end, other, role] of [
      [far, near, 'listener'] as const,
      [near, far, 'dialer'] as const,
    ]) {
      const opened: OpenedLink = {
        link: end.link,
        role,
        membership: other.node.membership,
        nodeId: other.node.nodeId,
        listenAddresses: [other.node.address],
        remoteAddress: null,
        clockSkewMs: 0,
      };
      end.node.step((now) => end.node.neighbors.onLinkOpened(opened, now, end.node.out));
    }
    return near.link;
  }

  /** Both ends, once; an end on the other side of a split does not hear of it. */
  #cut(link: LinkId): void {
    const near = this.#endByLink.get(link);
    const far = this.#farByLink.get(link);
    if (near === undefined) return;
    this.#close(near);
    if (far !== undefined && far.node.side === near.node.side) {
      this.#after(LATENCY_MS, () => this.#close(far));
    }
  }

  #close({ node, link }: End): void {
    if (!this.#endByLink.delete(link)) return;
    this.#farByLink.delete(link);
    node.step((now) => node.neighbors.onLinkClosed(link, now));
  }

  #scheduleWake(node: OverlayNode): void {
    const deadline = node.neighbors.nextDeadline();
    if (deadline === null) return;
    const atMs = Math.max(this.nowMs, deadline);
    const planned = this.#wakeByNode.get(node);
    if (planned !== undefined && planned <= atMs && planned >= this.nowMs) return;
    this.#wakeByNode.set(node, atMs);
    this.#after(atMs - this.nowMs, () => {
      if (this.#wakeByNode.get(node) !== atMs) return;
      this.#wakeByNode.delete(node);
      node.step((now) => node.neighbors.onDeadline(now, node.out));
    });
  }

  #after(ms: number, act: () => void): void {
    const atMs = this.nowMs + ms;
    assert.ok(ms >= 0);
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { atMs, act });
  }

  #nextLink(): LinkId {
    this.#lastLink += 1;
    return linkIdOf(this.#lastLink);
  }
}
