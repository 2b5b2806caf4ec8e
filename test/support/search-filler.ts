// Fills the tables that searches read, by plain SQL and without signatures: what a store would have
// written for such records.

import { DatabaseSync } from 'node:sqlite';

import { MIGRATIONS } from '../../src/adapters/sqlite/tables/schema.ts';
import { textKey } from '../../src/adapters/sqlite/tables/text-key.ts';
import type { WallTime } from '../../src/core/base/time.ts';
import { utf8Bytes } from '../../src/core/base/utf8.ts';
import { guidBytes } from '../../src/core/domain/guid.ts';
import { type PeerName, parsePeerName } from '../../src/core/domain/names.ts';
import type { AttributeValue, RecordAttribute } from '../../src/core/domain/records.ts';
import { encodeContent } from '../../src/core/records/record-content.ts';
import type { SearchableRecord } from '../../src/core/search/search-match.ts';

export interface FilledRecord extends SearchableRecord {
  readonly expiresAt: WallTime;
  readonly isDeleted: boolean;
}

const KIND_NUMBERS = { string: 1, int: 2, date: 3 } as const;

export function memberName(number: number): PeerName {
  return parsePeerName(`${number.toString(16).padStart(40, '0')}.member${number}`);
}

export class SearchFiller {
  readonly database: DatabaseSync;
  readonly #numbers = new Map<string, number>();
  readonly #inserts;

  constructor(path: string) {
    this.database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    this.database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768',
    );
    for (const script of MIGRATIONS) this.database.exec(script);
    const prepare = (sql: string) => this.database.prepare(sql);
    this.#inserts = {
      member: prepare('INSERT INTO member (member, public_key, peer_name) VALUES (?, ?, ?)'),
      type: prepare('INSERT INTO record_type (record_type, guid) VALUES (?, ?)'),
      name: prepare('INSERT INTO attribute_name (attribute_name, name, kind) VALUES (?, ?, ?)'),
      attribute: prepare('INSERT INTO attribute (attribute_name, value, row) VALUES (?, ?, ?)'),
      record: prepare(
        `INSERT INTO record (row, id, record_type, creator, author, version, is_deleted, modified_at,
           expires_at, remove_at, batch, place, checksum, content)
         VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 1, 0, 0, ?)`,
      ),
    };
  }

  /** Rows in the order of the records. */
  fill(records: readonly FilledRecord[]): readonly bigint[] {
    this.database.exec('BEGIN');
    const rows = records.map((record) => this.#insert(record));
    this.database.exec('COMMIT');
    return rows;
  }

  remove(row: bigint): void {
    this.database.prepare('DELETE FROM attribute WHERE row = ?').run(row);
    this.database.prepare('DELETE FROM record WHERE row = ?').run(row);
  }

  close(): void {
    this.database.close();
  }

  #insert(record: FilledRecord): bigint {
    const { id, createdAt, ordinal, modifiedAt, expiresAt, isDeleted } = record;
    const attributes = isDeleted ? [] : record.attributes;
    const row = (BigInt(createdAt) << 20n) + BigInt(ordinal);
    const creator = this.#number('member', record.creator, (number) =>
      this.#inserts.member.run(number, keyOfMember(record.creator), record.creator),
    );
    const author = this.#number('member', record.modifiedBy, (number) =>
      this.#inserts.member.run(number, keyOfMember(record.modifiedBy), record.modifiedBy),
    );
    const type = this.#number('type', record.type, (number) =>
      this.#inserts.type.run(number, guidBytes(record.type)),
    );
    const content = encodeContent(
      {
        type: guidBytes(record.type),
        creator: keyOfMember(record.creator),
        createdAt,
        ordinal,
        version: 1,
        modifiedAt,
        expiresAt,
        refreshMs: null,
        isDeleted,
        attributes,
        data: { kind: 'inline', bytes: new Uint8Array(isDeleted ? 0 : 100) },
      },
      keyOfMember(record.modifiedBy),
    );
    this.#inserts.record.run(
      row,
      guidBytes(id),
      type,
      creator,
      author,
      isDeleted ? 1 : 0,
      modifiedAt,
      expiresAt,
      expiresAt,
      content,
    );
    for (const attribute of attributes) this.#insertAttribute(attribute, row);
    return row;
  }

  #insertAttribute({ name, value }: RecordAttribute, row: bigint): void {
    const number = this.#number('name', `${value.kind} ${name}`, (fresh) =>
      this.#inserts.name.run(fresh, name, KIND_NUMBERS[value.kind]),
    );
    this.#inserts.attribute.run(number, storedValue(value), row);
  }

  /** Each table counts for itself; the numbers only have to differ. */
  #number(table: string, text: string, insert: (number: number) => void): number {
    const key = `${table} ${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    insert(number);
    this.#numbers.set(key, number);
    return number;
  }
}

function keyOfMember(name: PeerName): Uint8Array {
  return utf8Bytes(name.slice(8, 40));
}

function storedValue(value: AttributeValue): Uint8Array | bigint {
  return value.kind === 'string' ? textKey(value.value) : BigInt(value.value);
}
