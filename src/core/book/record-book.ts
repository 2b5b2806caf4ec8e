// The records of a group at one member: what it publishes, what it takes from others, what ends by
// itself. Every method judges and says what has to be stored and told; the engine makes the changes
// before it tells anybody, and calls nothing here in between.

import { assert } from '../base/assert.ts';
import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupRecord, RecordChange } from '../domain/records.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Chance } from '../ports/clock.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import type { BatchTools } from '../records/batch-contents.ts';
import { RecordHashes } from '../records/record-hashes.ts';
import { RecordIds } from '../records/record-ids.ts';
import { copyOfSome, type VerifiedBatch } from '../records/verified-batch.ts';
import type { Learned, SecurityBook } from '../security/security-book.ts';
import type { SecurityState } from '../security/security-state.ts';
import { Admission, isVisible, type RecordVerdict } from './admission.ts';
import { judgeBatch, removalText } from './batch-standing.ts';
import { deferredPlaces } from './deferred-places.ts';
import type { KnownMemberships } from './known-memberships.ts';
import { ListedMembers } from './listed-members.ts';
import { OwnRecords, type Publication } from './own-records.ts';
import { PendingRecords, type Quotas, sizeOf } from './pending-records.ts';
import { RemovalSweep } from './removal-sweep.ts';
import { type Released, WaitingRoom } from './waiting-room.ts';

export type { Publication } from './own-records.ts';

export interface BookParts {
  readonly store: RecordStore;
  readonly crypto: Crypto;
  readonly chance: Chance;
  /** Of the member whose book it is. */
  readonly signer: Signer;
  /** Under which it publishes now: another one after a renewal, always of the same key. */
  readonly ownMembership: () => Membership;
  readonly memberships: KnownMemberships;
  /** Loaded. It knows of no membership that `memberships` does not find. */
  readonly security: SecurityBook;
  readonly quotas: Quotas;
  /** While they say so nothing is removed because its time is over, and none of our own records is refreshed. */
  readonly isExpiryDeferred?: () => boolean;
  readonly isRefreshHeld?: () => boolean;
}

/** What a step changes: all of it is stored, then all of it is told. */
export interface Step {
  readonly changes: readonly StoreChange[];
  readonly told: readonly RecordChange[];
}

export interface PublishStep extends Step {
  /** For each publication its records, in the order of its wishes. */
  readonly results: readonly Verdict<readonly GroupRecord[]>[];
}

export interface AdmissionStep extends Step {
  /** For each entry of the batch. */
  readonly verdicts: readonly RecordVerdict[];
}

interface AdmissionsStep extends Step {
  /** For each batch, for each of its entries. */
  readonly verdicts: readonly (readonly RecordVerdict[])[];
}

export interface MembershipStep extends Step {
  /** Once the changes are made, what waited for them can be released. */
  readonly learned: readonly Membership[];
}

export class RecordBook {
  readonly #parts: BookParts;
  readonly #tools: BatchTools;
  readonly #own: OwnRecords;
  readonly #waiting = new WaitingRoom();
  readonly #listed: ListedMembers;
  /** Digests of chains that came and are void in this state, by `bytesKey`. */
  readonly #voidChains = new Set<string>();
  readonly #sweep: RemovalSweep;

  /** What was stored before and does not count any more is still to be swept away. */
  constructor(parts: BookParts) {
    const { crypto, ownMembership, security } = parts;
    const { group } = ownMembership();
    this.#parts = parts;
    this.#tools = {
      group,
      crypto,
      ids: new RecordIds(group, crypto),
      hashes: new RecordHashes(group, crypto),
    };
    const { store, memberships } = parts;
    this.#listed = new ListedMembers({ store, memberships, security: () => security.state });
    this.#own = new OwnRecords({ ...parts, listed: this.#listed }, this.#tools);
    this.#sweep = new RemovalSweep({ store, memberships, listed: this.#listed });
    this.#sweep.begin(security.state);
  }

  /** What opening a bundle of this group takes. */
  get tools(): BatchTools {
    return this.#tools;
  }

  /** The membership whose chain has this digest; null when it is not here. */
  membershipOf(chainDigest: Uint8Array): Membership | null {
    return this.#parts.memberships.find(chainDigest);
  }

  /** Who belongs and what counts now. */
  get security(): SecurityState {
    return this.#parts.security.state;
  }

  /** Batches that wait for a membership or for their time. */
  get waitingBatches(): number {
    return this.#waiting.size;
  }

  /** The same batches themselves. */
  get waiting(): readonly VerifiedBatch[] {
    return this.#waiting.batches;
  }

  /** Null for one that is deleted or over, too. */
  find(id: Uint8Array, now: WallTime): GroupRecord | null {
    const record = this.#parts.store.findRecord(id);
    return record !== null && isVisible(record, now) ? record : null;
  }

  /** Our own records, signed and judged as anybody's. Who is no member any more signs nothing. */
  publish(publications: readonly Publication[], now: WallTime): PublishStep {
    const membership = this.#parts.ownMembership();
    if (this.#isRemoved()) {
      const detail = removalText(membership, this.security);
      const results = publications.map(() => refuse('MEMBERSHIP_REMOVED', detail));
      return { results, changes: [], told: [] };
    }
    const stored = new PendingRecords(this.#parts.store);
    const { drafted, batches } = this.#own.sign(publications, membership, stored, now);
    const admission = this.#admission(stored, now);
    const verdicts = batches.flatMap((batch) => admission.admit(batch));
    let place = 0;
    const results = drafted.map((each): Verdict<readonly GroupRecord[]> => {
      if (!each.ok) return each;
      const from = place;
      place += each.value.length;
      return accept(verdicts.slice(from, place).map(requireAccepted));
    });
    return { results, changes: admission.changes, told: admission.told };
  }

  /** Of those that the wishes bring, and of those that stay as they are and have to be read. */
  dataBytesOf(publication: Publication): number {
    const { store } = this.#parts;
    return publication.reduce((bytes, wish) => {
      if (wish.kind === 'delete') return bytes;
      if (wish.kind === 'add') return bytes + wish.data.length;
      if (wish.kind === 'update' && wish.data !== undefined) return bytes + wish.data.length;
      const record = store.findRecord(wish.id);
      return record === null ? bytes : bytes + sizeOf(record);
    }, 0);
  }

  /** Judges a batch of others. What is deferred waits nowhere yet. */
  admit(batch: VerifiedBatch, now: WallTime): AdmissionStep {
    const { verdicts, ...step } = this.admitAll([batch], now);
    return { ...step, verdicts: verdicts[0] ?? [] };
  }

  /** The same for several, each judged after those before it. */
  admitAll(batches: readonly VerifiedBatch[], now: WallTime): AdmissionsStep {
    const stored = new PendingRecords(this.#parts.store);
    stored.expect(batches.flatMap(({ entries }) => entries.map(({ id }) => id)));
    const admission = this.#admission(stored, now);
    const verdicts = batches.map((batch) => admission.admit(batch));
    return { verdicts, changes: admission.changes, told: admission.told };
  }

  /**
   * What was deferred of a batch that `from` forwarded waits in its share of the room. Once the rest is
   * stored: a batch that is put back because it could not be stored would wait twice, and each time more.
   */
  keepWaiting(
    batch: VerifiedBatch,
    verdicts: readonly RecordVerdict[],
    from: string,
    now: WallTime,
  ): void {
    for (const { until, places } of deferredPlaces(batch, verdicts)) {
      this.#waiting.admit(copyOfSome(batch, places), from, until, now);
    }
  }

  /**
   * A membership, with those above it. Refused unless its chain is sound, of this group, issued by those who
   * might when they did, and there is room. One that is stored stays known, whatever became of it.
   * `admission` says by what offer; then both are stored or neither.
   */
  learnMembership(
    chain: readonly Uint8Array[],
    admission: Uint8Array | null = null,
  ): Verdict<MembershipStep> {
    const { memberships, security, ownMembership } = this.#parts;
    const learned = memberships.learn(chain);
    if (!learned.ok) return learned;
    const unknown = memberships.unknownOf(learned.value);
    const [last] = learned.value;
    assert(last !== undefined, 'what is learned ends with a member');
    // Whoever we are is looked at where it is used, so that a removed member can still read.
    const isOwn = equalBytes(last.publicKey, ownMembership().publicKey);
    if (unknown.length > 0) {
      if (!isOwn && !security.wantsChain(last)) {
        this.#dropUnder(last);
        return refuse('MEMBERSHIP_REMOVED', `law "removed": ${removalText(last, this.security)}`);
      }
      // For our own key as well: whoever may issue could fill our place with memberships that we never asked for.
      const full = memberships.lacksRoom(unknown);
      if (full !== null) return refuse('QUOTA_EXCEEDED', full);
    }
    const admitted = admission === null ? null : security.learnStatement(admission, learned.value);
    const isKept = admitted === null || admitted.kind === 'stored' || admitted.kind === 'known';
    if (!isKept) return refuse(REFUSALS[admitted.kind], `the admission is ${admitted.kind}`);
    const changes = [
      ...memberships.changesFor(unknown),
      ...(admitted?.kind === 'stored' ? admitted.changes : []),
    ];
    return accept({ changes, told: [], learned: learned.value });
  }

  /** What somebody says about who belongs. What has to be stored of it is in the answer. */
  learnStatement(bytes: Uint8Array): Learned {
    return this.#parts.security.learnStatement(bytes);
  }

  /** A list of what a revocation lets count. */
  learnPage(bytes: Uint8Array): Learned {
    return this.#parts.security.learnPage(bytes);
  }

  /**
   * These changes are on the disk: from now on the memberships, statements and pages among them hold. What
   * waited for them and is to be stored as well. Those that are not stored come again by comparing.
   */
  onStored(changes: readonly StoreChange[]): readonly Learned[] {
    const { memberships, security } = this.#parts;
    const before = security.state;
    const arrived = changes
      .filter((change) => change.kind === 'putMembership')
      .map(({ chainDigest }) => memberships.find(chainDigest))
      .filter((membership) => membership !== null);
    if (arrived.length > 0) this.#listed.forget();
    const more = arrived.length === 0 ? [] : security.membershipsChanged(arrived);
    const isSecurity = changes.some(
      ({ kind }) => kind === 'putSecurity' || kind === 'removeSecurity',
    );
    const further = isSecurity ? security.onStored(changes) : [];
    if (security.state !== before) this.#followState();
    return [...more, ...further];
  }

  /** False while there may be something stored that does not count any more. */
  get isSwept(): boolean {
    return this.#sweep.isDone;
  }

  /** Takes some of it away, and tells so. */
  sweep(now: WallTime, versionsMax: number): Step {
    return this.#sweep.step(now, versionsMax);
  }

  /** What a sweep wanted to change was not stored. */
  sweepAnew(): void {
    this.#sweep.beginAnew(this.security);
  }

  /** Batches of which nobody could say whether they count, and a page came since. */
  releaseForSecurity(): readonly Released[] {
    return this.#waiting.releaseForSecurity();
  }

  /** Batches that waited for these memberships, which are stored by now. */
  releaseFor(memberships: readonly Membership[]): readonly Released[] {
    return memberships.flatMap(({ chainDigest, publicKey }) =>
      this.#waiting.releaseFor(chainDigest, publicKey),
    );
  }

  /**
   * Batches that were of the future and are not any more: at least one, within these bounds. What has waited
   * too long for something else waits no longer.
   */
  releaseDue(now: WallTime, recordsMax: number, bytesMax: number): readonly Released[] {
    this.#waiting.giveUp(now);
    return this.#waiting.releaseDue(now, recordsMax, bytesMax);
  }

  /** What was released and could not be stored: due at that time. */
  putBack(released: readonly Released[], at: WallTime): void {
    for (const { batch, from } of released) {
      this.#waiting.admit(batch, from, { kind: 'time', at }, at);
    }
  }

  /** Up to `max` records and all shadows whose time is over. */
  removeDue(now: WallTime, max: number): Step {
    const { store } = this.#parts;
    const next = this.#nextRemoval();
    if (next === null || next > now) return { changes: [], told: [] };
    const due = store.removable(now, max);
    const told = due
      .filter(({ content }) => !content.isDeleted)
      .map((before): RecordChange => ({ kind: 'expired', before, after: null }));
    const removals = due.map(({ id }): StoreChange => ({ kind: 'removeRecord', id }));
    return { changes: [...removals, { kind: 'removeShadowsUntil', now }], told };
  }

  /** Wishes that keep our own records alive that are to be refreshed: at least one, within these bounds. */
  refreshDue(now: WallTime, recordsMax: number, bytesMax: number): readonly Publication[] {
    if (this.#refreshesNothing()) return [];
    const { store, ownMembership } = this.#parts;
    const wishes: Publication[] = [];
    let bytes = 0;
    for (const record of store.refreshable(ownMembership().publicKey, now, recordsMax)) {
      if (!isVisible(record, now)) continue;
      bytes += sizeOf(record);
      if (wishes.length > 0 && bytes > bytesMax) break;
      wishes.push([{ kind: 'refresh', id: record.id }]);
    }
    return wishes;
  }

  /** When something of the above is due; null when nothing is. */
  nextDue(): WallTime | null {
    const { store, ownMembership } = this.#parts;
    const times = [
      this.#nextRemoval(),
      this.#refreshesNothing() ? null : store.nextRefresh(ownMembership().publicKey),
      this.#waiting.nextDue(),
    ];
    return times.reduce((next, at) => (next === null || (at !== null && at < next) ? at : next));
  }

  #refreshesNothing(): boolean {
    return this.#isRemoved() || this.#parts.isRefreshHeld?.() === true;
  }

  #nextRemoval(): WallTime | null {
    return this.#parts.isExpiryDeferred?.() === true ? null : this.#parts.store.nextRemoval();
  }

  #admission(stored: PendingRecords, now: WallTime): Admission {
    const { store, memberships, quotas } = this.#parts;
    const pending = new PendingRecords(stored);
    const [security, listed, voidChains] = [this.security, this.#listed, this.#voidChains];
    const parts = { store, memberships, listed, voidChains, security, pending, quotas };
    return new Admission(parts, now);
  }

  /** What was published under it does not count in this state, and is not waited for when it comes again. */
  #dropUnder({ chainDigest }: Membership): void {
    if (this.#voidChains.size >= LIMITS.membershipsRememberedMax) this.#voidChains.clear();
    this.#voidChains.add(bytesKey(chainDigest));
    this.#waiting.drop(({ batch }) => equalBytes(batch.statement.membership, chainDigest));
  }

  /** A batch that waits for anything else may as well be void for good. */
  #followState(): void {
    const { security } = this;
    this.#voidChains.clear();
    this.#sweep.begin(security);
    if (security.hitKeys().size === 0) return;
    this.#waiting.drop(({ batch }) => {
      const membership = this.membershipOf(batch.statement.membership);
      return membership !== null && judgeBatch(batch, membership, security) === 'removed';
    });
  }

  #isRemoved(): boolean {
    return this.security.removalOf(this.#parts.ownMembership()) !== null;
  }
}

/** Why an admission is not kept. */
const REFUSALS = {
  void: 'MEMBERSHIP_REMOVED',
  unsound: 'NOT_AUTHORIZED',
  awaits: 'NOT_AUTHORIZED',
  full: 'QUOTA_EXCEEDED',
} as const;

function requireAccepted(verdict: RecordVerdict): GroupRecord {
  assert(verdict.kind === 'accepted', 'a draft is refused before it is signed, or not at all');
  return verdict.record;
}
