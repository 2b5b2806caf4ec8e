// The records of a group at one member: what it publishes, what it takes from others, what ends by
// itself. Every method judges and says what has to be stored and told; the engine makes the changes
// before it tells anybody, and calls nothing here in between.

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupRecord, RecordChange, RecordContent } from '../domain/records.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Chance } from '../ports/clock.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { RecordStore, StoreChange, StoredMember } from '../ports/record-store.ts';
import { assembleBatch, type RecordDraft, signBatch } from '../records/batch-assembly.ts';
import type { BatchTools } from '../records/batch-contents.ts';
import { writeContent } from '../records/record-content.ts';
import { RecordHashes } from '../records/record-hashes.ts';
import { RecordIds } from '../records/record-ids.ts';
import { RememberedIds } from '../records/remembered-ids.ts';
import { copyOfSome, markVerified, type VerifiedBatch } from '../records/verified-batch.ts';
import type { ChainJudge } from '../trust/chain.ts';
import { Admission, isVisible, type RecordVerdict } from './admission.ts';
import { KnownMemberships } from './known-memberships.ts';
import { lacksRoom, PendingRecords, type Quotas, sizeOf } from './pending-records.ts';
import { Ordinals, RecordDrafts, type RecordWish } from './record-drafts.ts';
import { type Awaited, type Released, WaitingRoom } from './waiting-room.ts';

export interface BookParts {
  readonly store: RecordStore;
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  readonly chance: Chance;
  /** Of the member whose book it is. */
  readonly signer: Signer;
  readonly membership: Membership;
  readonly quotas: Quotas;
}

/** What a step changes: all of it is stored, then all of it is told. */
export interface Step {
  readonly changes: readonly StoreChange[];
  readonly told: readonly RecordChange[];
}

/** Wishes of one caller: all become records or none. */
export type Publication = readonly RecordWish[];

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

const NONE_BEFORE = new Uint8Array(32);

export class RecordBook {
  readonly #parts: BookParts;
  readonly #tools: BatchTools;
  readonly #ownIds: RememberedIds;
  readonly #memberships: KnownMemberships;
  readonly #waiting = new WaitingRoom();
  readonly #ordinals: Ordinals;
  readonly #encoder = new ByteWriter();

  constructor(parts: BookParts) {
    const { store, crypto, judge, membership, chance } = parts;
    const { group } = membership;
    this.#parts = parts;
    this.#tools = {
      group,
      crypto,
      ids: new RecordIds(group, crypto),
      hashes: new RecordHashes(group, crypto),
    };
    this.#ownIds = new RememberedIds(this.#tools.ids);
    this.#memberships = new KnownMemberships(group, store, judge);
    this.#ordinals = new Ordinals(chance);
  }

  /** What opening a bundle of this group takes. */
  get tools(): BatchTools {
    return this.#tools;
  }

  /** The membership whose chain has this digest; null when it is not here. */
  membershipOf(chainDigest: Uint8Array): Membership | null {
    return this.#memberships.find(chainDigest);
  }

  /** Batches that wait for a membership or for their time. */
  get waitingBatches(): number {
    return this.#waiting.size;
  }

  /** Null for one that is deleted or over, too. */
  find(id: Uint8Array, now: WallTime): GroupRecord | null {
    const record = this.#parts.store.findRecord(id);
    return record !== null && isVisible(record, now) ? record : null;
  }

  /** Our own records, signed and judged as anybody's. */
  publish(publications: readonly Publication[], now: WallTime): PublishStep {
    const stored = new PendingRecords(this.#parts.store);
    this.#ownIds.forget();
    stored.expect(this.#idsOf(publications, now));
    const drafted = this.#draft(publications, stored, now);
    const drafts = drafted.flatMap((each) => (each.ok ? each.value : []));
    const admission = this.#admission(stored, now);
    const verdicts = this.#sign(drafts).flatMap((batch) => admission.admit(batch));
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
  keepWaiting(batch: VerifiedBatch, verdicts: readonly RecordVerdict[], from: string): void {
    for (const { until, places } of deferredBy(batch, verdicts)) {
      this.#waiting.admit(copyOfSome(batch, places), from, inWholeMinutes(until));
    }
  }

  /** A membership, with those above it. Refused unless its chain is sound and of this group. */
  learnMembership(chain: readonly Uint8Array[]): Verdict<MembershipStep> {
    const learned = this.#memberships.learn(chain);
    if (!learned.ok) return learned;
    const changes = this.#memberships.changesFor(learned.value);
    return accept({ changes, told: [], learned: learned.value });
  }

  /** Batches that waited for these memberships, which are stored by now. */
  releaseFor(memberships: readonly Membership[]): readonly Released[] {
    return memberships.flatMap(({ chainDigest, publicKey }) =>
      this.#waiting.releaseFor(chainDigest, publicKey),
    );
  }

  /** Batches that were of the future and are not any more: at least one, within these bounds. */
  releaseDue(now: WallTime, recordsMax: number, bytesMax: number): readonly Released[] {
    return this.#waiting.releaseDue(now, recordsMax, bytesMax);
  }

  /** What was released and could not be stored: due at that time. */
  putBack(released: readonly Released[], at: WallTime): void {
    for (const { batch, from } of released) this.#waiting.admit(batch, from, { kind: 'time', at });
  }

  /** What `neighbor` forwarded waits no longer: others will bring it. */
  forgetNeighbor(neighbor: string): void {
    this.#waiting.forget(neighbor);
  }

  /** Up to `max` records and all shadows whose time is over. */
  removeDue(now: WallTime, max: number): Step {
    const { store } = this.#parts;
    const next = store.nextRemoval();
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
    const { store, membership } = this.#parts;
    const wishes: Publication[] = [];
    let bytes = 0;
    for (const record of store.refreshable(membership.publicKey, now, recordsMax)) {
      if (!isVisible(record, now)) continue;
      bytes += sizeOf(record);
      if (wishes.length > 0 && bytes > bytesMax) break;
      wishes.push([{ kind: 'refresh', id: record.id }]);
    }
    return wishes;
  }

  /** When something of the above is due; null when nothing is. */
  nextDue(): WallTime | null {
    const { store, membership } = this.#parts;
    const times = [
      store.nextRemoval(),
      store.nextRefresh(membership.publicKey),
      this.#waiting.nextDue(),
    ];
    return times.reduce((next, at) => (next === null || (at !== null && at < next) ? at : next));
  }

  /** Those that the wishes name, and those that new records are going to have unless one is taken. */
  #idsOf(publications: readonly Publication[], now: WallTime): readonly Uint8Array[] {
    const creator = this.#parts.membership.publicKey;
    let added = 0;
    return publications.flat().map((wish) => {
      if (wish.kind !== 'add') return wish.id;
      added += 1;
      const ordinal = this.#ordinals.peek(now, added);
      return this.#ownIds.idOf({ creator, type: wish.type, createdAt: now, ordinal });
    });
  }

  #admission(stored: PendingRecords, now: WallTime): Admission {
    const { store, quotas } = this.#parts;
    const pending = new PendingRecords(stored);
    return new Admission({ store, memberships: this.#memberships, pending, quotas }, now);
  }

  /** Each sees what the ones before it want, unless they are refused. */
  #draft(
    publications: readonly Publication[],
    stored: PendingRecords,
    now: WallTime,
  ): readonly Verdict<readonly RecordDraft[]>[] {
    const pending = new PendingRecords(stored);
    return publications.map((wishes) => {
      // What is refused at once leaves nothing behind, and after the last nobody looks.
      if (wishes.length === 1 || publications.length === 1) {
        return this.#draftAll(wishes, pending, now);
      }
      const own = new PendingRecords(pending);
      const drafted = this.#draftAll(wishes, own, now);
      if (drafted.ok) own.settleInto(pending);
      return drafted;
    });
  }

  /** Quotas are judged here already: what was refused must not stand in a signed batch. */
  #draftAll(
    wishes: Publication,
    pending: PendingRecords,
    now: WallTime,
  ): Verdict<readonly RecordDraft[]> {
    const { store, membership, crypto, quotas } = this.#parts;
    const findMember = (publicKey: Uint8Array): StoredMember | null => store.findMember(publicKey);
    const ids = this.#ownIds;
    const parts = { crypto, membership, ids, ordinals: this.#ordinals, findMember };
    const drafter = new RecordDrafts(parts, pending, now);
    const drafts: RecordDraft[] = [];
    for (const wish of wishes) {
      const drafted = drafter.draft(wish);
      if (!drafted.ok) return drafted;
      const { content, data } = drafted.value;
      writeContent(this.#encoder.reset(), content, membership.publicKey);
      const contentBytes = this.#encoder.finish();
      const record = this.#provisional(content, contentBytes);
      const full = lacksRoom(record, pending, quotas);
      if (full !== null) return refuse('QUOTA_EXCEEDED', full);
      pending.put(record, data);
      drafts.push({ content, data, contentBytes });
    }
    return accept(drafts);
  }

  /** A draft as later wishes of the step see it: without what it gets from its batch. */
  #provisional(content: RecordContent, contentBytes: Uint8Array): GroupRecord {
    const { publicKey, member } = this.#parts.membership;
    return {
      id: this.#ownIds.idOf(content),
      content,
      contentBytes,
      hash: NOTHING,
      author: publicKey,
      authorName: member,
      creatorName: member,
      sequence: 0,
      batch: NOTHING,
      place: 0,
    };
  }

  /** One batch after the other at the end of our journal. */
  #sign(drafts: readonly RecordDraft[]): readonly VerifiedBatch[] {
    const { store, signer, membership } = this.#parts;
    const author = membership.publicKey;
    const last = store.lastBatch(author, store.journal);
    let firstSequence = last === null ? 1 : last.statement.firstSequence + last.statement.count;
    let previous = last === null ? NONE_BEFORE : last.hash;
    const batches: VerifiedBatch[] = [];
    for (let at = 0; at < drafts.length; at += LIMITS.recordsInBatchMax) {
      const some = drafts.slice(at, at + LIMITS.recordsInBatchMax);
      const standing = {
        author,
        membership: membership.chainDigest,
        journal: store.journal,
        firstSequence,
        previous,
      };
      const unsigned = assembleBatch(standing, some, { ...this.#tools, ids: this.#ownIds });
      batches.push(markVerified(signBatch(unsigned, signer)));
      firstSequence += some.length;
      previous = unsigned.hash;
    }
    return batches;
  }
}

const NOTHING = new Uint8Array();

function requireAccepted(verdict: RecordVerdict): GroupRecord {
  assert(verdict.kind === 'accepted', 'a draft is refused before it is signed, or not at all');
  return verdict.record;
}

/** The places that wait, by what they wait for; those of the future together, until the first is due. */
function deferredBy(
  batch: VerifiedBatch,
  verdicts: readonly RecordVerdict[],
): readonly { readonly until: Awaited; readonly places: ReadonlySet<number> }[] {
  const groups: { until: Awaited; readonly places: Set<number> }[] = [];
  for (const [at, entry] of batch.entries.entries()) {
    const verdict = verdicts[at];
    if (verdict?.kind !== 'deferred') continue;
    const { until } = verdict;
    const known = groups.find((group) => isAwaitedWith(group.until, until));
    if (known === undefined) {
      groups.push({ until, places: new Set([entry.place]) });
      continue;
    }
    known.places.add(entry.place);
    if (until.kind === 'time' && known.until.kind === 'time' && until.at < known.until.at) {
      known.until = until;
    }
  }
  return groups;
}

/**
 * Moments are looked at minute by minute: with 1,024 of them in a batch, who chose each a little later
 * would have all that wait judged again at every one.
 */
function inWholeMinutes(until: Awaited): Awaited {
  if (until.kind !== 'time') return until;
  return { kind: 'time', at: wallTimeOf(Math.ceil(until.at / MINUTE_MS) * MINUTE_MS) };
}

const MINUTE_MS = 60_000;

function isAwaitedWith(a: Awaited, b: Awaited): boolean {
  if (a.kind === 'time') return b.kind === 'time';
  if (a.kind === 'membership') {
    return b.kind === 'membership' && equalBytes(a.chainDigest, b.chainDigest);
  }
  return b.kind === 'member' && equalBytes(a.publicKey, b.publicKey);
}
