// Where a revocation meets a chain, and what it says there of a thing that was signed under that chain
// (protocol.md §14.3). A thing is a batch, a certificate or a statement, by its digest.

import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import type { MembershipCertificate } from '../domain/certificates.ts';
import type { Membership } from '../domain/membership.ts';
import type { Revocation } from '../domain/security.ts';
import type { CertificateDigests } from './certificate-digests.ts';
import type { HeldStatement, StatementSigner } from './held-statement.ts';
import type { KeptPages, Listing } from './kept-pages.ts';
import { stands } from './kept-pages.ts';
import { hasRight } from './rights.ts';

/** A revocation that is held, with those of its signers whose word stands. */
export interface StandingRevocation {
  readonly held: HeldStatement;
  readonly revocation: Revocation;
  readonly signers: readonly StatementSigner[];
}

export interface Hit {
  readonly by: StandingRevocation;
  /** Of the membership that it takes away, in the chain; the creator's is 1. */
  readonly place: number;
}

/** A thing that somebody signed; a batch has a place in a journal. */
export interface SignedThing {
  readonly digest: Uint8Array;
  readonly place: SignedPlace | null;
}

/** Of a batch: its journal, 8 bytes, and the last sequence in it. */
export interface SignedPlace {
  readonly journal: Uint8Array;
  readonly sequence: number;
}

export class Hits {
  readonly #certificates: CertificateDigests;
  readonly #pages: KeptPages;

  constructor(certificates: CertificateDigests, pages: KeptPages) {
    this.#certificates = certificates;
    this.#pages = pages;
  }

  /** Whether it takes away the membership at `place` of the chain. */
  isHit(by: StandingRevocation, { chain }: Membership, place: number): boolean {
    const { revocation, signers } = by;
    const certificate = chain[place];
    if (certificate?.kind !== 'membership') return false;
    if (!equalBytes(certificate.publicKey, revocation.target)) return false;
    if (revocation.scope === 'certificates') {
      const digest = this.#certificates.of(certificate);
      if (!stands(revocation.certificates, digest)) return false;
    }
    return hasRight(signers, { chain }, place);
  }

  /** What the revocation says of a thing that was signed under this chain. */
  listingOf(hit: Hit, membership: Membership, thing: SignedThing): Listing {
    const { by, place } = hit;
    if (place === membership.depth) return this.#ofTarget(by.revocation, thing);
    const below = this.listingBelow(hit, membership);
    if (by.revocation.scope !== 'subtree') return below;
    return worse(below, this.#pages.listing(by.revocation, thing.digest));
  }

  /** What it says of the certificates below the one that it takes away: the next, or all that there are. */
  listingBelow({ by, place }: Hit, { chain, depth }: Membership): Listing {
    const end = by.revocation.scope === 'subtree' ? depth : Math.min(place + 1, depth);
    let listing: Listing = 'listed';
    for (let at = place + 1; at <= end; at++) {
      const digest = this.#certificates.of(membershipAt(chain, at));
      listing = worse(listing, this.#pages.listing(by.revocation, digest));
    }
    return listing;
  }

  /** What it says of the certificate of somebody who was admitted by an offer of the one it takes away. */
  listingOfAdmitted({ by }: Hit, certificate: Uint8Array): Listing {
    return this.#pages.listing(by.revocation, certificate);
  }

  #ofTarget(revocation: Revocation, { digest, place }: SignedThing): Listing {
    if (place !== null && isBeyond(revocation, place)) return 'notListed';
    return this.#pages.listing(revocation, digest);
  }
}

function membershipAt(chain: Membership['chain'], place: number): MembershipCertificate {
  const certificate = chain[place];
  assert(certificate?.kind === 'membership', 'below the root stand memberships');
  return certificate;
}

function isBeyond({ cutoffs }: Revocation, { journal, sequence }: SignedPlace): boolean {
  const cutoff = cutoffs.find((each) => equalBytes(each.journal, journal));
  return cutoff === undefined || sequence > cutoff.sequence;
}

function worse(a: Listing, b: Listing): Listing {
  if (a === 'notListed' || b === 'notListed') return 'notListed';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'listed';
}
