// The rows that a page of a database holds, whatever leads to the page. A page that is none, or not any
// more, gives what can be read as rows and nothing else; whether a row is right is for others to find
// out. Formats: sqlite.org/fileformat2.html.

import type { DatabasePages } from './repair-pages.ts';

export type Cell = null | number | bigint | string | Uint8Array;

export interface SavedRow {
  /** Null in a table without row numbers. */
  readonly row: bigint | null;
  readonly cells: readonly Cell[];
}

const INTERIOR_KEYS = 0x02;
const LEAF_KEYS = 0x0a;
const LEAF_ROWS = 0x0d;
/** The first page begins with the head of the file. */
const FILE_HEAD_BYTES = 100;
/** The longest row: data and what stands beside them. Without it a wrong length would fill the memory. */
const PAYLOAD_BYTES_MAX = 33_554_432;
const COLUMNS_MAX = 64;

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Only rows of so many columns. */
export function rowsOnPage(
  pages: DatabasePages,
  number: number,
  isWanted: (columns: number, hasRow: boolean) => boolean,
): readonly SavedRow[] {
  const page = pages.read(number);
  if (page === null) return [];
  const head = number === 1 ? FILE_HEAD_BYTES : 0;
  const kind = page[head] ?? 0;
  if (kind !== LEAF_ROWS && kind !== LEAF_KEYS && kind !== INTERIOR_KEYS) return [];
  const pointersAt = head + (kind === INTERIOR_KEYS ? 12 : 8);
  const rows: SavedRow[] = [];
  for (let cell = 0; cell < page.readUInt16BE(head + 3); cell++) {
    const pointerAt = pointersAt + 2 * cell;
    if (pointerAt + 2 > page.length) break;
    try {
      const row = rowAt(pages, page, page.readUInt16BE(pointerAt), kind, isWanted);
      if (row !== null) rows.push(row);
    } catch (error) {
      if (!(error instanceof Unreadable) && !(error instanceof RangeError)) throw error;
    }
  }
  return rows;
}

/** Null for one that is not wanted. */
function rowAt(
  pages: DatabasePages,
  page: Buffer,
  at: number,
  kind: number,
  isWanted: (columns: number, hasRow: boolean) => boolean,
): SavedRow | null {
  const hasRow = kind === LEAF_ROWS;
  const length = varintAt(page, at + (kind === INTERIOR_KEYS ? 4 : 0));
  const payloadBytes = Number(length.value);
  if (payloadBytes > PAYLOAD_BYTES_MAX) throw new Unreadable('a row of that length');
  const row = hasRow ? varintAt(page, length.end) : { value: 0n, end: length.end };
  const localBytes = localBytesOf(payloadBytes, page.length, hasRow);
  if (row.end + localBytes > page.length) throw new Unreadable('a row beyond its page');
  const types = typesIn(page.subarray(row.end, row.end + localBytes));
  if (!isWanted(types.length, hasRow)) return null;
  const payload = payloadAt(pages, page, row.end, localBytes, payloadBytes);
  return { row: hasRow ? BigInt.asIntN(64, row.value) : null, cells: cellsIn(payload, types) };
}

/** How much of a row stands on its page; the rest is on others. */
function localBytesOf(payloadBytes: number, pageBytes: number, hasRow: boolean): number {
  const max = hasRow ? pageBytes - 35 : Math.floor(((pageBytes - 12) * 64) / 255) - 23;
  if (payloadBytes <= max) return payloadBytes;
  const min = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const fitting = min + ((payloadBytes - min) % (pageBytes - 4));
  return fitting <= max ? fitting : min;
}

function payloadAt(
  pages: DatabasePages,
  page: Buffer,
  at: number,
  localBytes: number,
  payloadBytes: number,
): Buffer {
  if (localBytes === payloadBytes) return page.subarray(at, at + localBytes);
  const payload = Buffer.alloc(payloadBytes);
  page.copy(payload, 0, at, at + localBytes);
  let next = page.readUInt32BE(at + localBytes);
  for (let filled = localBytes; filled < payloadBytes; ) {
    const more = pages.read(next);
    // What is lost is zero: the beginning of a batch is worth having without all of its leaves.
    if (more === null) return payload;
    filled += more.copy(payload, filled, 4, Math.min(more.length, 4 + payloadBytes - filled));
    next = more.readUInt32BE(0);
  }
  return payload;
}

/** The types of the columns, as the head of a row has them. */
function typesIn(bytes: Buffer): readonly number[] {
  const head = varintAt(bytes, 0);
  const headBytes = Number(head.value);
  const types: number[] = [];
  for (let at = head.end; at < headBytes; ) {
    const type = varintAt(bytes, at);
    types.push(Number(type.value));
    at = type.end;
    if (types.length > COLUMNS_MAX) throw new Unreadable('a row of that many columns');
  }
  return types;
}

function cellsIn(payload: Buffer, types: readonly number[]): readonly Cell[] {
  let at = Number(varintAt(payload, 0).value);
  return types.map((type) => {
    const bytes = payload.subarray(at, at + sizeOf(type));
    if (bytes.length < sizeOf(type)) throw new Unreadable('a row shorter than its columns');
    at += bytes.length;
    return cellOf(type, bytes);
  });
}

function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0;
}

function cellOf(type: number, bytes: Buffer): Cell {
  if (type >= 12) return type % 2 === 0 ? new Uint8Array(bytes) : bytes.toString('utf8');
  if (type === 8 || type === 9) return type - 8;
  if (type === 0 || type === 7 || type > 9) return null;
  return type === 6 ? bytes.readBigInt64BE() : bytes.readIntBE(0, bytes.length);
}

/** Up to nine bytes, the most significant first. */
function varintAt(bytes: Buffer, at: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let length = 0; length < 9; length++) {
    const byte = bytes[at + length];
    if (byte === undefined) throw new Unreadable('a number beyond its page');
    if (length === 8) return { value: (value << 8n) | BigInt(byte), end: at + 9 };
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return { value, end: at + length + 1 };
  }
  throw new Unreadable('a number without an end');
}
