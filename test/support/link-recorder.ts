// A machine on a simulated network that only notes what its links tell, so that the network can be
// tested without a node.

import type { LinkId, OpenedLink } from '../../src/core/domain/links.ts';
import { Agenda } from '../../src/sim/agenda.ts';
import { FastCrypto } from '../../src/sim/fast-crypto.ts';
import { SimLinks } from '../../src/sim/network/sim-links.ts';
import { type NetworkTap, SimNetwork } from '../../src/sim/network/sim-network.ts';
import { Village, type Villager } from '../../src/sim/people/village.ts';
import { SimProcess } from '../../src/sim/sim-process.ts';
import { WORLD_BEGINS_MS } from '../../src/sim/sim-time.ts';

const NO_TAP: NetworkTap = {
  onSent: () => undefined,
  onDelivered: () => undefined,
  onOpened: () => undefined,
  onClosed: () => undefined,
};

export const LATENCY_MS = 20;

export class RecordedNetwork {
  readonly agenda = new Agenda(WORLD_BEGINS_MS);
  readonly network: SimNetwork;
  readonly village: Village;
  #machines = 0;

  constructor() {
    const options = {
      latencyMinMs: LATENCY_MS,
      latencyMaxMs: LATENCY_MS,
      jitter: 0,
      loss: 0,
      bytesPerSecond: null,
    };
    this.network = new SimNetwork(this.agenda, NO_TAP, { seed: 'test', options });
    this.village = new Village('test', new FastCrypto());
  }

  machine(name: string): LinkRecorder {
    this.#machines += 1;
    const villager = this.village.member(name, { role: 'member' });
    return new LinkRecorder(this, villager, `10.0.0.${this.#machines}`);
  }

  runFor(ms: number): void {
    const endMs = this.agenda.nowMs + ms;
    while (this.agenda.next(endMs));
  }
}

export class LinkRecorder {
  readonly process: SimProcess;
  readonly links: SimLinks;
  readonly villager: Villager;
  readonly address: { readonly host: string; readonly port: number };
  readonly opened: OpenedLink[] = [];
  /** Frames as they came, the payload as text. */
  readonly frames: string[] = [];
  /** The payloads themselves, which nobody should keep. */
  readonly kept: Uint8Array[] = [];
  readonly closed: string[] = [];
  readonly failed: string[] = [];
  drained = 0;

  constructor({ agenda, network }: RecordedNetwork, villager: Villager, host: string) {
    this.villager = villager;
    this.address = { host, port: 4_001 };
    this.process = new SimProcess(villager.name, agenda, {
      onTurnEnded: () => undefined,
      onThrown: (_process, error) => {
        throw error;
      },
    });
    this.links = new SimLinks(network, {
      process: this.process,
      address: this.address,
      membership: villager.membership,
      nodeId: BigInt(host.split('.')[3] ?? 0),
      isListening: true,
      removalOf: () => null,
    });
    this.links.attach({
      onOpened: (link) => this.opened.push(link),
      onFrame: (_link, kind, payload) => {
        this.frames.push(`${kind} ${new TextDecoder().decode(payload)}`);
        this.kept.push(payload);
      },
      onDrained: () => {
        this.drained += 1;
      },
      onClosed: (_link, why) => this.closed.push(why),
      onDialFailed: (_target, code) => this.failed.push(code),
    });
  }

  dial(other: LinkRecorder): void {
    const { member } = other.villager.membership;
    this.links.dial({ member, nodeId: null, addresses: [other.address] });
  }

  /** Of its only link, or the last one. */
  get link(): LinkId {
    const last = this.opened.at(-1);
    if (last === undefined) throw new Error(`${this.villager.name} has no link`);
    return last.link;
  }

  say(kind: number, text: string): void {
    this.links.send(this.link, kind, new TextEncoder().encode(text));
  }
}
