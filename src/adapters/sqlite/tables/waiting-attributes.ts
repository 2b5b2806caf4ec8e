// Attributes that the index does not have yet. Values come in any order, and to write the thousand of a
// commit dirties a page for nearly each of them; many thousands together share pages. A commit only
// notes the rows that wait, in order, and keeps their attributes here. A note says that a row may lack
// entries, so one too many does no harm; after a crash the records that are noted are read again. One
// that is damaged by then stays noted and keeps nothing else from the index.

import type { DatabaseSync } from 'node:sqlite';
import type { RecordAttribute } from '../../../core/domain/records.ts';
import type { AttributesByRow, AttributeTable } from './attribute-table.ts';
import { DamagedRow, isDamagedRow } from './database-failures.ts';
import { Query, type Row } from './query.ts';

/** How much may wait. */
export interface WaitingLimits {
  readonly entriesMax: number;
  /** Of names and values, in characters. */
  readonly charactersMax: number;
}

/**
 * Measured with commits of 1,000 records: see docs/decisions/0008. Without the first limit a search after
 * a long import would stall for as long as the index takes; without the second, values of 64 KiB
 * would fill the memory.
 */
export const WAITING_LIMITS: WaitingLimits = { entriesMax: 16_384, charactersMax: 8_388_608 };

/** The record in a row; null when none is there any more. */
type AttributesReader = (row: bigint) => readonly RecordAttribute[] | null;

const NONE: readonly RecordAttribute[] = [];
const NOTHING: AttributesByRow = new Map();
const ROW_BYTES = 8;

export class WaitingAttributes {
  readonly #table: AttributeTable;
  readonly #limits: WaitingLimits;
  readonly #insertNote: Query;
  readonly #notes: Query;
  readonly #deleteNote: Query;
  readonly #shortenNote: Query;
  /** Of rows that this commit removes or replaces, what they had before it, and of all that it puts, what they have then. */
  readonly #before = new Map<bigint, readonly RecordAttribute[]>();
  #after = new Map<bigint, readonly RecordAttribute[]>();
  /** What of that the index will lack. */
  #lacking: AttributesByRow = NOTHING;
  /** What the index lacks of rows that were noted since it was last complete, or since `giveUp`. */
  readonly #waiting = new Map<bigint, readonly RecordAttribute[]>();
  #entries = 0;
  #characters = 0;
  /** Rows that stay noted, for their records cannot be read. */
  readonly #damaged = new Set<bigint>();
  /** What the last part put into the index, and whether it was the last of what is noted. */
  #completed: readonly bigint[] = [];
  #isAtEnd = false;
  /** False while there may be notes of rows that `#waiting` does not know. */
  #knowsNotes: boolean;

  constructor(database: DatabaseSync, table: AttributeTable, limits: WaitingLimits) {
    this.#table = table;
    this.#limits = limits;
    this.#insertNote = new Query(database, 'INSERT INTO unindexed (rows) VALUES (?)');
    this.#notes = new Query(
      database,
      'SELECT note, rows FROM unindexed WHERE note > ? ORDER BY note LIMIT 1',
    );
    this.#deleteNote = new Query(database, 'DELETE FROM unindexed WHERE note = ?');
    this.#shortenNote = new Query(database, 'UPDATE unindexed SET rows = ? WHERE note = ?');
    this.#knowsNotes = this.#notes.first(0) === null;
  }

  /** The record in this row has these attributes now. */
  put(row: bigint, attributes: readonly RecordAttribute[]): void {
    if (attributes.length > 0) this.#after.set(row, attributes);
  }

  /** The record that was in this row had these, and is there no more. */
  remove(row: bigint, attributes: readonly RecordAttribute[]): void {
    const isOfThisCommit = this.#after.delete(row) || this.#before.has(row);
    if (!isOfThisCommit) this.#before.set(row, attributes);
  }

  /** At the end of a commit. What a new version repeats, as every refresh does, is not touched at all. */
  write(): void {
    if (this.#before.size > 0) this.#removeReplaced();
    this.#lacking = this.#before.size === 0 ? this.#after : this.#lackingAfter();
    if (this.#lacking.size > 0) this.#insertNote.run(noteOf([...this.#lacking.keys()]));
  }

  /** After a commit. What was put counts although it may be gone again, for its note is not. */
  accept(): void {
    for (const row of this.#before.keys()) this.#waiting.delete(row);
    for (const [row, attributes] of this.#lacking) {
      this.#damaged.delete(row);
      this.#waiting.set(row, attributes.map(copyOf));
      this.#entries += attributes.length;
      this.#characters += charactersOf(attributes);
    }
    this.#endCommit();
  }

  /** After a rollback. */
  forget(): void {
    this.#table.forget();
    this.#endCommit();
  }

  /** True when it is time to complete the index. */
  get isFull(): boolean {
    const { entriesMax, charactersMax } = this.#limits;
    return this.#entries >= entriesMax || this.#characters >= charactersMax;
  }

  get isIndexComplete(): boolean {
    return this.#entries === 0 && this.#knowsNotes;
  }

  /**
   * Puts so much into the index as may wait, of the rows that were noted first. In a transaction of its
   * own, after which `acceptSome` or `giveUp` is called.
   */
  completeSome(read: AttributesReader): void {
    const some = new Map<bigint, readonly RecordAttribute[]>();
    const room = { entries: this.#limits.entriesMax, characters: this.#limits.charactersMax };
    for (let note = this.#notes.first(0); note !== null; note = this.#notes.first(note.number(0))) {
      const rows = rowsNoted(note);
      const left = rows.filter((row) => !this.#takeNoted(row, read, some, room));
      if (left.length === 0) this.#deleteNote.run(note.number(0));
      else if (left.length < rows.length) this.#shortenNote.run(noteOf(left), note.number(0));
      if (room.entries <= 0 || room.characters <= 0) break;
    }
    this.#table.insert(some);
    this.#completed = [...some.keys()];
    this.#isAtEnd = room.entries > 0 && room.characters > 0;
  }

  acceptSome(): void {
    for (const row of this.#completed) {
      const attributes = this.#waiting.get(row) ?? NONE;
      this.#waiting.delete(row);
      this.#entries -= attributes.length;
      this.#characters -= charactersOf(attributes);
    }
    if (!this.#isAtEnd) return;
    this.#empty();
    this.#knowsNotes = true;
  }

  /**
   * The index could not be completed. What waits is let go, for it would pile up here for as long as
   * the disk is full; the notes say where it is.
   */
  giveUp(): void {
    this.#table.forget();
    this.#empty();
    this.#knowsNotes = false;
  }

  #removeReplaced(): void {
    const removed = new Map<bigint, readonly RecordAttribute[]>();
    for (const [row, attributes] of this.#before) {
      const indexed = without(attributes, this.#waiting.get(row));
      const gone = without(indexed, this.#after.get(row));
      if (gone.length > 0) removed.set(row, gone);
    }
    if (removed.size > 0) this.#table.delete(removed);
  }

  #lackingAfter(): AttributesByRow {
    const lackingByRow = new Map<bigint, readonly RecordAttribute[]>();
    for (const [row, attributes] of this.#after) {
      const indexed = without(this.#before.get(row) ?? NONE, this.#waiting.get(row));
      const lacking = without(attributes, indexed);
      if (lacking.length > 0) lackingByRow.set(row, lacking);
    }
    return lackingByRow;
  }

  /** False for a row that stays noted: there is no room left, or its record is damaged. */
  #takeNoted(
    row: bigint,
    read: AttributesReader,
    some: Map<bigint, readonly RecordAttribute[]>,
    room: { entries: number; characters: number },
  ): boolean {
    if (room.entries <= 0 || room.characters <= 0 || this.#damaged.has(row)) return false;
    const attributes = this.#knowsNotes ? (this.#waiting.get(row) ?? NONE) : this.#read(row, read);
    if (attributes === null) return false;
    if (attributes.length > 0) some.set(row, attributes);
    room.entries -= attributes.length;
    room.characters -= charactersOf(attributes);
    return true;
  }

  /** Null for a damaged record, which is not found by what it says, whoever looks for it. */
  #read(row: bigint, read: AttributesReader): readonly RecordAttribute[] | null {
    try {
      return read(row) ?? NONE;
    } catch (error) {
      if (!isDamagedRow(error)) throw error;
      this.#damaged.add(row);
      return null;
    }
  }

  #empty(): void {
    this.#waiting.clear();
    this.#entries = 0;
    this.#characters = 0;
  }

  #endCommit(): void {
    this.#before.clear();
    this.#after = new Map();
    this.#lacking = NOTHING;
  }
}

/** All rows that may lack entries. */
export function readNotedRows(database: DatabaseSync): ReadonlySet<bigint> {
  const notes = new Query(database, 'SELECT note, rows FROM unindexed').all();
  return new Set(notes.flatMap(rowsNoted));
}

/** Eight bytes for each row. */
function noteOf(rows: readonly bigint[]): Uint8Array {
  const note = new Uint8Array(ROW_BYTES * rows.length);
  const view = new DataView(note.buffer);
  for (const [at, row] of rows.entries()) view.setBigInt64(ROW_BYTES * at, row);
  return note;
}

function rowsNoted(note: Row): readonly bigint[] {
  const bytes = note.bytes(1);
  if (bytes.length % ROW_BYTES !== 0) throw new DamagedRow('a note of rows is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / ROW_BYTES;
  return Array.from({ length: count }, (_, at) => view.getBigInt64(ROW_BYTES * at));
}

function without(
  attributes: readonly RecordAttribute[],
  others: readonly RecordAttribute[] | undefined,
): readonly RecordAttribute[] {
  if (others === undefined || others.length === 0 || attributes.length === 0) return attributes;
  // By name, of which each is there once: to compare each with each takes seconds for 256 times 1,024.
  const otherByName = new Map(others.map((one) => [one.name, one]));
  return attributes.filter((attribute) => {
    const other = otherByName.get(attribute.name);
    return other === undefined || !isSame(other, attribute);
  });
}

/** What is kept beyond a commit: whoever gave it may change what is theirs. */
function copyOf({ name, value }: RecordAttribute): RecordAttribute {
  return { name, value: { ...value } };
}

function isSame(a: RecordAttribute, b: RecordAttribute): boolean {
  return a.name === b.name && a.value.kind === b.value.kind && a.value.value === b.value.value;
}

function charactersOf(attributes: readonly RecordAttribute[]): number {
  let characters = 0;
  for (const { name, value } of attributes) {
    characters += name.length + (value.kind === 'string' ? value.value.length : ROW_BYTES);
  }
  return characters;
}
