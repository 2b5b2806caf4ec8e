// The certificates that peergroup itself uses, for raw TLS: a group's root, under it the creator's
// membership, under that the memberships of the two parties. All keys are Ed25519.

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { keyDigestOf } from '../../src/adapters/x509/certificate-codec.ts';
import { X509CertificateIssuer } from '../../src/adapters/x509/certificate-issuer.ts';
import { pemText } from '../../src/adapters/x509/pem.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { authorityOfDigest, parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import type { Role } from '../../src/core/domain/roles.ts';

export interface Chains {
  /** PEM of the trust anchor. */
  readonly root: string;
  readonly acceptor: Party;
  readonly dialer: Party;
}

export interface Party {
  /** PEM of the leaf, then of the membership above it. */
  readonly chain: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

export function makeChains(): Chains {
  const issuer = new X509CertificateIssuer(systemChance);
  const now = systemClock.now().wallTime;
  const validity = { notBefore: wallTimeOf(now - DAY_MS), notAfter: wallTimeOf(now + 28 * DAY_MS) };
  const [rootKey, creatorKey] = [SigningKey.generate(), SigningKey.generate()];
  const group = parseGroupName(authorityOf(rootKey));
  const root = issuer.issueGroupRoot({
    key: rootKey,
    subject: group,
    friendlyName: 'bench',
    ...validity,
  });
  const admit = (subject: SigningKey, role: Role, by: SigningKey, issuerName: string) =>
    issuer.issueMembership({
      issuerKey: by,
      issuer: issuerName === group ? group : parsePeerName(issuerName),
      issuerFriendlyName: issuerName === group ? 'bench' : 'creator',
      group,
      subject: parsePeerName(authorityOf(subject)),
      subjectKey: subject.publicKey,
      friendlyName: role,
      role,
      membershipsBelowMax: role === 'member' ? null : 23,
      leaseMs: null,
      renews: null,
      ...validity,
    });
  const creator = admit(creatorKey, 'creator', rootKey, group);
  const party = (): Party => {
    const key = SigningKey.generate();
    const membership = admit(key, 'member', creatorKey, creator.subject);
    return {
      chain: [membership, creator].map(({ der }) => pemText(der)).join('\n'),
      key: key.privateKeyPem,
    };
  };
  return { root: pemText(root.der), acceptor: party(), dialer: party() };
}

function authorityOf(key: SigningKey): string {
  return authorityOfDigest(keyDigestOf(key.publicKey));
}
