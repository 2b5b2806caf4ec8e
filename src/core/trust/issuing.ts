// Before a membership is issued: whether this issuer may grant it. The laws are those that every
// member judges the finished chain by, so what is issued is also accepted.

import type { WallTime } from '../base/time.ts';
import { wallTimeOf } from '../base/time.ts';
import type { IdentityCertificate, MembershipCertificate } from '../domain/certificates.ts';
import type { CertificateChain } from '../domain/membership.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { isIssuingRole } from '../domain/roles.ts';
import type { MembershipRequest } from '../ports/certificate-codec.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { Grant } from './laws.ts';
import { breachOf, GRANT_LAWS, issuerOf, LINE_LAWS, powerOf } from './laws.ts';
import { descentOf, pathOf } from './lines.ts';
import { formatWallTime } from './wall-time-text.ts';

export interface MembershipWish {
  /** The root alone when the group key issues, else the chain of the issuing member. */
  readonly issuerChain: CertificateChain;
  /** The key of the last certificate in `issuerChain`. */
  readonly issuerKey: Signer;
  /** An identity certificate, or what is known about a member whose membership is renewed. */
  readonly subject: Pick<
    IdentityCertificate,
    'subject' | 'publicKey' | 'keyDigest' | 'friendlyName'
  >;
  readonly role: Role;
  readonly notBefore: WallTime;
  readonly notAfter: WallTime;
  /** It is renewed for this long by itself; null for a membership that keeps its dates. */
  readonly leaseMs: number | null;
  /** The first grant that is renewed; none when this is one. */
  readonly renews?: RenewedGrant | null;
}

export interface RenewedGrant {
  readonly certificate: MembershipCertificate;
  /** SHA-256 of it. */
  readonly digest: Uint8Array;
}

/** The last of a member's line. */
export function renewedGrant(
  line: CertificateChain,
  crypto: Pick<Crypto, 'sha256'>,
): RenewedGrant | null {
  const certificate = line.at(-1);
  if (certificate?.kind !== 'membership') return null;
  return { certificate, digest: crypto.sha256(certificate.der) };
}

/**
 * What to ask the `CertificateIssuer` for. How many bytes the chain will have is not known before it
 * is written: extreme names can still make it too long for a judge.
 */
export function planMembership(wish: MembershipWish, now: WallTime): Verdict<MembershipRequest> {
  const { issuerKey, subject, role, renews = null } = wish;
  const issuerChain = pathOf(wish.issuerChain);
  const issuer = issuerOf(issuerChain);
  const grant: Grant = {
    subject: subject.subject,
    publicKey: subject.publicKey,
    keyDigest: subject.keyDigest,
    role,
    membershipsBelowMax: isIssuingRole(role) ? roomLeftBelow(issuerChain, renews) : null,
    notBefore: wholeSeconds(wish.notBefore),
    notAfter: wholeSeconds(wish.notAfter),
  };
  const line = descentOf(wish.issuerChain, issuerChain.length - 1)?.line ?? issuerChain;
  const refusal =
    breachOf(GRANT_LAWS, grant, issuerChain, 'issuing') ??
    (renews === null ? breachOf(LINE_LAWS, grant, line, 'issuing') : null);
  if (refusal !== null) return { ok: false, refusal };
  if (grant.notAfter <= grant.notBefore) {
    return refuse('LIFETIME_INVALID', 'the membership would end where it begins');
  }
  if (grant.notAfter <= now) {
    const end = formatWallTime(grant.notAfter);
    return refuse('LIFETIME_INVALID', `the membership would have ended at ${end}`);
  }
  return accept({
    issuerKey,
    issuer: issuer.subject,
    issuerFriendlyName: issuer.friendlyName,
    group: issuerChain[0].subject,
    subject: grant.subject,
    subjectKey: grant.publicKey,
    friendlyName: subject.friendlyName,
    role,
    membershipsBelowMax: grant.membershipsBelowMax,
    notBefore: grant.notBefore,
    notAfter: grant.notAfter,
    leaseMs: wish.leaseMs,
    renews: renews === null ? null : renews.digest,
  });
}

/** At the end of the room this is 0, which the law of the room then refuses. A renewal gives no more than there was. */
function roomLeftBelow(issuerChain: CertificateChain, renews: RenewedGrant | null): number {
  const left = Math.max(0, powerOf(issuerOf(issuerChain)).membershipsBelowMax - 1);
  return renews === null ? left : Math.min(left, renews.certificate.membershipsBelowMax ?? 0);
}

function wholeSeconds(time: WallTime): WallTime {
  return wallTimeOf(Math.floor(time / 1000) * 1000);
}
