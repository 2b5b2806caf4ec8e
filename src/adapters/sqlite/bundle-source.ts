// Everything that is stored, as bundles (protocol.md §12.5): for a file, and for a member that is new.
// A batch's records go together, for then its leaves, and not a path for each record, are what the
// taker keeps. Whatever happens between two pages, a position says where the next one goes on.

import { hash as digestOf } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { equalBytes } from '../../core/base/bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { Bundle } from '../../core/domain/records.ts';
import type {
  BundlePage,
  BundlePosition,
  BundleRequest,
  StoredBatch,
} from '../../core/ports/record-store.ts';
import { coverOf, coverOfPaths } from '../../core/records/merkle.ts';
import type { BatchTable } from './tables/batch-table.ts';
import { DamagedRow } from './tables/database-failures.ts';
import type { MemberTable } from './tables/member-table.ts';
import { Query } from './tables/query.ts';
import { type StoredVersion, VERSION_COLUMNS, versionOf } from './tables/version-row.ts';

/** Rows of the index that one page looks at: above what a batch may have, so that the first one in it is whole. */
const ROWS_LOOKED_AT = 2_048;
/** What a bundle has beside its records: statement, signature, lengths. */
const BUNDLE_COST = 256;
const HASH_BYTES = 32;
const START: BundlePosition = { isPriority: true, batch: 0, place: 0 };

const CRYPTO = { sha256: (bytes: Uint8Array) => digestOf('sha256', bytes, 'buffer') };

/** The records of one batch that belong into this pass. */
interface Share {
  readonly batch: number;
  readonly rows: readonly bigint[];
}

interface Loaded extends StoredVersion {
  readonly data: Uint8Array | null;
}

export class BundleSource {
  readonly #members: MemberTable;
  readonly #batches: BatchTable;
  readonly #rows: Query;
  readonly #version: Query;
  readonly #data: Query;
  readonly #typeNumber: Query;

  constructor(database: DatabaseSync, members: MemberTable, batches: BatchTable) {
    this.#members = members;
    this.#batches = batches;
    this.#rows = new Query(
      database,
      `SELECT batch, record_type, row FROM record INDEXED BY record_by_batch
       WHERE (batch, place) >= (?, ?) ORDER BY batch, place LIMIT ${ROWS_LOOKED_AT}`,
      'bigints',
    );
    this.#version = new Query(database, `SELECT ${VERSION_COLUMNS} FROM record WHERE row = ?`);
    this.#data = new Query(database, 'SELECT data FROM record_data WHERE row = ?');
    this.#typeNumber = new Query(database, 'SELECT record_type FROM record_type WHERE guid = ?');
  }

  page(after: BundlePosition | null, request: BundleRequest): BundlePage {
    const priorities = this.#numbersOf(request.priorityTypes);
    const from = after ?? { ...START, isPriority: priorities.size > 0 };
    const looked = this.#look(from, priorities);
    const bundles: Bundle[] = [];
    let bytes = 0;
    for (const share of looked.shares) {
      const loaded = this.#load(share, request);
      const bundle = this.#bundleOf(share.batch, loaded.versions);
      if (bundle !== null) bundles.push(bundle);
      bytes += BUNDLE_COST + loaded.bytes;
      if (loaded.nextPlace !== null) {
        return { bundles, next: { ...from, batch: share.batch, place: loaded.nextPlace } };
      }
      if (bytes >= request.bytesMax) {
        return { bundles, next: { ...from, batch: share.batch + 1, place: 0 } };
      }
    }
    return { bundles, next: looked.next };
  }

  #numbersOf(types: readonly Uint8Array[]): ReadonlySet<number> {
    const numbers = types.map((type) => this.#typeNumber.first(type)?.number(0) ?? null);
    return new Set(numbers.filter((number) => number !== null));
  }

  /** What of the next rows belongs into this pass, and where to go on when all of it was sent. */
  #look(
    from: BundlePosition,
    priorities: ReadonlySet<number>,
  ): { readonly shares: readonly Share[]; readonly next: BundlePosition | null } {
    const rows = this.#rows.all(from.batch, from.place);
    const isLast = rows.length < ROWS_LOOKED_AT;
    // The last batch of many rows may go on behind them: it is left for the next time, whole.
    const cut = isLast ? null : (rows.at(-1)?.number(0) ?? null);
    if (cut === from.batch) throw new DamagedRow('a batch has more records than there are places');
    const rowsByBatch = new Map<number, bigint[]>();
    for (const row of rows) {
      const batch = row.number(0);
      if (batch === cut || priorities.has(row.number(1)) !== from.isPriority) continue;
      const known = rowsByBatch.get(batch);
      if (known === undefined) rowsByBatch.set(batch, [row.bigint(2)]);
      else known.push(row.bigint(2));
    }
    const shares = [...rowsByBatch].map(([batch, inBatch]) => ({ batch, rows: inBatch }));
    if (cut !== null) return { shares, next: { ...from, batch: cut, place: 0 } };
    return { shares, next: from.isPriority ? { ...START, isPriority: false } : null };
  }

  /** As many as a bundle may have; `nextPlace` is where the batch goes on, null when it does not. */
  #load(
    { rows }: Share,
    { bytesMax, now }: BundleRequest,
  ): {
    readonly versions: readonly Loaded[];
    readonly bytes: number;
    readonly nextPlace: number | null;
  } {
    const versions: Loaded[] = [];
    let bytes = 0;
    for (const row of rows) {
      const version = this.#read(row, now);
      if (version === null) continue;
      const { contentBytes, content, place } = version.record;
      const dataBytes = content.data.kind === 'detached' ? content.data.length : 0;
      bytes += contentBytes.length + dataBytes;
      if (bytes > bytesMax && versions.length > 0) return { versions, bytes, nextPlace: place };
      versions.push({ ...version, data: dataBytes === 0 ? null : this.#readData(row, version) });
    }
    return { versions, bytes, nextPlace: null };
  }

  /** Null for one that is over. */
  #read(row: bigint, now: WallTime): StoredVersion | null {
    const found = this.#version.first(row);
    if (found === null) throw new DamagedRow('an index names a record that is not there');
    const version = versionOf(found, this.#batches, this.#members);
    return version.record.content.expiresAt > now ? version : null;
  }

  #readData(row: bigint, { record: { content } }: StoredVersion): Uint8Array {
    const data = this.#data.first(row)?.bytes(0);
    const isSound =
      data !== undefined &&
      content.data.kind === 'detached' &&
      equalBytes(CRYPTO.sha256(data), content.data.digest);
    if (!isSound) throw new DamagedRow('data are not those of their record');
    return data;
  }

  /** Null when nothing is left to be sent. */
  #bundleOf(number: number, versions: readonly Loaded[]): Bundle | null {
    if (versions.length === 0) return null;
    const stored = this.#batches.storedWithNumber(number);
    const { statement, signature } = stored.batch;
    if (signature.length === 0) throw new DamagedRow('a batch with records has lost its signature');
    const entries = versions.map(({ record: { place, content, contentBytes }, data }) => {
      return { place, content, contentBytes, data };
    });
    return { statement, signature, entries, cover: coverFor(stored, versions) };
  }
}

function coverFor(
  { batch: { statement }, leaves }: StoredBatch,
  versions: readonly Loaded[],
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
