// The RecordStore port in plain maps: slow, and meant to be right at a glance, for what it does is what
// the SQLite store has to do. A commit works on a copy of the state that takes the place of the state
// when all went well.

import {
  furtherRows,
  ROW_SECRET_BYTES,
  stampRow,
} from '../../src/adapters/sqlite/tables/record-row.ts';
import { assert, unreachable } from '../../src/core/base/assert.ts';
import { bytesKey, compareBytes, equalBytes } from '../../src/core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type {
  Equivocation,
  GroupRecord,
  SignedBatch,
  StorageUse,
} from '../../src/core/domain/records.ts';
import type { SearchRequest } from '../../src/core/domain/search.ts';
import type {
  BundlePage,
  BundlePosition,
  BundleRequest,
  Durability,
  RecordStore,
  SearchPage,
  StoreChange,
  StoredBatch,
  StoredMember,
  StoredMembership,
} from '../../src/core/ports/record-store.ts';
import { BatchNumbers, bundlePage, membershipPage } from './simulated-bundles.ts';
import {
  copyOfBatch,
  copyOfRecord,
  emptyDisk,
  type RecordDisk,
  type SimulatedRecord,
  tidy,
} from './simulated-record-disk.ts';
import { searchRecords } from './simulated-search.ts';

/** A database that is to have its rows in the same places has this one too. */
export const SIMULATED_ROW_SECRET = new Uint8Array(ROW_SECRET_BYTES);

export class SimulatedRecordStore implements RecordStore {
  readonly #journal: Uint8Array;
  #disk: RecordDisk;
  readonly #batchNumbers = new BatchNumbers();
  #failure: Error | null = null;

  constructor(journal: Uint8Array, disk = emptyDisk()) {
    this.#journal = journal.slice();
    this.#disk = disk;
  }

  get journal(): Uint8Array {
    return this.#journal.slice();
  }

  /** The next commit throws this and changes nothing. */
  failNextCommit(error: Error): void {
    this.#failure = error;
  }

  /** A store on a copy of the disk, as it is after the process has ended. */
  restarted(): SimulatedRecordStore {
    return new SimulatedRecordStore(this.#journal, copyOfDisk(this.#disk));
  }

  findRecord(id: Uint8Array): GroupRecord | null {
    return recordIn(this.#disk.records, id);
  }

  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[] {
    return ids.map((id) => this.findRecord(id));
  }

  readData(id: Uint8Array): Uint8Array | null {
    return this.#disk.records.get(bytesKey(id))?.data?.slice() ?? null;
  }

  findShadow(id: Uint8Array): GroupRecord | null {
    return recordIn(this.#disk.shadows, id);
  }

  findBatch(hash: Uint8Array): StoredBatch | null {
    const stored = this.#disk.batches.get(bytesKey(hash));
    if (stored === undefined) return null;
    return { batch: copyOfBatch(stored.batch), leaves: stored.leaves?.slice() ?? null };
  }

  batchesAround(
    author: Uint8Array,
    journal: Uint8Array,
    from: number,
    count: number,
  ): readonly SignedBatch[] {
    const all = this.#batchesOf(author, journal);
    const before = all.filter((batch) => lastSequence(batch) < from);
    const across = all.filter(
      (batch) => lastSequence(batch) >= from && batch.statement.firstSequence < from + count,
    );
    const after = all.filter((batch) => batch.statement.firstSequence >= from + count);
    return [...byLast(before).slice(0, 1), ...byFirst(across), ...byFirst(after).slice(0, 1)];
  }

  lastBatch(author: Uint8Array, journal: Uint8Array): SignedBatch | null {
    return byLast(this.#batchesOf(author, journal)).at(0) ?? null;
  }

  equivocations(author: Uint8Array | null): readonly Equivocation[] {
    return this.#disk.equivocations
      .filter(({ first }) => author === null || equalBytes(first.statement.author, author))
      .map(({ first, second }) => ({ first: copyOfBatch(first), second: copyOfBatch(second) }));
  }

  findMembership(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    const membership = this.#disk.memberships.get(bytesKey(chainDigest));
    return membership?.chain.map((der) => der.slice()) ?? null;
  }

  findMember(publicKey: Uint8Array): StoredMember | null {
    const ends = [...this.#disk.memberships.values()]
      .filter((membership) => equalBytes(membership.publicKey, publicKey))
      .map(({ notAfter }) => notAfter);
    const member = this.#disk.names.get(bytesKey(publicKey));
    if (member === undefined || ends.length === 0) return null;
    return { member, notAfter: wallTimeOf(Math.max(...ends)) };
  }

  use(author: Uint8Array): StorageUse {
    return useOf(this.#disk, (one) => equalBytes(one, author));
  }

  totalUse(): StorageUse {
    return useOf(this.#disk, () => true);
  }

  search(request: SearchRequest): SearchPage {
    return searchRecords([...this.#disk.records.values()], request);
  }

  bundles(after: BundlePosition | null, request: BundleRequest): BundlePage {
    return bundlePage(this.#disk, this.#batchNumbers, after, request);
  }

  memberships(after: Uint8Array | null, max: number): readonly StoredMembership[] {
    return membershipPage(this.#disk, after, max);
  }

  nextRemoval(): WallTime | null {
    const { records, shadows } = this.#disk;
    return earliest([...records.values(), ...shadows.values()].map(({ endsAt }) => endsAt));
  }

  removable(now: WallTime, max: number): readonly GroupRecord[] {
    return firstDue([...this.#disk.records.values()], ({ endsAt }) => endsAt, now, max);
  }

  nextRefresh(author: Uint8Array): WallTime | null {
    return earliest(this.#refreshed(author).map(refreshAtOf));
  }

  refreshable(author: Uint8Array, now: WallTime, max: number): readonly GroupRecord[] {
    return firstDue(this.#refreshed(author), refreshAtOf, now, max);
  }

  commit(changes: readonly StoreChange[], _durability: Durability): void {
    const failure = this.#failure;
    this.#failure = null;
    const disk = copyOfDisk(this.#disk);
    for (const change of changes) apply(change, disk);
    if (failure !== null) throw failure;
    tidy(disk.batches, [...disk.records.values(), ...disk.shadows.values()]);
    this.#disk = disk;
  }

  close(): void {}

  #batchesOf(author: Uint8Array, journal: Uint8Array): SignedBatch[] {
    return [...this.#disk.batches.values()]
      .map(({ batch }) => batch)
      .filter(({ statement }) => equalBytes(statement.author, author))
      .filter(({ statement }) => equalBytes(statement.journal, journal))
      .map(copyOfBatch);
  }

  #refreshed(author: Uint8Array): SimulatedRecord[] {
    return [...this.#disk.records.values()].filter(
      ({ record }) => equalBytes(record.author, author) && record.content.refreshMs !== null,
    );
  }
}

function apply(change: StoreChange, disk: RecordDisk): void {
  switch (change.kind) {
    case 'putMembership': {
      const { chainDigest, chain, publicKey, member, notAfter } = change;
      const copy = {
        chainDigest: chainDigest.slice(),
        chain: chain.map((der) => der.slice()),
        publicKey: publicKey.slice(),
        notAfter,
      };
      disk.memberships.set(bytesKey(chainDigest), copy);
      learnName(disk, publicKey, member);
      return;
    }
    case 'putBatch':
      putBatch(disk, change);
      return;
    case 'putRecord':
      putRecord(disk, change, change.removeAt);
      return;
    case 'removeRecord':
      disk.records.delete(bytesKey(change.id));
      return;
    case 'keepShadow': {
      const kept = disk.records.get(bytesKey(change.id));
      assert(kept !== undefined, 'a shadow is made of a record that is there');
      disk.records.delete(bytesKey(change.id));
      disk.shadows.set(bytesKey(change.id), { ...kept, endsAt: change.until });
      return;
    }
    case 'putShadow':
      disk.shadows.set(bytesKey(change.record.id), arriving(disk, change, change.until));
      return;
    case 'removeShadow':
      disk.shadows.delete(bytesKey(change.id));
      return;
    case 'restoreShadow': {
      const shadow = disk.shadows.get(bytesKey(change.id));
      assert(shadow !== undefined, 'a shadow is restored that is there');
      disk.shadows.delete(bytesKey(change.id));
      disk.records.delete(bytesKey(change.id));
      putRecord(disk, shadow, change.removeAt);
      return;
    }
    case 'removeShadowsUntil':
      for (const [id, { endsAt }] of disk.shadows)
        if (endsAt <= change.now) disk.shadows.delete(id);
      return;
    case 'flagEquivocation':
      flag(disk, change.equivocation);
      return;
    default:
      unreachable(change);
  }
}

function putBatch(
  disk: RecordDisk,
  { batch, leaves }: StoreChange & { readonly kind: 'putBatch' },
): void {
  requireKnown(disk, batch.statement.author);
  const known = disk.batches.get(bytesKey(batch.hash));
  const isWhole = known !== undefined && known.batch.signature.length > 0;
  disk.batches.set(bytesKey(batch.hash), {
    batch: isWhole ? known.batch : copyOfBatch(batch),
    leaves: known?.leaves ?? leaves?.slice() ?? null,
  });
}

type Arrival = Pick<SimulatedRecord, 'record' | 'data' | 'path'>;

function putRecord(disk: RecordDisk, arrival: Arrival, removeAt: WallTime): void {
  const { id } = arrival.record;
  const row = disk.records.get(bytesKey(id))?.row ?? freeRow(disk, id);
  disk.records.set(bytesKey(id), { ...arriving(disk, arrival, removeAt), row });
}

function arriving(disk: RecordDisk, arrival: Arrival, endsAt: WallTime): SimulatedRecord {
  const { record, data, path } = arrival;
  const dataBytes = record.content.data.kind === 'detached' ? record.content.data.length : null;
  assert((data?.length ?? null) === dataBytes, 'a record comes with its detached data');
  assert(disk.batches.has(bytesKey(record.batch)), 'a batch is stored before its records');
  learnName(disk, record.content.creator, record.creatorName);
  const copy = { record: copyOfRecord(record), data: data?.slice() ?? null };
  return { ...copy, path: path?.slice() ?? null, endsAt, row: 0n };
}

function freeRow(disk: RecordDisk, id: Uint8Array): bigint {
  const taken = new Set([...disk.records.values()].map(({ row }) => row));
  const own = stampRow(id);
  assert(own !== null, 'a record is created before the year 2248');
  if (!taken.has(own)) return own;
  for (const row of furtherRows(id, SIMULATED_ROW_SECRET)) if (!taken.has(row)) return row;
  throw new Error('no row is free');
}

function flag(disk: RecordDisk, { first, second }: Equivocation): void {
  requireKnown(disk, first.statement.author);
  const isKnown = disk.equivocations.some(
    (one) => equalBytes(one.first.hash, first.hash) && equalBytes(one.second.hash, second.hash),
  );
  if (!isKnown) disk.equivocations.push({ first: copyOfBatch(first), second: copyOfBatch(second) });
}

/** The name that a key was first seen with stays its name. */
function learnName(disk: RecordDisk, publicKey: Uint8Array, name: StoredMember['member']): void {
  const key = bytesKey(publicKey);
  if (!disk.names.has(key)) disk.names.set(key, name);
}

function requireKnown(disk: RecordDisk, author: Uint8Array): void {
  assert(disk.names.has(bytesKey(author)), 'the membership of an author is stored first');
}

function copyOfDisk(disk: RecordDisk): RecordDisk {
  return {
    memberships: new Map(disk.memberships),
    names: new Map(disk.names),
    batches: new Map(disk.batches),
    records: new Map(disk.records),
    shadows: new Map(disk.shadows),
    equivocations: [...disk.equivocations],
  };
}

/** A record costs 64 bytes beside content and data, a batch 256 beside signature and leaves. */
function useOf(disk: RecordDisk, isWanted: (author: Uint8Array) => boolean): StorageUse {
  const versions = [...disk.records.values(), ...disk.shadows.values()].filter(({ record }) =>
    isWanted(record.author),
  );
  let bytes = 0;
  for (const { record, data } of versions) {
    bytes += 64 + record.contentBytes.length + (data?.length ?? 0);
  }
  for (const { batch, leaves } of disk.batches.values()) {
    if (!isWanted(batch.statement.author)) continue;
    bytes += 256 + batch.signature.length + (leaves?.length ?? 0);
  }
  return { records: versions.length, bytes };
}

function recordIn(
  versions: ReadonlyMap<string, SimulatedRecord>,
  id: Uint8Array,
): GroupRecord | null {
  const found = versions.get(bytesKey(id));
  return found === undefined ? null : copyOfRecord(found.record);
}

function lastSequence({ statement }: SignedBatch): number {
  return statement.firstSequence + statement.count - 1;
}

function byFirst(batches: readonly SignedBatch[]): SignedBatch[] {
  return [...batches].sort(
    (a, b) => a.statement.firstSequence - b.statement.firstSequence || compareBytes(a.hash, b.hash),
  );
}

/** The highest first. */
function byLast(batches: readonly SignedBatch[]): SignedBatch[] {
  return [...batches].sort(
    (a, b) => lastSequence(b) - lastSequence(a) || compareBytes(a.hash, b.hash),
  );
}

function refreshAtOf({ record: { content } }: SimulatedRecord): WallTime {
  return wallTimeOf(content.modifiedAt + Math.floor((content.refreshMs ?? 0) / 2));
}

function earliest(moments: readonly WallTime[]): WallTime | null {
  return moments.length === 0 ? null : wallTimeOf(Math.min(...moments));
}

function firstDue(
  versions: readonly SimulatedRecord[],
  dueAt: (version: SimulatedRecord) => WallTime,
  now: WallTime,
  max: number,
): readonly GroupRecord[] {
  return versions
    .filter((version) => dueAt(version) <= now)
    .sort((a, b) => dueAt(a) - dueAt(b) || (a.row < b.row ? -1 : 1))
    .slice(0, max)
    .map(({ record }) => copyOfRecord(record))
    .filter(isWithinBytes());
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
