// Where a revocation meets those from whom a member came, and what it says there of a thing that this member signed
// (protocol.md §14.3). A thing is a batch, a certificate or a statement, by its digest.

import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import type { MembershipCertificate } from '../domain/certificates.ts';
import type { Descent, Membership } from '../domain/membership.ts';
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
  /** Whose line it meets: that of a member, or of somebody who issued a renewal on the way to it. */
  readonly descent: Descent;
  /** Of the membership that it takes away, in the line; the creator's is 1. */
  readonly place: number;
}

/** What somebody signed, and who that was. */
export interface SignedUnder {
  readonly descent: Descent;
  readonly thing: SignedThing;
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

  /**
   * A thing that a member signs counts when its word does, and that of everybody who renewed a membership on the
   * way to it: a renewal is a certificate that its issuer signed, and nothing more.
   */
  allUnder(membership: Membership, thing: SignedThing): readonly SignedUnder[] {
    return [{ descent: membership, thing }, ...this.renewalsOf(membership)];
  }

  renewalsOf({ renewals }: Membership): readonly SignedUnder[] {
    return renewals.flatMap(({ certificate, issuer }) => {
      const thing = { digest: this.#certificates.of(certificate), place: null };
      return issuer === null ? [] : [{ descent: issuer, thing }];
    });
  }

  /** Whether it takes away the membership at `place` of the line. What is void by its number takes its renewals with it. */
  isHit(by: StandingRevocation, { line, certificate }: Descent, place: number): boolean {
    const { revocation, signers } = by;
    const grant = line[place];
    if (grant?.kind !== 'membership') return false;
    if (!equalBytes(grant.publicKey, revocation.target)) return false;
    if (revocation.scope === 'certificates') {
      const shown = place === line.length - 1 ? [grant, certificate] : [grant];
      const isNamed = (each: MembershipCertificate) =>
        stands(revocation.certificates, this.#certificates.of(each));
      if (!shown.some(isNamed)) return false;
    }
    return hasRight(signers, line, place);
  }

  /** What the revocation says of a thing that whoever it meets signed. */
  listingOf(hit: Hit, thing: SignedThing): Listing {
    const { by } = hit;
    if (isAtEnd(hit)) return this.#ofTarget(by.revocation, thing);
    const below = this.listingBelow(hit);
    if (by.revocation.scope !== 'subtree') return below;
    return worse(below, this.#pages.listing(by.revocation, thing.digest));
  }

  /** What it says of the first grants below the one that it takes away: the next, or all that there are. */
  listingBelow({ by, descent: { line }, place }: Hit): Listing {
    const last = line.length - 1;
    const end = by.revocation.scope === 'subtree' ? last : Math.min(place + 1, last);
    let listing: Listing = 'listed';
    for (let at = place + 1; at <= end; at++) {
      const digest = this.#certificates.of(membershipAt(line, at));
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

/** True when it takes the membership of whoever signs itself. */
export function isAtEnd({ descent, place }: Hit): boolean {
  return place === descent.line.length - 1;
}

function membershipAt(line: Descent['line'], place: number): MembershipCertificate {
  const certificate = line[place];
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
