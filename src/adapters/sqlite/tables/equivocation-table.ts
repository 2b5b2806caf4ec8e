// Contradictions between batches of one author. Both sides are kept whole, for they are the proof.

import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { ByteReader } from '../../../core/base/byte-reader.ts';
import { ByteWriter } from '../../../core/base/byte-writer.ts';
import type { BatchStatement, Equivocation } from '../../../core/domain/records.ts';
import { readBatchStatement, writeBatchStatement } from '../../../core/records/batch-statement.ts';
import type { MemberTable } from './member-table.ts';
import { Query, type Row } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

const SIDES = `first_hash, first_statement, first_signature,
  second_hash, second_statement, second_signature`;
const SELECT = `SELECT checksum, ${SIDES} FROM equivocation`;

export class EquivocationTable {
  readonly #members: MemberTable;
  readonly #all: Query;
  readonly #ofAuthor: Query;
  readonly #insert: Query;

  constructor(database: DatabaseSync, members: MemberTable) {
    this.#members = members;
    this.#all = new Query(database, `${SELECT} ORDER BY equivocation`);
    this.#ofAuthor = new Query(database, `${SELECT} WHERE author = ? ORDER BY equivocation`);
    this.#insert = new Query(
      database,
      `INSERT INTO equivocation (author, checksum, ${SIDES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
  }

  find(author: Uint8Array | null): readonly Equivocation[] {
    if (author === null) return this.#all.all().map(equivocationOf);
    const number = this.#members.find(author)?.number;
    return number === undefined ? [] : this.#ofAuthor.all(number).map(equivocationOf);
  }

  /** One that is there already stays as it is. */
  put({ first, second }: Equivocation): void {
    const author = this.#members.find(first.statement.author);
    assert(author !== null, 'the membership of an author is stored before its contradictions');
    const sides = [first, second].flatMap(({ hash, statement, signature }) => [
      hash,
      statementBytes(statement),
      signature,
    ]);
    this.#insert.run(author.number, rowChecksum(sides), ...sides);
  }
}

function equivocationOf(row: Row): Equivocation {
  const sides = [1, 2, 3, 4, 5, 6].map((column) => row.bytes(column));
  requireChecksum(row.number(0), rowChecksum(sides), 'a contradiction');
  const side = (at: number) => ({
    hash: row.bytes(at),
    statement: statementOf(row.bytes(at + 1)),
    signature: row.bytes(at + 2),
  });
  return { first: side(1), second: side(4) };
}

function statementBytes(statement: BatchStatement): Uint8Array {
  const out = new ByteWriter();
  writeBatchStatement(out, statement);
  return out.finish();
}

function statementOf(bytes: Uint8Array): BatchStatement {
  const input = new ByteReader(bytes);
  const statement = readBatchStatement(input);
  input.end();
  return statement;
}
