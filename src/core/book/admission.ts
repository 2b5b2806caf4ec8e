// The one door by which records come in, ours and others' (protocol.md §12.7). It judges a batch
// whose signature was checked and says what has to be stored and told; it changes nothing itself.

import { bytesKey, compareBytes, equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import type {
  BatchStatement,
  Equivocation,
  GroupRecord,
  RecordChange,
  SignedBatch,
} from '../domain/records.ts';
import type { Refusal } from '../domain/refusals.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import type { BatchEntry } from '../records/batch-contents.ts';
import { ownContent, type VerifiedBatch } from '../records/verified-batch.ts';
import type { SecurityState } from '../security/security-state.ts';
import { awaitedPage, judgeBatch, removalText } from './batch-standing.ts';
import type { KnownMemberships } from './known-memberships.ts';
import type { ListedMembers } from './listed-members.ts';
import {
  isByCreator,
  lacksRoom,
  lacksRoomInShadow,
  type PendingRecords,
  type Quotas,
  shadowFate,
} from './pending-records.ts';
import { comparePrecedence } from './precedence.ts';
import { breachOfRecord, lastExpiration } from './record-laws.ts';
import type { Awaited } from './waiting-room.ts';

export type RecordVerdict =
  | { readonly kind: 'accepted'; readonly record: GroupRecord }
  /** A version that counts more is here, or this one is. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It cannot be judged yet. */
  | { readonly kind: 'deferred'; readonly until: Awaited };

export interface AdmissionParts {
  readonly store: RecordStore;
  readonly memberships: KnownMemberships;
  /** Who may create, and until when. */
  readonly listed: ListedMembers;
  /** Chains that are not stored, for nothing that is signed under them counts. */
  readonly voidChains: ReadonlySet<string>;
  /** Says which batches count. */
  readonly security: SecurityState;
  readonly pending: PendingRecords;
  readonly quotas: Quotas;
}

/** One step's judging: what several batches change together. */
export class Admission {
  readonly #parts: AdmissionParts;
  readonly #now: WallTime;
  readonly #changes: StoreChange[] = [];
  readonly #told: RecordChange[] = [];

  constructor(parts: AdmissionParts, now: WallTime) {
    this.#parts = parts;
    this.#now = now;
  }

  /** To be made in this order, all or none. */
  get changes(): readonly StoreChange[] {
    return this.#changes;
  }

  /** What can be seen differently once the changes are made. */
  get told(): readonly RecordChange[] {
    return this.#told;
  }

  /** One verdict for each entry of the batch. */
  admit(batch: VerifiedBatch): readonly RecordVerdict[] {
    const { statement } = batch.batch;
    const membership = this.#parts.memberships.find(statement.membership);
    if (membership === null) {
      const unknown = this.#withoutMembership(statement);
      return batch.entries.map(() => unknown);
    }
    const wrong = wrongStatement(batch.batch, membership);
    if (wrong !== null) return batch.entries.map(() => ({ kind: 'refused', refusal: wrong }));
    const stopped = this.#stopsAll(batch.batch, membership);
    if (stopped !== null) return batch.entries.map(() => stopped);
    const begin = this.#changes.length;
    const verdicts = batch.entries.map((entry) => this.#admitEntry(entry, batch, membership));
    if (this.#changes.length > begin) this.#changes.splice(begin, 0, ...this.#batchChanges(batch));
    this.#flagEquivocation(batch.batch);
    return verdicts;
  }

  /** A chain that came and was void is not stored, and not waited for either. */
  #withoutMembership({ membership: chainDigest }: BatchStatement): RecordVerdict {
    if (this.#parts.voidChains.has(bytesKey(chainDigest))) {
      return refused('MEMBERSHIP_REMOVED', 'law "removed": the membership is void');
    }
    return { kind: 'deferred', until: { kind: 'membership', chainDigest } };
  }

  /** Null when the batch counts, else what becomes of all of it. */
  #stopsAll({ hash, statement }: SignedBatch, membership: Membership): RecordVerdict | null {
    const { security } = this.#parts;
    const verdict = judgeBatch({ hash, statement }, membership, security);
    if (verdict === 'counts') return null;
    if (verdict === 'unknown') {
      const digest = awaitedPage(membership, security);
      return { kind: 'deferred', until: { kind: 'security', digest } };
    }
    return refused('MEMBERSHIP_REMOVED', `law "removed": ${removalText(membership, security)}`);
  }

  #admitEntry(entry: BatchEntry, { batch }: VerifiedBatch, membership: Membership): RecordVerdict {
    const { content } = entry;
    const refusal = breachOfRecord({ content, membership });
    if (refusal !== null) return { kind: 'refused', refusal };
    if (content.expiresAt <= this.#now) return refused('RECORD_EXPIRED', 'it is over');
    const dueAt = wallTimeOf(content.modifiedAt - LIMITS.clockAheadMs);
    if (dueAt > this.#now) return { kind: 'deferred', until: { kind: 'time', at: dueAt } };
    const creatorName = this.#creatorName(entry, membership);
    if (creatorName === null) {
      return { kind: 'deferred', until: { kind: 'member', publicKey: content.creator } };
    }
    const record: GroupRecord = {
      id: entry.id,
      content,
      contentBytes: entry.contentBytes,
      hash: entry.hash,
      // The same key as in the statement, but no view of the message that the statement came in.
      author: membership.publicKey,
      authorName: membership.member,
      creatorName,
      sequence: entry.sequence,
      batch: batch.hash,
      place: entry.place,
    };
    return this.#place(record, entry);
  }

  /**
   * Null while too little is known of the creator of the record: its name, or a listed membership that
   * reaches to the expiration. The author's counts when the author is the creator, for a batch that counts
   * is signed under a listed one; and then any other of the creator's: one that was renewed for a shorter
   * time still changes what it created before. A record that outlived every membership of its creator could
   * not be changed by the creator any more; and what is deleted has to stay deleted for as long as the
   * record would have lived.
   */
  #creatorName({ content }: BatchEntry, membership: Membership): PeerName | null {
    const isCreator = equalBytes(content.creator, membership.publicKey);
    if (isCreator && content.expiresAt <= lastExpiration(membership)) return membership.member;
    return this.#parts.listed.nameUntil(content.creator, content.expiresAt);
  }

  #place(judged: GroupRecord, entry: BatchEntry): RecordVerdict {
    const { pending, quotas } = this.#parts;
    const before = pending.findRecord(judged.id);
    if (before !== null && comparePrecedence(judged, before) <= 0) {
      this.#shadowLate(judged, entry, before);
      return { kind: 'superseded' };
    }
    const full = lacksRoom(judged, pending, quotas);
    if (full !== null) return refused('QUOTA_EXCEEDED', full);
    const record = pinsMore(judged) ? { ...judged, ...ownContent(judged, judged.author) } : judged;
    this.#shadow(record, before);
    const { data, path } = entry;
    this.#changes.push({ kind: 'putRecord', record, data, path, removeAt: removalOf(record) });
    pending.put(record, data);
    this.#tell(record, before);
    return { kind: 'accepted', record };
  }

  /** What the creator said last is kept beside what another made of it, until that one is trusted for good. */
  #shadow(record: GroupRecord, before: GroupRecord | null): void {
    const { id } = record;
    const fate = shadowFate(record, before);
    if (fate === 'removed') this.#changes.push({ kind: 'removeShadow', id });
    if (fate === 'made' && before !== null) {
      this.#changes.push({ kind: 'keepShadow', id, until: this.#shadowEnd(before) });
    }
  }

  /** The same when the creator's version comes after the one that replaced it, and there is room. */
  #shadowLate(record: GroupRecord, { data, path }: BatchEntry, before: GroupRecord): void {
    if (!isByCreator(record) || isByCreator(before)) return;
    const { pending, quotas } = this.#parts;
    const shadow = pending.findShadow(record.id);
    if (shadow !== null && comparePrecedence(record, shadow) <= 0) return;
    if (lacksRoomInShadow(record, pending, quotas) !== null) return;
    const until = this.#shadowEnd(record);
    this.#changes.push({ kind: 'putShadow', record, data, path, until });
    pending.putShadow(record.id, record);
  }

  #shadowEnd({ content }: GroupRecord): WallTime {
    return wallTimeOf(Math.min(content.expiresAt, this.#now + LIMITS.shadowMs));
  }

  /** What is over and not removed yet was not told to be over: for whoever listens it is still there. */
  #tell(after: GroupRecord, before: GroupRecord | null): void {
    const was = before === null || before.content.isDeleted ? null : before;
    if (!after.content.isDeleted) {
      this.#told.push({ kind: was === null ? 'added' : 'updated', before: was, after });
    } else if (was !== null) {
      this.#told.push({ kind: 'deleted', before: was, after: null });
    }
  }

  #batchChanges({ batch, leaves }: VerifiedBatch): readonly StoreChange[] {
    const stored = this.#parts.store.findBatch(batch.hash);
    const isComplete =
      stored !== null && isProvable(stored.batch) && (stored.leaves !== null || leaves === null);
    return isComplete ? [] : [{ kind: 'putBatch', batch, leaves }];
  }

  /** Both batches stay: they prove it (protocol.md §12.8). */
  #flagEquivocation(batch: SignedBatch): void {
    const { author, journal, firstSequence, count } = batch.statement;
    const { store } = this.#parts;
    const around = store.batchesAround(author, journal, firstSequence, count);
    const known = store.equivocations(author);
    if (known.length >= LIMITS.equivocationsPerAuthorMax) return;
    const pairs = around
      .filter((other) => isProvable(other) && contradicts(other, batch))
      .map((other) => inOneOrder(other, batch));
    const equivocation = pairs.find((pair) => !known.some((each) => isSamePair(each, pair)));
    if (equivocation === undefined) return;
    this.#changes.push({ kind: 'flagEquivocation', equivocation });
  }
}

/** True for a view of something much larger, all of which would stay for as long as anybody keeps the record. */
function pinsMore({ contentBytes }: GroupRecord): boolean {
  return contentBytes.buffer.byteLength > contentBytes.length + PINNED_BYTES_MAX;
}

/** A guess: what a copy is not worth. */
const PINNED_BYTES_MAX = 4_096;

/** So that a pair is not there twice, whichever of the two was heard of first. */
function inOneOrder(a: SignedBatch, b: SignedBatch): Equivocation {
  return compareBytes(a.hash, b.hash) < 0 ? { first: a, second: b } : { first: b, second: a };
}

function isSamePair(a: Equivocation, b: Equivocation): boolean {
  return equalBytes(a.first.hash, b.first.hash) && equalBytes(a.second.hash, b.second.hash);
}

/** False for a batch of which only the statement is left: what nobody signed proves nothing. */
function isProvable({ signature }: SignedBatch): boolean {
  return signature.length > 0;
}

/** False for what searches, listings and `get` leave out. */
export function isVisible({ content }: GroupRecord, now: WallTime): boolean {
  return !content.isDeleted && content.expiresAt > now;
}

/** A tombstone stays a little longer, so that a slow clock does not let the record in again. */
export function removalOf({ content }: GroupRecord): WallTime {
  const graceMs = content.isDeleted ? LIMITS.tombstoneGraceMs : 0;
  return wallTimeOf(content.expiresAt + graceMs);
}

/** True when the two cannot both belong to one honest journal. */
export function contradicts(a: SignedBatch, b: SignedBatch): boolean {
  if (equalBytes(a.hash, b.hash)) return false;
  const [first, second] = a.statement.firstSequence <= b.statement.firstSequence ? [a, b] : [b, a];
  const end = first.statement.firstSequence + first.statement.count;
  if (end > second.statement.firstSequence) return true;
  return (
    end === second.statement.firstSequence && !equalBytes(second.statement.previous, first.hash)
  );
}

function wrongStatement({ statement }: SignedBatch, membership: Membership): Refusal | null {
  if (!equalBytes(statement.author, membership.publicKey)) {
    return { code: 'RECORD_INVALID', detail: 'law "author": the membership is of another key' };
  }
  const isFirst = statement.firstSequence === 1;
  if (isFirst === statement.previous.every((byte) => byte === 0)) return null;
  return {
    code: 'RECORD_INVALID',
    detail: 'law "beginning": only the first batch has none before it',
  };
}

function refused(code: Refusal['code'], detail: string): RecordVerdict {
  return { kind: 'refused', refusal: { code, detail } };
}
