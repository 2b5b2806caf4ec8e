// The two ends of a link prove to each other that they are members of one group (protocol.md §7).
// A link is up at WELCOME and not before: TLS alone says only which key is there. The signature in
// HELLO covers the TLS exporter, the role and both certificates, so it fits no other connection.

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { equalBytes } from '../base/bytes.ts';
import { hexText } from '../base/hex.ts';
import type { Now } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import type { IdentityCertificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { Refusal, RefusalCode, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Removal } from '../domain/security.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { ChainJudge } from '../trust/chain.ts';
import { encodeFrame, KIND } from '../wire/frame.ts';
import type { Hello, Refuse, RefuseReason } from '../wire/hello.ts';
import {
  decodeHello,
  decodeRefuse,
  encodeHello,
  encodeHelloBody,
  encodeRefuse,
  HELLO_VERSION,
  helloVersionOf,
} from '../wire/hello.ts';
import type { HandshakeRole } from '../wire/link-kinds.ts';
import type { ChainMemory } from './chain-memory.ts';
import type { FarEnd } from './far-end.ts';
import { removalText } from './removal-text.ts';

/** What both ends know before the first frame. */
export interface HandshakeFacts {
  readonly role: HandshakeRole;
  /** 32 bytes of the TLS exporter, the same at both ends of one TLS connection and of no other. */
  readonly exporter: Uint8Array;
  /** Ours, checked by us when it was taken up. */
  readonly membership: Membership;
  /** SHA-256 over the DER of our TLS certificate. */
  readonly ownCertificateDigest: Uint8Array;
  readonly signer: Signer;
  /** The certificate by which the far end authenticated itself to TLS; already verified as an identity. */
  readonly farCertificate: IdentityCertificate;
  /** 16 bytes; ours when we dial, unused when we listen. */
  readonly openId: Uint8Array;
  readonly isSeparate: boolean;
  /** We dial for a link of the group's graph. */
  readonly isNeighbor: boolean;
  readonly nodeId: bigint;
  readonly listenAddresses: readonly Address[];
  /**
   * Why a sound membership does not live; null for one that does. Asked of the far end's whenever it counts. As a
   * neighbor somebody may come whose membership lives no more and who has another that does: it hears of it there.
   */
  readonly removalOf: (membership: Membership, isNeighbor: boolean) => Removal | null;
}

export interface HandshakeTools {
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  readonly memory: ChainMemory;
}

export type HandshakeStep =
  /** Nothing decided yet. */
  | { readonly kind: 'wait'; readonly send: readonly Uint8Array[] }
  /** Listener: the far end is a member; say `admit` or `turnAway`. */
  | { readonly kind: 'asked'; readonly farEnd: FarEnd }
  | { readonly kind: 'up'; readonly farEnd: FarEnd; readonly send: readonly Uint8Array[] }
  | { readonly kind: 'refusedByThem'; readonly refuse: Refuse }
  | {
      readonly kind: 'refusedByUs';
      readonly refusal: Refusal;
      readonly send: readonly Uint8Array[];
    };

type Phase =
  | { readonly name: 'greeting'; readonly chainAsked: boolean }
  | {
      readonly name: 'deciding';
      readonly farEnd: FarEnd;
      readonly knownChainDigest: Uint8Array | null;
      readonly openId: Uint8Array;
    }
  | { readonly name: 'answered'; readonly farEnd: FarEnd }
  | { readonly name: 'over' };

const SIGNATURE_DOMAIN = 'peergroup-hello-v1';
const ROLE_NUMBERS = { dialer: 1, listener: 2 } as const;

export class Handshake {
  readonly #facts: HandshakeFacts;
  readonly #tools: HandshakeTools;
  readonly #farCertificateDigest: Uint8Array;
  #phase: Phase = { name: 'greeting', chainAsked: false };

  constructor(facts: HandshakeFacts, tools: HandshakeTools) {
    this.#facts = facts;
    this.#tools = tools;
    this.#farCertificateDigest = tools.crypto.sha256(facts.farCertificate.der);
  }

  /** The dialer's first frame; a listener waits. */
  start(now: Now): readonly Uint8Array[] {
    if (this.#facts.role === 'listener') return [];
    const { memory } = this.#tools;
    const member = this.#facts.farCertificate.subject;
    return [
      this.#hello(now, {
        withChain: !memory.holdsOurs(member, this.#facts.membership.chainDigest),
        knownChainDigest: this.#knownChainDigest(now),
        openId: this.#facts.openId,
      }),
    ];
  }

  /** Takes one frame. Throws `MalformedBytes` for bytes that no frame of a handshake may have. */
  receive(kind: number, payload: Uint8Array, now: Now): HandshakeStep {
    switch (this.#phase.name) {
      case 'greeting':
        return this.#onGreeting(kind, payload, now, this.#phase.chainAsked);
      case 'answered':
        return this.#onAnswered(kind, payload, this.#phase.farEnd);
      case 'deciding':
      case 'over':
        return this.#fail('PROTOCOL_VIOLATION', 'a frame while none was expected');
    }
  }

  /** Listener, after `asked`: the link is up when these frames have left. */
  admit(now: Now): readonly Uint8Array[] {
    const phase = this.#phase;
    assert(phase.name === 'deciding', 'only a far end that asked is admitted');
    this.#become({ name: 'over' });
    const ours = this.#facts.membership.chainDigest;
    const isKnown = phase.knownChainDigest !== null && equalBytes(phase.knownChainDigest, ours);
    const hello = this.#hello(now, {
      withChain: !isKnown,
      knownChainDigest: phase.farEnd.membership.chainDigest,
      openId: phase.openId,
    });
    return [hello, encodeFrame(KIND.welcome, new Uint8Array(0))];
  }

  /** Listener, after `asked`. */
  turnAway(reason: RefuseReason, detail: string): readonly Uint8Array[] {
    this.#become({ name: 'over' });
    return [refuseFrame(reason, detail)];
  }

  #onGreeting(kind: number, payload: Uint8Array, now: Now, chainAsked: boolean): HandshakeStep {
    if (kind === KIND.hello) return this.#onHello(payload, now, chainAsked);
    if (this.#facts.role === 'dialer') {
      if (kind === KIND.refuse) return this.#onRefuse(payload);
      if (kind === KIND.needChain && !chainAsked) return this.#onNeedChain(now);
    }
    return this.#fail('PROTOCOL_VIOLATION', `frame ${kind} before HELLO`);
  }

  #onAnswered(kind: number, payload: Uint8Array, farEnd: FarEnd): HandshakeStep {
    if (kind === KIND.refuse) return this.#onRefuse(payload);
    if (kind !== KIND.welcome || payload.length > 0) {
      return this.#fail('PROTOCOL_VIOLATION', `frame ${kind} in place of WELCOME`);
    }
    // It may have come to be known while the listener made up its mind.
    const removal = this.#removalOf(farEnd.membership, farEnd.isNeighbor);
    if (removal !== null) return this.#fail('MEMBERSHIP_REMOVED', removalText(removal));
    this.#become({ name: 'over' });
    return { kind: 'up', farEnd, send: [] };
  }

  #onRefuse(payload: Uint8Array): HandshakeStep {
    const refuse = decodeRefuse(payload);
    this.#become({ name: 'over' });
    return { kind: 'refusedByThem', refuse };
  }

  #onNeedChain(now: Now): HandshakeStep {
    const member = this.#facts.farCertificate.subject;
    this.#tools.memory.forgetOurs(member);
    this.#become({ name: 'greeting', chainAsked: true });
    const knownChainDigest = this.#knownChainDigest(now);
    const { openId } = this.#facts;
    return {
      kind: 'wait',
      send: [this.#hello(now, { withChain: true, knownChainDigest, openId })],
    };
  }

  #onHello(payload: Uint8Array, now: Now, chainAsked: boolean): HandshakeStep {
    if (helloVersionOf(payload) !== HELLO_VERSION) {
      return this.#fail('UNSUPPORTED_VERSION', `link protocol ${helloVersionOf(payload)}`);
    }
    const hello = decodeHello(payload);
    const verdict = this.#judge(hello, now);
    if (verdict === 'chainUnknown') return this.#askForChain(chainAsked);
    if (!verdict.ok) return this.#fail(verdict.refusal.code, verdict.refusal.detail);
    return this.#onMember(hello, verdict.value, now);
  }

  #onMember(hello: Hello, membership: Membership, now: Now): HandshakeStep {
    const { memory } = this.#tools;
    memory.learn(membership);
    if (hello.knownChainDigest !== null) memory.noteHeld(membership.member, hello.knownChainDigest);
    const farEnd = farEndOf(hello, membership, now);
    if (this.#facts.role === 'listener') {
      const { knownChainDigest, openId } = hello;
      this.#become({ name: 'deciding', farEnd, knownChainDigest, openId });
      return { kind: 'asked', farEnd };
    }
    if (!equalBytes(hello.openId, this.#facts.openId)) {
      return this.#fail('PROTOCOL_VIOLATION', 'HELLO answers another attempt');
    }
    if (hello.isSeparate || hello.isNeighbor) {
      return this.#fail('PROTOCOL_VIOLATION', 'a listener asks for nothing');
    }
    this.#become({ name: 'answered', farEnd });
    return { kind: 'wait', send: [] };
  }

  #askForChain(chainAsked: boolean): HandshakeStep {
    const mayAsk = this.#facts.role === 'listener' && !chainAsked;
    if (!mayAsk) return this.#fail('NOT_AUTHENTICATED', 'the far end sent no chain');
    this.#become({ name: 'greeting', chainAsked: true });
    return { kind: 'wait', send: [encodeFrame(KIND.needChain, new Uint8Array(0))] };
  }

  /** The laws of a HELLO, cheapest first; the signature proves the rest belongs to this connection. */
  #judge(hello: Hello, now: Now): Verdict<Membership> | 'chainUnknown' {
    const { judge, crypto } = this.#tools;
    const { farCertificate, membership } = this.#facts;
    const far = this.#facts.role === 'dialer' ? 'listener' : 'dialer';
    const signedBytes = this.#signedBytes(far, hello.signedPart);
    if (!crypto.verify(farCertificate.publicKey, signedBytes, hello.signature)) {
      return refuse('NOT_AUTHENTICATED', 'the signature in HELLO does not fit this connection');
    }
    const verdict =
      hello.chain === null
        ? judge.recall(hello.chainDigest, membership.group, now.wallTime)
        : judge.judge(hello.chain, membership.group, now.wallTime);
    if (verdict === null) return 'chainUnknown';
    if (!verdict.ok) return explainSkew(verdict.refusal, hello, now);
    const found = verdict.value;
    if (!equalBytes(found.chainDigest, hello.chainDigest)) {
      return refuse('PROTOCOL_VIOLATION', 'the digest in HELLO is not that of the chain');
    }
    if (
      !equalBytes(found.publicKey, farCertificate.publicKey) ||
      found.member !== farCertificate.subject
    ) {
      return refuse(
        'NOT_AUTHENTICATED',
        'the chain is for another key than that of the TLS certificate',
      );
    }
    if (found.member === membership.member && !this.#isOtherNode(hello)) {
      return refuse('NOT_AUTHENTICATED', 'a member does not connect to itself');
    }
    const removal = this.#removalOf(found, hello.isNeighbor);
    if (removal !== null) return refuse('MEMBERSHIP_REMOVED', removalText(removal));
    return accept(found);
  }

  #removalOf(membership: Membership, isNeighbor: boolean): Removal | null {
    return this.#facts.removalOf(membership, isNeighbor || this.#facts.isNeighbor);
  }

  /** One identity may be on several machines; their nodes are neighbors like any others. */
  #isOtherNode({ isNeighbor, nodeId }: Hello): boolean {
    const own = this.#facts;
    return (own.isNeighbor || isNeighbor) && nodeId !== own.nodeId;
  }

  #hello(
    now: Now,
    part: { withChain: boolean; knownChainDigest: Uint8Array | null; openId: Uint8Array },
  ): Uint8Array {
    const { role, membership, signer } = this.#facts;
    const signedPart = encodeHelloBody({
      nodeId: this.#facts.nodeId,
      openId: part.openId,
      isSeparate: this.#facts.isSeparate,
      isNeighbor: this.#facts.isNeighbor,
      sentAtMs: Math.floor(now.wallTime),
      messageBytesMax: LIMITS.messageBytesMax,
      listenAddresses: this.#facts.listenAddresses.slice(0, LIMITS.addressesPerMemberMax),
      chainDigest: membership.chainDigest,
      knownChainDigest: part.knownChainDigest,
      chain: part.withChain ? membership.chain.map((certificate) => certificate.der) : null,
    });
    const signature = signer.sign(this.#signedBytes(role, signedPart));
    return encodeFrame(KIND.hello, encodeHello(signedPart, signature));
  }

  /** Of the far end's chain, while the judge has it: a dialer could not ask for one that it forgot. */
  #knownChainDigest(now: Now): Uint8Array | null {
    const { memory, judge } = this.#tools;
    const digest = memory.digestOf(this.#facts.farCertificate.subject);
    if (digest === null) return null;
    const { group } = this.#facts.membership;
    return judge.recall(digest, group, now.wallTime) === null ? null : digest;
  }

  /** What the HELLO of `role` signs (protocol.md §7.2). */
  #signedBytes(role: HandshakeRole, signedPart: Uint8Array): Uint8Array {
    const { crypto } = this.#tools;
    const { exporter, ownCertificateDigest, membership } = this.#facts;
    const farDigest = this.#farCertificateDigest;
    const isOurs = role === this.#facts.role;
    const isDialerFirst = (role === 'dialer') === isOurs;
    return new ByteWriter()
      .text(SIGNATURE_DOMAIN)
      .u8(ROLE_NUMBERS[role])
      .raw(exporter)
      .raw(isDialerFirst ? ownCertificateDigest : farDigest)
      .raw(isDialerFirst ? farDigest : ownCertificateDigest)
      .text(membership.group)
      .raw(crypto.sha256(signedPart))
      .finish();
  }

  #fail(code: RefusalCode, detail: string): HandshakeStep {
    this.#become({ name: 'over' });
    const isListener = this.#facts.role === 'listener';
    // It has proved whose membership that is, and may know what was said of it.
    const told = code === 'MEMBERSHIP_REMOVED' ? detail : '';
    const send = isListener ? [refuseFrame(REASON_BY_CODE.get(code) ?? 'notMember', told)] : [];
    return { kind: 'refusedByUs', refusal: { code, detail }, send };
  }

  #become(phase: Phase): void {
    assert(
      MOVES[this.#phase.name].includes(phase.name),
      `${this.#phase.name} leads to ${phase.name}`,
    );
    this.#phase = phase;
  }
}

const MOVES: Readonly<Record<Phase['name'], readonly Phase['name'][]>> = {
  greeting: ['greeting', 'deciding', 'answered', 'over'],
  deciding: ['over'],
  answered: ['over'],
  over: ['over'],
};

/** What a stranger is told: the kind of fault and no detail, for details help whoever is guessing. */
const REASON_BY_CODE: ReadonlyMap<RefusalCode, RefuseReason> = new Map([
  ['MEMBERSHIP_EXPIRED', 'membershipExpired'],
  ['MEMBERSHIP_NOT_YET_VALID', 'membershipNotYetValid'],
  ['UNSUPPORTED_VERSION', 'unsupportedVersion'],
  ['MEMBERSHIP_REMOVED', 'removed'],
]);

function refuseFrame(reason: RefuseReason, detail: string): Uint8Array {
  return encodeFrame(KIND.refuse, encodeRefuse({ reason, detail }));
}

function farEndOf(hello: Hello, membership: Membership, now: Now): FarEnd {
  return {
    membership,
    nodeId: hello.nodeId,
    attempt: hexText(hello.openId),
    isSeparate: hello.isSeparate,
    isNeighbor: hello.isNeighbor,
    listenAddresses: hello.listenAddresses,
    messageBytesMax: hello.messageBytesMax,
    clockSkewMs: hello.sentAtMs - now.wallTime,
  };
}

/** A chain that seems out of date is often a clock that is wrong: say by how much the two differ. */
function explainSkew(refusal: Refusal, hello: Hello, now: Now): Verdict<never> {
  const skewSeconds = Math.round((hello.sentAtMs - now.wallTime) / 1000);
  if (!refusal.code.startsWith('MEMBERSHIP_') || Math.abs(skewSeconds) < 60) {
    return { ok: false, refusal };
  }
  return refuse(refusal.code, `${refusal.detail}; the far end's clock differs by ${skewSeconds} s`);
}
