// What is proved of the batches of a damaged database: a batch that its author signed, a record that
// stands under its root, data that the record names. Row checksums are not asked, for this says more.

import { BrokenInvariant } from '../../../core/base/assert.ts';
import { ByteReader } from '../../../core/base/byte-reader.ts';
import { equalBytes } from '../../../core/base/bytes.ts';
import { MalformedBytes } from '../../../core/base/malformed-bytes.ts';
import type { RecordContent, SignedBatch } from '../../../core/domain/records.ts';
import type { StoredBatch } from '../../../core/ports/record-store.ts';
import type { BatchTools } from '../../../core/records/batch-contents.ts';
import {
  batchHash,
  readBatchStatement,
  signedBytesOf,
} from '../../../core/records/batch-statement.ts';
import { merkleRoot, rootOfPath } from '../../../core/records/merkle.ts';
import { decodeContent } from '../../../core/records/record-content.ts';
import { bytesIn, numberIn, type SavedRows, type TableRow } from './repair-rows.ts';

interface Version {
  readonly id: Uint8Array;
  readonly content: RecordContent;
  readonly contentBytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly place: number;
}

/** Of a version, what its row and its batch prove. */
export interface ProvedVersion extends Version {
  readonly stored: StoredBatch;
  /** Null where the leaves are here. */
  readonly path: Uint8Array | null;
}

/** A batch as its row is: signed, with leaves that may be damaged. */
interface SavedBatch {
  readonly stored: StoredBatch;
  /** Null where the row has none. */
  readonly damagedLeaves: Uint8Array | null;
}

/** A batch with leaves takes 33 KiB; one that was forgotten is read and verified again. */
const BATCHES_KEPT_MAX = 256;
const HASH_BYTES = 32;

export class SavedBatches {
  readonly #rows: SavedRows;
  readonly #tools: BatchTools;
  readonly #pagesByNumber = new Map<number, readonly number[]>();
  readonly #kept = new Map<number, readonly SavedBatch[]>();
  readonly #mendedByNumber = new Map<number, readonly SavedBatch[]>();
  /** Where records stand whose batch has damaged leaves. */
  readonly #unprovedPages = new Map<number, Set<number>>();

  constructor(rows: SavedRows, tools: BatchTools) {
    this.#rows = rows;
    this.#tools = tools;
  }

  /** A batch with this number stands on this page. An older one may stand on another. */
  note(row: TableRow, page: number): void {
    const number = Number(row.row);
    const known = this.#pagesByNumber.get(number) ?? [];
    if (!known.includes(page)) this.#pagesByNumber.set(number, [...known, page]);
  }

  /** Null for a row of which no batch says that it is right, or not yet. */
  prove(row: TableRow, page: number): ProvedVersion | null {
    const number = numberIn(row, 'batch');
    for (const { stored, damagedLeaves } of this.#withNumber(number)) {
      const proved = this.#proveUnder(stored, row);
      if (proved !== null) return proved;
      if (damagedLeaves === null) continue;
      const pages = this.#unprovedPages.get(number) ?? new Set();
      this.#unprovedPages.set(number, pages.add(page));
    }
    return null;
  }

  /**
   * Once all rows were seen: where records may be proved now. What is damaged in the leaves of a batch
   * is made up for by the records that stand there; the root says whether they are the right ones.
   */
  mendLeaves(): readonly number[] {
    const mended = new Set<number>();
    for (const [number, pages] of this.#unprovedPages) {
      const found = this.#withNumber(number).map((saved) => this.#mended(number, saved, pages));
      this.#mendedByNumber.set(number, found);
      if (found.some(({ damagedLeaves }) => damagedLeaves === null)) {
        for (const page of pages) mended.add(page);
      }
    }
    this.#unprovedPages.clear();
    return [...mended];
  }

  #mended(number: number, saved: SavedBatch, pages: ReadonlySet<number>): SavedBatch {
    const { batch } = saved.stored;
    if (saved.damagedLeaves === null) return saved;
    const leaves = saved.damagedLeaves.slice();
    for (const page of pages) {
      for (const row of this.#rows.onPage(page)) {
        if (numberIn(row, 'batch') !== number) continue;
        const version = this.#versionOf(batch, row);
        if (version !== null) leaves.set(version.hash, version.place * HASH_BYTES);
      }
    }
    if (!this.#areLeavesOf(leaves, batch)) return saved;
    return { stored: { batch, leaves }, damagedLeaves: null };
  }

  /** Null for what the author did not sign. */
  verified(statementBytes: Uint8Array | null, signature: Uint8Array | null): SignedBatch | null {
    if (statementBytes === null || signature === null) return null;
    const { crypto, group } = this.#tools;
    return unlessMalformed(() => {
      const input = new ByteReader(statementBytes);
      const statement = readBatchStatement(input);
      input.end();
      const hash = batchHash(statement, group, crypto);
      const isSigned = crypto.verify(statement.author, signedBytesOf(hash), signature);
      return isSigned ? { statement, hash, signature } : null;
    });
  }

  #withNumber(number: number): readonly SavedBatch[] {
    const kept = this.#mendedByNumber.get(number) ?? this.#kept.get(number);
    if (kept !== undefined) return kept;
    const found = (this.#pagesByNumber.get(number) ?? [])
      .flatMap((page) => this.#rows.onPage(page))
      .filter(({ table, row }) => table === 'batch' && Number(row) === number)
      .map((row) => this.#saved(row))
      .filter((saved) => saved !== null);
    if (this.#kept.size >= BATCHES_KEPT_MAX) this.#kept.clear();
    this.#kept.set(number, found);
    return found;
  }

  #saved(row: TableRow): SavedBatch | null {
    const batch = this.verified(bytesIn(row, 'statement'), bytesIn(row, 'signature'));
    if (batch === null) return null;
    const leaves = bytesIn(row, 'leaves');
    if (leaves === null) return { stored: { batch, leaves }, damagedLeaves: null };
    if (this.#areLeavesOf(leaves, batch)) return { stored: { batch, leaves }, damagedLeaves: null };
    const isLongEnough = leaves.length === batch.statement.count * HASH_BYTES;
    return { stored: { batch, leaves: null }, damagedLeaves: isLongEnough ? leaves : null };
  }

  #areLeavesOf(leaves: Uint8Array, { statement }: SignedBatch): boolean {
    if (leaves.length !== statement.count * HASH_BYTES) return false;
    const hashes = Array.from({ length: statement.count }, (_, place) => leafAt(leaves, place));
    return equalBytes(merkleRoot(hashes, this.#tools.crypto), statement.root);
  }

  #proveUnder(stored: StoredBatch, row: TableRow): ProvedVersion | null {
    const { batch, leaves } = stored;
    const version = this.#versionOf(batch, row);
    if (version === null) return null;
    const { hash, place } = version;
    if (leaves !== null) {
      const isLeaf = equalBytes(leafAt(leaves, place), hash);
      return isLeaf ? { ...version, stored, path: null } : null;
    }
    const path = bytesIn(row, 'path');
    const { count, root } = batch.statement;
    const reached = path === null ? null : rootOfPath(hash, place, count, path, this.#tools.crypto);
    const isProved = reached !== null && equalBytes(reached, root);
    return isProved ? { ...version, stored, path } : null;
  }

  /** What the row says, if it is of this batch. */
  #versionOf({ statement }: SignedBatch, row: TableRow): Version | null {
    const contentBytes = bytesIn(row, 'content');
    const place = numberIn(row, 'place');
    const { author, journal, firstSequence, count } = statement;
    if (contentBytes === null || !(place >= 0 && place < count)) return null;
    const content = unlessMalformed(() => decodeContent(contentBytes, author));
    if (content === null) return null;
    const { ids, hashes } = this.#tools;
    const hash = hashes.hashOf(author, journal, firstSequence + place, contentBytes);
    return { id: ids.idOf(content), content, contentBytes, hash, place };
  }
}

function leafAt(leaves: Uint8Array, place: number): Uint8Array {
  return leaves.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
}

/** Null for bytes without the form, and for a form that none of our own has. */
function unlessMalformed<Value>(decode: () => Value): Value | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedBytes || error instanceof BrokenInvariant) return null;
    throw error;
  }
}
