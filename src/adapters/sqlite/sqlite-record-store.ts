// The RecordStore port on SQLite. A commit is one transaction; when anything in it fails, the file is
// rolled back and whatever the tables remember of it is forgotten with it.

import { assert, unreachable } from '../../core/base/assert.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type {
  Equivocation,
  GroupRecord,
  SignedBatch,
  StorageUse,
} from '../../core/domain/records.ts';
import type { Condition, SearchRequest } from '../../core/domain/search.ts';
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
import { WorldError } from '../../core/ports/world-error.ts';
import { BundleSource } from './bundle-source.ts';
import { ElementSource } from './element-source.ts';
import type { RecordDatabase } from './record-database.ts';
import { SearchRows } from './search/search-rows.ts';
import { AttributeTable } from './tables/attribute-table.ts';
import { BatchTable } from './tables/batch-table.ts';
import { databaseFailure } from './tables/database-failures.ts';
import { EquivocationTable } from './tables/equivocation-table.ts';
import { MemberTable } from './tables/member-table.ts';
import { RecordTable } from './tables/record-table.ts';
import { SecurityTable } from './tables/security-table.ts';
import { ShadowTable } from './tables/shadow-table.ts';
import {
  WAITING_LIMITS,
  WaitingAttributes,
  type WaitingLimits,
} from './tables/waiting-attributes.ts';

export class SqliteRecordStore implements RecordStore {
  readonly #opened: RecordDatabase;
  readonly #tables: Tables;
  #durability: Durability | null = null;
  #isOpen = true;

  /** Takes the database over, and closes it when its tables cannot be read. */
  constructor(opened: RecordDatabase, waitingLimits: WaitingLimits = WAITING_LIMITS) {
    this.#opened = opened;
    try {
      this.#tables = tablesOf(opened, waitingLimits);
    } catch (error) {
      opened.database.close();
      opened.lock.release();
      throw databaseFailure(opened.path, error);
    }
  }

  get journal(): Uint8Array {
    return this.#opened.journal.slice();
  }

  findRecord(id: Uint8Array): GroupRecord | null {
    return this.#guarded(({ records }) => records.find(id));
  }

  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[] {
    return this.#guarded(({ records }) => records.findMany(ids));
  }

  readData(id: Uint8Array): Uint8Array | null {
    return this.#guarded(({ records }) => records.readData(id));
  }

  findShadow(id: Uint8Array): GroupRecord | null {
    return this.#guarded(({ shadows }) => shadows.find(id));
  }

  findBatch(hash: Uint8Array): StoredBatch | null {
    return this.#guarded(({ batches }) => batches.find(hash));
  }

  batchesAround(
    author: Uint8Array,
    journal: Uint8Array,
    from: number,
    count: number,
  ): readonly SignedBatch[] {
    return this.#guarded(({ batches }) => batches.around(author, journal, from, count));
  }

  lastBatch(author: Uint8Array, journal: Uint8Array): SignedBatch | null {
    return this.#guarded(({ batches }) => batches.last(author, journal));
  }

  equivocations(author: Uint8Array | null): readonly Equivocation[] {
    return this.#guarded(({ equivocations }) => equivocations.find(author));
  }

  findMembership(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    return this.#guarded(({ members }) => members.findMembership(chainDigest));
  }

  findMember(publicKey: Uint8Array): StoredMember | null {
    return this.#guarded(({ members }) => members.findMember(publicKey));
  }

  chainsOf(publicKey: Uint8Array): readonly Uint8Array[] {
    return this.#guarded(({ members }) => members.chainsOf(publicKey));
  }

  use(author: Uint8Array): StorageUse {
    return this.#guarded(({ members }) => members.use(author));
  }

  totalUse(): StorageUse {
    return this.#guarded(({ members }) => members.totalUse());
  }

  search(request: SearchRequest): SearchPage {
    return this.#guarded((tables) => {
      const { search, records } = tables;
      const failure = asksAttributes(request) ? this.#tryToCompleteIndex(tables) : null;
      const page = failure === null ? search.find(request) : search.findWithoutAttributes(request);
      if (page === null) throw failure;
      return { records: page.rows.map((row) => records.at(row)), next: page.next };
    });
  }

  bundles(after: BundlePosition | null, request: BundleRequest): BundlePage {
    return this.#guarded(({ bundles }) => bundles.page(after, request));
  }

  elements(after: ElementPosition | null, max: number): ElementPage {
    return this.#guarded(({ elements }) => elements.page(after, max));
  }

  bundlesOf(ids: readonly Uint8Array[], bytesMax: number): FoundBundles {
    return this.#guarded(({ elements }) => elements.bundlesOf(ids, bytesMax));
  }

  memberships(after: Uint8Array | null, max: number): readonly StoredMembership[] {
    return this.#guarded(({ members }) => members.memberships(after, max));
  }

  securityItems(after: Uint8Array | null, max: number): readonly StoredSecurityItem[] {
    return this.#guarded(({ security }) => security.page(after, max));
  }

  findSecurityItem(digest: Uint8Array): StoredSecurityItem | null {
    return this.#guarded(({ security }) => security.find(digest));
  }

  batchesOf(author: Uint8Array, after: number | null, max: number): BatchesPage {
    return this.#guarded(({ batches }) => batches.ofAuthor(author, after, max));
  }

  versionsIn(batchHash: Uint8Array): StoredVersions {
    return this.#guarded(({ batches }) => batches.versionsIn(batchHash));
  }

  createdBy(creator: Uint8Array, after: bigint | null, max: number): CreatedPage {
    return this.#guarded(({ records }) => records.createdBy(creator, after, max));
  }

  nextRemoval(): WallTime | null {
    return this.#guarded(({ records, shadows }) => {
      const moments = [records.nextRemoval(), shadows.nextRemoval()].filter((at) => at !== null);
      return moments.length === 0 ? null : wallTimeOf(Math.min(...moments));
    });
  }

  removable(now: WallTime, max: number): readonly GroupRecord[] {
    return this.#guarded(({ records }) => records.removable(now, max));
  }

  nextRefresh(author: Uint8Array): WallTime | null {
    return this.#guarded(({ records }) => records.nextRefresh(author));
  }

  refreshable(author: Uint8Array, now: WallTime, max: number): readonly GroupRecord[] {
    return this.#guarded(({ records }) => records.refreshable(author, now, max));
  }

  commit(changes: readonly StoreChange[], durability: Durability): void {
    this.#guarded((tables) => {
      try {
        this.#transact(durability, () => {
          for (const change of changes) apply(change, tables);
          writeGathered(tables);
        });
      } catch (error) {
        forget(tables);
        throw error;
      }
      tables.members.accept();
      tables.attributes.accept();
      if (tables.attributes.isFull) this.#tryToCompleteIndex(tables);
    });
  }

  /**
   * The log goes back into the file, so that a copy of the file is a copy of the records. Where a full disk
   * keeps it from that nothing is lost: the log stays, and a mark of exposure only costs the journal.
   */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { database, onClose } = this.#opened;
    try {
      this.#tryToCompleteIndex(this.#tables);
      this.#tryTo(onClose);
      this.#tryTo(() => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    } finally {
      this.#letGo();
    }
  }

  /** Whatever fails: what stays locked could not be opened again in this process. */
  #letGo(): void {
    const { database, lock, path } = this.#opened;
    try {
      database.close();
    } catch (error) {
      throw databaseFailure(path, error);
    } finally {
      lock.release();
    }
  }

  /** The commits before it are acknowledged, and stay so: what fails here is tried again, at the latest by a search. */
  #tryToCompleteIndex(tables: Tables): WorldError | null {
    return this.#tryTo(() => this.#completeIndex(tables));
  }

  /** What no acknowledgement depends on. What the world refused; null when nothing. */
  #tryTo(act: () => void): WorldError | null {
    try {
      act();
      return null;
    } catch (error) {
      const failure = databaseFailure(this.#opened.path, error);
      if (failure instanceof WorldError) return failure;
      throw error;
    }
  }

  /** Without waiting for the disk: what a loss of power takes back here, notes of the commits before say. */
  #completeIndex({ attributes, records }: Tables): void {
    while (!attributes.isIndexComplete) {
      try {
        this.#transact('process', () => {
          attributes.completeSome((row) => records.attributesIn(row));
        });
      } catch (error) {
        attributes.giveUp();
        throw error;
      }
      attributes.acceptSome();
    }
  }

  #transact(durability: Durability, act: () => void): void {
    const { database } = this.#opened;
    this.#requireDurability(durability);
    database.exec('BEGIN IMMEDIATE');
    try {
      act();
      database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back already when the disk is full or fails.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** FULL writes the log to the disk before a commit returns; with NORMAL the system does so later, in order. */
  #requireDurability(durability: Durability): void {
    if (this.#durability === durability) return;
    const level = durability === 'power' ? 'FULL' : 'NORMAL';
    this.#opened.database.exec(`PRAGMA synchronous = ${level}`);
    this.#durability = durability;
  }

  #guarded<Result>(act: (tables: Tables) => Result): Result {
    assert(this.#isOpen, 'a store is not used after it was closed');
    try {
      return act(this.#tables);
    } catch (error) {
      throw databaseFailure(this.#opened.path, error);
    }
  }
}

type Tables = ReturnType<typeof tablesOf>;

function tablesOf({ database, rowSecret }: RecordDatabase, waitingLimits: WaitingLimits) {
  const members = new MemberTable(database);
  const batches = new BatchTable(database, members);
  const index = new AttributeTable(database);
  const attributes = new WaitingAttributes(database, index, waitingLimits);
  const records = new RecordTable(database, { members, batches, attributes }, rowSecret);
  const shadows = new ShadowTable(database, { members, batches, records });
  const equivocations = new EquivocationTable(database, members);
  const security = new SecurityTable(database);
  const search = new SearchRows(database);
  const bundles = new BundleSource(database, members, batches);
  const elements = new ElementSource(database, members, batches);
  const found = { members, batches, attributes, records, shadows, equivocations, security };
  return { ...found, search, bundles, elements };
}

function apply(change: StoreChange, tables: Tables): void {
  const { members, batches, records, shadows, equivocations, security } = tables;
  switch (change.kind) {
    case 'putMembership':
      members.putMembership(change);
      return;
    case 'putBatch':
      batches.put(change.batch, change.leaves);
      return;
    case 'putRecord':
      records.put(change);
      return;
    case 'removeRecord':
      records.remove(change.id);
      return;
    case 'keepShadow':
      shadows.keep(change.id, change.until);
      return;
    case 'putShadow':
      shadows.put(change);
      return;
    case 'removeShadow':
      shadows.remove(change.id);
      return;
    case 'restoreShadow':
      records.remove(change.id);
      shadows.restore(change.id, change.removeAt);
      return;
    case 'removeShadowsUntil':
      shadows.removeUntil(change.now);
      return;
    case 'flagEquivocation':
      equivocations.put(change.equivocation);
      return;
    case 'putSecurity':
      security.put(change);
      return;
    case 'removeSecurity':
      security.remove(change.digest);
      return;
    default:
      unreachable(change);
  }
}

/** Charges come last, for all others charge. */
function writeGathered({ attributes, batches, records, members }: Tables): void {
  attributes.write();
  batches.write();
  records.write();
  members.writeCharges();
}

function forget({ attributes, batches, records, members }: Tables): void {
  attributes.forget();
  batches.forget();
  records.forget();
  members.forget();
}

function asksAttributes({ where, order }: SearchRequest): boolean {
  return order.by === 'attribute' || (where !== null && isOfAttributes(where));
}

/** Whether any clause is about an attribute. */
function isOfAttributes(condition: Condition): boolean {
  if (condition.kind === 'clause') return condition.subject.kind === 'attribute';
  return condition.parts.some(isOfAttributes);
}
