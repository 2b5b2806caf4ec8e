// The end of a join that is asked for a membership (protocol.md §15.4): reads JOIN, has a password shown
// where one is needed, and answers. Whether somebody is admitted is said by join-laws.ts; here stands only
// who asks, and that it asks on this connection.

import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import type { IdentityCertificate } from '../domain/certificates.ts';
import type { Contact } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type {
  PasswordAnswer,
  PasswordExchange,
  PasswordVerifier,
} from '../ports/password-exchange.ts';
import { encodeFrame, KIND } from '../wire/frame.ts';
import {
  decodeJoin,
  decodeJoinProof,
  encodeJoinAdmitBody,
  encodeJoinChallengeBody,
  encodeJoinPending,
  encodeJoinRefuse,
  JOIN_VERSION,
  type JoinBinding,
  type JoinClaim,
  type JoinRefuseReason,
  joinSignedBytes,
  joinVersionOf,
} from '../wire/join.ts';
import { joinMac, signedFrame } from './join-proofs.ts';

export interface AdmitterFacts {
  readonly group: GroupName;
  /** Of our identity, which is also our TLS key. */
  readonly signer: Signer;
  /** SHA-256 over the DER of our TLS certificate. */
  readonly ownCertificateDigest: Uint8Array;
  /** Of the far end's TLS connection; already verified as an identity. */
  readonly farCertificate: IdentityCertificate;
  /** 32 bytes of the TLS exporter. */
  readonly exporter: Uint8Array;
}

/** Who asks, proved by a signature on this connection. Shares no memory with what came. */
export interface JoinRequest {
  readonly joiner: IdentityCertificate;
  readonly joinId: Uint8Array;
  readonly sentAt: WallTime;
  readonly addresses: readonly Address[];
  readonly claim: JoinClaim;
}

/** What a new member is given. */
export interface Welcome {
  /** Ours. */
  readonly own: Membership;
  /** Of the one who asked. */
  readonly membership: Membership;
  readonly groupFriendlyName: string;
  readonly epochDepth: number;
  readonly discoverySecret: Uint8Array;
  readonly contacts: readonly Contact[];
}

export type AdmitterStep =
  /** To be answered by `challenge`, `admit`, `pend` or `refuse`. */
  | { readonly kind: 'asked'; readonly request: JoinRequest }
  /** It knows the password; to be answered by `admit`, `pend` or `refuse`. */
  | { readonly kind: 'proved'; readonly request: JoinRequest }
  | { readonly kind: 'wrongPassword'; readonly request: JoinRequest }
  /** Whoever is there does not keep to the protocol, and is told nothing more. */
  | { readonly kind: 'violated'; readonly detail: string };

type Phase =
  | { readonly name: 'listening' }
  | {
      readonly name: 'asked';
      readonly request: JoinRequest;
      readonly sessionKey: Uint8Array | null;
    }
  | { readonly name: 'challenged'; readonly request: JoinRequest; readonly answer: PasswordAnswer }
  | { readonly name: 'over' };

const NO_MAC = new Uint8Array(32);

export class Admitter {
  readonly #facts: AdmitterFacts;
  readonly #crypto: Crypto;
  readonly #binding: JoinBinding;
  #phase: Phase = { name: 'listening' };

  constructor(facts: AdmitterFacts, crypto: Crypto) {
    this.#facts = facts;
    this.#crypto = crypto;
    this.#binding = {
      exporter: facts.exporter,
      joinerCertificateDigest: crypto.sha256(facts.farCertificate.der),
      admitterCertificateDigest: facts.ownCertificateDigest,
      group: facts.group,
    };
  }

  /** Takes one frame. Throws `MalformedBytes` for bytes that no frame of a join may have. */
  receive(kind: number, payload: Uint8Array): AdmitterStep {
    const phase = this.#phase;
    if (phase.name === 'listening' && kind === KIND.join) return this.#onJoin(payload);
    if (phase.name === 'challenged' && kind === KIND.joinProof) {
      return this.#onProof(payload, phase.request, phase.answer);
    }
    return this.#violated(`frame ${kind} out of turn`);
  }

  /** Has the password shown that fits the verifier; null when what was sent is no beginning of that. */
  challenge(
    own: Membership,
    verifier: PasswordVerifier,
    exchange: PasswordExchange,
  ): readonly Uint8Array[] | null {
    const phase = this.#phase;
    assert(phase.name === 'asked' && phase.sessionKey === null, 'a password is asked for once');
    const { claim } = phase.request;
    assert(claim.kind === 'password', 'who shows a ticket is not asked for a password');
    const answer = exchange.answerLogin(verifier, this.#facts.group, claim.request);
    if (answer === null) return null;
    this.#phase = { name: 'challenged', request: phase.request, answer };
    const body = encodeJoinChallengeBody({ chain: derOf(own), response: answer.response });
    return [this.#signed(KIND.joinChallenge, body)];
  }

  /** The membership has to be stored before this leaves. */
  admit(welcome: Welcome): readonly Uint8Array[] {
    const phase = this.#phase;
    assert(phase.name === 'asked', 'only who asked and proved is admitted');
    const { request, sessionKey } = phase;
    assert(
      request.claim.kind !== 'password' || sessionKey !== null,
      'nobody is admitted by a password that was not shown',
    );
    this.#phase = { name: 'over' };
    const { own, membership, contacts, ...group } = welcome;
    const mac =
      sessionKey === null ? NO_MAC : joinMac('admitter', this.#binding, sessionKey, this.#crypto);
    const body = encodeJoinAdmitBody({
      ...group,
      admitterChain: derOf(own),
      mac,
      chain: derOf(membership),
      contacts: contacts.slice(0, LIMITS.contactsInInvitationMax),
    });
    return [this.#signed(KIND.joinAdmit, body)];
  }

  /** Somebody has to say yes; an answer follows, or the connection ends. */
  pend(): readonly Uint8Array[] {
    const phase = this.#phase;
    assert(phase.name === 'asked', 'only who asked and proved waits');
    return [encodeFrame(KIND.joinPending, encodeJoinPending(phase.request.joinId))];
  }

  /** A stranger who has not asked is told nothing: the frame is for those who did. */
  refuse(refusal: {
    readonly reason: JoinRefuseReason;
    readonly detail: string;
    readonly clock: WallTime;
    readonly contacts: readonly Contact[];
  }): readonly Uint8Array[] {
    const { contacts } = refusal;
    this.#phase = { name: 'over' };
    const few = contacts.slice(0, LIMITS.contactsInInvitationMax);
    return [encodeFrame(KIND.joinRefuse, encodeJoinRefuse({ ...refusal, contacts: few }))];
  }

  #onJoin(payload: Uint8Array): AdmitterStep {
    const version = joinVersionOf(payload);
    if (version !== JOIN_VERSION) return this.#violated(`JOIN of version ${version}`);
    const { farCertificate } = this.#facts;
    const { signedPart, signature, ...body } = decodeJoin(payload);
    const signed = joinSignedBytes('joiner', this.#binding, signedPart, this.#crypto);
    if (!this.#crypto.verify(farCertificate.publicKey, signed, signature)) {
      return this.#violated('the signature in JOIN does not fit this connection');
    }
    const request: JoinRequest = {
      joiner: farCertificate,
      joinId: body.joinId.slice(),
      sentAt: body.sentAt,
      addresses: body.addresses,
      claim: copyOf(body.claim),
    };
    this.#phase = { name: 'asked', request, sessionKey: null };
    return { kind: 'asked', request };
  }

  #onProof(payload: Uint8Array, request: JoinRequest, answer: PasswordAnswer): AdmitterStep {
    const { message, mac } = decodeJoinProof(payload);
    const sessionKey = answer.finish(message);
    if (
      sessionKey === null ||
      !equalBytes(mac, joinMac('joiner', this.#binding, sessionKey, this.#crypto))
    ) {
      this.#phase = { name: 'over' };
      return { kind: 'wrongPassword', request };
    }
    this.#phase = { name: 'asked', request, sessionKey };
    return { kind: 'proved', request };
  }

  #signed(kind: number, body: Uint8Array): Uint8Array {
    const { signer } = this.#facts;
    const crypto = this.#crypto;
    return signedFrame(kind, body, { role: 'admitter', binding: this.#binding, signer, crypto });
  }

  #violated(detail: string): AdmitterStep {
    this.#phase = { name: 'over' };
    return { kind: 'violated', detail };
  }
}

function derOf({ chain }: Membership): readonly Uint8Array[] {
  return chain.map(({ der }) => der);
}

function copyOf(claim: JoinClaim): JoinClaim {
  switch (claim.kind) {
    case 'ticket':
      return { kind: 'ticket', offer: claim.offer.slice(), proof: claim.proof.slice() };
    case 'password':
      return { kind: 'password', offer: claim.offer.slice(), request: claim.request.slice() };
    case 'renewal':
      return { kind: 'renewal', chain: claim.chain.map((der) => der.slice()) };
  }
}
