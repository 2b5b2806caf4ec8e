// Members with their doors and desks on a simulated network, as a process would have them, and what
// their applications are told.

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import type { Address } from '../../src/core/domain/addresses.ts';
import type { Removal } from '../../src/core/domain/security.ts';
import type { FarEnd } from '../../src/core/link/far-end.ts';
import type { CallerAnswer, DeskParts, LineArrival } from '../../src/engine/desk-parts.ts';
import { DirectDesk, type OpenResult, type OpenWish } from '../../src/engine/direct-desk.ts';
import type { DirectLine } from '../../src/engine/direct-line.ts';
import { Doors } from '../../src/engine/doors.ts';
import { GatherPool } from '../../src/engine/gather-pool.ts';
import type { LineEnd } from '../../src/engine/line-listener.ts';
import { NOW } from './golden-chains.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { CLUB, type Clubber, freshTools } from './simulated-club.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import type { CableOptions } from './simulated-wire.ts';
import { seededChance } from './trust-cast.ts';

const DISCOVERY_SECRET = new Uint8Array(32).fill(42);

export interface OpenLog {
  readonly results: OpenResult[];
  readonly takeBack: () => void;
}

export class DeskHolder {
  readonly clubber: Clubber;
  readonly address: Address;
  readonly parts: DeskParts;
  readonly desk: DirectDesk;
  readonly doors: Doors;
  readonly lines: DirectLine[] = [];
  readonly arrivals: LineArrival[] = [];
  readonly ends: LineEnd[] = [];
  readonly messages: string[] = [];
  readonly callers: FarEnd[] = [];
  /** Who is no member any more, as this one knows. */
  readonly removed = new Map<string, Removal>();
  /** What the application says to a caller; lets in by default. */
  decide: (answer: (answer: CallerAnswer) => void) => void = (answer) => answer({ kind: 'accept' });
  readonly #clock: SimulatedClock;

  constructor(clubber: Clubber, host: string, network: SimulatedNetwork, clock: SimulatedClock) {
    this.clubber = clubber;
    this.address = { host, port: 4001 };
    this.#clock = clock;
    let lastId = 0n;
    this.parts = {
      membership: clubber.membership,
      credentials: clubber.credentials,
      certificateDigest: clubber.certificateDigest,
      signer: clubber.person,
      discoverySecret: DISCOVERY_SECRET,
      nodeId: BigInt(host.split('.').at(-1) ?? 0),
      handshake: freshTools(),
      line: {
        clock,
        pool: new GatherPool(),
        allocate: (length) => new Uint8Array(length),
      },
      wires: network.wiresAt(host),
      clock,
      chance: seededChance(host),
      nextId: () => {
        lastId += 1n;
        return lastId;
      },
      listenAddresses: () => [this.address],
      removalOf: (membership) => this.removed.get(membership.member) ?? null,
    };
    this.desk = new DirectDesk(this.parts);
    this.desk.attach({
      onCaller: (farEnd, answer) => {
        this.callers.push(farEnd);
        this.decide(answer);
      },
      onLine: (line, arrival) => {
        this.lines.push(line);
        this.arrivals.push(arrival);
        return {
          onMessage: (_, bytes) => {
            this.messages.push(Buffer.from(bytes).toString());
            return false;
          },
          onStream: () => undefined,
          onClosed: (end) => this.ends.push(end),
        };
      },
    });
    this.doors = new Doors(nodeCrypto, clock);
    const key = { discoverySecret: DISCOVERY_SECRET, member: clubber.membership.member };
    const { credentials } = clubber;
    this.doors.add({ keys: [key], credentials, desk: this.desk, joins: null });
    network.put(this.address, {
      kind: 'gate',
      gate: this.doors,
      certificate: clubber.identity.der,
    });
  }

  get openLines(): readonly DirectLine[] {
    return this.lines.filter((line) => line.isOpen);
  }

  /** Opens to another, at its address unless the wish names others. */
  open(other: DeskHolder, wish: Partial<OpenWish> = {}): OpenLog {
    const results: OpenResult[] = [];
    const takeBack = this.#clock.turn(() =>
      this.desk.open(
        {
          member: other.clubber.membership.member,
          candidates: [{ address: other.address, source: 'given' }],
          isSeparate: false,
          timeoutMs: 10_000,
          ...wish,
        },
        (result) => results.push(result),
      ),
    );
    return { results, takeBack };
  }
}

export function desks(cable: CableOptions = {}) {
  const clock = new SimulatedClock(NOW);
  const network = new SimulatedNetwork(clock, cable);
  const holder = (clubber: Clubber, host: string): DeskHolder =>
    new DeskHolder(clubber, host, network, clock);
  return {
    clock,
    network,
    alice: holder(CLUB.alice, '192.0.2.1'),
    bob: holder(CLUB.bob, '192.0.2.2'),
    carol: holder(CLUB.carol, '192.0.2.3'),
  };
}
