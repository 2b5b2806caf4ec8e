// `group.records`: what the members of a group share. Reading is from this member's own database, so
// it works offline and asks nobody.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { equalBytes } from '../../core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type { RecordBook } from '../../core/book/record-book.ts';
import type { RecordWish } from '../../core/book/record-drafts.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { GroupRecord, RecordChange, StorageUse } from '../../core/domain/records.ts';
import type { Verdict } from '../../core/domain/refusals.ts';
import type { SearchPosition, SearchRequest } from '../../core/domain/search.ts';
import type { Removal } from '../../core/domain/security.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { RecordStore, StoreChange } from '../../core/ports/record-store.ts';
import { matches, searchableOf } from '../../core/search/search-match.ts';
import { formatPosition } from '../../core/search/search-position.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { type ChangeOrigin, RecordDesk, type RecordDeskParts } from '../../engine/record-desk.ts';
import { requireFlag, requireNotAborted } from '../arguments.ts';
import {
  errorOfRefusal,
  errorOfWorld,
  facingTheWorld,
  facingTheWorldNow,
  PeerGroupError,
} from '../peer-group-error.ts';
import { LiveSearch } from './live-search.ts';
import { ownValues } from './own-values.ts';
import { requireRecordId } from './record-arguments.ts';
import type {
  ExportSummary,
  ImportSummary,
  RecordTransfers,
  TransferOptions,
} from './record-transfer.ts';
import {
  type NewRecord,
  newWish,
  newWishes,
  type RecordUpdate,
  updateWish,
} from './record-wishes.ts';
import { type RecordQuery, requireQuery } from './search-query.ts';
import { SharedRecord } from './shared-record.ts';

export interface RecordPage {
  readonly records: readonly SharedRecord[];
  /** What to pass as `after` for the next page; null when this was the last. */
  readonly next: string | null;
}

export interface WatchOptions {
  readonly signal?: AbortSignal;
}

export interface GroupRecordsParts extends RecordDeskParts {
  readonly book: RecordBook;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly transfers: RecordTransfers;
  /** Shared with the book. */
  readonly expiry: { isDeferred: boolean; isRefreshHeld: boolean };
  /** Changes are on the disk; nobody was told of them yet. */
  readonly onStored: (changes: readonly StoreChange[], origin: ChangeOrigin) => void;
  readonly onChange: (change: RecordChange, origin: ChangeOrigin) => void;
  /** What counts of who belongs is another than before. */
  readonly onSecurity: (state: SecurityState) => void;
  readonly onFailed: (error: unknown) => void;
}

export class GroupRecords {
  readonly #parts: GroupRecordsParts;
  readonly #desk: RecordDesk;
  readonly #live = new Set<LiveSearch>();
  #isOpen = true;

  /** Made by `PeerGroup`. @internal */
  constructor(parts: GroupRecordsParts) {
    this.#parts = parts;
    this.#desk = new RecordDesk(parts, {
      onStored: parts.onStored,
      onChanges: (changes, origin) => this.#onChanges(changes, origin),
      onSecurity: parts.onSecurity,
      onFailed: parts.onFailed,
    });
  }

  /**
   * Adds a record: signed, stored and found by searches when this resolves; it survives a loss of power. Rejects with
   * `ATTRIBUTES_INVALID`, `TOO_MANY_ATTRIBUTES`, `RECORD_TOO_LARGE`, `EXPIRATION_INVALID`, `MEMBERSHIP_EXPIRED`,
   * `NOT_AUTHORIZED` (a reserved type), `QUOTA_EXCEEDED`, `STORAGE_FULL` and the like.
   */
  async add(record: NewRecord): Promise<SharedRecord> {
    return only(await this.#publish([newWish('record', record, new Map())]));
  }

  /**
   * The same for several, in their order, 10,000 at most: all are added, or none. They share one
   * signature for each 1,024.
   */
  async addAll(records: readonly NewRecord[]): Promise<readonly SharedRecord[]> {
    return await this.#publish(newWishes(records));
  }

  /**
   * Makes the next version of a record. Its creator may, and administrators; others are told
   * `NOT_AUTHORIZED`. Rejects with `RECORD_NOT_FOUND` for one that is deleted or over.
   */
  async update(record: string | SharedRecord, update: RecordUpdate): Promise<SharedRecord> {
    return only(await this.#publish([updateWish(record, update)]));
  }

  /** Deletes a record everywhere. Its creator may, and administrators. */
  async delete(record: string | SharedRecord): Promise<void> {
    await this.#publish([{ kind: 'delete', id: requireRecordId(record) }]);
  }

  /** The record with this id as it is now; undefined for one that is not here, deleted, or over. */
  async get(id: string): Promise<SharedRecord | undefined> {
    const bytes = requireRecordId(id);
    this.#requireOpen();
    const record = facingTheWorldNow(() => this.#parts.book.find(bytes, this.#readAt()));
    return record === null ? undefined : this.shown(record);
  }

  /**
   * One page of what the query finds; everything, the newest first, without one. Rejects with `INVALID_ARGUMENT`,
   * `INVALID_SEARCH` or `INVALID_PATTERN`. A search that has to look at very many records lets others have their turn.
   */
  async search(query: RecordQuery = {}): Promise<RecordPage> {
    const { request, order } = requireQuery(query, this.#readAt());
    const { records, next } = await this.#page(request);
    return { records, next: next === null ? null : formatPosition(order, next) };
  }

  /**
   * All that the query finds, page by page as the loop takes them. The query is read once, by this call,
   * which throws what `search` rejects with.
   */
  all(query: RecordQuery = {}): AsyncGenerator<SharedRecord, undefined> {
    const { request } = requireQuery(query, this.#readAt(), LIMITS.searchPageMax);
    return this.#pages(request);
  }

  /**
   * The changes from now on that a search would see: records that come in, change, and go. Nothing is
   * missed from this call on, so watch first and search then. A reader that comes late is told of each
   * record once, and of none that came and went meanwhile; one that is 10,000 records or 64 MiB behind is
   * told `CHANGES_MISSED`. `orderBy`, `limit` and `after` do not count.
   */
  watch(query: RecordQuery = {}, options: WatchOptions = {}): LiveSearch {
    this.#requireOpen();
    ownValues('options', options, ['signal']);
    const { signal } = options;
    requireNotAborted(signal);
    const { where } = requireQuery(query, this.#readAt()).request;
    const live = new LiveSearch({
      finds: (record) => matches(where, searchableOf(record)),
      shown: (record) => this.shown(record),
      onEnd: (ended) => this.#live.delete(ended),
      signal,
    });
    this.#live.add(live);
    return live;
  }

  /**
   * Writes all that is stored now to a file, which takes the place of one that is there, for this
   * identity and group to import. Other calls go on meanwhile. Rejects with `STORAGE_FULL`,
   * `STORAGE_FAILED`, `DATABASE_CORRUPT`, `ABORTED`; there is no new file then.
   */
  async exportTo(path: string, options: TransferOptions = {}): Promise<ExportSummary> {
    this.#requireOpen();
    return await this.#parts.transfers.exportTo(path, options);
  }

  /**
   * Takes the records of a file that `exportTo` wrote. They join those that are here, as if others had
   * sent them: of two versions the one stays that counts. Rejects with `EXPORT_DAMAGED`, `DATABASE_OF_ANOTHER`
   * or `DATABASE_TOO_NEW` before anything is taken; after `ABORTED` and the like what was taken stays.
   */
  async importFrom(path: string, options: TransferOptions = {}): Promise<ImportSummary> {
    this.#requireOpen();
    return await this.#parts.transfers.importFrom(path, options, this.#desk);
  }

  /**
   * While it is true nothing ends here: records that are over stay and are found, and nobody is told that they expired, until
   * it is false again. Others remove them all the same. False unless the group was opened with it.
   */
  get deferExpiry(): boolean {
    return this.#parts.expiry.isDeferred;
  }

  set deferExpiry(isDeferred: boolean) {
    this.#requireOpen();
    this.#parts.expiry.isDeferred = requireFlag('deferExpiry', isDeferred);
    this.#desk.schedule();
  }

  /**
   * While it is true records with `autoRefresh` are not refreshed, so that they end unless it is false again before.
   * False when the group is opened.
   */
  get holdRefresh(): boolean {
    return this.#parts.expiry.isRefreshHeld;
  }

  set holdRefresh(isHeld: boolean) {
    this.#requireOpen();
    this.#parts.expiry.isRefreshHeld = requireFlag('holdRefresh', isHeld);
    this.#desk.schedule();
  }

  /** How much is stored by all members together; the marks of deleted records count until their end. */
  get use(): StorageUse {
    this.#requireOpen();
    return facingTheWorldNow(() => this.#parts.store.totalUse());
  }

  /** What the group's graph works on. @internal */
  forGraph() {
    const { store, book } = this.#parts;
    const membershipOf = (chainDigest: Uint8Array): Membership | null =>
      book.membershipOf(chainDigest);
    const security = () => book.security;
    return { store, desk: this.#desk, tools: book.tools, membershipOf, security };
  }

  /** What the leases of the group are kept with. @internal */
  forLeases() {
    const { store, book } = this.#parts;
    return {
      store,
      membershipOf: (chainDigest: Uint8Array): Membership | null => book.membershipOf(chainDigest),
      removalOf: (membership: Membership) => this.removalOf(membership),
      learn: (chain: readonly Uint8Array[]) => this.#desk.learnMembership(chain, 'here'),
    };
  }

  /** Why a membership does not count although its chain is sound. @internal */
  removalOf(membership: Membership): Removal | null {
    return this.#parts.book.security.removalOf(membership);
  }

  /** Throws what the disk does. @internal */
  learnMembership(chain: readonly Uint8Array[]): Verdict<void> {
    return facingTheWorldNow(() => this.#desk.learnMembership(chain));
  }

  /** Exports and imports that run are aborted, and waited for. After a failure all is closed, too. @internal */
  async close(): Promise<void> {
    try {
      await facingTheWorld(() => this.#parts.transfers.close());
    } finally {
      this.closeNow();
    }
  }

  /** What was published before is stored first. After a failure all is closed, too. @internal */
  closeNow(): void {
    if (!this.#isOpen) return;
    // First, for a listener that answers every change with a record would never let this end.
    this.#isOpen = false;
    try {
      this.#desk.close();
      for (const live of [...this.#live]) live.close();
    } finally {
      facingTheWorldNow(() => this.#parts.store.close());
    }
  }

  async *#pages(request: SearchRequest): AsyncGenerator<SharedRecord, undefined> {
    let { after } = request;
    for (;;) {
      const { records, next } = await this.#page({ ...request, after, now: this.#readAt() });
      yield* records;
      if (next === null) return undefined;
      after = next;
    }
  }

  /** The store may look at some of the records only, and let others have their turn in between. */
  async #page(request: SearchRequest): Promise<Page> {
    const records: SharedRecord[] = [];
    let { after } = request;
    for (;;) {
      this.#requireOpen();
      const some = { ...request, after, limit: request.limit - records.length };
      const { records: found, next } = facingTheWorldNow(() => this.#parts.store.search(some));
      for (const record of found) records.push(this.shown(record));
      if (next === null || records.length >= request.limit) return { records, next };
      after = next;
      await nextTurn();
    }
  }

  async #publish(wishes: readonly RecordWish[]): Promise<readonly SharedRecord[]> {
    this.#requireOpen();
    if (wishes.length === 0) return [];
    const records = await new Promise<readonly GroupRecord[]>((resolve, reject) => {
      this.#desk.publish(wishes, (result) => {
        if (result.kind === 'published') resolve(result.records);
        else if (result.kind === 'refused') reject(errorOfRefusal(result.refusal));
        else reject(errorOfWorld(result.error));
      });
    });
    return records.map((record) => this.shown(record));
  }

  #onChanges(changes: readonly RecordChange[], origin: ChangeOrigin): void {
    for (const change of changes) {
      for (const live of this.#live) live.onChange(change);
      this.#parts.onChange(change, origin);
    }
  }

  /** @internal */
  shown(record: GroupRecord): SharedRecord {
    return new SharedRecord(record, (version) => this.#dataOf(version));
  }

  /** Null when another version counts by now. */
  #dataOf({ id, hash }: GroupRecord): Uint8Array | null {
    this.#requireOpen();
    return facingTheWorldNow(() => {
      const current = this.#parts.store.findRecord(id);
      const isCurrent = current !== null && equalBytes(current.hash, hash);
      return isCurrent ? this.#parts.store.readData(id) : null;
    });
  }

  /** What has ended by then is over. */
  #readAt(): WallTime {
    return this.deferExpiry ? wallTimeOf(0) : this.#parts.clock.now().wallTime;
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new PeerGroupError('GROUP_CLOSED', '');
  }
}

interface Page {
  readonly records: readonly SharedRecord[];
  readonly next: SearchPosition | null;
}

function only(records: readonly SharedRecord[]): SharedRecord {
  const [record] = records;
  if (record === undefined) throw new PeerGroupError('INTERNAL', 'A publication had no record.');
  return record;
}
