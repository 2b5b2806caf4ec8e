// What a simulated record store keeps. Nothing in it is ever changed, only replaced, so that a copy of
// the maps is a copy of the disk; what goes in and what comes out is copied.

import { bytesKey, equalBytes } from '../../src/core/base/bytes.ts';
import type { WallTime } from '../../src/core/base/time.ts';
import type { PeerName } from '../../src/core/domain/names.ts';
import type { Equivocation, GroupRecord, SignedBatch } from '../../src/core/domain/records.ts';
import type { StoredBatch } from '../../src/core/ports/record-store.ts';
import { decodeContent } from '../../src/core/records/record-content.ts';

export interface SimulatedRecord {
  readonly record: GroupRecord;
  readonly data: Uint8Array | null;
  readonly path: Uint8Array | null;
  /** When it is due to be removed; of a shadow, until when it is kept. */
  readonly endsAt: WallTime;
  /** Its place among the records; of no meaning for a shadow. */
  readonly row: bigint;
}

export interface SimulatedMembership {
  readonly chainDigest: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly publicKey: Uint8Array;
  readonly notAfter: WallTime;
}

/** By what `bytesKey` makes of ids, hashes, digests and public keys. */
export interface RecordDisk {
  readonly memberships: Map<string, SimulatedMembership>;
  readonly names: Map<string, PeerName>;
  readonly batches: Map<string, StoredBatch>;
  readonly records: Map<string, SimulatedRecord>;
  readonly shadows: Map<string, SimulatedRecord>;
  readonly equivocations: Equivocation[];
}

export function emptyDisk(): RecordDisk {
  return {
    memberships: new Map(),
    names: new Map(),
    batches: new Map(),
    records: new Map(),
    shadows: new Map(),
    equivocations: [],
  };
}

export function copyOfRecord(record: GroupRecord): GroupRecord {
  const author = record.author.slice();
  const contentBytes = record.contentBytes.slice();
  return {
    ...record,
    id: record.id.slice(),
    content: decodeContent(contentBytes, author),
    contentBytes,
    hash: record.hash.slice(),
    author,
    batch: record.batch.slice(),
  };
}

export function copyOfBatch({ statement, hash, signature }: SignedBatch): SignedBatch {
  return {
    statement: {
      ...statement,
      author: statement.author.slice(),
      membership: statement.membership.slice(),
      journal: statement.journal.slice(),
      previous: statement.previous.slice(),
      root: statement.root.slice(),
    },
    hash: hash.slice(),
    signature: signature.slice(),
  };
}

/**
 * What no version needs any more: leaves and signature of every batch but the last of its journal, and
 * the batches before the first that a version needs.
 */
export function tidy(
  batches: Map<string, StoredBatch>,
  versions: readonly SimulatedRecord[],
): void {
  const living = new Set(versions.map(({ record }) => bytesKey(record.batch)));
  const all = [...batches].map(([key, { batch }]) => ({ key, batch, isLiving: living.has(key) }));
  for (const { key, batch, isLiving } of all) {
    const journal = all.filter((other) => isOfSameJournal(other.batch, batch));
    if (isLiving || journal.every((other) => !isBefore(other.batch, batch))) continue;
    const start = Math.min(
      ...journal.filter((one) => one.isLiving).map((one) => one.batch.statement.firstSequence),
    );
    if (batch.statement.firstSequence < start) batches.delete(key);
    else batches.set(key, { batch: { ...batch, signature: new Uint8Array(0) }, leaves: null });
  }
}

/** True when `a` comes before `b` as the last batch of their journal. */
function isBefore(a: SignedBatch, b: SignedBatch): boolean {
  const difference = lastSequence(a) - lastSequence(b);
  return difference > 0 || (difference === 0 && bytesKey(a.hash) < bytesKey(b.hash));
}

function lastSequence({ statement }: SignedBatch): number {
  return statement.firstSequence + statement.count - 1;
}

function isOfSameJournal(a: SignedBatch, b: SignedBatch): boolean {
  return (
    equalBytes(a.statement.author, b.statement.author) &&
    equalBytes(a.statement.journal, b.statement.journal)
  );
}
