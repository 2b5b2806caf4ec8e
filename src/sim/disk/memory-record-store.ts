// The RecordStore port in plain maps: what it does is what the SQLite store has to do. A disk can be
// shared between stores one after the other, as files are, and small stores copy what they give and
// take, so that whoever keeps or changes what is not its own is found out.

import { assert, unreachable } from '../../core/base/assert.ts';
import { bytesKey, equalBytes } from '../../core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type {
  Equivocation,
  GroupRecord,
  SignedBatch,
  StorageUse,
} from '../../core/domain/records.ts';
import type { SearchRequest } from '../../core/domain/search.ts';
import type { Crypto } from '../../core/ports/crypto.ts';
import type {
  BatchesPage,
  BundlePage,
  BundlePosition,
  BundleRequest,
  CreatedPage,
  Durability,
  ElementPage,
  ElementPosition,
  FoundBundles,
  RecordStore,
  SearchPage,
  StoreChange,
  StoredBatch,
  StoredMember,
  StoredMembership,
  StoredSecurityItem,
  StoredVersions,
} from '../../core/ports/record-store.ts';
import { platformHashing } from '../platform-hashing.ts';
import { type Belongings, OWN_COPIES } from './belongings.ts';
import { bundlePage, bundlesOf, membershipPage, securityPage } from './bundle-pages.ts';
import type { VersionKind } from './due-times.ts';
import { elementPage } from './element-pages.ts';
import { batchesPage, chainsOf, createdPage, memberIn } from './member-pages.ts';
import { type KeptRecord, RecordDisk } from './record-disk.ts';
import { nextFreeRows, stampOf } from './record-rows.ts';
import { searchRecords } from './record-search.ts';

export interface MemoryStoreOptions {
  readonly disk?: RecordDisk;
  readonly hashing?: Pick<Crypto, 'sha256'>;
  /** What is copied on its way in and out. */
  readonly belongings?: Belongings;
  /** Rows to try for a record whose stamp is taken; those of the SQLite store follow from a secret. */
  readonly furtherRows?: (id: Uint8Array) => Iterable<bigint>;
}

export class MemoryRecordStore implements RecordStore {
  readonly #journal: Uint8Array;
  readonly #disk: RecordDisk;
  readonly #options: MemoryStoreOptions;
  readonly #belongings: Belongings;
  #failure: Error | null = null;

  constructor(journal: Uint8Array, options: MemoryStoreOptions = {}) {
    this.#journal = journal.slice();
    this.#disk = options.disk ?? new RecordDisk();
    this.#options = options;
    this.#belongings = options.belongings ?? OWN_COPIES;
  }

  get journal(): Uint8Array {
    return this.#journal.slice();
  }

  /** The next commit throws this and changes nothing. */
  failNextCommit(error: Error): void {
    this.#failure = error;
  }

  /** A store on a copy of the disk, as it is after the process has ended. */
  restarted(): MemoryRecordStore {
    return new MemoryRecordStore(this.#journal, { ...this.#options, disk: this.#disk.copy() });
  }

  findRecord(id: Uint8Array): GroupRecord | null {
    return this.#recordIn(this.#disk.records, id);
  }

  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[] {
    return ids.map((id) => this.findRecord(id));
  }

  readData(id: Uint8Array): Uint8Array | null {
    const data = this.#disk.records.get(bytesKey(id))?.data ?? null;
    return data === null ? null : this.#belongings.bytes(data);
  }

  findShadow(id: Uint8Array): GroupRecord | null {
    return this.#recordIn(this.#disk.shadows, id);
  }

  findBatch(hash: Uint8Array): StoredBatch | null {
    const stored = this.#disk.batches.get(bytesKey(hash));
    if (stored === undefined) return null;
    const { batch, leaves } = stored;
    return {
      batch: this.#belongings.batch(batch),
      leaves: leaves === null ? null : this.#belongings.bytes(leaves),
    };
  }

  batchesAround(
    author: Uint8Array,
    journal: Uint8Array,
    from: number,
    count: number,
  ): readonly SignedBatch[] {
    const around = this.#disk.journal(author, journal).around(from, count);
    return around.map((batch) => this.#belongings.batch(batch));
  }

  lastBatch(author: Uint8Array, journal: Uint8Array): SignedBatch | null {
    const last = this.#disk.journal(author, journal).last();
    return last === null ? null : this.#belongings.batch(last.kept.batch);
  }

  equivocations(author: Uint8Array | null): readonly Equivocation[] {
    const { batch } = this.#belongings;
    return this.#disk.equivocations
      .filter(({ first }) => author === null || equalBytes(first.statement.author, author))
      .map(({ first, second }) => ({ first: batch(first), second: batch(second) }));
  }

  findMembership(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    const membership = this.#disk.memberships.get(bytesKey(chainDigest));
    return membership === undefined ? null : this.#belongings.chain(membership.chain);
  }

  findMember(publicKey: Uint8Array): StoredMember | null {
    return memberIn(this.#disk, publicKey);
  }

  chainsOf(publicKey: Uint8Array): readonly Uint8Array[] {
    return chainsOf(this.#disk, publicKey);
  }

  use(author: Uint8Array): StorageUse {
    return this.#disk.use(author);
  }

  totalUse(): StorageUse {
    return this.#disk.totalUse();
  }

  search(request: SearchRequest): SearchPage {
    const page = searchRecords(this.#disk.records.values(), request);
    return { ...page, records: page.records.map(this.#belongings.record) };
  }

  bundles(after: BundlePosition | null, request: BundleRequest): BundlePage {
    return bundlePage(this.#disk, this.#options.hashing ?? platformHashing, after, request);
  }

  elements(after: ElementPosition | null, max: number): ElementPage {
    return elementPage(this.#disk, after, max);
  }

  bundlesOf(ids: readonly Uint8Array[], bytesMax: number): FoundBundles {
    return bundlesOf(this.#disk, this.#options.hashing ?? platformHashing, ids, bytesMax);
  }

  memberships(after: Uint8Array | null, max: number): readonly StoredMembership[] {
    return membershipPage(this.#disk, after, max);
  }

  securityItems(after: Uint8Array | null, max: number): readonly StoredSecurityItem[] {
    return securityPage(this.#disk, after, max);
  }

  findSecurityItem(digest: Uint8Array): StoredSecurityItem | null {
    const item = this.#disk.security.get(bytesKey(digest));
    return item === undefined ? null : this.#itemOf(item);
  }

  batchesOf(author: Uint8Array, after: number | null, max: number): BatchesPage {
    return batchesPage(this.#disk, author, after, max);
  }

  versionsIn(batchHash: Uint8Array): StoredVersions {
    const batch = bytesKey(batchHash);
    const idsOf = (kind: VersionKind): readonly Uint8Array[] =>
      this.#disk.versionsIn(kind, batch).map(({ record }) => this.#belongings.bytes(record.id));
    return { records: idsOf('record'), shadows: idsOf('shadow') };
  }

  createdBy(creator: Uint8Array, after: bigint | null, max: number): CreatedPage {
    return createdPage(this.#disk, creator, after, max);
  }

  nextRemoval(): WallTime | null {
    return this.#disk.nextEnd();
  }

  removable(now: WallTime, max: number): readonly GroupRecord[] {
    const next = this.#disk.nextEnd();
    if (next === null || next > now) return [];
    return this.#firstDue([...this.#disk.records.values()], ({ endsAt }) => endsAt, now, max);
  }

  nextRefresh(author: Uint8Array): WallTime | null {
    let next: WallTime | null = null;
    for (const version of this.#disk.refreshed(author)) {
      const at = refreshAtOf(version);
      if (next === null || at < next) next = at;
    }
    return next;
  }

  refreshable(author: Uint8Array, now: WallTime, max: number): readonly GroupRecord[] {
    return this.#firstDue(this.#disk.refreshed(author), refreshAtOf, now, max);
  }

  commit(changes: readonly StoreChange[], _durability: Durability): void {
    const failure = this.#failure;
    this.#failure = null;
    this.#disk.commit(() => {
      for (const change of changes) this.#apply(change);
      if (failure !== null) throw failure;
    });
  }

  close(): void {}

  #apply(change: StoreChange): void {
    const disk = this.#disk;
    switch (change.kind) {
      case 'putMembership':
        this.#putMembership(change);
        return;
      case 'putBatch':
        this.#putBatch(change);
        return;
      case 'putRecord':
        this.#putRecord(this.#arriving(change, change.removeAt));
        return;
      case 'removeRecord':
        disk.setVersion('record', bytesKey(change.id), undefined);
        return;
      case 'keepShadow': {
        const key = bytesKey(change.id);
        const kept = disk.records.get(key);
        assert(kept !== undefined, 'a shadow is made of a record that is there');
        disk.setVersion('record', key, undefined);
        disk.setVersion('shadow', key, { ...kept, endsAt: change.until });
        return;
      }
      case 'putShadow': {
        const shadow = this.#arriving(change, change.until);
        disk.setVersion('shadow', bytesKey(change.record.id), shadow);
        return;
      }
      case 'removeShadow':
        disk.setVersion('shadow', bytesKey(change.id), undefined);
        return;
      case 'restoreShadow': {
        const key = bytesKey(change.id);
        const shadow = disk.shadows.get(key);
        assert(shadow !== undefined, 'a shadow is restored that is there');
        disk.setVersion('shadow', key, undefined);
        disk.setVersion('record', key, undefined);
        this.#putRecord({ ...shadow, endsAt: change.removeAt });
        return;
      }
      case 'removeShadowsUntil': {
        for (const [key, { endsAt }] of [...disk.shadows]) {
          if (endsAt <= change.now) disk.setVersion('shadow', key, undefined);
        }
        return;
      }
      case 'flagEquivocation':
        this.#flag(change.equivocation);
        return;
      case 'putSecurity': {
        const key = bytesKey(change.digest);
        if (!disk.security.has(key)) disk.setSecurity(key, this.#itemOf(change));
        return;
      }
      case 'removeSecurity':
        disk.setSecurity(bytesKey(change.digest), undefined);
        return;
      default:
        unreachable(change);
    }
  }

  #putMembership(change: StoreChange & { readonly kind: 'putMembership' }): void {
    const { chainDigest, chain, publicKey, member, notAfter } = change;
    this.#disk.putMembership(bytesKey(chainDigest), {
      chainDigest: this.#belongings.bytes(chainDigest),
      chain: this.#belongings.chain(chain),
      publicKey: this.#belongings.bytes(publicKey),
      notAfter,
    });
    this.#disk.learnName(publicKey, member);
  }

  #putBatch({ batch, leaves }: StoreChange & { readonly kind: 'putBatch' }): void {
    this.#requireKnown(batch.statement.author);
    const key = bytesKey(batch.hash);
    const known = this.#disk.batches.get(key);
    const isWhole = known !== undefined && known.batch.signature.length > 0;
    this.#disk.setBatch(key, {
      batch: isWhole ? known.batch : this.#belongings.batch(batch),
      leaves: known?.leaves ?? (leaves === null ? null : this.#belongings.bytes(leaves)),
      number: known?.number ?? this.#disk.nextBatchNumber(),
    });
  }

  #putRecord(version: KeptRecord): void {
    const { id } = version.record;
    const key = bytesKey(id);
    const row = this.#disk.records.get(key)?.row ?? this.#freeRow(id);
    this.#disk.setVersion('record', key, { ...version, row });
  }

  #arriving(arrival: Pick<KeptRecord, 'record' | 'data' | 'path'>, endsAt: WallTime): KeptRecord {
    const { record, data, path } = arrival;
    const dataBytes = record.content.data.kind === 'detached' ? record.content.data.length : null;
    assert((data?.length ?? null) === dataBytes, 'a record comes with its detached data');
    const batch = bytesKey(record.batch);
    assert(this.#disk.batches.has(batch), 'a batch is stored before its records');
    this.#disk.learnName(record.content.creator, record.creatorName);
    return {
      record: this.#belongings.record(record),
      data: data === null ? null : this.#belongings.bytes(data),
      path: path === null ? null : this.#belongings.bytes(path),
      endsAt,
      row: 0n,
    };
  }

  #freeRow(id: Uint8Array): bigint {
    const { rows } = this.#disk;
    const own = stampOf(id);
    if (!rows.has(own)) return own;
    const further = this.#options.furtherRows ?? nextFreeRows;
    for (const row of further(id)) if (!rows.has(row)) return row;
    throw new Error('no row is free');
  }

  #flag({ first, second }: Equivocation): void {
    this.#requireKnown(first.statement.author);
    const isKnown = this.#disk.equivocations.some(
      (one) => equalBytes(one.first.hash, first.hash) && equalBytes(one.second.hash, second.hash),
    );
    const { batch } = this.#belongings;
    if (!isKnown) this.#disk.putEquivocation({ first: batch(first), second: batch(second) });
  }

  #itemOf({ digest, form, bytes }: StoredSecurityItem): StoredSecurityItem {
    return { digest: this.#belongings.bytes(digest), form, bytes: this.#belongings.bytes(bytes) };
  }

  #requireKnown(author: Uint8Array): void {
    const isKnown = this.#disk.names.has(bytesKey(author));
    assert(isKnown, 'the membership of an author is stored first');
  }

  #recordIn(versions: ReadonlyMap<string, KeptRecord>, id: Uint8Array): GroupRecord | null {
    const found = versions.get(bytesKey(id));
    return found === undefined ? null : this.#belongings.record(found.record);
  }

  #firstDue(
    versions: readonly KeptRecord[],
    dueAt: (version: KeptRecord) => WallTime,
    now: WallTime,
    max: number,
  ): readonly GroupRecord[] {
    return versions
      .filter((version) => dueAt(version) <= now)
      .sort((a, b) => dueAt(a) - dueAt(b) || (a.row < b.row ? -1 : 1))
      .slice(0, max)
      .map(({ record }) => this.#belongings.record(record))
      .filter(isWithinBytes());
  }
}

function refreshAtOf({ record: { content } }: KeptRecord): WallTime {
  return wallTimeOf(content.modifiedAt + Math.floor((content.refreshMs ?? 0) / 2));
}

/** The first ones, up to the one that goes beyond some 4 MiB of contents. */
function isWithinBytes(): (record: GroupRecord) => boolean {
  let bytes = 0;
  return ({ contentBytes }) => {
    const isWithin = bytes < CONTENT_BYTES_MAX;
    bytes += contentBytes.length;
    return isWithin;
  };
}

const CONTENT_BYTES_MAX = 4_194_304;
