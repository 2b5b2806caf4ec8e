// Everything that is stored, as bundles (protocol.md §12.5): for a file, and for a member that is new.
// A batch's records go together, for then its leaves, and not a path for each record, are what the
// taker keeps. Whatever happens between two pages, a position says where the next one goes on.

import type { DatabaseSync } from 'node:sqlite';
import type { WallTime } from '../../core/base/time.ts';
import type { Bundle } from '../../core/domain/records.ts';
import type { BundlePage, BundlePosition, BundleRequest } from '../../core/ports/record-store.ts';
import { storedBundle, type VersionToSend } from './stored-bundle.ts';
import type { BatchTable } from './tables/batch-table.ts';
import { DamagedRow } from './tables/database-failures.ts';
import type { MemberTable } from './tables/member-table.ts';
import { Query } from './tables/query.ts';
import { type StoredVersion, soundData, VERSION_COLUMNS, versionOf } from './tables/version-row.ts';

/** Rows of the index that one page looks at: above what a batch may have, so that the first one in it is whole. */
const ROWS_LOOKED_AT = 2_048;
/** What a bundle has beside its records: statement, signature, lengths. */
const BUNDLE_COST = 256;
const START: BundlePosition = { isPriority: true, batch: 0, place: 0 };

/** The records of one batch that belong into this pass. */
interface Share {
  readonly batch: number;
  readonly rows: readonly bigint[];
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
      if (loaded.versions.length > 0) {
        bundles.push(storedBundle(this.#batches.storedWithNumber(share.batch), loaded.versions));
      }
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
    readonly versions: readonly VersionToSend[];
    readonly bytes: number;
    readonly nextPlace: number | null;
  } {
    const versions: VersionToSend[] = [];
    let bytes = 0;
    for (const row of rows) {
      const version = this.#read(row, now);
      if (version === null) continue;
      const { contentBytes, content, place } = version.record;
      const dataBytes = content.data.kind === 'detached' ? content.data.length : 0;
      bytes += contentBytes.length + dataBytes;
      if (bytes > bytesMax && versions.length > 0) return { versions, bytes, nextPlace: place };
      const data = dataBytes === 0 ? null : this.#data.first(row)?.bytes(0);
      versions.push({ ...version, data: soundData(version.record, data ?? null) });
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
}
