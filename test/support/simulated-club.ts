// Members of one group with real keys, certificates and judges, ready to shake hands over simulated
// wires. Chains are issued once for all tests of a process, for that is what costs time.

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { certificateCodec } from '../../src/adapters/x509/certificate-codec.ts';
import type { IdentityCertificate } from '../../src/core/domain/certificates.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import { ChainMemory } from '../../src/core/link/chain-memory.ts';
import type { HandshakeFacts, HandshakeTools } from '../../src/core/link/handshake.ts';
import type { WireCredentials } from '../../src/core/ports/wires.ts';
import { ChainJudge } from '../../src/core/trust/chain.ts';
import type { HandshakeRole } from '../../src/core/wire/link-kinds.ts';
import { alice, bob, carol, club, dave, eve, mallory } from './golden-chains.ts';
import type { Person } from './trust-cast.ts';
import { person } from './trust-cast.ts';
import { grant, identityOf, rootOf } from './trust-village.ts';

/** One who can prove to be a member. */
export interface Clubber {
  readonly person: Person;
  readonly identity: IdentityCertificate;
  readonly membership: Membership;
  readonly certificateDigest: Uint8Array;
  readonly credentials: WireCredentials;
}

export function clubber(subject: Person, membership: Membership): Clubber {
  const identity = identityOf(subject);
  return {
    person: subject,
    identity,
    membership,
    certificateDigest: nodeCrypto.sha256(identity.der),
    credentials: { certificate: identity.der, privateKeyPem: subject.privateKeyPem },
  };
}

const evesClub = person('Club of Eve');
const creator = grant([rootOf(club)], club, alice, { role: 'creator' });
const invited = (subject: Person): Membership =>
  grant(creator.chain, alice, subject, { role: 'member' });

/** Alice founded the group and let the others in; Eve is in a group of her own. */
export const CLUB = {
  alice: clubber(alice, creator),
  bob: clubber(bob, invited(bob)),
  carol: clubber(carol, invited(carol)),
  dave: clubber(dave, invited(dave)),
  mallory: clubber(mallory, invited(mallory)),
  eve: clubber(eve, grant([rootOf(evesClub)], evesClub, eve, { role: 'creator' })),
} as const;

/** One more member, whom Alice let in. */
export function guest(friendlyName: string): Clubber {
  const subject = person(friendlyName);
  return clubber(subject, invited(subject));
}

/** The two of them by the order of their names: the open of the first one wins. */
export function inOrder(one: Clubber, other: Clubber): readonly [Clubber, Clubber] {
  return one.membership.member < other.membership.member ? [one, other] : [other, one];
}

export function freshTools(): HandshakeTools {
  return {
    crypto: nodeCrypto,
    judge: new ChainJudge(certificateCodec, nodeCrypto),
    memory: new ChainMemory(),
  };
}

export const EXPORTER: Uint8Array = new Uint8Array(32).fill(7);
export const OPEN_ID: Uint8Array = new Uint8Array(16).fill(9);

export function factsOf(own: Clubber, far: Clubber, role: HandshakeRole): HandshakeFacts {
  return {
    role,
    exporter: EXPORTER,
    membership: own.membership,
    ownCertificateDigest: own.certificateDigest,
    signer: own.person,
    farCertificate: far.identity,
    openId: OPEN_ID,
    isSeparate: false,
    isNeighbor: false,
    nodeId: role === 'dialer' ? 11n : 22n,
    listenAddresses: [{ host: '192.0.2.1', port: 4001 }],
    removalOf: () => null,
  };
}
