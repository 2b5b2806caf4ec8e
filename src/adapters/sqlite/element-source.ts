// What a set is compared by (protocol.md §13.7): id, hash and time of every version that counts. Hashes
// are the leaves of their batches, where those are here, so that a million are read without decoding
// one. Ids, times and single leaves are taken as the columns have them: a damaged one costs a comparison
// that finds a difference which is none, and is found out when the record is read.

import type { DatabaseSync } from 'node:sqlite';
import { wallTimeOf } from '../../core/base/time.ts';
import type {
  ElementPage,
  ElementPosition,
  FoundBundles,
  StoredElement,
} from '../../core/ports/record-store.ts';
import { storedBundle, type VersionToSend } from './stored-bundle.ts';
import type { BatchTable } from './tables/batch-table.ts';
import { DamagedRow } from './tables/database-failures.ts';
import type { MemberTable } from './tables/member-table.ts';
import { Query, type Row } from './tables/query.ts';
import { soundData, VERSION_COLUMNS, versionOf } from './tables/version-row.ts';

const HASH_BYTES = 32;
/** Of so few leaves each is read with its record: three times as fast as reading the batch (measured). */
const FEW_LEAVES = 8;
const START: ElementPosition = { batch: 0, place: 0 };

export class ElementSource {
  readonly #members: MemberTable;
  readonly #batches: BatchTable;
  readonly #rows: Query;
  readonly #version: Query;
  readonly #versionOfId: Query;
  readonly #data: Query;

  constructor(database: DatabaseSync, members: MemberTable, batches: BatchTable) {
    this.#members = members;
    this.#batches = batches;
    this.#rows = new Query(
      database,
      `SELECT r.batch, r.place, r.id, r.modified_at,
       CASE WHEN length(b.leaves) <= ${FEW_LEAVES * HASH_BYTES}
       THEN substr(b.leaves, 1 + ${HASH_BYTES} * r.place, ${HASH_BYTES}) END
       FROM record r INDEXED BY record_by_batch CROSS JOIN batch b ON b.batch = r.batch
       WHERE (r.batch, r.place) >= (?, ?) ORDER BY r.batch, r.place LIMIT ?`,
    );
    this.#version = new Query(database, `SELECT ${VERSION_COLUMNS} FROM record WHERE id = ?`);
    this.#versionOfId = new Query(
      database,
      `SELECT ${VERSION_COLUMNS}, row FROM record WHERE id = ?`,
      'bigints',
    );
    this.#data = new Query(database, 'SELECT data FROM record_data WHERE row = ?');
  }

  page(after: ElementPosition | null, max: number): ElementPage {
    const from = after ?? START;
    const rows = this.#rows.all(from.batch, from.place, max);
    const elements: StoredElement[] = [];
    let number = -1;
    let leaves: Uint8Array | null = null;
    for (const row of rows) {
      const leaf = row.bytesOrNull(4);
      if (leaf === null && row.number(0) !== number) {
        number = row.number(0);
        leaves = this.#batches.leavesOf(number);
      }
      elements.push(this.#elementOf(row, leaf ?? leafAt(leaves, row.number(1))));
    }
    const last = rows.at(-1);
    const isLast = rows.length < max || last === undefined;
    const next = isLast ? null : { batch: last.number(0), place: last.number(1) + 1 };
    return { elements, next };
  }

  bundlesOf(ids: readonly Uint8Array[], bytesMax: number): FoundBundles {
    const versionsByBatch = new Map<number, VersionToSend[]>();
    let bytes = 0;
    let taken = 0;
    for (const id of ids) {
      if (taken > 0 && bytes >= bytesMax) break;
      taken += 1;
      const version = this.#load(id);
      if (version === null) continue;
      bytes += version.record.contentBytes.length + (version.data?.length ?? 0);
      const { number } = version.batch;
      const versions = versionsByBatch.get(number);
      if (versions === undefined) versionsByBatch.set(number, [version]);
      else versions.push(version);
    }
    const bundles = [...versionsByBatch].map(([number, versions]) =>
      storedBundle(this.#batches.storedWithNumber(number), inOrder(versions)),
    );
    return { bundles, taken };
  }

  #elementOf(row: Row, leaf: Uint8Array | null): StoredElement {
    const id = row.bytes(2);
    const hash = leaf ?? this.#hashOf(id);
    if (hash.length !== HASH_BYTES) throw new DamagedRow('a record has no leaf in its batch');
    return { id, hash, modifiedAt: wallTimeOf(row.number(3)) };
  }

  /** Computed, where the batch has no leaves. */
  #hashOf(id: Uint8Array): Uint8Array {
    const found = this.#version.first(id);
    if (found === null) throw new DamagedRow('an index names a record that is not there');
    return versionOf(found, this.#batches, this.#members).record.hash;
  }

  #load(id: Uint8Array): VersionToSend | null {
    const found = this.#versionOfId.first(id);
    if (found === null) return null;
    const version = versionOf(found, this.#batches, this.#members);
    const isDetached = version.record.content.data.kind === 'detached';
    const data = isDetached ? (this.#data.first(found.bigint(7))?.bytes(0) ?? null) : null;
    return { ...version, data: soundData(version.record, data) };
  }
}

function leafAt(leaves: Uint8Array | null, place: number): Uint8Array | null {
  return leaves?.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES) ?? null;
}

/** Each once, whatever ids were asked for. */
function inOrder(versions: readonly VersionToSend[]): readonly VersionToSend[] {
  return versions
    .toSorted((a, b) => a.record.place - b.record.place)
    .filter(({ record }, at, all) => record.place !== all[at - 1]?.record.place);
}
