// The enumeration of a simulated record store: the same bundles as from the SQLite store, found by
// looking at everything each time.

import { bytesKey, compareBytes } from '../../core/base/bytes.ts';
import type { Bundle } from '../../core/domain/records.ts';
import type { Crypto } from '../../core/ports/crypto.ts';
import type {
  BundlePage,
  BundlePosition,
  BundleRequest,
  FoundBundles,
  StoredMembership,
  StoredSecurityItem,
} from '../../core/ports/record-store.ts';
import { coverOf, coverOfPaths } from '../../core/records/merkle.ts';
import { copyOfBatch } from './belongings.ts';
import type { KeptRecord, RecordDisk } from './record-disk.ts';

type Hashing = Pick<Crypto, 'sha256'>;

/** One bundle for each page. */
export function bundlePage(
  disk: RecordDisk,
  hashing: Hashing,
  after: BundlePosition | null,
  request: BundleRequest,
): BundlePage {
  const from = after ?? { isPriority: true, batch: 0, place: 0 };
  const priorities = new Set(request.priorityTypes.map(bytesKey));
  const next = [...disk.records.values()]
    .filter(({ record: { content } }) => content.expiresAt > request.now)
    .filter(({ record }) => priorities.has(bytesKey(record.content.type)) === from.isPriority)
    .map((version) => ({ version, batch: numberOf(disk, version) }))
    .filter(({ version: { record }, batch }) =>
      batch === from.batch ? record.place >= from.place : batch > from.batch,
    )
    .sort((a, b) => a.batch - b.batch || a.version.record.place - b.version.record.place);
  const [first] = next;
  if (first === undefined) {
    const rest = { isPriority: false, batch: 0, place: 0 };
    return { bundles: [], next: from.isPriority ? rest : null };
  }
  const { batch } = first;
  const inBatch = next.filter((one) => one.batch === batch).map(({ version }) => version);
  const sent = beginning(inBatch, request.bytesMax);
  const place = (sent.at(-1)?.record.place ?? 0) + 1;
  return { bundles: [bundleOf(disk, hashing, sent)], next: { ...from, batch, place } };
}

/** Of each batch one bundle. */
export function bundlesOf(
  disk: RecordDisk,
  hashing: Hashing,
  ids: readonly Uint8Array[],
  bytesMax: number,
): FoundBundles {
  const versionsByBatch = new Map<string, KeptRecord[]>();
  let bytes = 0;
  let taken = 0;
  for (const id of ids) {
    if (taken > 0 && bytes >= bytesMax) break;
    taken += 1;
    const version = disk.records.get(bytesKey(id));
    if (version === undefined) continue;
    bytes += version.record.contentBytes.length + (version.data?.length ?? 0);
    const key = bytesKey(version.record.batch);
    const versions = versionsByBatch.get(key) ?? [];
    versionsByBatch.set(key, versions);
    if (!versions.includes(version)) versions.push(version);
  }
  const bundles = [...versionsByBatch.values()].map((versions) =>
    bundleOf(
      disk,
      hashing,
      versions.sort((a, b) => a.record.place - b.record.place),
    ),
  );
  return { bundles, taken };
}

export function membershipPage(
  disk: RecordDisk,
  after: Uint8Array | null,
  max: number,
): readonly StoredMembership[] {
  return [...disk.memberships.values()]
    .map(({ chainDigest, chain }) => ({
      chainDigest: chainDigest.slice(),
      chain: chain.map((der) => der.slice()),
    }))
    .filter(({ chainDigest }) => after === null || compareBytes(chainDigest, after) > 0)
    .sort((a, b) => compareBytes(a.chainDigest, b.chainDigest))
    .slice(0, max);
}

export function securityPage(
  disk: RecordDisk,
  after: Uint8Array | null,
  max: number,
): readonly StoredSecurityItem[] {
  return [...disk.security.values()]
    .filter(({ digest }) => after === null || compareBytes(digest, after) > 0)
    .sort((a, b) => compareBytes(a.digest, b.digest))
    .slice(0, max)
    .map(({ digest, form, bytes }) => ({ digest: digest.slice(), form, bytes: bytes.slice() }));
}

/** At least one, and as many as are not too large together. */
function beginning(versions: readonly KeptRecord[], bytesMax: number): KeptRecord[] {
  const sent: KeptRecord[] = [];
  let bytes = 0;
  for (const version of versions) {
    bytes += version.record.contentBytes.length + (version.data?.length ?? 0);
    if (bytes > bytesMax && sent.length > 0) break;
    sent.push(version);
  }
  return sent;
}

function numberOf(disk: RecordDisk, { record }: KeptRecord): number {
  return disk.batches.get(bytesKey(record.batch))?.number ?? 0;
}

function bundleOf(disk: RecordDisk, hashing: Hashing, versions: readonly KeptRecord[]): Bundle {
  const stored = disk.batches.get(bytesKey(versions[0]?.record.batch ?? new Uint8Array(0)));
  if (stored === undefined) throw new Error('a record without its batch');
  const { statement, signature } = copyOfBatch(stored.batch);
  const entries = versions.map(({ record, data }) => ({
    place: record.place,
    content: record.content,
    contentBytes: record.contentBytes.slice(),
    data: data?.slice() ?? null,
  }));
  const { leaves } = stored;
  const places = new Map(
    versions.map(({ record, path }) => [record.place, path ?? new Uint8Array(0)]),
  );
  const cover =
    leaves === null
      ? coverOfPaths(statement.count, places)
      : coverOf(
          Array.from({ length: statement.count }, (_, at) => leaves.slice(32 * at, 32 * at + 32)),
          (place) => places.has(place),
          hashing,
        );
  if (cover === null) throw new Error('a path that is none');
  return { statement, signature, entries, cover };
}
