// Two members at the two ends of one simulated cable: shaking hands, and then as direct lines whose
// listeners write down what they were told.

import assert from 'node:assert/strict';

import type { MessageType } from '../../src/core/domain/message-types.ts';
import type { PeerName } from '../../src/core/domain/names.ts';
import type { FarEnd } from '../../src/core/link/far-end.ts';
import type { HandshakeTools } from '../../src/core/link/handshake.ts';
import { DirectLine } from '../../src/engine/direct-line.ts';
import { GatherPool } from '../../src/engine/gather-pool.ts';
import type { LineEnd, LineListener } from '../../src/engine/line-listener.ts';
import type { LineStream } from '../../src/engine/line-stream.ts';
import type { LinkFailure } from '../../src/engine/link-failure.ts';
import { type AuthenticatedLink, LinkHandshake } from '../../src/engine/link-handshake.ts';
import { END, NOW } from './golden-chains.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { CLUB, type Clubber, EXPORTER, factsOf, freshTools } from './simulated-club.ts';
import { type CableOptions, SimulatedWire } from './simulated-wire.ts';

/** What became of one end of a handshake. */
export class HandshakeLog {
  readonly asked: FarEnd[] = [];
  readonly up: AuthenticatedLink[] = [];
  readonly failed: LinkFailure[] = [];

  get outcomes(): number {
    return this.up.length + this.failed.length;
  }
}

export interface ShakeOptions extends CableOptions {
  readonly dialer?: Clubber;
  readonly listener?: Clubber;
  readonly patienceMs?: number;
  /** Whom the dialer means to reach; the listener by default. */
  readonly expected?: PeerName;
  readonly tools?: readonly [HandshakeTools, HandshakeTools];
  /** What the listener does with one who asks; lets in by default. */
  readonly onAsked?: (handshake: LinkHandshake) => void;
  readonly onUp?: (role: 'dialer' | 'listener', link: AuthenticatedLink) => void;
}

export interface Shake {
  readonly clock: SimulatedClock;
  readonly wires: readonly [SimulatedWire, SimulatedWire];
  readonly dialer: LinkHandshake;
  readonly listener: LinkHandshake;
  readonly logs: { readonly dialer: HandshakeLog; readonly listener: HandshakeLog };
}

/** Two ends that begin to shake hands; time has not passed yet. */
export function shake(options: ShakeOptions = {}): Shake {
  const { dialer = CLUB.alice, listener = CLUB.bob, patienceMs = 10_000 } = options;
  const clock = new SimulatedClock(NOW);
  const wires = wiresBetween(clock, dialer, listener, options);
  const logs = { dialer: new HandshakeLog(), listener: new HandshakeLog() };
  const tools = options.tools ?? [freshTools(), freshTools()];
  const ends = [
    ['dialer', dialer, listener],
    ['listener', listener, dialer],
  ] as const;
  const [left, right] = ends.map(([role, own, far], at) => {
    const handshake: LinkHandshake = new LinkHandshake({
      wire: wires[at === 0 ? 0 : 1],
      facts: factsOf(own, far, role),
      tools: tools[at === 0 ? 0 : 1],
      clock,
      patienceMs,
      expected: role === 'dialer' ? (options.expected ?? far.membership.member) : null,
      listener: {
        onGreeted: () => undefined,
        onAsked: (farEnd) => {
          logs[role].asked.push(farEnd);
          if (options.onAsked === undefined) handshake.admit();
          else options.onAsked(handshake);
        },
        onUp: (link) => {
          logs[role].up.push(link);
          options.onUp?.(role, link);
        },
        onFailed: (failure) => logs[role].failed.push(failure),
      },
    });
    return handshake;
  });
  assert.ok(left !== undefined && right !== undefined);
  left.start();
  right.start();
  return { clock, wires, dialer: left, listener: right, logs };
}

export function wiresBetween(
  clock: SimulatedClock,
  dialer: Clubber,
  listener: Clubber,
  cable: CableOptions = {},
): readonly [SimulatedWire, SimulatedWire] {
  const end = (far: Clubber, host: string) => ({
    exporter: EXPORTER,
    farCertificate: far.identity.der,
    remoteAddress: { host, port: 4001 },
  });
  return SimulatedWire.pair(clock, [end(listener, '192.0.2.2'), end(dialer, '192.0.2.1')], cable);
}

/** One end of a line with everything that it was told. */
export class LineEndpoint implements LineListener {
  readonly line: DirectLine;
  readonly wire: SimulatedWire;
  readonly messages: { readonly type: MessageType; readonly bytes: Uint8Array }[] = [];
  readonly streams: LineStream[] = [];
  readonly ends: LineEnd[] = [];
  overCount = 0;

  constructor(id: bigint, link: AuthenticatedLink, clock: SimulatedClock) {
    assert.ok(link.wire instanceof SimulatedWire);
    this.wire = link.wire;
    const allocate = (length: number) => new Uint8Array(length);
    const tools = { clock, pool: new GatherPool(), allocate };
    this.line = new DirectLine({ id, link, validUntil: () => END }, tools);
  }

  start(): void {
    this.line.start(this, () => {
      this.overCount += 1;
    });
  }

  onMessage(type: MessageType, bytes: Uint8Array): boolean {
    this.messages.push({ type, bytes });
    return true;
  }

  onStream(stream: LineStream): void {
    this.streams.push(stream);
  }

  onClosed(end: LineEnd): void {
    this.ends.push(end);
  }

  get texts(): readonly string[] {
    return this.messages.map(({ bytes }) => Buffer.from(bytes).toString());
  }
}

export interface LinePair {
  readonly clock: SimulatedClock;
  readonly alice: LineEndpoint;
  readonly bob: LineEndpoint;
  /** Lets time pass with a tick of both lines each second. */
  readonly live: (ms: number) => void;
}

const TOOLS = [freshTools(), freshTools()] as const;

/** A line from Alice, who dialled, to Bob. */
export function linePair(cable: CableOptions = {}): LinePair {
  const endpoints = new Map<'dialer' | 'listener', LineEndpoint>();
  const { clock } = shake({
    ...cable,
    tools: TOOLS,
    onUp: (role, link) => {
      const endpoint = new LineEndpoint(role === 'dialer' ? 1n : 2n, link, clock);
      endpoints.set(role, endpoint);
      endpoint.start();
    },
  });
  clock.advance(200);
  const alice = endpoints.get('dialer');
  const bob = endpoints.get('listener');
  assert.ok(alice !== undefined && bob !== undefined, 'the line is up');
  const live = (ms: number): void => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000));
      for (const { line } of [alice, bob])
        if (!line.isOver) clock.turn(() => line.tick(clock.now()));
    }
  };
  return { clock, alice, bob, live };
}

export interface RawLine {
  readonly clock: SimulatedClock;
  readonly bob: LineEndpoint;
  /** Mallory's end of the cable: whatever bytes a member can send. */
  readonly wire: SimulatedWire;
  /** What Bob's side sent to Mallory. */
  readonly heard: Uint8Array[];
  readonly say: (...frames: readonly Uint8Array[]) => void;
}

/** Mallory is a member, dialled Bob and now speaks no protocol but bytes. */
export function rawLine(cable: CableOptions = {}): RawLine {
  let bob: LineEndpoint | null = null;
  let wire: SimulatedWire | null = null;
  const heard: Uint8Array[] = [];
  const { clock } = shake({
    ...cable,
    dialer: CLUB.mallory,
    tools: TOOLS,
    onUp: (role, link) => {
      assert.ok(link.wire instanceof SimulatedWire);
      if (role === 'dialer') {
        wire = link.wire;
        wire.attach({
          onBytes: (bytes) => {
            heard.push(bytes);
            return true;
          },
          onEnd: () => undefined,
          onClosed: () => undefined,
        });
        return;
      }
      bob = new LineEndpoint(3n, link, clock);
      bob.start();
    },
  });
  clock.advance(200);
  const up: { bob: LineEndpoint | null; wire: SimulatedWire | null } = { bob, wire };
  assert.ok(up.bob !== null && up.wire !== null, 'the line is up');
  const end = up.wire;
  const say = (...frames: readonly Uint8Array[]): void => {
    end.send(frames, () => undefined);
    clock.advance(10);
  };
  return { clock, bob: up.bob, wire: end, heard, say };
}
