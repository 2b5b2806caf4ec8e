// A stored record as core/search/search-match.ts asks about it. Most clauses look at one field, so
// nothing is decoded before it is asked for.

import type { DatabaseSync } from 'node:sqlite';
import { type WallTime, wallTimeOf } from '../../../core/base/time.ts';
import { guidText } from '../../../core/domain/guid.ts';
import type { PeerName } from '../../../core/domain/names.ts';
import type { RecordAttribute, RecordContent } from '../../../core/domain/records.ts';
import { decodeContent } from '../../../core/records/record-content.ts';
import type { SearchableRecord } from '../../../core/search/search-match.ts';
import { Query, type Row } from '../tables/query.ts';
import type { SearchDictionary } from './search-dictionary.ts';

export class StoredRecords {
  readonly #query: Query;

  constructor(database: DatabaseSync) {
    this.#query = new Query(
      database,
      `SELECT content, id, record_type, creator, author, modified_at, expires_at, is_deleted
       FROM record WHERE row = ?`,
    );
  }

  /** Whatever its state. */
  find(row: bigint, dictionary: SearchDictionary): StoredRecord | null {
    const cells = this.#query.first(row);
    return cells === null ? null : new StoredRecord(cells, dictionary);
  }
}

export class StoredRecord implements SearchableRecord {
  readonly #cells: Row;
  readonly #dictionary: SearchDictionary;
  #content: RecordContent | null = null;

  constructor(cells: Row, dictionary: SearchDictionary) {
    this.#cells = cells;
    this.#dictionary = dictionary;
  }

  get contentBytes(): number {
    return this.#cells.bytes(0).length;
  }

  /** False for a tombstone, and for what has expired. */
  isLive(now: WallTime): boolean {
    return this.#cells.number(7) === 0 && this.#cells.number(6) > now;
  }

  get id(): string {
    return guidText(this.#cells.bytes(1));
  }

  get type(): string {
    return this.#dictionary.typeOf(this.#cells.number(2));
  }

  get creator(): PeerName {
    return this.#dictionary.memberOf(this.#cells.number(3)).name;
  }

  get modifiedBy(): PeerName {
    return this.#dictionary.memberOf(this.#cells.number(4)).name;
  }

  get modifiedAt(): WallTime {
    return wallTimeOf(this.#cells.number(5));
  }

  get createdAt(): WallTime {
    return this.#decoded.createdAt;
  }

  get ordinal(): number {
    return this.#decoded.ordinal;
  }

  get attributes(): readonly RecordAttribute[] {
    return this.#decoded.attributes;
  }

  get #decoded(): RecordContent {
    if (this.#content !== null) return this.#content;
    const author = this.#dictionary.memberOf(this.#cells.number(4)).publicKey;
    this.#content = decodeContent(this.#cells.bytes(0), author);
    return this.#content;
  }
}
