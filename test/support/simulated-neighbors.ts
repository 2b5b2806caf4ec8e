// Members with neighbor desks beside their direct desks, at one door each, on a simulated network, and
// what they were told. Whatever is told from inside a call of the port is found out here.

import assert from 'node:assert/strict';

import type { Address } from '../../src/core/domain/addresses.ts';
import type { DialTarget, LinkId, OpenedLink } from '../../src/core/domain/links.ts';
import type { Links, LinksListener } from '../../src/core/ports/links.ts';
import type { WireListener } from '../../src/core/ports/wires.ts';
import { linkFacts } from '../../src/engine/desk-parts.ts';
import { NeighborDesk } from '../../src/engine/graph/neighbor-desk.ts';
import { attemptLink } from '../../src/engine/link-attempt.ts';
import type { LinkFailure } from '../../src/engine/link-failure.ts';
import type { AuthenticatedLink } from '../../src/engine/link-handshake.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { type Clubber, guest } from './simulated-club.ts';
import { DeskHolder, desks } from './simulated-desks.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { type CableOptions, SimulatedWire } from './simulated-wire.ts';

export interface FrameHeard {
  readonly link: LinkId;
  readonly kind: number;
  /** A copy, for the payload is valid during the call. */
  readonly payload: Uint8Array;
}

export class NeighborHolder implements LinksListener {
  readonly house: DeskHolder;
  readonly desk: NeighborDesk;
  readonly opened: OpenedLink[] = [];
  readonly frames: FrameHeard[] = [];
  readonly drained: LinkId[] = [];
  readonly closed: { readonly link: LinkId; readonly why: string }[] = [];
  readonly failed: {
    readonly target: DialTarget;
    readonly code: string;
    readonly detail: string;
  }[] = [];
  isConnected = true;
  /** What the node does when it is told of a frame, or of a link. */
  onFrameDo: (frame: FrameHeard) => void = () => undefined;
  onOpenedDo: (opened: OpenedLink) => void = () => undefined;
  readonly #clock: SimulatedClock;
  #isCalling = false;

  constructor(house: DeskHolder, clock: SimulatedClock) {
    this.house = house;
    this.#clock = clock;
    this.desk = new NeighborDesk(house.parts, () => this.isConnected);
    house.desk.shareDoor(this.desk);
    this.desk.attach(this);
  }

  get member() {
    return this.house.clubber.membership.member;
  }

  /** The only link there was. */
  get link(): LinkId {
    const [opened] = this.opened;
    assert.ok(opened !== undefined && this.opened.length === 1, `${this.opened.length} links`);
    return opened.link;
  }

  get texts(): readonly string[] {
    return this.frames.map(({ payload }) => Buffer.from(payload).toString());
  }

  /** In a turn of its own. */
  call(act: (links: Links) => void): void {
    this.#clock.turn(() => this.callNow(act));
  }

  /** From inside a callback. */
  callNow(act: (links: Links) => void): void {
    this.#isCalling = true;
    act(this.desk);
    this.#isCalling = false;
  }

  dial(other: NeighborHolder, addresses: readonly Address[] = [other.house.address]): void {
    const target = { member: other.member, nodeId: other.house.parts.nodeId, addresses };
    this.call((links) => links.dial(target));
  }

  onOpened(opened: OpenedLink): void {
    this.#listen();
    this.opened.push(opened);
    this.onOpenedDo(opened);
  }

  onFrame(link: LinkId, kind: number, payload: Uint8Array): void {
    this.#listen();
    assert.ok(!this.closed.some((each) => each.link === link), 'a frame of a closed link');
    assert.ok(
      this.opened.some((each) => each.link === link),
      'a frame of an unknown link',
    );
    const frame = { link, kind, payload: payload.slice() };
    this.frames.push(frame);
    this.onFrameDo(frame);
  }

  onDrained(link: LinkId): void {
    this.#listen();
    assert.ok(!this.closed.some((each) => each.link === link), 'drained after its end');
    this.drained.push(link);
  }

  onClosed(link: LinkId, why: string): void {
    this.#listen();
    assert.ok(!this.closed.some((each) => each.link === link), 'closed twice');
    this.closed.push({ link, why });
  }

  onDialFailed(target: DialTarget, code: string, detail: string): void {
    this.#listen();
    this.failed.push({ target, code, detail });
  }

  #listen(): void {
    assert.ok(!this.#isCalling, 'told from inside a call of the port');
  }
}

export interface Neighborhood {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly alice: NeighborHolder;
  readonly bob: NeighborHolder;
  readonly carol: NeighborHolder;
  /** One more member at an address of its own. */
  readonly another: (number: number) => NeighborHolder;
}

export function neighborhood(cable: CableOptions = {}): Neighborhood {
  const { clock, network, alice, bob, carol } = desks(cable);
  const withNeighbors = (house: DeskHolder): NeighborHolder => new NeighborHolder(house, clock);
  const another = (number: number): NeighborHolder => {
    const member: Clubber = guest(`Guest ${number}`);
    return withNeighbors(new DeskHolder(member, `198.51.100.${number}`, network, clock));
  };
  return {
    clock,
    network,
    alice: withNeighbors(alice),
    bob: withNeighbors(bob),
    carol: withNeighbors(carol),
    another,
  };
}

/** Alice has dialed Bob, and both were told. */
export function neighbors(cable: CableOptions = {}): Neighborhood {
  const all = neighborhood(cable);
  all.alice.dial(all.bob);
  all.clock.advance(500);
  assert.equal(all.alice.opened.length + all.bob.opened.length, 2, 'the link is up');
  return all;
}

export interface RawNeighbor {
  readonly wire: SimulatedWire;
  /** What the other side sent. */
  readonly heard: Uint8Array[];
  readonly isEnded: () => boolean;
  readonly say: (...frames: readonly Uint8Array[]) => void;
}

/** A member's end of a neighbor link that speaks no protocol but bytes; null when it was refused. */
export function rawNeighbor(
  { clock }: Neighborhood,
  from: NeighborHolder,
  to: NeighborHolder,
  openId: Uint8Array = from.house.parts.chance.bytes(16),
): RawNeighbor | LinkFailure {
  let up: AuthenticatedLink | null = null;
  let failure: LinkFailure | null = null;
  const heard: Uint8Array[] = [];
  let isEnded = false;
  const listener: WireListener = {
    onBytes: (bytes) => {
      heard.push(bytes);
      return true;
    },
    onEnd: () => {
      isEnded = true;
    },
    onClosed: () => {
      isEnded = true;
    },
  };
  const { parts } = from.house;
  const wish = { role: 'dialer', openId, isSeparate: false, isNeighbor: true } as const;
  attemptLink({
    ...parts,
    facts: linkFacts(parts, wish),
    member: to.member,
    timeoutMs: 5_000,
    candidate: { address: to.house.address, source: 'given' },
    onGreeted: () => undefined,
    listener: {
      onUp: (link) => {
        up = link;
        link.wire.attach(listener);
      },
      onFailed: (why) => {
        failure = why;
      },
    },
  });
  clock.advance(100);
  const end: { readonly up: AuthenticatedLink | null; readonly failure: LinkFailure | null } = {
    up,
    failure,
  };
  if (end.failure !== null) return end.failure;
  assert.ok(end.up?.wire instanceof SimulatedWire);
  const { wire } = end.up;
  const say = (...frames: readonly Uint8Array[]): void => {
    wire.send(frames, () => undefined);
    clock.advance(10);
  };
  return { wire, heard, isEnded: () => isEnded, say };
}

export function rawUp(all: Neighborhood, from: NeighborHolder, to: NeighborHolder): RawNeighbor {
  const end = rawNeighbor(all, from, to);
  assert.ok('wire' in end, JSON.stringify(end));
  return end;
}
