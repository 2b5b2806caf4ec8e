// Records of one batch as a bundle (protocol.md §12.5), proved by the batch's leaves where they are here,
// and else by the paths that came with the records.

import { hash as digestOf } from 'node:crypto';
import type { Bundle } from '../../core/domain/records.ts';
import type { StoredBatch } from '../../core/ports/record-store.ts';
import { coverOf, coverOfPaths } from '../../core/records/merkle.ts';
import { DamagedRow } from './tables/database-failures.ts';
import type { StoredVersion } from './tables/version-row.ts';

const HASH_BYTES = 32;
const CRYPTO = { sha256: (bytes: Uint8Array) => digestOf('sha256', bytes, 'buffer') };

export interface VersionToSend extends StoredVersion {
  readonly data: Uint8Array | null;
}

/** Of at least one version, in the order of their places. */
export function storedBundle(stored: StoredBatch, versions: readonly VersionToSend[]): Bundle {
  const { statement, signature } = stored.batch;
  if (signature.length === 0) throw new DamagedRow('a batch with records has lost its signature');
  const entries = versions.map(({ record: { place, content, contentBytes }, data }) => {
    return { place, content, contentBytes, data };
  });
  return { statement, signature, entries, cover: coverFor(stored, versions) };
}

function coverFor(
  { batch: { statement }, leaves }: StoredBatch,
  versions: readonly VersionToSend[],
): readonly Uint8Array[] {
  const { count } = statement;
  if (versions.length === count) return [];
  if (leaves === null) {
    const paths = versions.map(
      ({ record, path }) => [record.place, path ?? new Uint8Array(0)] as const,
    );
    const cover = coverOfPaths(count, new Map(paths));
    if (cover === null) throw new DamagedRow('a record has no path to the root of its batch');
    return cover;
  }
  const places = new Set(versions.map(({ record }) => record.place));
  const hashes = Array.from({ length: count }, (_, place) =>
    leaves.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
  return coverOf(hashes, (place) => places.has(place), CRYPTO);
}
