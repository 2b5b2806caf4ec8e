// A small group whose memberships were issued the regular way: plan, issue, judge.

import assert from 'node:assert/strict';

import { certificateCodec } from '../../src/adapters/x509/certificate-codec.ts';
import { X509CertificateIssuer } from '../../src/adapters/x509/certificate-issuer.ts';
import type { WallTime } from '../../src/core/base/time.ts';
import type {
  GroupRootCertificate,
  IdentityCertificate,
} from '../../src/core/domain/certificates.ts';
import type { CertificateChain, Membership } from '../../src/core/domain/membership.ts';
import type { Verdict } from '../../src/core/domain/refusals.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { MembershipRequest } from '../../src/core/ports/certificate-codec.ts';
import { ChainJudge } from '../../src/core/trust/chain.ts';
import { planMembership } from '../../src/core/trust/issuing.ts';
import { BEGIN, club, END, NOW } from './golden-chains.ts';
import type { Person } from './trust-cast.ts';
import { nodeCrypto, seededChance } from './trust-cast.ts';

export const issuer = new X509CertificateIssuer(seededChance('village'));

export interface Terms {
  readonly role: Role;
  readonly notBefore?: WallTime;
  readonly notAfter?: WallTime;
  /** None by default. */
  readonly leaseMs?: number | null;
}

export function newJudge(): ChainJudge {
  return new ChainJudge(certificateCodec, nodeCrypto);
}

export function identityOf({ peer, friendlyName, ...key }: Person): IdentityCertificate {
  const dates = { notBefore: BEGIN, notAfter: END };
  return issuer.issueIdentity({ key, subject: peer, friendlyName, ...dates });
}

export function rootOf({ group, friendlyName, ...key }: Person): GroupRootCertificate {
  const dates = { notBefore: BEGIN, notAfter: END };
  return issuer.issueGroupRoot({ key, subject: group, friendlyName, ...dates });
}

export function plan(
  issuerChain: CertificateChain,
  issuerKey: Person,
  subject: Person,
  terms: Terms,
): Verdict<MembershipRequest> {
  const { notBefore, notAfter } = issuerChain.at(-1) ?? issuerChain[0];
  const wish = { issuerChain, issuerKey, subject: identityOf(subject), notBefore, notAfter };
  return planMembership({ ...wish, leaseMs: null, ...terms }, NOW);
}

/** Plans, issues and judges; whatever goes wrong fails the test. */
export function grant(
  issuerChain: CertificateChain,
  issuerKey: Person,
  subject: Person,
  terms: Terms,
): Membership {
  const planned = plan(issuerChain, issuerKey, subject, terms);
  assert.ok(planned.ok, JSON.stringify(planned));
  const issued = issuer.issueMembership(planned.value);
  const chain = [...issuerChain, issued].map(({ der }) => der);
  const judged = newJudge().judgeSoundness(chain);
  assert.ok(judged.ok, JSON.stringify(judged));
  return judged.value;
}

/** The group key makes the first a creator, and each makes the next. */
export function grantDown(steps: readonly (readonly [Person, Terms])[]): Membership {
  let issuerChain: CertificateChain = [rootOf(club)];
  let issuerKey = club;
  let membership: Membership | null = null;
  for (const [subject, terms] of steps) {
    membership = grant(issuerChain, issuerKey, subject, terms);
    issuerChain = membership.chain;
    issuerKey = subject;
  }
  assert.ok(membership !== null);
  return membership;
}
