// Which table a row that was found on some page may be of: as many columns, of kinds that fit. A row of
// another table that looks alike is found out when what it says is verified.

import { DatabaseSync } from 'node:sqlite';
import { Query } from '../tables/query.ts';
import { MIGRATIONS } from '../tables/schema.ts';
import { type Cell, rowsOnPage, type SavedRow } from './repair-cells.ts';
import type { DatabasePages } from './repair-pages.ts';

/** The tables whose rows cannot be made anew from those of others. */
const TABLES = [
  'membership',
  'batch',
  'record',
  'record_data',
  'shadow',
  'equivocation',
  'security',
];

interface Shape {
  readonly table: string;
  readonly hasRow: boolean;
  /** In the order in which a row has them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface TableRow {
  readonly table: string;
  readonly row: bigint | null;
  readonly cellByName: ReadonlyMap<string, Cell>;
}

export class SavedRows {
  readonly #pages: DatabasePages;
  readonly #shapes = shapesOf(TABLES);

  constructor(pages: DatabasePages) {
    this.#pages = pages;
  }

  get pageCount(): number {
    return this.#pages.count;
  }

  /** One that fits several tables comes once for each. */
  onPage(page: number): readonly TableRow[] {
    const isWanted = (columns: number, hasRow: boolean): boolean =>
      this.#shapes.some((shape) => shape.columns.length === columns && shape.hasRow === hasRow);
    return rowsOnPage(this.#pages, page, isWanted).flatMap((saved) =>
      this.#shapes.filter((shape) => fits(saved, shape)).map((shape) => tableRow(saved, shape)),
    );
  }
}

export function bytesIn({ cellByName }: TableRow, name: string): Uint8Array | null {
  const cell = cellByName.get(name);
  return cell instanceof Uint8Array ? cell : null;
}

export function numberIn({ cellByName }: TableRow, name: string): number {
  return Number(cellByName.get(name) ?? 0);
}

/** As SQLite has them by the scripts of the schema. */
function shapesOf(tables: readonly string[]): readonly Shape[] {
  const database = new DatabaseSync(':memory:');
  try {
    for (const script of MIGRATIONS) database.exec(script);
    const columnsOf = new Query(database, 'SELECT name, type, pk FROM pragma_table_xinfo(?)');
    const isWithoutRow = new Query(database, 'SELECT wr FROM pragma_table_list(?)');
    return tables.map((table) => {
      const hasRow = isWithoutRow.first(table)?.number(0) === 0;
      const columns = columnsOf.all(table).map((row) => ({
        name: row.text(0),
        // The key of a table with row numbers is the number, and its column is empty.
        type: hasRow && row.number(2) > 0 ? 'NULL' : row.text(1),
        place: hasRow ? 0 : row.number(2) || Number.MAX_SAFE_INTEGER,
      }));
      return { table, hasRow, columns: columns.sort((a, b) => a.place - b.place) };
    });
  } finally {
    database.close();
  }
}

function fits({ row, cells }: SavedRow, { hasRow, columns }: Shape): boolean {
  if (cells.length !== columns.length || (row !== null) !== hasRow) return false;
  return columns.every(({ type }, at) => isOfType(cells[at] ?? null, type));
}

function isOfType(cell: Cell, type: string): boolean {
  if (cell === null) return true;
  if (type === 'BLOB') return cell instanceof Uint8Array;
  if (type === 'TEXT') return typeof cell === 'string';
  return type === 'INTEGER' && (typeof cell === 'number' || typeof cell === 'bigint');
}

function tableRow({ row, cells }: SavedRow, { table, columns }: Shape): TableRow {
  const named = columns.map(({ name }, at): [string, Cell] => [name, cells[at] ?? null]);
  return { table, row, cellByName: new Map(named) };
}
