// A batch with the records of it that are here, unpacked: ids, hashes and Merkle paths computed, the
// root compared with the statement. Whether the signature is good, and whether the author may say all
// this, is not known yet (protocol.md §12.4, §12.5).

import type { GroupName } from '../domain/names.ts';
import type { BatchStatement, RecordContent, SignedBatch } from '../domain/records.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordHashes } from './record-hashes.ts';
import type { RecordIds } from './record-ids.ts';

export interface BatchContents {
  readonly batch: SignedBatch;
  /** The hashes of all its records, 32 bytes each; null when some are not here. */
  readonly leaves: Uint8Array | null;
  /** In the order of their places, at least one. */
  readonly entries: readonly BatchEntry[];
}

/** One record of a batch. */
export interface BatchEntry {
  /** In the batch, from 0. */
  readonly place: number;
  /** In the author's journal, from 1. */
  readonly sequence: number;
  /** 16 bytes. */
  readonly id: Uint8Array;
  readonly content: RecordContent;
  /** The canonical form of `content`. */
  readonly contentBytes: Uint8Array;
  /** The detached data; null for a record without any. */
  readonly data: Uint8Array | null;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Its Merkle path, from the leaf up; null when the batch's leaves are here. */
  readonly path: Uint8Array | null;
}

/** What making and opening a batch needs; `ids` and `hashes` are of the same group. */
export interface BatchTools {
  readonly group: GroupName;
  readonly crypto: Crypto;
  readonly ids: Pick<RecordIds, 'idOf'>;
  readonly hashes: RecordHashes;
}

/** With what follows from the bytes; the path is still to be found. */
export function entryOf(
  given: Pick<BatchEntry, 'place' | 'content' | 'contentBytes' | 'data'>,
  statement: Pick<BatchStatement, 'author' | 'journal' | 'firstSequence'>,
  { ids, hashes }: BatchTools,
): BatchEntry {
  const { place, content, contentBytes, data } = given;
  const sequence = statement.firstSequence + place;
  const id = ids.idOf(content);
  const hash = hashes.hashOf(statement.author, statement.journal, sequence, contentBytes);
  return { place, sequence, id, content, contentBytes, data, hash, path: null };
}
