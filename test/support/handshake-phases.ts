// Handshakes of core brought into each of their phases, and HELLOs that are right or wrong in one
// respect, signed as the far end would sign them.

import assert from 'node:assert/strict';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { instantOf, type Now } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import type { GroupName } from '../../src/core/domain/names.ts';
import {
  Handshake,
  type HandshakeStep,
  type HandshakeTools,
} from '../../src/core/link/handshake.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import type { Frame } from '../../src/core/wire/handshake-frames.ts';
import {
  decodeHello,
  encodeHello,
  encodeHelloBody,
  type Hello,
  type HelloBody,
} from '../../src/core/wire/hello.ts';
import type { HandshakeRole } from '../../src/core/wire/link-kinds.ts';
import { framesHolding } from './frame-cases.ts';
import { NOW } from './golden-chains.ts';
import { CLUB, type Clubber, EXPORTER, factsOf, freshTools, OPEN_ID } from './simulated-club.ts';
import type { Person } from './trust-cast.ts';

export const EMPTY = new Uint8Array(0);

export type PhaseName =
  | 'dialer greeting'
  | 'dialer asked for its chain'
  | 'dialer answered'
  | 'dialer up'
  | 'dialer refused'
  | 'listener greeting'
  | 'listener asked for the chain'
  | 'listener deciding'
  | 'listener up'
  | 'listener over';

export function now(): Now {
  return { instant: instantOf(5), wallTime: NOW };
}

export function frameOf(bytes: Uint8Array | undefined): Frame {
  const frame = framesHolding([bytes ?? EMPTY]).next();
  assert.ok(frame !== null, 'a whole frame was sent');
  return frame;
}

export function sentHello(bytes: Uint8Array | undefined): Hello {
  return decodeHello(frameOf(bytes).payload);
}

export function handshakeOf(own: Clubber, far: Clubber, role: HandshakeRole): Handshake {
  return new Handshake(factsOf(own, far, role), freshTools());
}

/** Where a step leads to: its kind, or the code of our refusal. */
export function fate(step: HandshakeStep | null): string {
  assert.ok(step !== null);
  return step.kind === 'refusedByUs' ? step.refusal.code : step.kind;
}

/** What in a HELLO, or in what its signature covers, is not as it should be. */
export interface HelloChanges extends Partial<HelloBody> {
  readonly exporter?: Uint8Array;
  readonly signedRole?: HandshakeRole;
  readonly signedGroup?: GroupName;
  readonly group?: GroupName;
  readonly dialerCertificate?: Uint8Array;
  readonly listenerCertificate?: Uint8Array;
  readonly domain?: string;
  readonly signer?: Person;
}

/** The payload of the HELLO that `own` says to `far`. */
export function helloFrom(
  own: Clubber,
  far: Clubber,
  role: HandshakeRole,
  changes: HelloChanges = {},
): Uint8Array {
  const body: HelloBody = {
    nodeId: 5n,
    openId: changes.openId ?? OPEN_ID,
    isSeparate: changes.isSeparate ?? false,
    isNeighbor: changes.isNeighbor ?? false,
    sentAtMs: changes.sentAtMs ?? NOW,
    messageBytesMax: LIMITS.messageBytesMax,
    listenAddresses: [],
    chainDigest: changes.chainDigest ?? own.membership.chainDigest,
    knownChainDigest: changes.knownChainDigest ?? null,
    chain: changes.chain === undefined ? own.membership.chain.map(({ der }) => der) : changes.chain,
  };
  const [dialer, listener] = role === 'dialer' ? [own, far] : [far, own];
  const signedPart = encodeHelloBody(body);
  const signedBytes = new ByteWriter()
    .text(changes.domain ?? 'peergroup-hello-v1')
    .u8((changes.signedRole ?? role) === 'dialer' ? 1 : 2)
    .raw(changes.exporter ?? EXPORTER)
    .raw(nodeCrypto.sha256(changes.dialerCertificate ?? dialer.identity.der))
    .raw(nodeCrypto.sha256(changes.listenerCertificate ?? listener.identity.der))
    .text(changes.signedGroup ?? changes.group ?? own.membership.group)
    .raw(nodeCrypto.sha256(signedPart))
    .finish();
  return encodeHello(signedPart, (changes.signer ?? own.person).sign(signedBytes));
}

interface InPhase {
  readonly handshake: Handshake;
  /** A HELLO of the far end that fits the connection. */
  readonly far: () => Uint8Array;
}

export function dialerAt(phase: PhaseName): InPhase {
  const handshake = handshakeOf(CLUB.alice, CLUB.bob, 'dialer');
  const far = (): Uint8Array => helloFrom(CLUB.bob, CLUB.alice, 'listener');
  handshake.start(now());
  const receive = (kind: number, payload: Uint8Array): unknown =>
    handshake.receive(kind, payload, now());
  if (phase === 'dialer asked for its chain') receive(KIND.needChain, EMPTY);
  if (phase === 'dialer answered' || phase === 'dialer up') receive(KIND.hello, far());
  if (phase === 'dialer up') receive(KIND.welcome, EMPTY);
  if (phase === 'dialer refused') receive(KIND.refuse, Uint8Array.of(1, 0));
  return { handshake, far };
}

export function listenerAt(phase: PhaseName): InPhase {
  const handshake = handshakeOf(CLUB.bob, CLUB.alice, 'listener');
  const far = (): Uint8Array => helloFrom(CLUB.alice, CLUB.bob, 'dialer');
  assert.deepEqual(handshake.start(now()), [], 'a listener waits');
  const receive = (payload: Uint8Array): unknown => handshake.receive(KIND.hello, payload, now());
  if (phase === 'listener asked for the chain') {
    receive(helloFrom(CLUB.alice, CLUB.bob, 'dialer', { chain: null }));
  }
  if (phase === 'listener deciding' || phase === 'listener up') receive(far());
  if (phase === 'listener up') handshake.admit(now());
  if (phase === 'listener over') receive(Uint8Array.of(99));
  return { handshake, far };
}

export interface Meeting {
  /** The last step of each side. */
  readonly dialer: HandshakeStep | null;
  readonly listener: HandshakeStep | null;
  /** All HELLOs, in the order in which they were said. */
  readonly hellos: readonly Hello[];
}

/** Two handshakes talk to each other until neither has anything to say; the listener lets in. */
export function meet(
  dialing: Clubber,
  listening: Clubber,
  tools: readonly [HandshakeTools, HandshakeTools] = [freshTools(), freshTools()],
): Meeting {
  const dialer = new Handshake(factsOf(dialing, listening, 'dialer'), tools[0]);
  const listener = new Handshake(factsOf(listening, dialing, 'listener'), tools[1]);
  const steps: { dialer: HandshakeStep | null; listener: HandshakeStep | null } = {
    dialer: null,
    listener: null,
  };
  const hellos: Hello[] = [];
  let toListener = [...dialer.start(now())];
  while (toListener.length > 0) {
    const toDialer: Uint8Array[] = [];
    for (const { kind, payload } of toListener.map(frameOf)) {
      if (kind === KIND.hello) hellos.push(decodeHello(payload));
      steps.listener = listener.receive(kind, payload, now());
      if (steps.listener.kind === 'asked') toDialer.push(...listener.admit(now()));
      else if ('send' in steps.listener) toDialer.push(...steps.listener.send);
    }
    toListener = [];
    for (const { kind, payload } of toDialer.map(frameOf)) {
      if (kind === KIND.hello) hellos.push(decodeHello(payload));
      steps.dialer = dialer.receive(kind, payload, now());
      if ('send' in steps.dialer) toListener.push(...steps.dialer.send);
      if (steps.dialer.kind === 'refusedByUs') return { ...steps, hellos };
    }
  }
  return { ...steps, hellos };
}
