// The enumeration of a simulated record store: the same bundles as from the SQLite store, found by
// looking at everything each time.

import { bytesKey, compareBytes } from '../../src/core/base/bytes.ts';
import type { Bundle } from '../../src/core/domain/records.ts';
import type {
  BundlePage,
  BundlePosition,
  BundleRequest,
  StoredMembership,
} from '../../src/core/ports/record-store.ts';
import { coverOf, coverOfPaths } from '../../src/core/records/merkle.ts';
import { copyOfBatch, type RecordDisk, type SimulatedRecord } from './simulated-record-disk.ts';
import { nodeCrypto } from './trust-cast.ts';

/** The numbers of batches, which stay what they are when batches go. */
export class BatchNumbers {
  readonly #numberByHash = new Map<string, number>();

  of(hash: Uint8Array): number {
    const key = bytesKey(hash);
    const known = this.#numberByHash.get(key) ?? this.#numberByHash.size + 1;
    this.#numberByHash.set(key, known);
    return known;
  }
}

/** One bundle for each page. */
export function bundlePage(
  disk: RecordDisk,
  numbers: BatchNumbers,
  after: BundlePosition | null,
  request: BundleRequest,
): BundlePage {
  const from = after ?? { isPriority: true, batch: 0, place: 0 };
  for (const { batch } of disk.batches.values()) numbers.of(batch.hash);
  const priorities = new Set(request.priorityTypes.map(bytesKey));
  const next = [...disk.records.values()]
    .filter(({ record: { content } }) => content.expiresAt > request.now)
    .filter(({ record }) => priorities.has(bytesKey(record.content.type)) === from.isPriority)
    .map((version) => ({ version, batch: numbers.of(version.record.batch) }))
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
  return { bundles: [bundleOf(disk, sent)], next: { ...from, batch, place } };
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

/** At least one, and as many as are not too large together. */
function beginning(versions: readonly SimulatedRecord[], bytesMax: number): SimulatedRecord[] {
  const sent: SimulatedRecord[] = [];
  let bytes = 0;
  for (const version of versions) {
    bytes += version.record.contentBytes.length + (version.data?.length ?? 0);
    if (bytes > bytesMax && sent.length > 0) break;
    sent.push(version);
  }
  return sent;
}

function bundleOf(disk: RecordDisk, versions: readonly SimulatedRecord[]): Bundle {
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
          nodeCrypto,
        );
  if (cover === null) throw new Error('a path that is none');
  return { statement, signature, entries, cover };
}
