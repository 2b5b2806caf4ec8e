// Bundles of what this member has just published, made of the changes that were stored: nothing is read
// again. One that would be long is left out: neighbors are offered its records, and fetch them.

import { equalBytes } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Bundle, BundleEntry, GroupRecord, SignedBatch } from '../domain/records.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { StoreChange } from '../ports/record-store.ts';
import { encodeBundle } from '../records/bundle.ts';
import { coverOf } from '../records/merkle.ts';

const HASH_BYTES = 32;

export interface OwnBundles {
  /** Encoded, each of one batch. */
  readonly bundles: readonly Uint8Array[];
  /** Records whose bundle would be longer than is flooded. */
  readonly large: readonly GroupRecord[];
}

interface Published {
  readonly batch: SignedBatch;
  readonly leaves: Uint8Array;
  readonly entries: BundleEntry[];
  readonly records: GroupRecord[];
  bytes: number;
}

export function ownBundles(
  changes: readonly StoreChange[],
  crypto: Pick<Crypto, 'sha256'>,
): OwnBundles {
  const published: Published[] = [];
  for (const change of changes) {
    if (change.kind === 'putBatch' && change.leaves !== null) {
      const { batch, leaves } = change;
      published.push({ batch, leaves, entries: [], records: [], bytes: 0 });
    } else if (change.kind === 'putRecord') {
      add(published, change.record, change.data);
    }
  }
  const whole = published.filter(({ entries }) => entries.length > 0);
  const isShort = ({ bytes }: Published): boolean => bytes <= LIMITS.floodedBundleBytesMax;
  return {
    bundles: whole.filter(isShort).map((each) => encodeBundle(bundleOf(each, crypto))),
    large: whole.filter((each) => !isShort(each)).flatMap(({ records }) => records),
  };
}

/** The batch stands before its records, and the latest is the one that they are of. */
function add(published: readonly Published[], record: GroupRecord, data: Uint8Array | null): void {
  const of = published.findLast(({ batch }) => equalBytes(batch.hash, record.batch));
  if (of === undefined) return;
  const { place, content, contentBytes } = record;
  of.entries.push({ place, content, contentBytes, data });
  of.records.push(record);
  of.bytes += contentBytes.length + (data?.length ?? 0);
}

function bundleOf({ batch, leaves, entries }: Published, crypto: Pick<Crypto, 'sha256'>): Bundle {
  const { statement, signature } = batch;
  const places = new Set(entries.map(({ place }) => place));
  const hashes = Array.from({ length: statement.count }, (_, place) =>
    leaves.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
  const isWhole = entries.length === statement.count;
  const cover = isWhole ? [] : coverOf(hashes, (place) => places.has(place), crypto);
  return { statement, signature, entries, cover };
}
