// Both ends of a join as pure machines, without wires: each says what it has to say to the other, or to whoever
// stands between them.

import assert from 'node:assert/strict';

import { instantOf, type Now } from '../../src/core/base/time.ts';
import { Admitter, type AdmitterFacts, type AdmitterStep } from '../../src/core/join/admitter.ts';
import {
  Joiner,
  type JoinerFacts,
  type JoinerStep,
  type JoinSecret,
} from '../../src/core/join/joiner.ts';
import type { PasswordVerifier } from '../../src/core/ports/password-exchange.ts';
import type { Frame } from '../../src/core/wire/handshake-frames.ts';
import { framesHolding } from './frame-cases.ts';
import { NOW } from './golden-chains.ts';
import { exchange, STAFF } from './join-offers.ts';
import { type Clubber, clubber, EXPORTER } from './simulated-club.ts';
import { nodeCrypto, type Person, person } from './trust-cast.ts';
import { grant, newJudge } from './trust-village.ts';

export const AT: Now = { instant: instantOf(1_000), wallTime: NOW };
export const JOIN_ID: Uint8Array = new Uint8Array(16).fill(3);
export const OFFER: Uint8Array = new Uint8Array(32).fill(5);
export const TICKET: Person = person('ticket of a pair');
export const DORA: Person = person('Dora');
/** What Dora shows in TLS, and the membership that she is given. */
export const DORAS: Clubber = clubber(
  DORA,
  grant(STAFF.ann.membership.chain, STAFF.ann.person, DORA, { role: 'member' }),
);
export const BY_TICKET: JoinSecret & { kind: 'ticket' } = {
  kind: 'ticket',
  offer: OFFER,
  role: 'member',
  key: TICKET,
};
export const PASSWORD = 'Correct horse 7 battery staple';
export const BY_PASSWORD: JoinSecret = {
  kind: 'password',
  offer: OFFER,
  role: 'member',
  password: PASSWORD,
};

let verifier: PasswordVerifier | null = null;

/** Made once: it takes a quarter of a second. */
export function verifierOfPair(): PasswordVerifier {
  verifier ??= exchange.makeVerifier(PASSWORD, STAFF.ann.membership.group);
  return verifier;
}

export function joinerOf(changes: Partial<JoinerFacts> = {}): Joiner {
  return new Joiner(
    {
      group: STAFF.ann.membership.group,
      secret: BY_TICKET,
      member: DORA.peer,
      signer: DORA,
      ownCertificateDigest: DORAS.certificateDigest,
      farCertificate: STAFF.ann.identity,
      exporter: EXPORTER,
      joinId: JOIN_ID,
      addresses: [],
      ...changes,
    },
    { crypto: nodeCrypto, judge: newJudge(), exchange },
  );
}

export function admitterOf(changes: Partial<AdmitterFacts> = {}): Admitter {
  return new Admitter(
    {
      group: STAFF.ann.membership.group,
      signer: STAFF.ann.person,
      ownCertificateDigest: STAFF.ann.certificateDigest,
      farCertificate: DORAS.identity,
      exporter: EXPORTER,
      ...changes,
    },
    nodeCrypto,
  );
}

/** The one frame that was sent. */
export function frameOf(sent: readonly Uint8Array[]): Frame {
  const frames = framesHolding(sent);
  const frame = frames.next();
  assert.ok(frame !== null, 'a frame was sent');
  assert.equal(frames.next(), null, 'and one only');
  return frame;
}

export function toAdmitter(admitter: Admitter, sent: readonly Uint8Array[]): AdmitterStep {
  const { kind, payload } = frameOf(sent);
  return admitter.receive(kind, payload);
}

export function toJoiner(joiner: Joiner, sent: readonly Uint8Array[], now = AT): JoinerStep {
  const { kind, payload } = frameOf(sent);
  return joiner.receive(kind, payload, now);
}

/** What Dora is welcomed with. */
export function welcome(changes: Partial<Parameters<Admitter['admit']>[0]> = {}) {
  return {
    own: STAFF.ann.membership,
    membership: DORAS.membership,
    groupFriendlyName: 'Chess club',
    epochDepth: 0,
    discoverySecret: new Uint8Array(32).fill(9),
    contacts: [],
    ...changes,
  };
}

/** A pair that got as far as JOIN_PROOF. */
export function provingPair(
  password = PASSWORD,
  changes: {
    readonly joiner?: Partial<JoinerFacts>;
    readonly admitter?: Partial<AdmitterFacts>;
  } = {},
) {
  const secret = { kind: 'password', offer: OFFER, role: 'member', password } as const;
  const joiner = joinerOf({ secret, ...changes.joiner });
  const admitter = admitterOf(changes.admitter);
  const asked = toAdmitter(admitter, joiner.start(AT));
  assert.equal(asked.kind, 'asked');
  const challenge = admitter.challenge(STAFF.ann.membership, verifierOfPair(), exchange);
  assert.ok(challenge !== null);
  return { joiner, admitter, challenge, step: toJoiner(joiner, challenge) };
}
