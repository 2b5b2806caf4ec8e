// The Wires port without a network: listeners at addresses, dials that reach them through simulated
// cables, addresses where nobody answers, and ones where somebody answers and says nothing.

import { type Address, formatAddress } from '../../src/core/domain/addresses.ts';
import type {
  DialFailureKind,
  DialOutcome,
  DialTarget,
  Gate,
  Wires,
} from '../../src/core/ports/wires.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { type CableOptions, SimulatedWire } from './simulated-wire.ts';

type Place =
  | { readonly kind: 'gate'; readonly gate: Gate; readonly certificate: Uint8Array }
  /** Fails after a while, or never when `afterMs` is null. */
  | { readonly kind: 'fails'; readonly why: DialFailureKind; readonly afterMs: number | null }
  /** Shows a certificate and then says nothing. */
  | { readonly kind: 'mute'; readonly certificate: Uint8Array };

export interface Dialled {
  readonly atMs: number;
  readonly address: string;
}

export class SimulatedNetwork {
  /** Every dial, in order. */
  readonly dialled: Dialled[] = [];
  /** Dials that were given up. */
  readonly givenUp: string[] = [];
  /** Both ends of every cable, the dialler's first. */
  readonly cables: (readonly [SimulatedWire, SimulatedWire])[] = [];
  cable: CableOptions;
  /** How long the handshake below takes. */
  dialMs = 20;
  readonly #clock: SimulatedClock;
  readonly #places = new Map<string, Place>();
  #exporters = 0;

  constructor(clock: SimulatedClock, cable: CableOptions = {}) {
    this.#clock = clock;
    this.cable = cable;
  }

  put(address: Address, place: Place): void {
    this.#places.set(formatAddress(address), place);
  }

  /** The port as the one at `host` has it. */
  wiresAt(host: string): Wires {
    return { dial: (target, done) => this.#dial(host, target, done) };
  }

  #dial(host: string, target: DialTarget, done: (outcome: DialOutcome) => void): () => void {
    const address = formatAddress(target.address);
    this.dialled.push({ atMs: this.#clock.now().instant, address });
    const place = this.#places.get(address);
    const afterMs = place?.kind === 'fails' ? place.afterMs : this.dialMs;
    let isOver = false;
    const finish = (): void => {
      isOver = true;
      done(this.#outcome(host, target, place));
    };
    const stop = afterMs === null ? () => undefined : this.#clock.wakeAfter(afterMs, finish);
    return () => {
      if (isOver) return;
      isOver = true;
      this.givenUp.push(address);
      stop();
    };
  }

  #outcome(host: string, target: DialTarget, place: Place | undefined): DialOutcome {
    if (place === undefined) return { kind: 'failed', why: 'unreachable', detail: 'nobody there' };
    if (place.kind === 'fails') return { kind: 'failed', why: place.why, detail: 'simulated' };
    if (place.kind === 'mute') {
      return { kind: 'connected', wire: this.#lay(host, target, place.certificate)[0] };
    }
    const entry = place.gate.arrive(host);
    if (entry === null) return { kind: 'failed', why: 'unreachable', detail: 'turned away' };
    const credentials = place.gate.credentialsFor(target.doorName);
    if (credentials === null) {
      entry.onFailed('unknown name');
      return { kind: 'failed', why: 'unknownName', detail: 'unrecognized name' };
    }
    const [near, far] = this.#lay(host, target, credentials.certificate);
    this.#clock.wakeAfter(0, () => entry.onWire(far, target.doorName));
    return { kind: 'connected', wire: near };
  }

  #lay(host: string, target: DialTarget, certificate: Uint8Array) {
    this.#exporters += 1;
    const exporter = new Uint8Array(32);
    new DataView(exporter.buffer).setUint32(0, this.#exporters);
    const pair = SimulatedWire.pair(
      this.#clock,
      [
        { exporter, farCertificate: certificate, remoteAddress: target.address },
        {
          exporter,
          farCertificate: target.credentials.certificate,
          remoteAddress: { host, port: 50_000 },
        },
      ],
      this.cable,
    );
    this.cables.push(pair);
    return pair;
  }
}
