// People whose memberships are leases: issued, renewed and judged by the real laws, with certificates and
// signatures that cost microseconds.

import assert from 'node:assert/strict';

import { type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type { CertificateChain, Membership } from '../../src/core/domain/membership.ts';
import { authorityOfDigest, parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { MembershipRequest } from '../../src/core/ports/certificate-codec.ts';
import type { Signer } from '../../src/core/ports/crypto.ts';
import { ChainJudge } from '../../src/core/trust/chain.ts';
import { planMembership } from '../../src/core/trust/issuing.ts';
import { FastCrypto } from '../../src/sim/fast-crypto.ts';
import { SimCertificates, simKeyDigest } from '../../src/sim/people/sim-certificates.ts';
import { SimChance } from '../../src/sim/sim-chance.ts';
import { timeOf } from './trust-cast.ts';

export const DAY_MS = 86_400_000;
export const LEASE_MS: number = 28 * DAY_MS;
export const BEGIN: WallTime = timeOf('2030-01-01T00:00:00Z');
/** The group and its creator have no end to speak of. */
const ENDLESS_MS = 1_000 * 365 * DAY_MS;

export interface LeaseTerms {
  readonly role: Role;
  readonly at?: WallTime;
  /** A lease from `at` on unless it is given. */
  readonly notAfter?: WallTime;
  readonly leaseMs?: number | null;
}

export class LeaseVillage {
  readonly crypto: FastCrypto = new FastCrypto();
  readonly certificates: SimCertificates;
  readonly judge: ChainJudge;
  readonly groupKey: Signer = this.crypto.signer('group');
  readonly rootChain: CertificateChain;

  constructor() {
    this.certificates = new SimCertificates(new SimChance('leases'));
    this.judge = new ChainJudge(this.certificates, this.crypto);
    const root = this.certificates.issueGroupRoot({
      key: this.groupKey,
      subject: parseGroupName(authorityOfDigest(simKeyDigest(this.groupKey.publicKey))),
      friendlyName: 'Village',
      notBefore: wallTimeOf(BEGIN - DAY_MS),
      notAfter: wallTimeOf(BEGIN + ENDLESS_MS),
    });
    this.rootChain = [root];
  }

  signer(name: string): Signer {
    return this.crypto.signer(name);
  }

  creator(name: string, terms: Partial<LeaseTerms> = {}): Membership {
    const notAfter = wallTimeOf(BEGIN + ENDLESS_MS);
    const all: LeaseTerms = { role: 'creator', notAfter, leaseMs: null, ...terms };
    return this.grant(this.rootChain, this.groupKey, name, all);
  }

  member(above: Membership, issuer: string, name: string, terms: LeaseTerms): Membership {
    return this.grant(above.chain, this.signer(issuer), name, terms);
  }

  grant(above: CertificateChain, key: Signer, name: string, terms: LeaseTerms): Membership {
    const { role, at = BEGIN, leaseMs = LEASE_MS } = terms;
    const end = terms.notAfter ?? Math.min(at + (leaseMs ?? LEASE_MS), last(above).notAfter);
    const { publicKey } = this.signer(name);
    const keyDigest = simKeyDigest(publicKey);
    const planned = planMembership(
      {
        issuerChain: above,
        issuerKey: key,
        subject: {
          subject: parsePeerName(authorityOfDigest(keyDigest)),
          publicKey,
          keyDigest,
          friendlyName: name,
        },
        role,
        notBefore: wallTimeOf(Math.max(at - 10_000, last(above).notBefore)),
        notAfter: wallTimeOf(end),
        leaseMs,
      },
      at,
    );
    assert.ok(planned.ok, JSON.stringify(planned));
    return this.issue(above, planned.value);
  }

  /** What everybody makes of a certificate that was asked for. */
  issue(above: CertificateChain, request: MembershipRequest): Membership {
    const issued = this.certificates.issueMembership(request);
    const judged = this.judge.judgeSoundness([...above, issued].map(({ der }) => der));
    assert.ok(judged.ok, JSON.stringify(judged));
    return judged.value;
  }
}

function last(chain: CertificateChain): CertificateChain[number] {
  return chain.at(-1) ?? chain[0];
}
