// What a simulated record store keeps, with what it is found by. Every change goes through four
// methods that note how to take it back, so that a commit costs what it changes and a failed one
// leaves no trace. Nothing that is kept is ever changed, only replaced.

import { bytesKey, equalBytes } from '../../core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { Equivocation, GroupRecord, StorageUse } from '../../core/domain/records.ts';
import type { StoredSecurityItem } from '../../core/ports/record-store.ts';
import { DueTimes, type VersionKind } from './due-times.ts';
import { type KeptBatch, KeptJournal, weightOfBatch } from './kept-journal.ts';

export interface KeptRecord {
  readonly record: GroupRecord;
  readonly data: Uint8Array | null;
  readonly path: Uint8Array | null;
  /** When it is due to be removed; of a shadow, until when it is kept. */
  readonly endsAt: WallTime;
  /** Its place among the records; of no meaning for a shadow. */
  readonly row: bigint;
}

export interface KeptMembership {
  readonly chainDigest: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly publicKey: Uint8Array;
  readonly notAfter: WallTime;
}

/** A record costs 64 bytes beside content and data. */
const RECORD_BYTES = 64;

/** By what `bytesKey` makes of ids, hashes, digests and public keys. */
export class RecordDisk {
  readonly memberships = new Map<string, KeptMembership>();
  readonly names = new Map<string, PeerName>();
  readonly batches = new Map<string, KeptBatch>();
  readonly records = new Map<string, KeptRecord>();
  readonly shadows = new Map<string, KeptRecord>();
  readonly equivocations: Equivocation[] = [];
  readonly security = new Map<string, StoredSecurityItem>();
  /** Rows that are taken. */
  readonly rows = new Set<bigint>();
  readonly #journals = new Map<string, KeptJournal>();
  readonly #endByKey = new Map<string, WallTime>();
  readonly #refreshedByAuthor = new Map<string, Set<string>>();
  readonly #useByAuthor = new Map<string, { records: number; bytes: number }>();
  readonly #total = { records: 0, bytes: 0 };
  readonly #ends = new DueTimes((key, kind) => this.#versions(kind).get(key)?.endsAt);
  #batchNumber = 0;
  /** Of the hashes of all records: the same for two disks that hold the same versions. */
  readonly #fingerprint = new Uint32Array(4);
  /** How to take back what the commit that runs has changed. */
  #undo: (() => void)[] = [];
  readonly #touched = new Set<KeptJournal>();
  /** Made when it is asked for, and anew after a change: hardly any disk of a thousand ever needs it. */
  #byBatch: Readonly<Record<VersionKind, ReadonlyMap<string, readonly KeptRecord[]>>> | null = null;

  /** All of `act`, or nothing of it when it throws. */
  commit(act: () => void): void {
    this.#undo = [];
    this.#touched.clear();
    try {
      act();
      for (const journal of this.#touched) this.#tidy(journal);
    } catch (error) {
      const undo = this.#undo.reverse();
      this.#undo = [];
      for (const takeBack of undo) takeBack();
      throw error;
    } finally {
      this.#undo = [];
      this.#touched.clear();
    }
  }

  /** As it is after the process has ended. */
  copy(): RecordDisk {
    const copy = new RecordDisk();
    for (const [key, membership] of this.memberships) copy.putMembership(key, membership);
    for (const [key, name] of this.names) copy.names.set(key, name);
    for (const [key, batch] of this.batches) copy.setBatch(key, batch);
    for (const [key, version] of this.records) copy.setVersion('record', key, version);
    for (const [key, version] of this.shadows) copy.setVersion('shadow', key, version);
    copy.equivocations.push(...this.equivocations);
    for (const [key, item] of this.security) copy.security.set(key, item);
    copy.#batchNumber = this.#batchNumber;
    return copy;
  }

  putMembership(key: string, membership: KeptMembership): void {
    const before = this.memberships.get(key);
    this.memberships.set(key, membership);
    const author = bytesKey(membership.publicKey);
    const endBefore = this.#endByKey.get(author);
    this.#endByKey.set(author, wallTimeOf(Math.max(endBefore ?? 0, membership.notAfter)));
    this.#undo.push(() => {
      restore(this.memberships, key, before);
      restore(this.#endByKey, author, endBefore);
    });
  }

  /** The latest end of the memberships of this key. */
  membershipEnd(author: string): WallTime | null {
    return this.#endByKey.get(author) ?? null;
  }

  /** The name that a key was first seen with stays its name. */
  learnName(publicKey: Uint8Array, name: PeerName): void {
    const key = bytesKey(publicKey);
    if (this.names.has(key)) return;
    this.names.set(key, name);
    this.#undo.push(() => this.names.delete(key));
  }

  putEquivocation(equivocation: Equivocation): void {
    this.equivocations.push(equivocation);
    this.#undo.push(() => this.equivocations.pop());
  }

  setSecurity(key: string, item: StoredSecurityItem | undefined): void {
    const before = this.security.get(key);
    restore(this.security, key, item);
    this.#undo.push(() => restore(this.security, key, before));
  }

  /** The numbers of batches stay what they are when batches go. */
  nextBatchNumber(): number {
    this.#batchNumber += 1;
    return this.#batchNumber;
  }

  setBatch(key: string, batch: KeptBatch | undefined): void {
    const before = this.batches.get(key);
    const { statement } = (batch ?? before ?? NO_BATCH).batch;
    const journal = this.journal(statement.author, statement.journal);
    const author = bytesKey(statement.author);
    if (before !== undefined) this.#weigh(author, 0, -weightOfBatch(before));
    if (batch !== undefined) this.#weigh(author, 0, weightOfBatch(batch));
    restore(this.batches, key, batch);
    journal.set(key, before, batch);
    this.#touched.add(journal);
    this.#undo.push(() => this.setBatch(key, before));
  }

  setVersion(kind: VersionKind, key: string, version: KeptRecord | undefined): void {
    const versions = this.#versions(kind);
    const before = versions.get(key);
    this.#byBatch = null;
    if (before !== undefined) this.#count(kind, key, before, -1);
    restore(versions, key, version);
    if (version !== undefined) {
      this.#count(kind, key, version, 1);
      this.#ends.add(version.endsAt, key, kind, this.records.size + this.shadows.size);
    }
    this.#undo.push(() => this.setVersion(kind, key, before));
  }

  /** The batches of this author that are still there, in the order of their coming. */
  batchesOf(author: Uint8Array): readonly KeptBatch[] {
    return [...this.batches.values()]
      .filter(({ batch }) => equalBytes(batch.statement.author, author))
      .sort((a, b) => a.number - b.number);
  }

  /** The versions of this kind that are of this batch, in the order of their places. */
  versionsIn(kind: VersionKind, batch: string): readonly KeptRecord[] {
    this.#byBatch ??= {
      record: Map.groupBy(this.records.values(), ({ record }) => bytesKey(record.batch)),
      shadow: Map.groupBy(this.shadows.values(), ({ record }) => bytesKey(record.batch)),
    };
    const found = this.#byBatch[kind].get(batch) ?? [];
    return found.toSorted((a, b) => a.record.place - b.record.place);
  }

  journal(author: Uint8Array, journal: Uint8Array): KeptJournal {
    const key = bytesKey(author) + bytesKey(journal);
    const known = this.#journals.get(key) ?? new KeptJournal();
    this.#journals.set(key, known);
    return known;
  }

  /** Two disks with the same records, tombstones included, have the same; others hardly ever. */
  get fingerprint(): string {
    return `${this.records.size} ${this.#fingerprint.join(' ')}`;
  }

  /** When the next version is due to go. */
  nextEnd(): WallTime | null {
    return this.#ends.earliest();
  }

  /** The records of this author that it refreshes. */
  refreshed(author: Uint8Array): KeptRecord[] {
    const found: KeptRecord[] = [];
    for (const key of this.#refreshedByAuthor.get(bytesKey(author)) ?? []) {
      const version = this.records.get(key);
      if (version !== undefined) found.push(version);
    }
    return found;
  }

  use(author: Uint8Array): StorageUse {
    return { records: 0, bytes: 0, ...this.#useByAuthor.get(bytesKey(author)) };
  }

  totalUse(): StorageUse {
    return { ...this.#total };
  }

  #versions(kind: VersionKind): Map<string, KeptRecord> {
    return kind === 'record' ? this.records : this.shadows;
  }

  /** A version comes (1) or goes (-1). */
  #count(kind: VersionKind, key: string, version: KeptRecord, sign: 1 | -1): void {
    const { record, data, row } = version;
    const author = bytesKey(record.author);
    const bytes = RECORD_BYTES + record.contentBytes.length + (data?.length ?? 0);
    this.#weigh(author, sign, sign * bytes);
    const batch = this.batches.get(bytesKey(record.batch));
    if (batch !== undefined) {
      const journal = this.journal(record.author, batch.batch.statement.journal);
      journal.countVersion(bytesKey(record.batch), sign);
      this.#touched.add(journal);
    }
    if (kind === 'shadow') return;
    this.#mix(record.hash);
    if (sign > 0) this.rows.add(row);
    else this.rows.delete(row);
    if (record.content.refreshMs !== null) this.#noteRefreshed(author, key, sign);
  }

  /** Twice is not at all. */
  #mix(hash: Uint8Array): void {
    const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
    for (let at = 0; at < 4; at++) {
      this.#fingerprint[at] = (this.#fingerprint[at] ?? 0) ^ view.getUint32(4 * at);
    }
  }

  #noteRefreshed(author: string, key: string, sign: 1 | -1): void {
    const keys = this.#refreshedByAuthor.get(author) ?? new Set();
    this.#refreshedByAuthor.set(author, keys);
    if (sign > 0) keys.add(key);
    else keys.delete(key);
  }

  #weigh(author: string, records: number, bytes: number): void {
    const use = this.#useByAuthor.get(author) ?? { records: 0, bytes: 0 };
    this.#useByAuthor.set(author, use);
    for (const one of [use, this.#total]) {
      one.records += records;
      one.bytes += bytes;
    }
  }

  #tidy(journal: KeptJournal): void {
    for (const { key, becomes } of journal.leftovers()) this.setBatch(key, becomes);
    journal.forgetCandidates();
  }
}

function restore<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

const NO_BATCH: KeptBatch = {
  batch: {
    statement: {
      author: new Uint8Array(32),
      membership: new Uint8Array(32),
      journal: new Uint8Array(8),
      firstSequence: 1,
      count: 1,
      previous: new Uint8Array(32),
      root: new Uint8Array(32),
    },
    hash: new Uint8Array(32),
    signature: new Uint8Array(64),
  },
  leaves: null,
  number: 0,
};
