// Whom members came from (protocol.md §4.4): beside the way on which each certificate issued the next one, a chain
// has the first grants of those on the way who were renewed, so that it says by itself who stands above them.

import { equalBytes } from '../base/bytes.ts';
import type { MembershipCertificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain, Descent } from '../domain/membership.ts';
import type { Refusal } from '../domain/refusals.ts';
import type { Crypto } from '../ports/crypto.ts';
import { breachOf, CERTIFICATE_LAWS, LINE_LAWS, signatureLaw } from './laws.ts';

type Grants = ReadonlyMap<string, MembershipCertificate>;

/** The root, and the certificates that issued each other: from the last creator that the group key made. */
export function pathOf(chain: CertificateChain): CertificateChain {
  const [root, ...memberships] = chain;
  return [root, ...memberships.slice(startOfPath(chain))];
}

/** Null when a first grant of somebody is not in the chain. */
export function descentOf(chain: CertificateChain, place: number): Descent | null {
  const path = pathOf(chain);
  const certificate = path[place];
  if (certificate?.kind !== 'membership') return null;
  const line = lineOf(certificate, path[0], grantsOf(chain));
  return line === null ? null : { line, certificate };
}

/** Of whoever issued the last certificate; null when that was the group's key. */
export function issuerChainOf(chain: CertificateChain): CertificateChain | null {
  const path = pathOf(chain);
  if (path.length < 3) return null;
  const [root, ...memberships] = path;
  return compose([root, ...memberships.slice(0, -1)], grantsOf(chain), []);
}

/**
 * What stands before the renewal of somebody with this line in its chain; null when the two chains tell
 * different things of whom somebody came from, or there is no room.
 */
export function chainBeforeRenewal(
  issuerChain: CertificateChain,
  line: CertificateChain,
): CertificateChain | null {
  const grants = new Map(grantsOf(issuerChain));
  const [, ...inLine] = line;
  for (const grant of inLine) {
    const known = grants.get(grant.subject);
    if (known !== undefined && !equalBytes(known.der, grant.der)) return null;
    grants.set(grant.subject, known ?? grant);
  }
  const needed = inLine.map((grant) => grants.get(grant.subject) ?? grant);
  const chain = compose(pathOf(issuerChain), grants, needed);
  return chain !== null && chain.length < LIMITS.certificatesInChainMax ? chain : null;
}

/** What is wrong with the first grants of a chain whose way keeps the laws; null when nothing is. */
export function wrongLines(chain: CertificateChain, crypto: Crypto): Refusal | null {
  const path = pathOf(chain);
  const [root, ...onPath] = path;
  const beside = chain.slice(1, chain.length - onPath.length).filter(isMembership);
  const grants = grantsOf(chain);
  if (beside.length === 0 && onPath.every(({ renews }) => renews === null)) return null;
  const firsts = [...beside, ...onPath].filter(({ renews }) => renews === null);
  if (beside.some(({ renews }) => renews !== null)) {
    return wrongRenewal('has a renewal among the first grants');
  }
  if (firsts.length !== grants.size) return wrongRenewal('has two first grants of one member');
  for (const certificate of onPath) {
    const wrong = wrongFirst(certificate, grants, crypto);
    if (wrong !== null) return wrongRenewal(wrong);
  }
  const needed = compose(path, grants, []);
  if (needed === null) return wrongRenewal('does not say whom a member came from');
  if (needed.length !== chain.length || needed.some((each, at) => each !== chain[at])) {
    return wrongRenewal('has other first grants than are needed');
  }
  for (const grant of firsts) {
    const [, ...line] = lineOf(grant, root, grants) ?? path;
    const above: CertificateChain = [root, ...line.slice(0, -1)];
    const refusal =
      breachOf(CERTIFICATE_LAWS, grant, above, 'judging') ??
      breachOf(LINE_LAWS, grant, above, 'judging') ??
      breachOf(beside.includes(grant) ? [signatureLaw(crypto)] : [], grant, above, 'judging');
    if (refusal !== null) return refusal;
  }
  return null;
}

function wrongRenewal(wrong: string): Refusal {
  return { code: 'CHAIN_INVALID', detail: `law "renewal": ${wrong}` };
}

/** A renewal goes on where its first grant stands, and gives no more. Of the same name it is of the same key. */
function wrongFirst(
  certificate: MembershipCertificate,
  grants: Grants,
  crypto: Pick<Crypto, 'sha256'>,
): string | null {
  const { renews, subject, role, friendlyName, membershipsBelowMax } = certificate;
  if (renews === null) return null;
  const first = grants.get(subject);
  if (first === undefined || !equalBytes(crypto.sha256(first.der), renews)) {
    return `renews a certificate of ${subject} that is not in the chain`;
  }
  if (first.role !== role) return `renews the role ${first.role} as ${role}`;
  if (first.friendlyName !== friendlyName) return 'renews under another friendly name';
  const isWider = (membershipsBelowMax ?? 0) > (first.membershipsBelowMax ?? 0);
  return isWider ? 'has more room below than what it renews' : null;
}

/** The way after the first grants that it needs, in the one order in which they stand. */
function compose(
  path: CertificateChain,
  grants: Grants,
  more: readonly MembershipCertificate[],
): CertificateChain | null {
  const [root, ...onPath] = path;
  const beside = new Set<MembershipCertificate>();
  for (const certificate of onPath) {
    if (certificate.renews === null) continue;
    const line = lineOf(certificate, root, grants);
    if (line === null) return null;
    for (const grant of line.filter(isMembership)) beside.add(grant);
  }
  for (const grant of more) beside.add(grant);
  for (const certificate of onPath) beside.delete(certificate);
  return [root, ...beside, ...onPath];
}

function lineOf(
  certificate: MembershipCertificate,
  root: CertificateChain[0],
  grants: Grants,
): CertificateChain | null {
  const line: MembershipCertificate[] = [];
  let each = certificate.renews === null ? certificate : grants.get(certificate.subject);
  while (each !== undefined && line.length < LIMITS.membershipsInChainMax) {
    line.unshift(each);
    if (each.issuer === root.subject) return [root, ...line];
    each = grants.get(each.issuer);
  }
  return null;
}

/** First grants by their subjects, of a sound chain each once. */
function grantsOf(chain: CertificateChain): Grants {
  const firsts = chain.filter(isMembership).filter(({ renews }) => renews === null);
  return new Map(firsts.map((certificate) => [certificate.subject, certificate]));
}

/** 0 when the group key made nobody a creator: what is wrong is said by the laws then. */
function startOfPath([root, ...memberships]: CertificateChain): number {
  const start = memberships.findLastIndex(
    ({ issuer, role }) => issuer === root.subject && role === 'creator',
  );
  return Math.max(0, start);
}

function isMembership(certificate: CertificateChain[number]): certificate is MembershipCertificate {
  return certificate.kind === 'membership';
}
