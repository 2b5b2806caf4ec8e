// One version of a record as a row has it, be it the one that counts or a shadow: written and read in
// one place, with a checksum over all of it, and over when it is due to be removed, for a bit of that
// would else take a sound record away.

import { hash as digestOf } from 'node:crypto';
import type { SQLInputValue } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { equalBytes } from '../../../core/base/bytes.ts';
import type { WallTime } from '../../../core/base/time.ts';
import type { GroupRecord } from '../../../core/domain/records.ts';
import { decodeContent } from '../../../core/records/record-content.ts';
import type { BatchOfRecord, BatchTable } from './batch-table.ts';
import { DamagedRow } from './database-failures.ts';
import type { MemberTable } from './member-table.ts';
import type { Row } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

/** The columns of `versionValues`. */
export const VALUE_COLUMNS = 'batch, place, checksum, path, content';
/** What `versionOf` reads, in this order: of the records, and of the shadows. */
export const VERSION_COLUMNS = `id, ${VALUE_COLUMNS}, remove_at`;
export const SHADOW_COLUMNS = `id, ${VALUE_COLUMNS}, until`;

const WORD = 0x1_0000_0000;

/** What the row of a record takes beside content and data: its columns and its places in indexes. */
const ROW_COST = 64;

export interface StoredVersion {
  readonly record: GroupRecord;
  readonly batch: BatchOfRecord;
  readonly path: Uint8Array | null;
}

/** Of a version that is due to be removed then. */
export function versionValues(
  { id, place, contentBytes, sequence }: GroupRecord,
  path: Uint8Array | null,
  batch: BatchOfRecord,
  removeAt: WallTime,
): SQLInputValue[] {
  assert(sequence === batch.firstSequence + place, 'a record has the sequence of its place');
  const checksum = checksumOf(id, batch.number, place, removeAt, path, contentBytes);
  return [batch.number, place, checksum, path, contentBytes];
}

export function versionOf(row: Row, batches: BatchTable, members: MemberTable): StoredVersion {
  const id = row.bytes(0);
  const place = row.number(2);
  const path = row.bytesOrNull(4);
  const contentBytes = row.bytes(5);
  const checksum = checksumOf(id, row.number(1), place, row.number(6), path, contentBytes);
  requireChecksum(row.number(3), checksum, 'a record');
  const batch = batches.withNumber(row.number(1));
  const author = batch.author.publicKey.slice();
  const content = decodeContent(contentBytes, author);
  const creator = content.creator === author ? batch.author : members.find(content.creator);
  if (creator === null) throw new DamagedRow('a record names a creator that is not there');
  const sequence = batch.firstSequence + place;
  const record: GroupRecord = {
    id,
    content,
    contentBytes,
    hash: batches.hashOf(batch, sequence, contentBytes),
    author,
    authorName: batch.author.name,
    creatorName: creator.name,
    sequence,
    batch: batch.hash.slice(),
    place,
  };
  return { record, batch, path };
}

/** What a version costs its author. */
export function costOf({ content, contentBytes }: GroupRecord): number {
  const dataBytes = content.data.kind === 'detached' ? content.data.length : 0;
  return contentBytes.length + dataBytes + ROW_COST;
}

/** The batch of a version that is to be stored. */
export function batchOf(record: GroupRecord, batches: BatchTable): BatchOfRecord {
  const batch = batches.ofArriving(record.batch);
  assert(batch !== null, 'a batch is stored before its records');
  return batch;
}

/** Data that are to be stored are those that the content names. */
export function requireDataOf({ content }: GroupRecord, data: Uint8Array | null): void {
  const dataBytes = content.data.kind === 'detached' ? content.data.length : null;
  assert((data?.length ?? null) === dataBytes, 'a record comes with its detached data');
}

/** Data that were stored, when they are still those that the content names. */
export function soundData({ content }: GroupRecord, data: Uint8Array | null): Uint8Array | null {
  const named = content.data;
  const isSound =
    named.kind === 'inline'
      ? data === null
      : data !== null && equalBytes(digestOf('sha256', data, 'buffer'), named.digest);
  if (!isSound) throw new DamagedRow('data are not those that their record names');
  return data;
}

function checksumOf(
  id: Uint8Array,
  batch: number,
  place: number,
  removeAt: number,
  path: Uint8Array | null,
  content: Uint8Array,
): number {
  const standing = (batch * 1_024 + place) % WORD;
  // An odd factor, so that no bit of the upper half is lost.
  const due = (removeAt % WORD) ^ Math.imul(Math.floor(removeAt / WORD), 0x9e37_79b1);
  return rowChecksum([id, path, content], (standing ^ due) >>> 0);
}
