// Many floods on a graph that does not change by itself, in virtual time: every frame takes its link's
// latency, and what each parcel cost and when it came is counted. The seed says everything.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import type { LinkId } from '../../src/core/domain/links.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import { Flood } from '../../src/core/graph/flood/flood.ts';
import type { FloodMisconduct, Parcel } from '../../src/core/graph/flood/parcel.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { Agenda } from './agenda.ts';
import { FuzzSource } from './fuzzing.ts';

export const nodeSha256 = {
  sha256: (bytes: Uint8Array): Uint8Array =>
    new Uint8Array(createHash('sha256').update(bytes).digest()),
};

export interface FloodNetworkOptions {
  readonly nodes: number;
  readonly seed: number;
  /** Rings through all nodes, laid at random: each gives a node two links. */
  readonly rings?: number;
  /** How long a node takes to judge a parcel. */
  readonly judgeMs?: number;
}

interface FarEnd {
  readonly node: number;
  readonly link: LinkId;
  readonly latencyMs: number;
}

interface Node {
  readonly flood: Flood;
  readonly links: Map<LinkId, FarEnd>;
  readonly out: Outbox<unknown>;
  wakeMs: number;
  isAlive: boolean;
}

/** What one parcel cost, and how it fared. */
export interface ParcelRun {
  /** Nodes that have it, its sender not counted, with when and by how many hops. */
  readonly arrivals: Map<number, { readonly afterMs: number; readonly hop: number }>;
  readonly sentMs: number;
  copies: number;
}

export class FloodNetwork {
  readonly nodes: Node[] = [];
  readonly misconduct: FloodMisconduct[] = [];
  announcements = 0;
  frames = new Map<number, number>();
  readonly #source: FuzzSource;
  readonly #agenda = new Agenda<() => void>();
  readonly #runs = new Map<string, ParcelRun>();
  readonly #judgeMs: number;
  #nowMs = 0;
  #linksMade = 0;

  constructor({ nodes, seed, rings = 3, judgeMs = 0 }: FloodNetworkOptions) {
    this.#source = new FuzzSource(seed);
    this.#judgeMs = judgeMs;
    for (let node = 0; node < nodes; node++) this.#addNode(node);
    for (let ring = 0; ring < rings; ring++) this.#layRing();
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get alive(): readonly number[] {
    return this.nodes.flatMap(({ isAlive }, node) => (isAlive ? [node] : []));
  }

  below(bound: number): number {
    return this.#source.below(bound);
  }

  publish(node: number, size: number): ParcelRun {
    const bytes = this.#source.bytes(32);
    const parcel = new Uint8Array(size);
    parcel.set(bytes.subarray(0, Math.min(32, size)));
    const run: ParcelRun = { arrivals: new Map(), sentMs: this.#nowMs, copies: 0 };
    this.#runs.set(keyOf(parcel), run);
    this.#step(node, ({ flood, out }) => {
      flood.publish({ kind: 'bundle', bytes: parcel }, this.#now(), out);
    });
    return run;
  }

  /** Half of the far ends, and then their links, are gone at once. */
  kill(node: number): void {
    const dead = this.#nodeAt(node);
    dead.isAlive = false;
    for (const { node: other, link } of dead.links.values()) this.#endLink(other, link);
    dead.links.clear();
  }

  connect(one: number, other: number): void {
    const isThere = [...this.#nodeAt(one).links.values()].some(({ node }) => node === other);
    if (one === other || isThere) return;
    const latencyMs = 10 + this.#source.below(40_000) / 1_000;
    const [oneLink, otherLink] = [this.#newLink(), this.#newLink()];
    this.#nodeAt(one).links.set(oneLink, { node: other, link: otherLink, latencyMs });
    this.#nodeAt(other).links.set(otherLink, { node: one, link: oneLink, latencyMs });
    this.#nodeAt(one).flood.neighborUp(oneLink);
    this.#nodeAt(other).flood.neighborUp(otherLink);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#agenda.takeUntil(endMs);
      if (next === null) break;
      assert.ok(next.atMs >= this.#nowMs, 'time passes forwards');
      this.#nowMs = next.atMs;
      next.value();
    }
    this.#nowMs = endMs;
  }

  #addNode(index: number): void {
    const out = new Outbox<unknown>();
    const flood: Flood = new Flood(nodeSha256, {
      onParcel: (parcel, _from, hop) => this.#judge(index, parcel, hop),
      onDelivered: () => {},
      onMisconduct: (_link, why) => this.misconduct.push(why),
    });
    this.nodes.push({
      flood,
      links: new Map(),
      out,
      wakeMs: Number.POSITIVE_INFINITY,
      isAlive: true,
    });
  }

  #judge(index: number, parcel: Parcel, hop: number): void {
    const run = this.#runs.get(keyOf(parcel.bytes));
    assert.ok(run !== undefined && !run.arrivals.has(index), 'a parcel is told once');
    run.arrivals.set(index, { afterMs: this.#nowMs - run.sentMs, hop });
    const accept = (): void =>
      this.#step(index, ({ flood, out }) => flood.accepted(parcel.id, this.#now(), out));
    if (this.#judgeMs > 0) this.#agenda.add(this.#nowMs + this.#judgeMs, accept);
    else this.nodes[index]?.flood.accepted(parcel.id, this.#now(), this.#nodeAt(index).out);
  }

  #layRing(): void {
    const order = Array.from(this.nodes, (_, node) => node);
    for (let left = order.length; left > 1; left--) {
      const pick = this.#source.below(left);
      [order[left - 1], order[pick]] = [order[pick] ?? 0, order[left - 1] ?? 0];
    }
    for (const [at, node] of order.entries())
      this.connect(node, order[(at + 1) % order.length] ?? 0);
  }

  #step(index: number, act: (node: Node) => void): void {
    const node = this.#nodeAt(index);
    if (!node.isAlive) return;
    act(node);
    for (const effect of node.out.take()) {
      const { link, frame, payload } = effect as {
        link: LinkId;
        frame: number;
        payload: Uint8Array;
      };
      this.#send(node, link, frame, payload);
    }
    this.#scheduleWake(index, node);
  }

  #send(from: Node, link: LinkId, frame: number, payload: Uint8Array): void {
    const farEnd = from.links.get(link);
    if (farEnd === undefined) return;
    this.#agenda.add(this.#nowMs + farEnd.latencyMs, () => {
      if (!this.#nodeAt(farEnd.node).links.has(farEnd.link)) return;
      this.#count(frame, payload);
      this.#step(farEnd.node, ({ flood, out }) =>
        flood.onFrame(farEnd.link, frame, payload, this.#now(), out),
      );
    });
  }

  #count(frame: number, payload: Uint8Array): void {
    this.frames.set(frame, (this.frames.get(frame) ?? 0) + 1);
    if (frame === KIND.iHave) this.announcements += payload.length / 17;
    if (frame !== KIND.flood) return;
    const run = this.#runs.get(keyOf(payload.subarray(2)));
    if (run !== undefined) run.copies += 1;
  }

  #scheduleWake(index: number, node: Node): void {
    const deadline = node.flood.nextDeadline();
    if (deadline === null || deadline >= node.wakeMs) return;
    node.wakeMs = Math.max(deadline, this.#nowMs);
    this.#agenda.add(node.wakeMs, () => {
      if (node.wakeMs > this.#nowMs) return;
      node.wakeMs = Number.POSITIVE_INFINITY;
      this.#step(index, ({ flood, out }) => flood.onDeadline(this.#now(), out));
    });
  }

  #endLink(node: number, link: LinkId): void {
    this.#nodeAt(node).links.delete(link);
    this.#step(node, ({ flood, out }) => flood.neighborDown(link, this.#now(), out));
  }

  #newLink(): LinkId {
    this.#linksMade += 1;
    return linkIdOf(this.#linksMade);
  }

  #nodeAt(index: number): Node {
    const node = this.nodes[index];
    assert.ok(node !== undefined, `node ${index}`);
    return node;
  }

  #now(): Now {
    return { instant: instantOf(this.#nowMs), wallTime: wallTimeOf(1_800_000_000_000) };
  }
}

/** The first bytes are random for each parcel. */
function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 16)).toString('latin1');
}
