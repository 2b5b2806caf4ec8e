// Alice and Bob of docs/protocol.md: their certificates, and the HELLOs of their first and second
// meeting, made by the machine of core/link from fixed keys, numbers and times.

import { hexText } from '../../src/core/base/hex.ts';
import { instantOf, type Now } from '../../src/core/base/time.ts';
import { ChainMemory } from '../../src/core/link/chain-memory.ts';
import { Handshake, type HandshakeFacts } from '../../src/core/link/handshake.ts';
import { FRAME_HEADER_BYTES } from '../../src/core/wire/frame.ts';
import { alice, bob, chainOf, NOW, rootOf } from '../support/golden-chains.ts';
import { nodeCrypto, type Person } from '../support/trust-cast.ts';
import { newJudge } from '../support/trust-village.ts';

const judge = newJudge();

function counted(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => first + at);
}

export const EXPORTERS = [counted(32, 0x00), counted(32, 0x20)] as const;
export const ADDRESSES = [
  { host: '192.0.2.1', port: 4001 },
  { host: '2001:db8::1', port: 4001 },
];
export const SECRET: Uint8Array = new Uint8Array(32).fill(7);

export const ALICE_CHAIN: readonly Uint8Array[] = chainOf([{ subject: alice, role: 'creator' }]);
export const BOB_CHAIN: readonly Uint8Array[] = chainOf([
  { subject: alice, role: 'creator' },
  { subject: bob, role: 'administrator' },
]);

export function identityOf(subject: Person) {
  const verdict = judge.verifyIdentity(rootOf({ subject, role: 'member', kind: 'identity' }));
  if (!verdict.ok) throw new Error(verdict.refusal.detail);
  return verdict.value;
}

export function membershipOf(chain: readonly Uint8Array[]) {
  const verdict = judge.judgeSoundness(chain);
  if (!verdict.ok) throw new Error(verdict.refusal.detail);
  return verdict.value;
}

export const now: Now = { instant: instantOf(0), wallTime: NOW };

/** One end of a meeting, with its own memory of chains. */
export class Party {
  readonly #memory = new ChainMemory();
  readonly #judge = newJudge();
  readonly #person: Person;
  readonly #chain: readonly Uint8Array[];
  readonly #nodeId: bigint;

  constructor(person: Person, chain: readonly Uint8Array[], nodeId: bigint) {
    this.#person = person;
    this.#chain = chain;
    this.#nodeId = nodeId;
  }

  handshake(
    role: HandshakeFacts['role'],
    far: Person,
    meeting: 0 | 1,
    isNeighbor = false,
  ): Handshake {
    const facts: HandshakeFacts = {
      role,
      exporter: EXPORTERS[meeting],
      membership: membershipOf(this.#chain),
      ownCertificateDigest: nodeCrypto.sha256(identityOf(this.#person).der),
      signer: this.#person,
      farCertificate: identityOf(far),
      openId: counted(16, 0xa0 + 16 * meeting),
      isSeparate: false,
      isNeighbor,
      nodeId: this.#nodeId,
      listenAddresses: this.#person === alice ? ADDRESSES : [],
      removalOf: () => null,
    };
    return new Handshake(facts, { crypto: nodeCrypto, judge: this.#judge, memory: this.#memory });
  }
}

export function newAlice(): Party {
  return new Party(alice, ALICE_CHAIN, 0x0123_4567_89ab_cdefn);
}

export function newBob(): Party {
  return new Party(bob, BOB_CHAIN, 0xfedc_ba98_7654_3210n);
}

/** Frames of one meeting: what Alice sent, then what Bob answered. */
function meet(a: Party, b: Party, meeting: 0 | 1): readonly Uint8Array[] {
  const dialer = a.handshake('dialer', bob, meeting);
  const listener = b.handshake('listener', alice, meeting);
  const asked = dialer.start(now);
  for (const frame of asked) listener.receive(frame[4] ?? 0, payloadOf(frame), now);
  const answered = listener.admit(now);
  for (const frame of answered) {
    const step = dialer.receive(frame[4] ?? 0, payloadOf(frame), now);
    if (step.kind === 'refusedByUs') throw new Error(step.refusal.detail);
  }
  return [...asked, ...answered];
}

export function payloadOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(FRAME_HEADER_BYTES);
}

/** The HELLO of the dialer in the first meeting, those of both in the second, and one for a neighbor link. */
export function exampleHellos() {
  const [a, b] = [newAlice(), newBob()];
  const [first] = meet(a, b, 0);
  const [second, answer] = meet(a, b, 1);
  const [neighbor] = a.handshake('dialer', bob, 1, true).start(now);
  if (!first || !second || !answer || !neighbor) {
    throw new Error(`no HELLO at ${hexText(EXPORTERS[0])}`);
  }
  return { first, second, answer, neighbor };
}
