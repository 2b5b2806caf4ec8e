// A record as a test sees it on the disk of one member, and what a member was told of it.

import { bytesKey, compareBytes, equalBytes } from '../../core/base/bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { PeerName } from '../../core/domain/names.ts';
import { type GroupRecord, recordIdOf } from '../../core/domain/records.ts';
import type { RecordDisk } from '../disk/record-disk.ts';
import { plainAttributes, type VillageAttributes } from './contents.ts';
import type { TypeNames } from './type-names.ts';

/** One version of a record, which never changes. */
export interface VillageRecord {
  /** A GUID. */
  readonly id: string;
  /** The name that the test gave it, or the GUID. */
  readonly type: string;
  /** The data as UTF-8. */
  readonly text: string;
  readonly data: Uint8Array;
  readonly attributes: VillageAttributes;
  /** The name of the member that made this version. */
  readonly author: string;
  /** The name of the member that published the first one. */
  readonly creator: string;
  /** 1 for the first, and one more for each change. */
  readonly version: number;
  readonly isDeleted: boolean;
  readonly expiresAt: Date;
}

export interface VillageChange {
  readonly kind: 'added' | 'updated' | 'deleted' | 'expired' | 'revoked';
  /** As it is now; of one that is gone, as it was. */
  readonly record: VillageRecord;
  /** Who changed it: this member's program, its clock, or another member. */
  readonly origin: 'here' | 'clock' | 'elsewhere';
}

export interface RecordWords {
  readonly types: TypeNames;
  nameOf(member: PeerName): string;
}

export function viewOfRecord(
  record: GroupRecord,
  disk: RecordDisk,
  { types, nameOf }: RecordWords,
): VillageRecord {
  const { content } = record;
  const data = dataOf(record, disk);
  return {
    id: recordIdOf(record.id),
    type: types.nameOf(content.type),
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(data),
    data,
    attributes: plainAttributes(content.attributes),
    author: nameOf(record.authorName),
    creator: nameOf(record.creatorName),
    version: content.version,
    isDeleted: content.isDeleted,
    expiresAt: new Date(content.expiresAt),
  };
}

/** Of one type, those that are over left out, in the order in which they were made. */
export function recordsOn(disk: RecordDisk, type: Uint8Array, now: WallTime): GroupRecord[] {
  return [...disk.records.values()]
    .map(({ record }) => record)
    .filter(({ content }) => equalBytes(content.type, type) && content.expiresAt > now)
    .sort(inOrder);
}

function inOrder(a: GroupRecord, b: GroupRecord): number {
  const { createdAt, ordinal } = a.content;
  return createdAt - b.content.createdAt || ordinal - b.content.ordinal || compareBytes(a.id, b.id);
}

/** A copy; of long data that are gone with their record, nothing. */
function dataOf({ id, hash, content: { data } }: GroupRecord, disk: RecordDisk): Uint8Array {
  if (data.kind === 'inline') return data.bytes.slice();
  const kept = disk.records.get(bytesKey(id));
  if (kept === undefined || !equalBytes(kept.record.hash, hash)) return new Uint8Array(0);
  return kept.data?.slice() ?? new Uint8Array(0);
}
