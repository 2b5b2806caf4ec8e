// Records as one step sees them: what is below, with what the step itself has decided and nobody has
// written yet. Below is the store, or the records of a larger step.

import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { GroupRecord, StorageUse } from '../domain/records.ts';

export interface Quotas {
  readonly recordsPerAuthorMax: number;
  readonly bytesPerAuthorMax: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** What a store and `PendingRecords` have in common. */
export interface RecordsBelow {
  findRecord(id: Uint8Array): GroupRecord | null;
  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[];
  findShadow(id: Uint8Array): GroupRecord | null;
  readData(id: Uint8Array): Uint8Array | null;
  use(author: Uint8Array): StorageUse;
  totalUse(): StorageUse;
}

/** What changes with every record. */
interface Use {
  records: number;
  bytes: number;
}

interface Put {
  readonly record: GroupRecord;
  readonly data: Uint8Array | null;
}

export class PendingRecords implements RecordsBelow {
  readonly #below: RecordsBelow;
  readonly #putById = new Map<string, Put>();
  /** Null for one that was there and is not any more. */
  readonly #shadowById = new Map<string, GroupRecord | null>();
  /** What was asked for below: the same records are asked for again and again in a step. */
  readonly #foundById = new Map<string, GroupRecord | null>();
  readonly #useByAuthor = new Map<string, Use>();
  #lastUse: { readonly author: Uint8Array; readonly use: Use } | null = null;
  readonly #total: Use;

  constructor(below: RecordsBelow) {
    this.#below = below;
    this.#total = { ...below.totalUse() };
  }

  /** The version that counts. */
  findRecord(id: Uint8Array): GroupRecord | null {
    const key = bytesKey(id);
    const put = this.#putById.get(key);
    if (put !== undefined) return put.record;
    const known = this.#foundById.get(key);
    if (known !== undefined) return known;
    const found = this.#below.findRecord(id);
    this.#foundById.set(key, found);
    return found;
  }

  findRecords(ids: readonly Uint8Array[]): readonly (GroupRecord | null)[] {
    this.expect(ids);
    return ids.map((id) => this.findRecord(id));
  }

  /** Asks below for all of these at once, before they are asked for one by one. */
  expect(ids: readonly Uint8Array[]): void {
    const found = this.#below.findRecords(ids);
    for (const [at, id] of ids.entries()) this.#foundById.set(bytesKey(id), found[at] ?? null);
  }

  findShadow(id: Uint8Array): GroupRecord | null {
    const shadow = this.#shadowById.get(bytesKey(id));
    return shadow === undefined ? this.#below.findShadow(id) : shadow;
  }

  readData(id: Uint8Array): Uint8Array | null {
    const put = this.#putById.get(bytesKey(id));
    return put === undefined ? this.#below.readData(id) : put.data;
  }

  use(author: Uint8Array): StorageUse {
    return this.#useOf(author);
  }

  totalUse(): StorageUse {
    return this.#total;
  }

  /** Counts from now on; the version before goes, or becomes the shadow. */
  put(record: GroupRecord, data: Uint8Array | null): void {
    const before = this.findRecord(record.id);
    const fate = shadowFate(record, before);
    if (fate !== 'stays') this.putShadow(record.id, fate === 'made' ? before : null);
    if (before !== null) this.#charge(before, -1);
    this.#charge(record, 1);
    this.#putById.set(bytesKey(record.id), { record, data });
  }

  /** In place of the one that is there; null for none. */
  putShadow(id: Uint8Array, shadow: GroupRecord | null): void {
    const before = this.findShadow(id);
    if (before !== null) this.#charge(before, -1);
    if (shadow !== null) this.#charge(shadow, 1);
    this.#shadowById.set(bytesKey(id), shadow);
  }

  /** What was decided here is decided in the larger step too. */
  settleInto(larger: PendingRecords): void {
    for (const { record, data } of this.#putById.values()) larger.put(record, data);
  }

  #charge(record: GroupRecord, sign: 1 | -1): void {
    const bytes = sign * sizeOf(record);
    for (const use of [this.#useOf(record.author), this.#total]) {
      use.records += sign;
      use.bytes += bytes;
    }
  }

  /** Of nearly always the same author, whose key need not be made a key of a map each time. */
  #useOf(author: Uint8Array): Use {
    if (this.#lastUse?.author === author) return this.#lastUse.use;
    const key = bytesKey(author);
    const use = this.#useByAuthor.get(key) ?? { ...this.#below.use(author) };
    this.#useByAuthor.set(key, use);
    this.#lastUse = { author, use };
    return use;
  }
}

/** What becomes of the shadow of a record when another version counts: the version before is made one, or it goes. */
export function shadowFate(
  record: GroupRecord,
  before: GroupRecord | null,
): 'stays' | 'made' | 'removed' {
  if (before === null || isByCreator(record) === isByCreator(before)) return 'stays';
  return isByCreator(record) ? 'removed' : 'made';
}

export function isByCreator({ author, content }: GroupRecord): boolean {
  return equalBytes(author, content.creator);
}

/** Null when there is room for the version, which is to count, else which quota is exhausted. */
export function lacksRoom(record: GroupRecord, below: RecordsBelow, quotas: Quotas): string | null {
  const before = below.findRecord(record.id);
  // Nobody may be kept from deleting. Of a record that is deleted it would be a deletion without end.
  if (record.content.isDeleted && before?.content.isDeleted === false) return null;
  const fate = shadowFate(record, before);
  const shadow = fate === 'stays' ? null : below.findShadow(record.id);
  return lacksRoomBeside(record, [fate === 'made' ? null : before, shadow], below, quotas);
}

/** The same for a version that is to be the shadow, when nothing counts differently. */
export function lacksRoomInShadow(
  record: GroupRecord,
  below: RecordsBelow,
  quotas: Quotas,
): string | null {
  return lacksRoomBeside(record, [below.findShadow(record.id)], below, quotas);
}

function lacksRoomBeside(
  record: GroupRecord,
  leaving: readonly (GroupRecord | null)[],
  below: RecordsBelow,
  quotas: Quotas,
): string | null {
  const gone = leaving.filter((each) => each !== null);
  const goneOfAuthor = gone.filter(({ author }) => equalBytes(author, record.author));
  const own = below.use(record.author);
  const all = below.totalUse();
  const { recordsPerAuthorMax, bytesPerAuthorMax, recordsMax, bytesMax } = quotas;
  const bytes = sizeOf(record);
  const moreBytes = bytes - sumOfSizes(gone);
  const ownMoreBytes = bytes - sumOfSizes(goneOfAuthor);
  const ownMore = 1 - goneOfAuthor.length;
  return (
    tooMany('records of this author', own.records, ownMore, recordsPerAuthorMax) ??
    exceeded('bytes of this author', own.bytes, ownMoreBytes, bytesPerAuthorMax) ??
    tooMany('records', all.records, 1 - gone.length, recordsMax) ??
    exceeded('bytes', all.bytes, moreBytes, bytesMax)
  );
}

function sumOfSizes(records: readonly GroupRecord[]): number {
  return records.reduce((sum, record) => sum + sizeOf(record), 0);
}

function tooMany(what: string, stored: number, more: number, max: number): string | null {
  return more <= 0 ? null : exceeded(what, stored, more, max);
}

/** Also of what takes no more than it frees: its batch takes some, again and again. */
function exceeded(what: string, stored: number, more: number, max: number): string | null {
  return stored + more <= max
    ? null
    : `${stored} ${what} are stored, ${max} may be, ${more} more would be.`;
}

/** Of content and data. */
export function sizeOf(record: GroupRecord): number {
  const { data } = record.content;
  return record.contentBytes.length + (data.kind === 'detached' ? data.length : 0);
}
