// Where the records of one group live. All of it is synchronous, one caller at a time. What is given
// is read before a call returns and never kept; what is returned belongs to the caller. The world's
// failures (a full disk, a corrupt page) are thrown as `WorldError`; after one nothing was changed.

import type { WallTime } from '../base/time.ts';
import type { PeerName } from '../domain/names.ts';
import type {
  Bundle,
  Equivocation,
  GroupRecord,
  SignedBatch,
  StorageUse,
} from '../domain/records.ts';
import type { SearchPosition, SearchRequest } from '../domain/search.ts';
import type { SecurityForm } from '../domain/security.ts';

export interface RecordStore {
  /** 8 random bytes, made with the database. */
  readonly journal: Uint8Array;

  /** The version that counts, be it a tombstone or expired and not yet removed. */
  findRecord(id: Uint8Array): GroupRecord | null;
  /** The same for each of these ids, in their order; many at once cost far less than one by one. */
  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[];
  /** The detached data of the version that counts; null for a record without any. */
  readData(id: Uint8Array): Uint8Array | null;
  /** The version by its creator that a member with rights over others' records replaced. */
  findShadow(id: Uint8Array): GroupRecord | null;

  findBatch(hash: Uint8Array): StoredBatch | null;
  /**
   * The batch of the journal that ends before this sequence, some of those that lie across the range,
   * and the one that begins after it. A batch of which nothing is left has an empty signature.
   */
  batchesAround(
    author: Uint8Array,
    journal: Uint8Array,
    from: number,
    count: number,
  ): readonly SignedBatch[];
  /** The batch of the journal with the highest sequence. */
  lastBatch(author: Uint8Array, journal: Uint8Array): SignedBatch | null;
  /** Of this author, or of all, the oldest first. */
  equivocations(author: Uint8Array | null): readonly Equivocation[];

  /** DER of the chain with this digest, the root first. */
  findMembership(chainDigest: Uint8Array): readonly Uint8Array[] | null;
  /** The member with this key, when a membership of it is here. */
  findMember(publicKey: Uint8Array): StoredMember | null;
  /** Digests of the chains of the member with this key, the one that ends last first. */
  chainsOf(publicKey: Uint8Array): readonly Uint8Array[];

  use(author: Uint8Array): StorageUse;
  totalUse(): StorageUse;

  search(request: SearchRequest): SearchPage;

  /**
   * All that is stored and not over by then, tombstones included, page by page: records of `priorityTypes`
   * first, a batch's records together. What changes between two pages is sent or not; what stays is sent.
   */
  bundles(after: BundlePosition | null, request: BundleRequest): BundlePage;
  /**
   * What identifies each version that counts, be it a tombstone or expired and not yet removed, page by
   * page: a million in some seconds. What changes between two pages is given or not; what stays is given.
   */
  elements(after: ElementPosition | null, max: number): ElementPage;
  /**
   * Bundles of the versions that count of these records, a batch's together. An id without a record is
   * left out.
   */
  bundlesOf(ids: readonly Uint8Array[], bytesMax: number): FoundBundles;
  /** All chains, by their digests; fewer than `max` are the last. */
  memberships(after: Uint8Array | null, max: number): readonly StoredMembership[];

  /** All statements and pages, by their digests; fewer than `max` are the last. */
  securityItems(after: Uint8Array | null, max: number): readonly StoredSecurityItem[];
  findSecurityItem(digest: Uint8Array): StoredSecurityItem | null;
  /**
   * The batches of this author of which there is still a statement, in an order that stays: `after` is the
   * `next` of the page before. What comes in between two pages is given or not; what stays is given.
   */
  batchesOf(author: Uint8Array, after: number | null, max: number): BatchesPage;
  /** Which records stand here in the versions that this batch has; of nothing, none. */
  versionsIn(batchHash: Uint8Array): StoredVersions;
  /**
   * The records that this member created, whoever made the versions that count, in an order that stays: `after`
   * is the `next` of the page before.
   */
  createdBy(creator: Uint8Array, after: bigint | null, max: number): CreatedPage;

  /** When the next record or shadow is due to be removed. */
  nextRemoval(): WallTime | null;
  /**
   * Records whose removal is due, the earliest first. There may be fewer than `max` although others are
   * due as well, but at least one: a store bounds the bytes that it gives at once. The same holds for
   * `refreshable`.
   */
  removable(now: WallTime, max: number): readonly GroupRecord[];
  /** When the next record of this author is due to be refreshed: half of its `refreshMs` after it was modified. */
  nextRefresh(author: Uint8Array): WallTime | null;
  refreshable(author: Uint8Array, now: WallTime, max: number): readonly GroupRecord[];

  /** Makes all of the changes, in order, or none. */
  commit(changes: readonly StoreChange[], durability: Durability): void;
  close(): void;
}

/** What survives: the end of the process only, or the loss of power too. */
export type Durability = 'process' | 'power';

export interface StoredMember {
  readonly member: PeerName;
  /** The latest end of its memberships. */
  readonly notAfter: WallTime;
}

export interface StoredBatch {
  readonly batch: SignedBatch;
  /** The hashes of all its records, 32 bytes each; null when only some of its records ever came, or none is left. */
  readonly leaves: Uint8Array | null;
}

export interface BundleRequest {
  /** Of contents and data. A page goes beyond it by one bundle at most, a bundle by nothing but a single record that is larger. */
  readonly bytesMax: number;
  /** 16 bytes each. */
  readonly priorityTypes: readonly Uint8Array[];
  readonly now: WallTime;
}

/** Means something only to the store that gave it. */
export interface BundlePosition {
  readonly isPriority: boolean;
  readonly batch: number;
  readonly place: number;
}

export interface BundlePage {
  /** A page may be empty although others follow: looking for the records is bounded, too. */
  readonly bundles: readonly Bundle[];
  /**
   * Where the next page goes on; null when this was the last. A store that would have to look at too
   * much at once gives fewer records than were asked for, or none, and says so here.
   */
  readonly next: BundlePosition | null;
}

/** Means something only to the store that gave it. */
export interface ElementPosition {
  readonly batch: number;
  readonly place: number;
}

export interface ElementPage {
  readonly elements: readonly StoredElement[];
  /** Where the next page goes on; null when this was the last. */
  readonly next: ElementPosition | null;
}

export interface StoredElement {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** Of the version that counts, 32 bytes. */
  readonly hash: Uint8Array;
  readonly modifiedAt: WallTime;
}

export interface FoundBundles {
  readonly bundles: readonly Bundle[];
  /**
   * How many of the ids, from the first on, were looked for: at least one, and no more once contents
   * and data have reached `bytesMax`.
   */
  readonly taken: number;
}

export interface StoredMembership {
  readonly chainDigest: Uint8Array;
  /** DER, the root first. */
  readonly chain: readonly Uint8Array[];
}

export interface StoredSecurityItem {
  /** Of the bytes, as core/wire has it, 32 bytes. */
  readonly digest: Uint8Array;
  readonly form: SecurityForm;
  readonly bytes: Uint8Array;
}

export interface BatchesPage {
  readonly batches: readonly SignedBatch[];
  /** Where the next page goes on; null when this was the last. */
  readonly next: number | null;
}

export interface CreatedPage {
  readonly records: readonly CreatedRecord[];
  /** Where the next page goes on; null when this was the last. */
  readonly next: bigint | null;
}

export interface CreatedRecord {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** Of the version that counts. */
  readonly expiresAt: WallTime;
}

/** Ids, 16 bytes each, in the order of their places. */
export interface StoredVersions {
  /** Records whose version that counts is of the batch. */
  readonly records: readonly Uint8Array[];
  /** Records whose shadow is of the batch. */
  readonly shadows: readonly Uint8Array[];
}

export type StoreChange =
  | {
      readonly kind: 'putMembership';
      readonly chainDigest: Uint8Array;
      readonly chain: readonly Uint8Array[];
      readonly publicKey: Uint8Array;
      readonly member: PeerName;
      readonly notAfter: WallTime;
    }
  /** Before its records; again for a batch whose leaves or signature were not here. */
  | { readonly kind: 'putBatch'; readonly batch: SignedBatch; readonly leaves: Uint8Array | null }
  /**
   * Replaces the version with this id. `data` are its detached ones. `path` is its Merkle path, where
   * the batch's leaves are not here. From `removeAt` on it is due to be removed.
   */
  | {
      readonly kind: 'putRecord';
      readonly record: GroupRecord;
      readonly data: Uint8Array | null;
      readonly path: Uint8Array | null;
      readonly removeAt: WallTime;
    }
  | { readonly kind: 'removeRecord'; readonly id: Uint8Array }
  /** The version that is stored under this id now becomes its shadow, before another replaces it. */
  | { readonly kind: 'keepShadow'; readonly id: Uint8Array; readonly until: WallTime }
  /** The same for a version that comes after the one that replaced it; a shadow that is there gives way. */
  | {
      readonly kind: 'putShadow';
      readonly record: GroupRecord;
      readonly data: Uint8Array | null;
      readonly path: Uint8Array | null;
      readonly until: WallTime;
    }
  | { readonly kind: 'removeShadow'; readonly id: Uint8Array }
  /** The shadow takes the place of the version that replaced it. */
  | { readonly kind: 'restoreShadow'; readonly id: Uint8Array; readonly removeAt: WallTime }
  /** Shadows whose time is over. */
  | { readonly kind: 'removeShadowsUntil'; readonly now: WallTime }
  | { readonly kind: 'flagEquivocation'; readonly equivocation: Equivocation }
  /** Of a digest that is there already: nothing. */
  | {
      readonly kind: 'putSecurity';
      readonly digest: Uint8Array;
      readonly form: SecurityForm;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'removeSecurity'; readonly digest: Uint8Array };

export interface SearchPage {
  readonly records: readonly GroupRecord[];
  /**
   * Where the next page goes on; null when this was the last. A store that would have to look at too
   * much at once gives fewer records than were asked for, or none, and says so here.
   */
  readonly next: SearchPosition | null;
}
