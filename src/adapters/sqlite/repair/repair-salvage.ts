// Puts everything of a damaged database that proves itself into a new one. What it does not find again,
// other members have; what it cannot prove, it does not keep.

import { bytesKey, equalBytes } from '../../../core/base/bytes.ts';
import { MalformedBytes } from '../../../core/base/malformed-bytes.ts';
import { type WallTime, wallTimeOf } from '../../../core/base/time.ts';
import { removalOf } from '../../../core/book/admission.ts';
import { comparePrecedence } from '../../../core/book/precedence.ts';
import { LIMITS } from '../../../core/domain/limits.ts';
import type { Membership } from '../../../core/domain/membership.ts';
import type { PeerName } from '../../../core/domain/names.ts';
import type { GroupRecord } from '../../../core/domain/records.ts';
import type { SecurityForm } from '../../../core/domain/security.ts';
import type { RecordStore, StoreChange } from '../../../core/ports/record-store.ts';
import type { BatchTools } from '../../../core/records/batch-contents.ts';
import { decodeMembership } from '../../../core/records/export-file.ts';
import { securityFormOf } from '../tables/security-table.ts';
import { type ProvedVersion, SavedBatches } from './repair-batches.ts';
import { bytesIn, numberIn, type SavedRows, type TableRow } from './repair-rows.ts';

export interface SalvageParts {
  readonly tools: BatchTools;
  /** What a chain and its beginnings say; none for one that is not sound, or of another group. */
  readonly membershipsOf: (chain: readonly Uint8Array[]) => readonly Membership[];
  /** What names these bytes as this form; null for bytes without the form. */
  readonly securityDigestOf: (form: SecurityForm, bytes: Uint8Array) => Uint8Array | null;
  readonly now: WallTime;
}

/** Changes that become one commit. */
const CHANGES_AT_ONCE = 512;

export class Salvage {
  readonly #parts: SalvageParts;
  readonly #rows: SavedRows;
  readonly #store: RecordStore;
  readonly #batches: SavedBatches;
  readonly #memberByKey = new Map<string, PeerName>();
  readonly #authorByMembership = new Map<string, Uint8Array>();
  /** By row: a record and its data have the same. */
  readonly #pagesOfData = new Map<bigint, readonly number[]>();
  /** Where shadows and contradictions stand, which come after all records. */
  readonly #latePages = new Set<number>();
  #changes: StoreChange[] = [];
  readonly #pending = new Map<string, GroupRecord>();
  #records = 0;

  constructor(rows: SavedRows, store: RecordStore, parts: SalvageParts) {
    this.#rows = rows;
    this.#store = store;
    this.#parts = parts;
    this.#batches = new SavedBatches(rows, parts.tools);
  }

  /** How many records were kept. `ownChain` is known without the database. */
  run(ownChain: readonly Uint8Array[]): number {
    this.#learn(ownChain);
    this.#eachRow((row, page) => this.#note(row, page));
    this.#commit();
    this.#eachRow((row, page) => this.#saveRecord(row, page));
    this.#commit();
    for (const page of this.#batches.mendLeaves()) {
      for (const row of this.#rows.onPage(page)) this.#saveRecord(row, page);
    }
    this.#commit();
    for (const page of this.#latePages) {
      for (const row of this.#rows.onPage(page)) {
        if (row.table === 'shadow') this.#saveShadow(row, page);
        if (row.table === 'equivocation') this.#saveEquivocation(row);
      }
    }
    this.#commit();
    return this.#records;
  }

  #eachRow(act: (row: TableRow, page: number) => void): void {
    for (let page = 1; page <= this.#rows.pageCount; page++) {
      for (const row of this.#rows.onPage(page)) act(row, page);
    }
  }

  #note(row: TableRow, page: number): void {
    switch (row.table) {
      case 'membership':
        this.#learnStored(bytesIn(row, 'chain'));
        return;
      case 'security':
        this.#saveSecurity(row);
        return;
      case 'batch':
        this.#batches.note(row, page);
        return;
      case 'record_data': {
        const known = row.row === null ? [] : (this.#pagesOfData.get(row.row) ?? []);
        if (row.row !== null) this.#pagesOfData.set(row.row, [...known, page]);
        return;
      }
      case 'shadow':
      case 'equivocation':
        this.#latePages.add(page);
    }
  }

  #learnStored(bytes: Uint8Array | null): void {
    const chain = bytes === null ? null : chainIn(bytes);
    if (chain !== null) this.#learn(chain);
  }

  #learn(chain: readonly Uint8Array[]): void {
    for (const membership of this.#parts.membershipsOf(chain)) {
      const { chainDigest, publicKey, member, notAfter } = membership;
      const key = bytesKey(chainDigest);
      if (this.#authorByMembership.has(key)) continue;
      this.#authorByMembership.set(key, publicKey);
      this.#memberByKey.set(bytesKey(publicKey), member);
      const ders = membership.chain.map(({ der }) => der);
      this.#change({
        kind: 'putMembership',
        chainDigest,
        chain: ders,
        publicKey,
        member,
        notAfter,
      });
    }
  }

  /** A digest of all of it stands beside it; who signed it is asked when the store is opened. */
  #saveSecurity(row: TableRow): void {
    const form = securityFormOf(numberIn(row, 'form'));
    const [digest, bytes] = [bytesIn(row, 'digest'), bytesIn(row, 'bytes')];
    if (form === null || digest === null || bytes === null) return;
    const named = this.#parts.securityDigestOf(form, bytes);
    if (named === null || !equalBytes(named, digest)) return;
    this.#change({ kind: 'putSecurity', digest, form, bytes });
    this.#commitSome();
  }

  #saveRecord(row: TableRow, page: number): void {
    if (row.table !== 'record') return;
    const proved = this.#batches.prove(row, page);
    const record = proved === null ? null : this.#recordOf(proved);
    if (proved === null || record === null) return;
    const removeAt = removalOf(record);
    if (removeAt <= this.#parts.now) return;
    const data = this.#dataOf(row, record);
    if (data === undefined) return;
    const key = bytesKey(record.id);
    const before = this.#pending.get(key) ?? this.#store.findRecord(record.id);
    // A page that is not used any more may hold what a record was before.
    if (before !== null && comparePrecedence(record, before) <= 0) return;
    this.#putBatch(proved);
    this.#change({ kind: 'putRecord', record, data, path: proved.path, removeAt });
    this.#pending.set(key, record);
    if (before === null) this.#records += 1;
    this.#commitSome();
  }

  #saveShadow(row: TableRow, page: number): void {
    const proved = this.#batches.prove(row, page);
    const shadow = proved === null ? null : this.#recordOf(proved);
    if (proved === null || shadow === null || !isByCreator(shadow)) return;
    const current = this.#store.findRecord(shadow.id);
    if (current === null || isByCreator(current)) return;
    const { expiresAt, data: named } = shadow.content;
    const latest = Math.min(expiresAt, this.#parts.now + LIMITS.shadowMs);
    const until = wallTimeOf(Math.min(numberIn(row, 'until'), latest));
    const data = bytesIn(row, 'data');
    if (until <= this.#parts.now || !this.#areDataOf(data, named)) return;
    const other = this.#store.findShadow(shadow.id);
    if (other !== null && comparePrecedence(shadow, other) <= 0) return;
    this.#putBatch(proved);
    this.#change({ kind: 'putShadow', record: shadow, data, path: proved.path, until });
    this.#commit();
  }

  #saveEquivocation(row: TableRow): void {
    const [first, second] = ['first', 'second'].map((side) =>
      this.#batches.verified(bytesIn(row, `${side}_statement`), bytesIn(row, `${side}_signature`)),
    );
    if (first == null || second == null) return;
    const { author } = first.statement;
    if (!equalBytes(author, second.statement.author)) return;
    if (!this.#memberByKey.has(bytesKey(author))) return;
    if (this.#store.equivocations(author).length >= LIMITS.equivocationsPerAuthorMax) return;
    this.#change({ kind: 'flagEquivocation', equivocation: { first, second } });
    this.#commit();
  }

  /** Null when nobody knows that the author, or the creator, is a member. */
  #recordOf({ stored, ...proved }: ProvedVersion): GroupRecord | null {
    const { hash: batch, statement } = stored.batch;
    const { author, membership, firstSequence } = statement;
    const member = this.#authorByMembership.get(bytesKey(membership));
    if (member === undefined || !equalBytes(member, author)) return null;
    const authorName = this.#memberByKey.get(bytesKey(author));
    const creatorName = this.#memberByKey.get(bytesKey(proved.content.creator));
    if (authorName === undefined || creatorName === undefined) return null;
    const { id, content, contentBytes, hash, place } = proved;
    const sequence = firstSequence + place;
    const names = { author, authorName, creatorName };
    return { id, content, contentBytes, hash, ...names, sequence, batch, place };
  }

  /** Undefined when they are lost. */
  #dataOf(row: TableRow, { content }: GroupRecord): Uint8Array | null | undefined {
    if (content.data.kind === 'inline') return null;
    for (const page of this.#pagesOfData.get(row.row ?? -1n) ?? []) {
      for (const saved of this.#rows.onPage(page)) {
        if (saved.table !== 'record_data' || saved.row !== row.row) continue;
        const data = bytesIn(saved, 'data');
        if (data !== null && this.#areDataOf(data, content.data)) return data;
      }
    }
    return undefined;
  }

  #areDataOf(data: Uint8Array | null, named: GroupRecord['content']['data']): boolean {
    if (named.kind === 'inline') return data === null;
    const { crypto } = this.#parts.tools;
    return data?.length === named.length && equalBytes(crypto.sha256(data), named.digest);
  }

  #putBatch({ stored: { batch, leaves } }: ProvedVersion): void {
    const there = this.#store.findBatch(batch.hash);
    const isWhole = there !== null && there.batch.signature.length > 0;
    if (!isWhole) this.#change({ kind: 'putBatch', batch, leaves });
  }

  #change(change: StoreChange): void {
    this.#changes.push(change);
  }

  #commitSome(): void {
    if (this.#changes.length >= CHANGES_AT_ONCE) this.#commit();
  }

  #commit(): void {
    if (this.#changes.length > 0) this.#store.commit(this.#changes, 'process');
    this.#changes = [];
    this.#pending.clear();
  }
}

function isByCreator({ author, content }: GroupRecord): boolean {
  return equalBytes(author, content.creator);
}

function chainIn(bytes: Uint8Array): readonly Uint8Array[] | null {
  try {
    return decodeMembership(bytes);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
