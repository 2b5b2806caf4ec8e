// What counts of all that a member knows about who belongs (protocol.md §14): a pure function of the set of
// chains, statements and pages. One state never changes; whoever learns something makes a new one.

import { bytesKey, compareBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type {
  Admission,
  GroupProperties,
  JoinOffer,
  Removal,
  Revocation,
  SecurityStatement,
} from '../domain/security.ts';
import type { Crypto } from '../ports/crypto.ts';
import { CertificateDigests } from './certificate-digests.ts';
import { CountingRevocations, reasonOf } from './counting-revocations.ts';
import type { HeldStatement } from './held-statement.ts';
import { bodyOf } from './held-statement.ts';
import type { Hit, SignedPlace } from './hits.ts';
import { Hits, isAtEnd } from './hits.ts';
import type { KeptPage } from './kept-pages.ts';
import { KeptPages } from './kept-pages.ts';
import type { AdmissionFate, HeldOffer } from './offer-standings.ts';
import { OfferStandings, removalBy } from './offer-standings.ts';
import { type EpochView, presentEpoch, presentProperties } from './present-sayings.ts';
import { Said, type StatementStanding } from './said.ts';
import { StatementView } from './statement-log.ts';

/** `unknown`: a page that would say so is not here. */
export type SignedVerdict = 'counts' | 'removed' | 'unknown';

export interface RevocationView {
  readonly statement: SecurityStatement;
  readonly revocation: Revocation;
  readonly counts: boolean;
  /** For people, one line. */
  readonly why: string;
}

export interface OfferView {
  readonly statement: SecurityStatement;
  readonly offer: JoinOffer;
  readonly author: Membership;
  /** All that count as statements, by the digests of their certificates. */
  readonly admissions: readonly AdmissionView[];
  /** Null when it has no limit. */
  readonly usesLeft: number | null;
  readonly state: 'open' | 'ended' | 'expired' | 'usedUp' | 'authorRemoved';
}

interface AdmissionView {
  readonly statement: SecurityStatement;
  readonly admission: Admission;
  /** `authorRemoved`: whoever made the offer was removed, and this membership is on no list. */
  readonly fate: AdmissionFate;
}

interface StateParts {
  readonly group: GroupName;
  readonly certificates: CertificateDigests;
  readonly statements: StatementView;
  readonly pages: KeptPages;
  /** Null when they have to be looked at again. */
  readonly revocations: CountingRevocations | null;
}

export class SecurityState {
  readonly #parts: StateParts;
  readonly #revocations: CountingRevocations;
  readonly #said: Said;
  readonly #offers: OfferStandings;
  #listed: readonly Uint8Array[] | null = null;
  #hitKeys: ReadonlySet<string> | null = null;
  #named: Named | null = null;
  #epoch: { readonly view: EpochView | null } | null = null;

  private constructor(parts: StateParts) {
    const { group, statements } = parts;
    this.#parts = parts;
    this.#revocations =
      parts.revocations ?? countRevocations(statements.ofKind('revocation'), parts);
    this.#said = new Said(group, statements, this.#revocations);
    this.#offers = new OfferStandings(this.#said);
  }

  /** What is known before anything was learned: everybody whose chain is sound belongs. */
  static empty(group: GroupName, crypto: Pick<Crypto, 'sha256'>): SecurityState {
    return new SecurityState({
      group,
      certificates: new CertificateDigests(crypto),
      statements: StatementView.of([]),
      pages: KeptPages.none,
      revocations: null,
    });
  }

  /** With statements that are sound and not held yet. */
  withStatements(added: readonly HeldStatement[]): SecurityState {
    const isAboutRights = added.some(({ statement }) => statement.body.kind === 'revocation');
    const statements = added.reduce((view, held) => view.with(held), this.#parts.statements);
    const revocations = isAboutRights ? null : this.#revocations;
    return new SecurityState({ ...this.#parts, statements, revocations });
  }

  withPages(added: readonly KeptPage[]): SecurityState {
    if (added.length === 0) return this;
    const pages = added.reduce((all, page) => all.with(page), this.#parts.pages);
    return new SecurityState({ ...this.#parts, pages, revocations: null });
  }

  /** Without what was given up. */
  without(digests: readonly Uint8Array[]): SecurityState {
    if (digests.length === 0) return this;
    const keys = new Set(digests.map(bytesKey));
    const left = this.#parts.statements.all().filter(({ key }) => !keys.has(key));
    const pages = this.#parts.pages.without(digests);
    const statements = StatementView.of(left);
    return new SecurityState({ ...this.#parts, statements, pages, revocations: null });
  }

  /** Why this membership may not connect, publish or issue now; null for one that lives. Dates are not judged. */
  removalOf(membership: Membership): Removal | null {
    const end = this.#revocations.endOf(membership);
    if (end !== null) return this.#removalBy(end, membership);
    return this.#removalByOffer(membership);
  }

  /** Whether a batch, certificate or statement with this digest counts that was signed under the membership. */
  judgeSigned(
    membership: Membership,
    digest: Uint8Array,
    place: SignedPlace | null,
  ): SignedVerdict {
    const listing = this.#revocations.listingOf(membership, { digest, place });
    if (listing === 'notListed' || this.#removalByOffer(membership) !== null) return 'removed';
    return listing === 'unknown' ? 'unknown' : 'counts';
  }

  /**
   * False for a chain that is not offered to others: a certificate of it was issued without the right, or came
   * by an offer that was used up. Still offered is what a listed statement names.
   */
  isChainListed(membership: Membership): boolean {
    if (this.#isChainLet(membership)) return true;
    this.#named ??= this.#findNamed();
    return (
      this.#named.chains.has(bytesKey(membership.chainDigest)) ||
      this.#named.certificates.has(this.#leafKey(membership))
    );
  }

  /** Of statements and pages that are offered to others, ascending. */
  listedDigests(): readonly Uint8Array[] {
    this.#listed ??= [...this.listedStatements().map(digestOf), ...this.#listedPages()].toSorted(
      compareBytes,
    );
    return this.#listed;
  }

  /** True for a statement or page that is held, listed or not. */
  has(digest: Uint8Array): boolean {
    return this.#parts.statements.has(bytesKey(digest)) || this.#parts.pages.has(digest);
  }

  /**
   * `bytesKey` of the keys that a counting revocation targets, and of members whose admission is void. Whatever
   * was signed under a chain with none of these keys counts; while there is none, nobody was ever removed.
   */
  hitKeys(): ReadonlySet<string> {
    this.#hitKeys ??= this.#findHitKeys();
    return this.#hitKeys;
  }

  revocations(): readonly RevocationView[] {
    return this.#parts.statements.ofKind('revocation').map((held) => {
      const fate = this.#revocations.fateOf(held.key);
      return {
        statement: held.statement,
        revocation: bodyOf(held, 'revocation'),
        counts: fate?.kind === 'counts',
        why: reasonOf(fate),
      };
    });
  }

  offers(now: WallTime): readonly OfferView[] {
    return this.#offers.all().map((offer) => this.#viewOf(offer, now));
  }

  /** Null for what is no offer, or was never one that counted. */
  findOffer(digest: Uint8Array, now: WallTime): OfferView | null {
    const offer = this.#offers.find(bytesKey(digest));
    return offer === null ? null : this.#viewOf(offer, now);
  }

  /** The same with its signers. */
  findHeld(digest: Uint8Array): HeldStatement | null {
    return this.#parts.statements.find(bytesKey(digest));
  }

  /** True when no counting revocation keeps it from counting; it need not be held. */
  isLet(held: HeldStatement): boolean {
    return this.#said.isLet(held);
  }

  /** Held, whether it counts or not. */
  findStatement(digest: Uint8Array): SecurityStatement | null {
    return this.findHeld(digest)?.statement ?? null;
  }

  properties(): GroupProperties | null {
    return presentProperties(this.#said);
  }

  /** The present one. */
  epoch(): EpochView | null {
    const find = () => presentEpoch(this.#said, (membership) => this.#isAdmitted(membership));
    this.#epoch ??= { view: find() };
    return this.#epoch.view;
  }

  /** With their signers. */
  listedStatements(): readonly HeldStatement[] {
    return this.#parts.statements.all().filter((held) => this.#said.isListed(held));
  }

  /** SHA-256 of the certificates that came by this offer and are not void. */
  admittedBy(offer: Uint8Array): readonly Uint8Array[] {
    const admissions = this.#offers.find(bytesKey(offer))?.admissions ?? [];
    return admissions.filter(({ fate }) => fate === 'in').map((each) => each.admission.certificate);
  }

  /** Named by a listed revocation, and not here. */
  missingPages(): readonly Uint8Array[] {
    return this.#namedPages().filter((digest) => !this.#parts.pages.has(digest));
  }

  /** True for a page that a listed revocation names. */
  namesPage(digest: Uint8Array): boolean {
    const key = bytesKey(digest);
    return this.#namedPages().some((each) => bytesKey(each) === key);
  }

  /** What would become of a statement that is not held yet. */
  standingWith(held: HeldStatement): Candidate {
    const { isCrowded } = this.#parts.statements;
    const isAboutRights = held.statement.body.kind === 'revocation';
    if ((isCrowded || isAboutRights) && this.#said.isOutranked(held)) {
      return { standing: 'full', givingWay: [] };
    }
    if (isCrowded) return this.#standingAmongMany(held);
    if (!isAboutRights) {
      return { standing: this.#said.standingOf(held), givingWay: [] };
    }
    const before = this.#parts.statements.ofKind('revocation');
    const after = countRevocations([...before, held], this.#parts);
    const said = new Said(this.#parts.group, this.#parts.statements, after);
    return this.#candidate(held, before, said);
  }

  #standingAmongMany(held: HeldStatement): Candidate {
    const statements = StatementView.of([...this.#parts.statements.all(), held]);
    const state = new SecurityState({ ...this.#parts, statements, revocations: null });
    return this.#candidate(held, this.#parts.statements.all(), state.#said);
  }

  #candidate(held: HeldStatement, others: readonly HeldStatement[], said: Said): Candidate {
    const givingWay = others
      .filter((each) => said.standingOf(each) === 'full' && this.#said.isListed(each))
      .map(digestOf);
    return { standing: said.standingOf(held), givingWay };
  }

  #viewOf({ held, offer, author, ends, admissions }: HeldOffer, now: WallTime): OfferView {
    const inside = new Set(
      admissions.flatMap(({ admission, fate }) =>
        fate === 'in' ? [bytesKey(admission.certificate)] : [],
      ),
    );
    const usesLeft = offer.usesMax === null ? null : Math.max(0, offer.usesMax - inside.size);
    return {
      statement: held.statement,
      offer,
      author,
      admissions: admissions.map((each) => ({
        statement: each.held.statement,
        admission: each.admission,
        fate: each.fate,
      })),
      usesLeft,
      state: this.#stateOf(held, author) ?? stateBy(offer, ends.length > 0, usesLeft, now),
    };
  }

  #stateOf(offer: HeldStatement, author: Membership): 'authorRemoved' | null {
    const isMade = this.#said.isLet(offer) && this.removalOf(author) === null;
    return isMade ? null : 'authorRemoved';
  }

  #removalBy(hit: Hit, membership: Membership): Removal {
    const { by, descent } = hit;
    const why = descent === membership && isAtEnd(hit) ? 'removed' : 'issuerRemoved';
    const { statement } = by.held;
    return removalBy({ statement, signers: by.signers }, this.#parts.group, why);
  }

  /** By the offer that it came by itself, or by that of anybody who brought it in or issued a renewal on the way. */
  #removalByOffer({ chain, line }: Membership): Removal | null {
    const removals = this.#offers.removals();
    if (removals.size === 0) return null;
    const own = line.at(-1);
    const others = chain.toReversed().filter((certificate) => certificate !== own);
    for (const certificate of [own, ...others]) {
      if (certificate?.kind !== 'membership') continue;
      const removal = removals.get(this.#parts.certificates.keyOf(certificate));
      if (removal === undefined) continue;
      return certificate === own ? removal : { ...removal, why: 'issuerRemoved' };
    }
    return null;
  }

  #isAdmitted(membership: Membership | null): boolean {
    return membership === null || this.#removalByOffer(membership) === null;
  }

  #isChainLet(membership: Membership): boolean {
    return this.#revocations.isChainLet(membership) && this.#isAdmitted(membership);
  }

  /** Of listed revocations, each once. */
  #namedPages(): readonly Uint8Array[] {
    const pageByKey = new Map<string, Uint8Array>();
    for (const held of this.#parts.statements.ofKind('revocation')) {
      if (!this.#said.isListed(held)) continue;
      for (const page of bodyOf(held, 'revocation').keptPages) pageByKey.set(bytesKey(page), page);
    }
    return [...pageByKey.values()];
  }

  #listedPages(): readonly Uint8Array[] {
    return this.#namedPages().filter((digest) => this.#parts.pages.has(digest));
  }

  #findHitKeys(): ReadonlySet<string> {
    return new Set([...this.#revocations.targets(), ...this.#offers.voidedMembers()]);
  }

  #findNamed(): Named {
    const chains = new Set<string>();
    const certificates = new Set<string>();
    for (const { statement, signers } of this.listedStatements()) {
      for (const { membership } of signers) {
        if (membership !== null) chains.add(bytesKey(membership.chainDigest));
      }
      const { body } = statement;
      if (body.kind === 'admission') certificates.add(bytesKey(body.certificate));
    }
    return { chains, certificates };
  }

  #leafKey({ certificate }: Membership): string {
    return this.#parts.certificates.keyOf(certificate);
  }
}

/** What listed statements cannot be judged without, by `bytesKey`. */
interface Named {
  readonly chains: ReadonlySet<string>;
  readonly certificates: ReadonlySet<string>;
}

interface Candidate {
  readonly standing: StatementStanding;
  /** Those that would be too many then. */
  readonly givingWay: readonly Uint8Array[];
}

function stateBy(
  { expiresAt }: JoinOffer,
  isEnded: boolean,
  usesLeft: number | null,
  now: WallTime,
): OfferView['state'] {
  if (isEnded) return 'ended';
  if (expiresAt <= now) return 'expired';
  return usesLeft === 0 ? 'usedUp' : 'open';
}

function countRevocations(
  revocations: readonly HeldStatement[],
  { certificates, pages }: StateParts,
): CountingRevocations {
  return new CountingRevocations(revocations, new Hits(certificates, pages));
}

function digestOf({ statement }: HeldStatement): Uint8Array {
  return statement.digest;
}
