// Before somebody is removed (protocol.md §14.2): everything of the target that counts and is known here stands
// on the pages, so that what was done in good time stays.

import { bytesKey, compareBytes, equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain, Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { GroupRecord, SignedBatch } from '../domain/records.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { JournalCutoff, Revocation } from '../domain/security.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { encodePage, pageDigest } from '../wire/security.ts';
import type { SecurityState } from './security-state.ts';

export interface RevocationWish
  extends Pick<Revocation, 'target' | 'scope' | 'certificates' | 'reason'> {
  /**
   * Of each journal of the target nothing counts from the first batch on in which something was modified then or
   * later; missing, all that is known counts.
   */
  readonly discardSince?: WallTime;
}

export interface KnownSecurity {
  readonly group: GroupName;
  readonly crypto: Crypto;
  readonly state: SecurityState;
  readonly store: Pick<RecordStore, 'batchesOf' | 'versionsIn' | 'findRecord' | 'findShadow'>;
  /** All that are known, of everybody. */
  readonly memberships: Iterable<Membership>;
}

export interface PlannedRevocation {
  readonly body: Revocation;
  /** As they travel; they are stored with the statement. */
  readonly pages: readonly Uint8Array[];
}

const BATCHES_AT_ONCE = 1_024;
const NONE_DISCARDED: ReadonlyMap<string, number> = new Map();

/** Reads all batches of the target, and under scope `subtree` those of all below it. */
export function planRevocation(
  wish: RevocationWish,
  known: KnownSecurity,
): Verdict<PlannedRevocation> {
  const kept = new KeptThings(wish, known);
  const digests = kept.digests();
  const pagesMax = LIMITS.keptPagesMax;
  const pages: Uint8Array[] = [];
  for (let at = 0; at < digests.length; at += LIMITS.keptDigestsInPageMax) {
    pages.push(encodePage(digests.slice(at, at + LIMITS.keptDigestsInPageMax)));
  }
  if (pages.length > pagesMax) {
    return refuse('QUOTA_EXCEEDED', `what stays needs ${pages.length} pages, at most ${pagesMax}`);
  }
  const keptPages = pages
    .map((page) => pageDigest(page, known.group, known.crypto))
    .toSorted(compareBytes);
  const certificates = wish.certificates.toSorted(compareBytes);
  const { target, scope, reason } = wish;
  const body: Revocation = {
    kind: 'revocation',
    target,
    scope,
    reason,
    certificates,
    cutoffs: kept.cutoffs(),
    keptPages,
  };
  return accept({ body, pages });
}

/** To leave: what we did stays, and whom we took in. */
export function planLeave(
  target: Uint8Array,
  reason: string,
  known: KnownSecurity,
): Verdict<PlannedRevocation> {
  return planRevocation({ target, scope: 'member', certificates: [], reason }, known);
}

/** Some memberships of one member end, as those that gave it more than it is to have. */
export function planRoleReduction(
  target: Uint8Array,
  certificates: readonly Uint8Array[],
  reason: string,
  known: KnownSecurity,
): Verdict<PlannedRevocation> {
  return planRevocation({ target, scope: 'certificates', certificates, reason }, known);
}

/** Whose things are listed: the target's, and under `subtree` those of everybody below it. */
class KeptThings {
  readonly #wish: RevocationWish;
  readonly #known: KnownSecurity;
  readonly #memberships: readonly Membership[];
  readonly #membershipByChain: ReadonlyMap<string, Membership>;
  readonly #keys = new Map<string, Uint8Array>();
  readonly #digestByKey = new Map<string, Uint8Array>();
  readonly #endByJournal = new Map<string, JournalCutoff & { readonly batches: number }>();

  constructor(wish: RevocationWish, known: KnownSecurity) {
    this.#wish = wish;
    this.#known = known;
    this.#memberships = [...known.memberships];
    this.#membershipByChain = new Map(
      this.#memberships.map((membership) => [bytesKey(membership.chainDigest), membership]),
    );
    this.#keys.set(bytesKey(wish.target), wish.target);
    this.#listCertificates();
    for (const key of this.#keys.values()) this.#listBatches(key);
    this.#listStatements();
  }

  digests(): readonly Uint8Array[] {
    return [...this.#digestByKey.values()].toSorted(compareBytes);
  }

  /** Of too many journals those with the most batches. */
  cutoffs(): readonly JournalCutoff[] {
    return [...this.#endByJournal.values()]
      .toSorted((a, b) => b.batches - a.batches || compareBytes(a.journal, b.journal))
      .slice(0, LIMITS.cutoffsMax)
      .toSorted((a, b) => compareBytes(a.journal, b.journal))
      .map(({ journal, sequence }) => ({ journal, sequence }));
  }

  /** Those that the target issued, and under `subtree` all below. Finds who stands below on the way. */
  #listCertificates(): void {
    for (const membership of this.#memberships) {
      if (!this.#known.state.isChainListed(membership)) continue;
      if (this.#listBelow(membership.line) && this.#isDeep) {
        this.#keys.set(bytesKey(membership.publicKey), membership.publicKey);
      }
      for (const { certificate, issuer } of membership.renewals) {
        if (issuer === null) continue;
        const isBelow = this.#listBelow(issuer.line) && this.#isDeep;
        if (isBelow || equalBytes(issuer.certificate.publicKey, this.#wish.target)) {
          this.#keep(this.#known.crypto.sha256(certificate.der));
        }
      }
    }
  }

  get #isDeep(): boolean {
    return this.#wish.scope === 'subtree';
  }

  /** What the target gave to others in this line; true when it ends below the target. */
  #listBelow(line: CertificateChain): boolean {
    const at = line.findIndex((each) => equalBytes(each.publicKey, this.#wish.target));
    if (at < 1 || at === line.length - 1) return false;
    for (const { der } of this.#isDeep ? line.slice(at + 1) : line.slice(at + 1, at + 2)) {
      this.#keep(this.#known.crypto.sha256(der));
    }
    return true;
  }

  #listBatches(author: Uint8Array): void {
    const { store } = this.#known;
    const isTarget = equalBytes(author, this.#wish.target);
    const discarded = isTarget ? this.#firstDiscarded(author) : NONE_DISCARDED;
    for (let after: number | null = null; ; ) {
      const { batches, next } = store.batchesOf(author, after, BATCHES_AT_ONCE);
      for (const batch of batches) {
        const { journal, firstSequence } = batch.statement;
        if (firstSequence >= (discarded.get(bytesKey(journal)) ?? Number.POSITIVE_INFINITY))
          continue;
        if (!this.#counts(batch)) continue;
        this.#keep(batch.hash);
        if (isTarget) this.#lengthen(batch);
      }
      if (next === null) return;
      after = next;
    }
  }

  /** The sequence in each journal from which on nothing is to count. Later batches may lie about their dates. */
  #firstDiscarded(author: Uint8Array): ReadonlyMap<string, number> {
    const { discardSince } = this.#wish;
    const { store } = this.#known;
    const first = new Map<string, number>();
    if (discardSince === undefined) return first;
    for (let after: number | null = null; ; ) {
      const { batches, next } = store.batchesOf(author, after, BATCHES_AT_ONCE);
      for (const { statement, hash } of batches) {
        const key = bytesKey(statement.journal);
        const known = first.get(key) ?? Number.POSITIVE_INFINITY;
        if (statement.firstSequence >= known || !this.#isSince(hash, discardSince)) continue;
        first.set(key, statement.firstSequence);
      }
      if (next === null) return first;
      after = next;
    }
  }

  #isSince(batch: Uint8Array, since: WallTime): boolean {
    const { store } = this.#known;
    const { records, shadows } = store.versionsIn(batch);
    const isLate = (record: GroupRecord | null) =>
      record !== null && record.content.modifiedAt >= since;
    return (
      records.some((id) => isLate(store.findRecord(id))) ||
      shadows.some((id) => isLate(store.findShadow(id)))
    );
  }

  #counts({ statement, hash }: SignedBatch): boolean {
    const membership = this.#membershipByChain.get(bytesKey(statement.membership));
    if (membership === undefined) return false;
    const { journal, firstSequence, count } = statement;
    const place = { journal, sequence: firstSequence + count - 1 };
    return this.#known.state.judgeSigned(membership, hash, place) !== 'removed';
  }

  #lengthen({ statement: { journal, firstSequence, count } }: SignedBatch): void {
    const key = bytesKey(journal);
    const known = this.#endByJournal.get(key);
    const sequence = Math.max(known?.sequence ?? 0, firstSequence + count - 1);
    this.#endByJournal.set(key, { journal, sequence, batches: (known?.batches ?? 0) + 1 });
  }

  /** What they said, and whom their offers brought in. */
  #listStatements(): void {
    const { state } = this.#known;
    for (const { statement, signers } of state.listedStatements()) {
      const isTheirs = signers.some(({ publicKey }) => this.#keys.has(bytesKey(publicKey)));
      if (!isTheirs) continue;
      this.#keep(statement.digest);
      if (statement.body.kind !== 'offer') continue;
      for (const certificate of state.admittedBy(statement.digest)) this.#keep(certificate);
    }
  }

  #keep(digest: Uint8Array): void {
    this.#digestByKey.set(bytesKey(digest), digest);
  }
}
