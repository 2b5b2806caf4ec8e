// The index of attributes: name and value lead to the row of a record. Entries are written and taken
// away in the order of the index, which halves their cost. When they come into it is for
// waiting-attributes.ts to say.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AttributeValue, RecordAttribute } from '../../../core/domain/records.ts';
import { Query } from './query.ts';
import { textKey } from './text-key.ts';

/** What stands for the kinds in the table of names, as in contents (protocol.md §12.1). */
export const NUMBER_BY_KIND = { string: 1, int: 2, date: 3 } as const;

/** A name takes 150 bytes of memory; one that was forgotten is read again. */
const NAMES_KEPT_MAX = 4_096;

/** Entries of one statement: measured, an entry takes half the time, and with more no less. */
const ENTRIES_AT_ONCE = 16;

/** The attributes of the record in a row. */
export type AttributesByRow = ReadonlyMap<bigint, readonly RecordAttribute[]>;

/** One row of the index; `name` stands for name and kind. */
interface IndexEntry {
  readonly name: number;
  readonly value: AttributeValue;
  readonly row: bigint;
}

export class AttributeTable {
  readonly #findName: Query;
  readonly #insertName: Query;
  readonly #deleteName: Query;
  readonly #insert: Query;
  readonly #insertSome: Query;
  readonly #delete: Query;
  readonly #keptNames = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#findName = new Query(
      database,
      'SELECT attribute_name FROM attribute_name WHERE name = ? AND kind = ?',
    );
    this.#insertName = new Query(database, 'INSERT INTO attribute_name (name, kind) VALUES (?, ?)');
    this.#deleteName = new Query(
      database,
      `DELETE FROM attribute_name WHERE attribute_name = ?1
       AND NOT EXISTS (SELECT 1 FROM attribute WHERE attribute_name = ?1)`,
    );
    this.#insert = new Query(database, insertion(1));
    this.#insertSome = new Query(database, insertion(ENTRIES_AT_ONCE));
    this.#delete = new Query(
      database,
      'DELETE FROM attribute WHERE attribute_name = ? AND value = ? AND row = ?',
    );
  }

  /** What is there already stays. */
  insert(attributes: AttributesByRow): void {
    const numberOf = (one: RecordAttribute): number => this.#findNumber(one) ?? this.#addName(one);
    let some: SQLInputValue[] = [];
    for (const { name, value, row } of entriesOf(attributes, numberOf)) {
      some.push(name, indexValue(value), row);
      if (some.length < 3 * ENTRIES_AT_ONCE) continue;
      this.#insertSome.runWith(some);
      some = [];
    }
    for (let at = 0; at < some.length; at += 3) this.#insert.runWith(some.slice(at, at + 3));
  }

  /** Whatever of them is there. */
  delete(attributes: AttributesByRow): void {
    const removed = entriesOf(attributes, (one) => this.#findNumber(one));
    for (const { name, value, row } of removed) this.#delete.run(name, indexValue(value), row);
    // Whoever publishes chooses the names: without this the table of names would only grow.
    for (const name of new Set(removed.map((entry) => entry.name))) {
      if (this.#deleteName.run(name) > 0) this.#keptNames.clear();
    }
  }

  /** After a rollback. */
  forget(): void {
    this.#keptNames.clear();
  }

  #findNumber({ name, value }: RecordAttribute): number | null {
    const kind = NUMBER_BY_KIND[value.kind];
    const key = `${kind}${name}`;
    const kept = this.#keptNames.get(key);
    if (kept !== undefined) return kept;
    const found = this.#findName.first(name, kind)?.number(0);
    return found === undefined ? null : this.#keep(key, found);
  }

  #addName({ name, value }: RecordAttribute): number {
    const kind = NUMBER_BY_KIND[value.kind];
    return this.#keep(`${kind}${name}`, this.#insertName.insert(name, kind));
  }

  #keep(key: string, number: number): number {
    if (this.#keptNames.size >= NAMES_KEPT_MAX) this.#keptNames.clear();
    this.#keptNames.set(key, number);
    return number;
  }
}

/** What stands for a value in the index. Whole numbers go in as bigints, for others would become floating. */
export function indexValue(value: AttributeValue): Uint8Array | bigint {
  switch (value.kind) {
    case 'string':
      return textKey(value.value);
    case 'int':
      return value.value;
    case 'date':
      return BigInt(value.value);
  }
}

function insertion(entries: number): string {
  const values = new Array(entries).fill('(?, ?, ?)').join(', ');
  return `INSERT INTO attribute (attribute_name, value, row) VALUES ${values} ON CONFLICT DO NOTHING`;
}

/** In the order of the index, without those whose name has no number. */
function entriesOf(
  attributesByRow: AttributesByRow,
  numberOf: (attribute: RecordAttribute) => number | null,
): readonly IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (const [row, attributes] of attributesByRow) {
    for (const attribute of attributes) {
      const name = numberOf(attribute);
      if (name !== null) entries.push({ name, value: attribute.value, row });
    }
  }
  return entries.sort(compareEntries);
}

/** Texts of a name among each other, or numbers: they compare as what stands for them in the index does. */
function compareEntries(a: IndexEntry, b: IndexEntry): number {
  if (a.name !== b.name) return a.name - b.name;
  if (a.value.value !== b.value.value) return a.value.value < b.value.value ? -1 : 1;
  return a.row < b.row ? -1 : 1;
}
