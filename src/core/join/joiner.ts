// The end of a join that wants to be a member (protocol.md §15.4): says JOIN, shows that it knows the
// password where one is asked for, and believes nothing of what it is given before it has judged it. The
// chain that it gets is judged as every member will judge it, whoever hands it over.

import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import { hexText } from '../base/hex.ts';
import type { Now } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import type { IdentityCertificate } from '../domain/certificates.ts';
import type { Contact } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName, PeerName } from '../domain/names.ts';
import type { Refusal, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { mayIssue, ROLE_NUMBERS } from '../domain/roles.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { PasswordExchange, PasswordLogin } from '../ports/password-exchange.ts';
import type { ChainJudge } from '../trust/chain.ts';
import { encodeFrame, KIND } from '../wire/frame.ts';
import {
  decodeJoinAdmit,
  decodeJoinChallenge,
  decodeJoinPending,
  decodeJoinRefuse,
  encodeJoinBody,
  encodeJoinProof,
  type JoinAdmit,
  type JoinBinding,
  type JoinChallenge,
  type JoinClaim,
  type JoinRefuse,
  joinSignedBytes,
} from '../wire/join.ts';
import { ticketUseBytes } from '../wire/security.ts';
import { joinMac, signedFrame } from './join-proofs.ts';

/** What the text or our own past gives us to show. */
export type JoinSecret =
  /** `role` is what the text promises: less is not taken, and nobody who may not issue it is believed. */
  | {
      readonly kind: 'ticket';
      readonly offer: Uint8Array;
      readonly role: Role;
      /** Of the ticket. */
      readonly key: Signer;
    }
  | {
      readonly kind: 'password';
      readonly offer: Uint8Array;
      readonly role: Role;
      readonly password: string;
    }
  | { readonly kind: 'renewal'; readonly chain: readonly Uint8Array[] };

/** What the joiner knows before the first frame. */
export interface JoinerFacts {
  readonly group: GroupName;
  readonly secret: JoinSecret;
  readonly member: PeerName;
  /** Of our identity, which is also our TLS key. */
  readonly signer: Signer;
  /** SHA-256 over the DER of our TLS certificate. */
  readonly ownCertificateDigest: Uint8Array;
  /** Of the far end's TLS connection; already verified as an identity, and as the one that we asked for. */
  readonly farCertificate: IdentityCertificate;
  /** 32 bytes of the TLS exporter. */
  readonly exporter: Uint8Array;
  /** 16 random bytes. */
  readonly joinId: Uint8Array;
  readonly addresses: readonly Address[];
}

export interface JoinerTools {
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  /** Null where no password is ever shown. */
  readonly exchange: PasswordExchange | null;
}

/** What a join gives. Shares no memory with what came. */
export interface Joined {
  readonly membership: Membership;
  readonly admitter: PeerName;
  readonly groupFriendlyName: string;
  readonly epochDepth: number;
  readonly discoverySecret: Uint8Array;
  readonly contacts: readonly Contact[];
}

export type JoinerStep =
  | { readonly kind: 'wait'; readonly send: readonly Uint8Array[] }
  /** Somebody has to say yes; whoever waits may go on waiting. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'refusedByThem'; readonly refuse: JoinRefuse }
  | { readonly kind: 'wrongPassword' }
  | { readonly kind: 'refusedByUs'; readonly refusal: Refusal };

type Phase =
  | { readonly name: 'new' }
  | { readonly name: 'claimed'; readonly login: PasswordLogin | null }
  | { readonly name: 'proved'; readonly sessionKey: Uint8Array }
  | { readonly name: 'over' };

const MAC_BYTES = 32;

export class Joiner {
  readonly #facts: JoinerFacts;
  readonly #tools: JoinerTools;
  readonly #binding: JoinBinding;
  #phase: Phase = { name: 'new' };

  constructor(facts: JoinerFacts, tools: JoinerTools) {
    this.#facts = facts;
    this.#tools = tools;
    this.#binding = {
      exporter: facts.exporter,
      joinerCertificateDigest: facts.ownCertificateDigest,
      admitterCertificateDigest: tools.crypto.sha256(facts.farCertificate.der),
      group: facts.group,
    };
  }

  /** JOIN. */
  start(now: Now): readonly Uint8Array[] {
    assert(this.#phase.name === 'new', 'a join begins once');
    const { secret, joinId, addresses, signer } = this.#facts;
    const { crypto, exchange } = this.#tools;
    assert(secret.kind !== 'password' || exchange !== null, 'a password needs an exchange');
    const login =
      secret.kind === 'password' ? (exchange?.startLogin(secret.password) ?? null) : null;
    this.#phase = { name: 'claimed', login };
    const body = encodeJoinBody({
      joinId,
      sentAt: now.wallTime,
      addresses: addresses.slice(0, LIMITS.addressesPerMemberMax),
      claim: this.#claim(login),
    });
    return [
      signedFrame(KIND.join, body, { role: 'joiner', binding: this.#binding, signer, crypto }),
    ];
  }

  /** Takes one frame. Throws `MalformedBytes` for bytes that no frame of a join may have. */
  receive(kind: number, payload: Uint8Array, now: Now): JoinerStep {
    const phase = this.#phase;
    switch (phase.name) {
      case 'claimed':
        if (kind === KIND.joinChallenge && phase.login !== null) {
          return this.#onChallenge(decodeJoinChallenge(payload), phase.login, now);
        }
        // Without the proof of a password nobody is admitted by it, so whoever does is not to be believed.
        if (kind === KIND.joinAdmit && phase.login !== null) break;
        return this.#onAnswer(kind, payload, null, now);
      case 'proved':
        return this.#onAnswer(kind, payload, phase.sessionKey, now);
      case 'new':
      case 'over':
        break;
    }
    return this.#fail('PROTOCOL_VIOLATION', `frame ${kind} out of turn`);
  }

  #claim(login: PasswordLogin | null): JoinClaim {
    const { secret, group, signer } = this.#facts;
    switch (secret.kind) {
      case 'ticket': {
        const { kind, offer } = secret;
        return {
          kind,
          offer,
          proof: secret.key.sign(ticketUseBytes(group, offer, signer.publicKey)),
        };
      }
      case 'password':
        assert(login !== null, 'the exchange has begun');
        return { kind: 'password', offer: secret.offer, request: login.request };
      case 'renewal':
        return secret;
    }
  }

  #onAnswer(
    kind: number,
    payload: Uint8Array,
    sessionKey: Uint8Array | null,
    now: Now,
  ): JoinerStep {
    switch (kind) {
      case KIND.joinPending:
        return this.#onPending(decodeJoinPending(payload));
      case KIND.joinAdmit:
        return this.#onAdmit(decodeJoinAdmit(payload), sessionKey, now);
      case KIND.joinRefuse: {
        const refused = decodeJoinRefuse(payload);
        // It would keep us from asking anybody else.
        if (refused.reason === 'wrongPassword' && sessionKey === null) {
          return this.#fail('PROTOCOL_VIOLATION', 'a password that was not shown is called wrong');
        }
        this.#phase = { name: 'over' };
        return { kind: 'refusedByThem', refuse: refused };
      }
      default:
        return this.#fail('PROTOCOL_VIOLATION', `frame ${kind} out of turn`);
    }
  }

  #onPending(joinId: Uint8Array): JoinerStep {
    if (equalBytes(joinId, this.#facts.joinId)) return { kind: 'pending' };
    return this.#fail('PROTOCOL_VIOLATION', 'JOIN_PENDING answers another attempt');
  }

  /** Whoever asks for the proof could try a password with it, so it has to be one who may admit us. */
  #onChallenge(challenge: JoinChallenge, login: PasswordLogin, now: Now): JoinerStep {
    const verdict = this.#judgeAdmitter(challenge, challenge.chain, now);
    if (!verdict.ok) return this.#fail(verdict.refusal.code, verdict.refusal.detail);
    const proof = login.finish(challenge.response, this.#facts.group);
    if (proof === null) {
      this.#phase = { name: 'over' };
      return { kind: 'wrongPassword' };
    }
    const { message, sessionKey } = proof;
    this.#phase = { name: 'proved', sessionKey };
    const mac = joinMac('joiner', this.#binding, sessionKey, this.#tools.crypto);
    return { kind: 'wait', send: [encodeFrame(KIND.joinProof, encodeJoinProof({ message, mac }))] };
  }

  #onAdmit(admit: JoinAdmit, sessionKey: Uint8Array | null, now: Now): JoinerStep {
    const admitter = this.#judgeAdmitter(admit, admit.admitterChain, now);
    if (!admitter.ok) return this.#fail(admitter.refusal.code, admitter.refusal.detail);
    if (!equalBytes(admit.mac, this.#macOfAdmitter(sessionKey))) {
      return this.#fail('NOT_AUTHENTICATED', 'the far end does not prove to know the password');
    }
    const own = this.#judgeOwn(admit.chain, now);
    if (!own.ok) return this.#fail(own.refusal.code, own.refusal.detail);
    this.#phase = { name: 'over' };
    return {
      kind: 'joined',
      joined: {
        membership: own.value,
        admitter: admitter.value.member,
        groupFriendlyName: admit.groupFriendlyName,
        epochDepth: admit.epochDepth,
        discoverySecret: admit.discoverySecret.slice(),
        contacts: admit.contacts,
      },
    };
  }

  /** Zeros when no password was shown. */
  #macOfAdmitter(sessionKey: Uint8Array | null): Uint8Array {
    if (sessionKey === null) return new Uint8Array(MAC_BYTES);
    return joinMac('admitter', this.#binding, sessionKey, this.#tools.crypto);
  }

  /** A member of the group that we mean, on this very connection. */
  #judgeAdmitter(
    frame: JoinAdmit | JoinChallenge,
    chain: readonly Uint8Array[],
    now: Now,
  ): Verdict<Membership> {
    const { crypto, judge } = this.#tools;
    const { farCertificate, group, secret } = this.#facts;
    const signed = joinSignedBytes('admitter', this.#binding, frame.signedPart, crypto);
    if (!crypto.verify(farCertificate.publicKey, signed, frame.signature)) {
      return refuse('NOT_AUTHENTICATED', 'the signature does not fit this connection');
    }
    const verdict = judge.judge(chain, group, now.wallTime);
    if (!verdict.ok) return verdict;
    const { publicKey, member, role } = verdict.value;
    if (!equalBytes(publicKey, farCertificate.publicKey) || member !== farCertificate.subject) {
      return refuse('NOT_AUTHENTICATED', 'the chain is for another key than the TLS certificate');
    }
    if (secret.kind !== 'renewal' && !mayIssue(role, secret.role)) {
      return refuse('NOT_AUTHORIZED', `a ${role} makes nobody ${secret.role}`);
    }
    return verdict;
  }

  #judgeOwn(chain: readonly Uint8Array[], now: Now): Verdict<Membership> {
    const { group, member, signer, secret } = this.#facts;
    const verdict = this.#tools.judge.judge(chain, group, now.wallTime);
    if (!verdict.ok) return verdict;
    const own = verdict.value;
    if (own.member !== member || !equalBytes(own.publicKey, signer.publicKey)) {
      return refuse('WRONG_IDENTITY', `the membership is for ${hexText(own.publicKey)}`);
    }
    // Whoever comes again may have been given more since.
    if (secret.kind !== 'renewal' && ROLE_NUMBERS[own.role] > ROLE_NUMBERS[secret.role]) {
      return refuse('NOT_AUTHORIZED', `the membership is of a ${own.role}, not ${secret.role}`);
    }
    return accept(own);
  }

  #fail(code: Refusal['code'], detail: string): JoinerStep {
    this.#phase = { name: 'over' };
    return { kind: 'refusedByUs', refusal: { code, detail } };
  }
}
