// Takes parsed JSON apart, strictly: every field has to be there and of its type, none may be left
// over. Throws `MalformedBytes` that names the field and never quotes what it holds.

import { base64urlBytes } from '../../core/base/base64url.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';

/** What a field may hold. Bytes are written as base64url. */
type FieldValue = string | number | boolean | null | readonly FieldValue[] | FieldRecord;
export interface FieldRecord {
  readonly [name: string]: FieldValue;
}

/** The last moment that Date can name. */
const WALL_TIME_MAX = 8.64e15;

export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();

  constructor(value: unknown) {
    if (!isRecord(value)) throw new MalformedBytes('expected an object');
    this.#values = new Map(Object.entries(value));
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw new MalformedBytes(`${name}: expected text`);
    return value;
  }

  bytes(name: string, lengthMin: number, lengthMax: number): Uint8Array {
    return bytesOf(this.#take(name), name, lengthMin, lengthMax);
  }

  bytesOrNull(name: string, lengthMin: number, lengthMax: number): Uint8Array | null {
    if (this.#values.get(name) !== null) return this.bytes(name, lengthMin, lengthMax);
    this.#take(name);
    return null;
  }

  bytesList(name: string, lengthMax: number): readonly Uint8Array[] {
    return this.list(name).map((value) => bytesOf(value, name, 1, lengthMax));
  }

  /** A non-negative integer. */
  count(name: string): number {
    const value = this.#take(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw new MalformedBytes(`${name}: expected a count`);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== 'boolean') throw new MalformedBytes(`${name}: expected true or false`);
    return value;
  }

  wallTime(name: string): WallTime {
    const value = this.#take(name);
    if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > WALL_TIME_MAX) {
      throw new MalformedBytes(`${name}: expected a time`);
    }
    return wallTimeOf(value);
  }

  wallTimeOrNull(name: string): WallTime | null {
    if (this.#values.get(name) !== null) return this.wallTime(name);
    this.#take(name);
    return null;
  }

  list(name: string): readonly unknown[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw new MalformedBytes(`${name}: expected a list`);
    return value;
  }

  record(name: string): FieldRecord {
    const value = this.#take(name);
    if (!isRecord(value)) throw new MalformedBytes(`${name}: expected an object`);
    return value;
  }

  /** Every decoder ends here: fields that it did not ask for are refused. */
  end(): void {
    for (const name of this.#values.keys()) {
      if (!this.#read.has(name)) throw new MalformedBytes('a field too many');
    }
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#values.get(name);
  }
}

function bytesOf(value: unknown, name: string, lengthMin: number, lengthMax: number): Uint8Array {
  // Four digits hold three bytes: longer text is refused before it is decoded.
  if (typeof value !== 'string' || value.length > Math.ceil((lengthMax * 4) / 3)) {
    throw new MalformedBytes(`${name}: expected ${lengthMin} to ${lengthMax} bytes`);
  }
  const bytes = base64urlBytes(value);
  if (bytes.length < lengthMin || bytes.length > lengthMax) {
    throw new MalformedBytes(`${name}: expected ${lengthMin} to ${lengthMax} bytes`);
  }
  return bytes;
}

/** From JSON, so that what is in the object is JSON as well. */
function isRecord(value: unknown): value is FieldRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
