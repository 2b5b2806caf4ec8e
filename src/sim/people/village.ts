// The people of a simulated world: a group that Alice founded, and its members, whose memberships were
// issued and judged by the real laws. The same people for the same seed.

import { assert } from '../../core/base/assert.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import type { CertificateChain, Membership } from '../../core/domain/membership.ts';
import {
  authorityOfDigest,
  joinName,
  parseGroupName,
  parsePeerName,
} from '../../core/domain/names.ts';
import { accept, type Verdict } from '../../core/domain/refusals.ts';
import type { Role } from '../../core/domain/roles.ts';
import type { CertificateIssuer } from '../../core/ports/certificate-codec.ts';
import type { Signer } from '../../core/ports/crypto.ts';
import { ChainJudge } from '../../core/trust/chain.ts';
import { planMembership } from '../../core/trust/issuing.ts';
import { issuerOf } from '../../core/trust/laws.ts';
import type { FastCrypto } from '../fast-crypto.ts';
import { SimChance } from '../sim-chance.ts';
import { WALL_BEGINS_MS } from '../sim-time.ts';
import { SimCertificates, simKeyDigest } from './sim-certificates.ts';

export interface Villager {
  readonly name: string;
  readonly signer: Signer;
  readonly membership: Membership;
}

export interface MembershipTerms {
  readonly role: Role;
  /** From the beginning of the world. */
  readonly endsAfterMs?: number;
  /** None by default: the dates stay. */
  readonly leaseMs?: number | null;
}

const YEAR_MS = 365 * 86_400_000;
const BEGINS = wallTimeOf(WALL_BEGINS_MS - YEAR_MS);
const ENDS_AFTER_MS = 10 * YEAR_MS;
const CAST = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

export class Village {
  /** One for all, for it remembers the chains that it has judged. */
  readonly judge: ChainJudge;
  readonly #crypto: FastCrypto;
  readonly #seed: string;
  /** The key of the group; whoever uses it is its founder. */
  readonly groupKey: Signer;
  readonly #certificates: SimCertificates;
  readonly #founder: Villager;

  constructor(seed: string, crypto: FastCrypto, founderName: string = villagerName(0)) {
    this.#seed = seed;
    this.#crypto = crypto;
    this.groupKey = crypto.signer(`${seed} group`);
    this.#certificates = new SimCertificates(new SimChance(`${seed} certificates`));
    this.judge = new ChainJudge(this.#certificates, crypto);
    this.#founder = this.#found(founderName);
  }

  /** Alice, unless another name was given; founded the group. */
  get founder(): Villager {
    return this.#founder;
  }

  /** Of all certificates of this world. */
  get issuer(): CertificateIssuer {
    return this.#certificates;
  }

  /** A member that Alice, or `issuer`, has taken in; whoever is one already has another membership then. */
  member(name: string, terms: MembershipTerms, issuer = this.#founder): Villager {
    const taken = this.takeIn(name, terms, issuer);
    assert(taken.ok, `a membership of the village is one that may be issued to ${name}`);
    return taken.value;
  }

  /** The same for an issuer that may not have the right to. */
  takeIn(name: string, terms: MembershipTerms, issuer: Villager): Verdict<Villager> {
    const signer = this.#crypto.signer(`${this.#seed} ${name}`);
    const { chain } = issuer.membership;
    const granted = this.#grant(chain, issuer.signer, { name, signer }, terms);
    return granted.ok ? accept({ name, signer, membership: granted.value }) : granted;
  }

  #found(name: string): Villager {
    const key = this.groupKey;
    const subject = parseGroupName(nameOf(key, 'village'));
    const dates = { notBefore: BEGINS, notAfter: wallTimeOf(WALL_BEGINS_MS + 2 * ENDS_AFTER_MS) };
    const request = { key, subject, friendlyName: 'Village', ...dates };
    const root = this.#certificates.issueGroupRoot(request);
    const signer = this.#crypto.signer(`${this.#seed} ${name}`);
    const granted = this.#grant([root], key, { name, signer }, { role: 'creator' });
    assert(granted.ok, 'the group key makes a creator');
    return { name, signer, membership: granted.value };
  }

  #grant(
    issuerChain: CertificateChain,
    issuerKey: Signer,
    { name, signer }: Pick<Villager, 'name' | 'signer'>,
    { role, endsAfterMs = ENDS_AFTER_MS, leaseMs = null }: MembershipTerms,
  ): Verdict<Membership> {
    const { publicKey } = signer;
    const subject = {
      subject: parsePeerName(nameOf(signer, '')),
      publicKey,
      keyDigest: simKeyDigest(publicKey),
      friendlyName: name,
    };
    const { notBefore, notAfter } = issuerOf(issuerChain);
    const dates = {
      notBefore: wallTimeOf(Math.max(BEGINS, notBefore)),
      notAfter: wallTimeOf(Math.min(WALL_BEGINS_MS + endsAfterMs, notAfter)),
    };
    const wish = { issuerChain, issuerKey, subject, role, leaseMs, ...dates };
    const planned = planMembership(wish, wallTimeOf(WALL_BEGINS_MS));
    if (!planned.ok) return planned;
    const issued = this.#certificates.issueMembership(planned.value);
    const judged = this.judge.judgeSoundness([...issuerChain, issued].map(({ der }) => der));
    assert(judged.ok, `a membership of the village keeps the laws: ${name}`);
    return judged;
  }
}

/** Alice, Bob and Carol, and numbers when there are no names left. */
export function villagerName(at: number): string {
  return CAST[at] ?? `m${at}`;
}

function nameOf({ publicKey }: Signer, classifier: string): string {
  return joinName(authorityOfDigest(simKeyDigest(publicKey)), classifier);
}
