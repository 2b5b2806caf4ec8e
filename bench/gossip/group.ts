// A simulated group for gossip: everybody is there, the tree has formed, and records are published by
// whoever is told to. One seed fixes everything; what is measured does not depend on this machine.

import { newNote } from '../../src/sim/life/wishes.ts';
import type { MeasuresReport } from '../../src/sim/measures.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { SimWorld } from '../../src/sim/sim-world.ts';

/** As large as records are in the other benches, and more than what goes to all links unasked. */
const RECORD_BYTES = 900;
/** Until everybody is there, has neighbors, and has been shuffled once. */
const SETTLING_SECONDS = 60;
/** By which the tree forms. */
const WARM_UP_RECORDS = 20;
/** The time that a flood has, with what it grafts: several times what the slowest takes. */
const FLOOD_SECONDS = 3;

export class GossipGroup {
  readonly world: SimWorld;
  #published = 0;

  /** Links of 10 to 50 ms with a fifth of jitter and a loss of one frame in a thousand. */
  constructor(nodes: number, seed: number) {
    const options = { nodes, checksSteps: false, sharesRecords: true, isAcquainted: true };
    this.world = new SimWorld(seed, options);
    this.world.startAll({ withinSeconds: SETTLING_SECONDS / 3 });
    this.world.runFor({ seconds: SETTLING_SECONDS });
  }

  /** What nobody asks for: greetings are over, and nothing is published. */
  idle(seconds: number): MeasuresReport {
    const { world } = this;
    world.measures.begin(world.nowMs);
    world.runFor({ seconds });
    return world.measures.report(world.nowMs);
  }

  /** One record a second, of one member or of many. */
  publish(records: number, senders: 'one' | 'many'): MeasuresReport {
    const [author = this.someone()] = this.world.running;
    const authorOf = (): SimNode => (senders === 'one' ? author : this.someone());
    for (let done = 0; done < WARM_UP_RECORDS; done += 1) this.#publishAndWait(authorOf());
    this.world.measures.begin(this.world.nowMs);
    for (let done = 0; done < records; done += 1) this.#publishAndWait(authorOf());
    this.world.runFor({ seconds: FLOOD_SECONDS });
    return this.world.measures.report(this.world.nowMs);
  }

  /** So many processes end at once. Their systems say so to the far ends of their links. */
  kill(share: number): void {
    const { world } = this;
    const victims = Math.round(world.nodes.length * share);
    for (let killed = 0; killed < victims; killed += 1) this.someone().kill();
  }

  /** Publishes one record; which part of those that run have it when its flood is over, and how to ask later. */
  reach(): { readonly byFlood: number; readonly now: () => number } {
    const author = this.someone();
    this.publishBy(author);
    const now = (): number => this.#shareWith(author);
    this.world.runFor({ seconds: FLOOD_SECONDS });
    return { byFlood: now(), now };
  }

  publishBy(node: SimNode): void {
    this.#published += 1;
    const data = this.world.chance.bytes(RECORD_BYTES);
    this.world.publish(node, newNote(`record ${this.#published}`, data));
  }

  /** In the mean. */
  get linksOfEach(): number {
    const { running } = this.world;
    return running.reduce((sum, { neighbors }) => sum + neighbors.length, 0) / running.length;
  }

  someone(): SimNode {
    const node = this.world.chance.pick(this.world.running);
    if (node === undefined) throw new Error('nobody runs');
    return node;
  }

  #publishAndWait(author: SimNode): void {
    this.publishBy(author);
    this.world.runFor({ seconds: 1 });
  }

  /** All had the same before, so whoever has the same as the author has its record. */
  #shareWith({ disk }: SimNode): number {
    const { running } = this.world;
    const having = running.filter((node) => node.disk.fingerprint === disk.fingerprint);
    return having.length / running.length;
  }
}
