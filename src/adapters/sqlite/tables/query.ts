// One prepared statement, kept for the life of the database, and the rows it gives. A cell of another
// type than the schema says is damage to the file, and never goes on as something else.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { DamagedRow } from './database-failures.ts';

export class Query {
  readonly #statement: StatementSync;

  /** With `'bigints'` all whole numbers come as bigints: rows of records are above 2^53. */
  constructor(database: DatabaseSync, sql: string, integers: 'numbers' | 'bigints' = 'numbers') {
    this.#statement = database.prepare(sql);
    this.#statement.setReturnArrays(true);
    if (integers === 'bigints') this.#statement.setReadBigInts(true);
  }

  first(...values: SQLInputValue[]): Row | null {
    const cells: unknown = this.#statement.get(...values);
    return Array.isArray(cells) ? new Row(cells) : null;
  }

  all(...values: SQLInputValue[]): readonly Row[] {
    return this.#statement.all(...values).map((cells: unknown) => {
      return new Row(Array.isArray(cells) ? cells : []);
    });
  }

  /** One after the other, as far as they are wanted; nothing is changed in between. */
  *each(...values: SQLInputValue[]): Generator<Row, void> {
    for (const cells of this.#statement.iterate(...values)) {
      const row: unknown = cells;
      yield new Row(Array.isArray(row) ? row : []);
    }
  }

  /** How many rows it changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  /** The same, for statements with many values that are run often. */
  runWith(values: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  /** The rowid of the row that it inserted. */
  insert(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).lastInsertRowid);
  }
}

export class Row {
  readonly #cells: readonly unknown[];

  constructor(cells: readonly unknown[]) {
    this.#cells = cells;
  }

  number(column: number): number {
    const cell = this.#cells[column];
    if (typeof cell === 'number') return cell;
    if (typeof cell === 'bigint') return Number(cell);
    throw new DamagedRow('a number of another type');
  }

  numberOrNull(column: number): number | null {
    return this.#cells[column] === null ? null : this.number(column);
  }

  bigint(column: number): bigint {
    const cell = this.#cells[column];
    if (typeof cell !== 'bigint') throw new DamagedRow('a row number of another type');
    return cell;
  }

  text(column: number): string {
    const cell = this.#cells[column];
    if (typeof cell !== 'string') throw new DamagedRow('a text of another type');
    return cell;
  }

  bytes(column: number): Uint8Array {
    const cell = this.#cells[column];
    if (!(cell instanceof Uint8Array)) throw new DamagedRow('bytes of another type');
    return cell;
  }

  bytesOrNull(column: number): Uint8Array | null {
    return this.#cells[column] === null ? null : this.bytes(column);
  }
}
