// Who came in by which offer, and who came too late (protocol.md §14.5). Offers, their ends and admissions count by
// the revocations alone, never by each other, so that there is no circle in it: an offer is there as long as
// an admission by it counts, and one admission void by an offer makes no other come or go.

import { bytesKey, compareBytes } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { Admission, JoinOffer, Removal } from '../domain/security.ts';
import type { HeldStatement } from './held-statement.ts';
import { bodyOf } from './held-statement.ts';
import type { Hit } from './hits.ts';
import { stands } from './kept-pages.ts';
import type { Said } from './said.ts';

export type AdmissionFate = 'in' | 'ticketOverused' | 'offerEnded' | 'authorRemoved';

export interface HeldOffer {
  readonly held: HeldStatement;
  readonly offer: JoinOffer;
  readonly author: Membership;
  readonly ends: readonly HeldStatement[];
  /** Where the author's membership was taken away. */
  readonly authorEnds: readonly Hit[];
  /** By the digests of the certificates. */
  readonly admissions: readonly HeldAdmission[];
}

export interface HeldAdmission {
  readonly held: HeldStatement;
  readonly admission: Admission;
  readonly fate: AdmissionFate;
  /** Null for one that is in. */
  readonly removal: Removal | null;
}

export class OfferStandings {
  readonly #said: Said;
  readonly #offerByKey = new Map<string, HeldOffer>();
  #removalByCertificate: ReadonlyMap<string, Removal> | null = null;

  constructor(said: Said) {
    this.#said = said;
  }

  /** All that count or by which somebody was admitted, by their digests. */
  all(): readonly HeldOffer[] {
    return this.#listed()
      .map((held) => this.#of(held))
      .filter((offer) => offer !== null);
  }

  find(key: string): HeldOffer | null {
    const held = this.#said.statements.find(key);
    return held !== null && this.#said.isListed(held) ? this.#of(held) : null;
  }

  /** Why memberships are void by the offer they came from, by the `bytesKey` of the certificate's digest. */
  removals(): ReadonlyMap<string, Removal> {
    this.#removalByCertificate ??= this.#findRemovals();
    return this.#removalByCertificate;
  }

  /** `bytesKey` of their keys. */
  voidedMembers(): readonly string[] {
    return this.#voided().map(({ admission }) => bytesKey(admission.member));
  }

  #listed(): readonly HeldStatement[] {
    const { statements } = this.#said;
    return statements
      .ofKind('offer')
      .filter((each) => this.#said.isListed(each))
      .toSorted((a, b) => compareBytes(a.statement.digest, b.statement.digest));
  }

  #findRemovals(): ReadonlyMap<string, Removal> {
    const removals = new Map<string, Removal>();
    for (const { admission, removal } of this.#voided()) {
      const key = bytesKey(admission.certificate);
      if (removal !== null && !removals.has(key)) removals.set(key, removal);
    }
    return removals;
  }

  #voided(): readonly HeldAdmission[] {
    return this.#listed()
      .filter((held) => this.#mayVoid(held))
      .flatMap((held) => this.#of(held)?.admissions ?? [])
      .filter(({ removal }) => removal !== null);
  }

  /** False for most: nothing can be wrong with those it admitted. */
  #mayVoid({ key, statement: { body }, signers }: HeldStatement): boolean {
    if (body.kind === 'offer' && body.usesMax !== null) return true;
    const author = signers[0]?.membership ?? null;
    if (author !== null && this.#said.revocations.endOf(author) !== null) return true;
    return this.#said.statements.aboutOffer(key, 'offerEnd').length > 0;
  }

  #of(held: HeldStatement): HeldOffer | null {
    const known = this.#offerByKey.get(held.key);
    if (known !== undefined) return known;
    const { body } = held.statement;
    const author = held.signers[0]?.membership ?? null;
    if (body.kind !== 'offer' || author === null) return null;
    const { statements, revocations } = this.#said;
    const ends = statements
      .aboutOffer(held.key, 'offerEnd')
      .filter((each) => this.#said.isListed(each));
    const authorEnds = revocations.endsOf(author);
    const admissions = this.#judge({ held, offer: body, author, ends, authorEnds });
    const offer = { held, offer: body, author, ends, authorEnds, admissions };
    this.#offerByKey.set(held.key, offer);
    return offer;
  }

  #judge(offer: Omit<HeldOffer, 'admissions'>): readonly HeldAdmission[] {
    const { statements } = this.#said;
    const usesMax = offer.offer.usesMax ?? Number.POSITIVE_INFINITY;
    const used = new Set<string>();
    return statements
      .aboutOffer(offer.held.key, 'admission')
      .filter((each) => this.#said.isListed(each))
      .map((held) => ({ held, admission: bodyOf(held, 'admission') }))
      .toSorted(compareAdmissions)
      .map(({ held, admission }): HeldAdmission => {
        const wrong = this.#wrongWith(admission, offer);
        if (wrong !== null) return { held, admission, ...wrong };
        const key = bytesKey(admission.certificate);
        if (used.size < usesMax) used.add(key);
        if (used.has(key)) return { held, admission, fate: 'in', removal: null };
        const removal = overused(offer.held);
        return { held, admission, fate: 'ticketOverused', removal };
      });
  }

  #wrongWith(
    { certificate }: Admission,
    { ends, authorEnds }: Omit<HeldOffer, 'admissions'>,
  ): Pick<HeldAdmission, 'fate' | 'removal'> | null {
    const { group, revocations } = this.#said;
    const end = ends.find((each) => !stands(bodyOf(each, 'offerEnd').admitted, certificate));
    if (end !== undefined)
      return { fate: 'offerEnded', removal: removalBy(end, group, 'offerEnded') };
    const hit = revocations.voidOfAdmitted(authorEnds, certificate);
    if (hit === null) return null;
    return { fate: 'authorRemoved', removal: removalBy(hit.by.held, group, 'issuerRemoved') };
  }
}

/** What a statement says that takes a membership away. */
export function removalBy(
  { statement, signers }: Pick<HeldStatement, 'statement' | 'signers'>,
  group: GroupName,
  why: Removal['why'],
): Removal {
  const { digest, issuedAt, body } = statement;
  const by = signers[0]?.membership?.member ?? group;
  const reason = body.kind === 'revocation' ? body.reason : '';
  return { why, statement: digest, by, at: issuedAt, reason };
}

function overused({ statement }: HeldStatement): Removal {
  const { digest, issuedAt } = statement;
  return { why: 'ticketOverused', statement: digest, by: null, at: issuedAt, reason: '' };
}

type SaidAdmission = Pick<HeldAdmission, 'held' | 'admission'>;

/**
 * The same certificate may be said to be admitted twice, and uses the offer once. Whom somebody of a higher level
 * admitted comes first: an inviting member makes certificates until one has a small digest, and must not put
 * out by it whom a creator or administrator took in.
 */
function compareAdmissions(a: SaidAdmission, b: SaidAdmission): number {
  return (
    a.held.level - b.held.level ||
    a.held.depth - b.held.depth ||
    compareBytes(a.admission.certificate, b.admission.certificate) ||
    compareBytes(a.held.statement.digest, b.held.statement.digest)
  );
}
