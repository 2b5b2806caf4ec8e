// Takes what does not count any more from the store (protocol.md §14.11): every version in a batch that a
// revocation does not let, and every version of a record that ends after its creator, by the memberships that
// are still listed. It is a function of what is stored, so it may end anywhere and begin again: it begins
// anew with each opening and whenever what decides about batches changes, and goes in steps that others come between.

import { bytesKey } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupRecord, RecordChange, SignedBatch } from '../domain/records.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import type { SecurityState, SignedVerdict } from '../security/security-state.ts';
import { isVisible, removalOf } from './admission.ts';
import { judgeBatch } from './batch-standing.ts';
import type { KnownMemberships } from './known-memberships.ts';
import type { ListedMembers } from './listed-members.ts';
import { lastExpiration } from './record-laws.ts';

export interface SweepParts {
  readonly store: RecordStore;
  readonly memberships: KnownMemberships;
  readonly listed: ListedMembers;
}

/** Changes are made before the next step is asked for, or else `beginAnew` is called. */
export interface SweepStep {
  readonly changes: readonly StoreChange[];
  readonly told: readonly RecordChange[];
}

/** Where the sweep stands. */
interface Progress {
  readonly state: SecurityState;
  /** What of the state decides about batches. */
  readonly decidedBy: string;
  /** Of the chain that was looked at last; null at the beginning. */
  chain: Uint8Array | null;
  hasAllChains: boolean;
  /** Keys whose batches are to be judged, and the records that they created, and those that were. */
  readonly authors: Map<string, Uint8Array>;
  readonly judged: Set<string>;
  /** Of the author that is being judged: the page that the next step begins with. */
  batch: number | null;
  /** Its batches were judged: of the records that it created, the page that the next step begins with. */
  areBatchesJudged: boolean;
  created: bigint | null;
}

/** Chains looked at in one step: reading one takes some 20 µs, judging one that was forgotten 300. */
const CHAINS_AT_ONCE = 256;
/** Batches read at once. */
const BATCHES_AT_ONCE = 64;
/** Records of a creator that are looked at together, which costs as much as some 64 batches. */
const CREATED_AT_ONCE = 1_024;
/** Batches looked at in one step when nothing of them goes: some 30 µs each. */
const BATCHES_IN_STEP_MAX = 1_024;

export class RemovalSweep {
  readonly #parts: SweepParts;
  #progress: Progress | null = null;
  /** What decided when all batches were judged the last time; nothing did before anybody was removed. */
  #sweptBy = '';

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  get isDone(): boolean {
    return this.#progress === null;
  }

  /**
   * From the beginning, by this state; on where it stands when what decides about batches is the same, and not at
   * all where it is as it was when all of them were judged: whoever admits a hundred members one after the other
   * does not have that done each time.
   */
  begin(state: SecurityState): void {
    const decidedBy = whatDecides(state);
    // Whoever says something every moment must not keep it from ever coming to its end.
    if (this.#progress?.decidedBy === decidedBy) return;
    const isSwept = decidedBy === this.#sweptBy;
    this.#progress = isSwept
      ? null
      : {
          state,
          decidedBy,
          chain: null,
          hasAllChains: false,
          authors: new Map(),
          judged: new Set(),
          batch: null,
          areBatchesJudged: false,
          created: null,
        };
  }

  /** The same when what a step changes could not be stored: nothing is known to be gone. */
  beginAnew(state: SecurityState): void {
    this.#sweptBy = 'nothing is known';
    this.#progress = null;
    this.begin(state);
  }

  /** Up to `versionsMax` versions more, one batch or page of records beyond it at most. */
  step(now: WallTime, versionsMax: number): SweepStep {
    const progress = this.#progress;
    if (progress === null) return { changes: [], told: [] };
    const step = new Removals(this.#parts, progress.state, now);
    this.#findAuthors(progress);
    for (let looked = 0; looked < BATCHES_IN_STEP_MAX; ) {
      const author = nextOf(progress.authors);
      if (author === null) break;
      looked += progress.areBatchesJudged
        ? this.#lookAtCreated(progress, author, step)
        : this.#judgeSome(progress, author, step, versionsMax);
      if (step.versions >= versionsMax) break;
    }
    if (progress.hasAllChains && progress.authors.size === 0) {
      this.#progress = null;
      this.#sweptBy = progress.decidedBy;
    }
    return { changes: step.changes, told: step.told };
  }

  /** Of some more chains those that a revocation hits somewhere. */
  #findAuthors(progress: Progress): void {
    if (progress.hasAllChains) return;
    const { store, memberships } = this.#parts;
    const some = store.memberships(progress.chain, CHAINS_AT_ONCE);
    for (const { chainDigest } of some) {
      progress.chain = chainDigest;
      const membership = memberships.find(chainDigest);
      if (membership === null || !isHit(membership, progress.state)) continue;
      const key = bytesKey(membership.publicKey);
      if (progress.judged.has(key)) continue;
      progress.judged.add(key);
      progress.authors.set(key, membership.publicKey);
    }
    progress.hasAllChains = some.length < CHAINS_AT_ONCE;
  }

  /** How many batches it looked at. */
  #judgeSome(progress: Progress, author: Uint8Array, step: Removals, versionsMax: number): number {
    const page = this.#parts.store.batchesOf(author, progress.batch, BATCHES_AT_ONCE);
    for (const [at, { hash, statement }] of page.batches.entries()) {
      if (step.versions >= versionsMax) return at;
      if (step.verdictOf({ hash, statement }) === 'removed') step.removeVersionsIn(hash);
    }
    progress.batch = page.next;
    progress.areBatchesJudged = page.next === null;
    return page.batches.length;
  }

  /** The same, in batches, of versions that others made as well; of what reaches as far as it ever did, none. */
  #lookAtCreated(progress: Progress, creator: Uint8Array, step: Removals): number {
    const { store, listed } = this.#parts;
    const page = store.createdBy(creator, progress.created, CREATED_AT_ONCE);
    const end = page.records.length === 0 ? null : listed.find(creator);
    const isAsEver =
      page.records.length === 0 || end?.notAfter === store.findMember(creator)?.notAfter;
    progress.created = isAsEver ? null : page.next;
    if (!isAsEver) {
      for (const { id, expiresAt } of page.records) {
        if (end === null || expiresAt > lastExpiration(end)) step.removeOutlived(id);
      }
    }
    if (progress.created === null) {
      progress.authors.delete(bytesKey(creator));
      progress.areBatchesJudged = false;
    }
    return BATCHES_AT_ONCE;
  }
}

function nextOf(authors: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  for (const author of authors.values()) return author;
  return null;
}

/** What is signed under any other chain counts. */
function isHit({ chain }: Membership, state: SecurityState): boolean {
  const hit = state.hitKeys();
  return chain.some(({ publicKey }) => hit.has(bytesKey(publicKey)));
}

/** Which revocations count, what they list as far as it is known here, and which admissions are void. */
function whatDecides(state: SecurityState): string {
  if (state.hitKeys().size === 0) return '';
  const counting = state.revocations().filter(({ counts }) => counts);
  const voided = state
    .offers(ANY_TIME)
    .flatMap(({ admissions }) => admissions.filter(({ fate }) => fate !== 'in'));
  const digests = [...counting, ...voided].map(({ statement }) => bytesKey(statement.digest));
  return [...digests.sort(), 'without', ...state.missingPages().map(bytesKey)].join(' ');
}

/** An offer that is over admits nobody, and voids nobody either. */
const ANY_TIME = wallTimeOf(0);

/** What one step takes away. */
class Removals {
  readonly changes: StoreChange[] = [];
  readonly told: RecordChange[] = [];
  /** Versions that go. */
  versions = 0;
  readonly #parts: SweepParts;
  readonly #state: SecurityState;
  readonly #now: WallTime;
  readonly #verdicts = new Map<string, SignedVerdict>();
  /** Records of which this step has already said what becomes of both versions. */
  readonly #settled = new Set<string>();

  constructor(parts: SweepParts, state: SecurityState, now: WallTime) {
    this.#parts = parts;
    this.#state = state;
    this.#now = now;
  }

  /** Of a batch of which nobody knows under which membership it was signed, nothing is here that counts. */
  verdictOf({ hash, statement }: Pick<SignedBatch, 'hash' | 'statement'>): SignedVerdict {
    const membership = this.#parts.memberships.find(statement.membership);
    if (membership === null) return 'unknown';
    return judgeBatch({ hash, statement }, membership, this.#state);
  }

  removeVersionsIn(hash: Uint8Array): void {
    const { records, shadows } = this.#parts.store.versionsIn(hash);
    this.#verdicts.set(bytesKey(hash), 'removed');
    for (const id of records) this.#removeRecord(id);
    for (const id of shadows) {
      if (!this.#settled.has(bytesKey(id))) this.changes.push({ kind: 'removeShadow', id });
    }
    this.versions += records.length + shadows.length;
  }

  /** A version that ends after its creator, whoever made it. */
  removeOutlived(id: Uint8Array): void {
    this.#removeRecord(id);
    this.versions += 1;
  }

  /** What the creator said last comes back, when it was kept and counts. */
  #removeRecord(id: Uint8Array): void {
    const { store } = this.#parts;
    const before = store.findRecord(id);
    // Of a batch that goes, and after its creator: it goes once.
    if (before === null || this.#settled.has(bytesKey(id))) return;
    const shadow = store.findShadow(id);
    const isKept = shadow !== null && this.#counts(shadow);
    this.#settled.add(bytesKey(id));
    if (isKept) {
      this.changes.push({ kind: 'restoreShadow', id, removeAt: removalOf(shadow) });
    } else {
      this.changes.push({ kind: 'removeRecord', id });
      if (shadow !== null) this.changes.push({ kind: 'removeShadow', id });
    }
    this.#tell(before, isKept ? shadow : null);
  }

  /** What is over and not removed yet was not told to be over, so it is still there for whoever listens. */
  #tell(before: GroupRecord, restored: GroupRecord | null): void {
    const was = before.content.isDeleted ? null : before;
    const after = restored !== null && isVisible(restored, this.#now) ? restored : null;
    if (was !== null || after !== null) this.told.push({ kind: 'revoked', before: was, after });
  }

  #counts({ batch, content: { creator, expiresAt } }: GroupRecord): boolean {
    if (this.#verdictOfBatch(batch) === 'removed') return false;
    return this.#parts.listed.nameUntil(creator, expiresAt) !== null;
  }

  #verdictOfBatch(hash: Uint8Array): SignedVerdict {
    const key = bytesKey(hash);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const stored = this.#parts.store.findBatch(hash);
    const verdict = stored === null ? 'unknown' : this.verdictOf(stored.batch);
    this.#verdicts.set(key, verdict);
    return verdict;
  }
}
