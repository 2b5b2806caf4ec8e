// The laws of membership (protocol.md §4.2), each by its name, so that a refusal can say which one
// was broken and a test can break just that one. Dates against the clock are judged in chain.ts.

import { equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { MembershipCertificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain } from '../domain/membership.ts';
import { authorityOf, authorityOfDigest } from '../domain/names.ts';
import type { Refusal, RefusalCode } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { mayIssue } from '../domain/roles.ts';
import type { Crypto } from '../ports/crypto.ts';
import { formatWallTime } from './wall-time-text.ts';

/** What is granted, whether the certificate is written already or not. */
export type Grant = Pick<
  MembershipCertificate,
  'subject' | 'publicKey' | 'keyDigest' | 'role' | 'membershipsBelowMax' | 'notBefore' | 'notAfter'
>;

export interface Law<Judged> {
  readonly name: string;
  /** What a chain is refused with that breaks it. */
  readonly code: RefusalCode;
  /** What an issuer is refused with that would break it; without one the same. */
  readonly codeForIssuer?: RefusalCode;
  /** Null when it is kept, else what is wrong. `above` ends with the issuer. */
  breach(judged: Judged, above: CertificateChain): string | null;
}

/** What may be granted by whom: judged before a certificate is written, and on every chain. */
export const GRANT_LAWS: readonly Law<Grant>[] = [
  {
    name: 'name bound to key',
    code: 'CHAIN_INVALID',
    codeForIssuer: 'WRONG_IDENTITY',
    breach: boundName,
  },
  { name: 'no key twice', code: 'CIRCULAR_CHAIN', breach: freshKey },
  { name: 'role', code: 'CHAIN_INVALID', codeForIssuer: 'NOT_AUTHORIZED', breach: issuableRole },
  { name: 'room below', code: 'CHAIN_TOO_LONG', breach: roomBelow },
  {
    name: 'lifetime',
    code: 'CHAIN_INVALID',
    codeForIssuer: 'LIFETIME_INVALID',
    breach: lifetimeInside,
  },
];

/**
 * The same for a first grant below the first grant of whoever issued it. That one may have ended long before: it was
 * under a renewal of it that this was issued.
 */
export const LINE_LAWS: readonly Law<Grant>[] = [
  ...GRANT_LAWS.filter(({ breach }) => breach !== lifetimeInside),
  { name: 'lifetime', code: 'CHAIN_INVALID', breach: lifetimeForward },
];

/** What a certificate has to repeat of the one above it. */
export const CERTIFICATE_LAWS: readonly Law<MembershipCertificate>[] = [
  { name: 'group', code: 'CHAIN_INVALID', breach: sameGroup },
  { name: 'issuer', code: 'CHAIN_INVALID', breach: namedIssuer },
  { name: 'issuer friendly name', code: 'CHAIN_INVALID', breach: friendlyIssuer },
];

/** The law that costs most, and is therefore judged when all others are kept. */
export function signatureLaw(crypto: Crypto): Law<MembershipCertificate> {
  const breach = (judged: MembershipCertificate, above: CertificateChain) =>
    crypto.verify(issuerOf(above).publicKey, judged.signedBytes, judged.signature)
      ? null
      : 'is not signed by its issuer';
  return { name: 'signature', code: 'CHAIN_INVALID', breach };
}

/** The first law of the list that is broken. `position` counts from the root, which is 0. */
export function breachOf<Judged>(
  laws: readonly Law<Judged>[],
  judged: Judged,
  above: CertificateChain,
  view: 'judging' | 'issuing',
  position: number = above.length,
): Refusal | null {
  for (const { name, code, codeForIssuer, breach } of laws) {
    const wrong = breach(judged, above);
    if (wrong === null) continue;
    return {
      code: view === 'issuing' ? (codeForIssuer ?? code) : code,
      detail: `certificate ${position}, law "${name}": ${wrong}`,
    };
  }
  return null;
}

export function issuerOf(above: CertificateChain): CertificateChain[number] {
  return above.at(-1) ?? above[0];
}

/** What the issuer may grant from: the group key has the power of no role and room for a whole chain. */
export function powerOf(issuer: CertificateChain[number]): {
  readonly role: Role | 'groupKey';
  readonly membershipsBelowMax: number;
} {
  if (issuer.kind === 'groupRoot') {
    return { role: 'groupKey', membershipsBelowMax: LIMITS.membershipsInChainMax };
  }
  return { role: issuer.role, membershipsBelowMax: issuer.membershipsBelowMax ?? 0 };
}

function boundName({ subject, keyDigest }: Grant): string | null {
  const authority = authorityOfDigest(keyDigest);
  return authorityOf(subject) === authority
    ? null
    : `${subject} is not a name of the key ${authority}`;
}

function freshKey({ publicKey }: Grant, above: CertificateChain): string | null {
  const at = above.findIndex((certificate) => equalBytes(certificate.publicKey, publicKey));
  return at === -1 ? null : `has the key of certificate ${at}`;
}

function issuableRole({ role }: Grant, above: CertificateChain): string | null {
  const power = powerOf(issuerOf(above));
  return mayIssue(power.role, role) ? null : `${power.role} may not issue ${role}`;
}

/** Stricter by one than pathLenConstraint, which does not count the last certificate. */
function roomBelow({ membershipsBelowMax }: Grant, above: CertificateChain): string | null {
  const room = powerOf(issuerOf(above)).membershipsBelowMax;
  const wanted = (membershipsBelowMax ?? 0) + 1;
  return wanted <= room ? null : `needs room for ${wanted} memberships where ${room} may stand`;
}

function lifetimeForward({ notBefore, notAfter }: Grant): string | null {
  return notBefore > notAfter ? `ends ${period(notAfter, notBefore)} before it begins` : null;
}

function lifetimeInside(grant: Grant, above: CertificateChain): string | null {
  const { notBefore, notAfter } = grant;
  const issuer = issuerOf(above);
  const wrong = lifetimeForward(grant);
  if (wrong !== null) return wrong;
  if (notBefore >= issuer.notBefore && notAfter <= issuer.notAfter) return null;
  const own = `${formatWallTime(notBefore)} to ${formatWallTime(notAfter)}`;
  const outer = `${formatWallTime(issuer.notBefore)} to ${formatWallTime(issuer.notAfter)}`;
  return `${own} is not inside ${outer}`;
}

function sameGroup({ group }: MembershipCertificate, above: CertificateChain): string | null {
  const [root] = above;
  return group === root.subject ? null : `speaks of the group ${group}`;
}

function namedIssuer({ issuer }: MembershipCertificate, above: CertificateChain): string | null {
  const { subject } = issuerOf(above);
  return issuer === subject ? null : `names ${issuer} as issuer and stands below ${subject}`;
}

/** OpenSSL finds the issuer by this name, so a chain that breaks the law could not be verified there. */
function friendlyIssuer(
  { issuerFriendlyName }: MembershipCertificate,
  above: CertificateChain,
): string | null {
  return issuerFriendlyName === issuerOf(above).friendlyName
    ? null
    : 'calls its issuer by another friendly name';
}

function period(from: WallTime, to: WallTime): string {
  return `${Math.round((to - from) / 1000)} s`;
}
