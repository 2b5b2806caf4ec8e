// Checks what users give to `group.records`, before anything is changed.

import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import { utf8Bytes } from '../../core/base/utf8.ts';
import { guidBytes } from '../../core/domain/guid.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { AttributeValue, RecordAttribute } from '../../core/domain/records.ts';
import { parseRecordId, parseRecordType } from '../../core/domain/records.ts';
import { checkAttributes } from '../../core/records/attribute-check.ts';
import { requireText } from '../arguments.ts';
import {
  errorOfRefusal,
  invalidArgument,
  PeerGroupError,
  parsedArgument,
} from '../peer-group-error.ts';
import { guarded, ownKeys, ownValue } from './own-values.ts';
import type { SharedRecord } from './shared-record.ts';

export type RecordInput = Uint8Array | string;

/** 16 bytes. */
export function requireRecordId(record: string | SharedRecord): Uint8Array {
  const id = typeof record === 'object' && record !== null ? record.id : record;
  requireText('record', id);
  return guidBytes(parsedArgument('record', () => parseRecordId(id)));
}

/** 16 bytes. */
export function requireRecordType(name: string, type: unknown): Uint8Array {
  const text = requireText(name, type);
  return guidBytes(parsedArgument(name, () => parseRecordType(text)));
}

/** A copy: the record is made later, and must not change in between. */
export function requireRecordData(input: unknown): Uint8Array {
  if (typeof input === 'string') {
    // A character has a byte at least: encoding what is too long would hold everybody up.
    requireDataLength(input.length, 'characters');
    const bytes = parsedArgument('data', () => utf8Bytes(input));
    requireDataLength(bytes.length, 'bytes');
    return bytes;
  }
  if (!(input instanceof Uint8Array)) throw invalidArgument('data', 'a Uint8Array or text');
  requireDataLength(
    guarded('data', () => bytesOf(input)),
    'bytes',
  );
  const copy = guarded('data', () => new Uint8Array(input));
  // Memory that is shared with a thread may have grown meanwhile.
  requireDataLength(copy.length, 'bytes');
  return copy;
}

function requireDataLength(length: number, unit: 'bytes' | 'characters'): void {
  const bytesMax = LIMITS.recordDataBytesMax;
  if (length <= bytesMax) return;
  throw new PeerGroupError('RECORD_TOO_LARGE', `${length} ${unit}, at most ${bytesMax} bytes.`, {
    details: { [unit]: length, bytesMax },
  });
}

/** What it has, whatever `length` a class derived from it answers with. Throws for what only looks like one. */
function bytesOf(input: Uint8Array): number {
  return Number(BYTE_LENGTH?.call(input));
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const BYTE_LENGTH = Reflect.getOwnPropertyDescriptor(TYPED_ARRAY, 'byteLength')?.get;

/** Of what is a Date, and not of what looks like one: neither a proxy nor an overridden method answers. */
export function requireDate(name: string, date: unknown): WallTime {
  if (!(date instanceof Date)) throw invalidArgument(name, 'a Date');
  const moment = guarded(name, () => Date.prototype.getTime.call(date));
  if (Number.isNaN(moment)) throw invalidArgument(name, 'a valid Date');
  return wallTimeOf(moment);
}

/** In the order of their names. */
export function requireAttributes(attributes: unknown): readonly RecordAttribute[] {
  const object = requirePlainObject('attributes', attributes);
  const list = ownKeys('attributes', object).map((name) => ({
    name,
    value: attributeValue(name, ownValue('attributes', object, name)),
  }));
  const checked = checkAttributes(list);
  if (!checked.ok) throw errorOfRefusal(checked.refusal);
  return checked.value;
}

/** A map, an array or an object of a class has its values elsewhere: it would be taken for an empty one. */
function requirePlainObject(name: string, value: unknown): object {
  if (typeof value !== 'object' || value === null || !isPlain(name, value)) {
    throw invalidArgument(name, 'a plain object');
  }
  return value;
}

/** Without a prototype, or with one that has none: that of plain objects, of whichever realm. */
function isPlain(name: string, value: object): boolean {
  return guarded(name, () => {
    const prototype = Reflect.getPrototypeOf(value);
    return prototype === null || Reflect.getPrototypeOf(prototype) === null;
  });
}

function attributeValue(key: string, value: unknown): AttributeValue {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'bigint') return { kind: 'int', value };
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return { kind: 'int', value: BigInt(value) };
  }
  const name = `attributes.${key.slice(0, 60)}`;
  if (value instanceof Date) return { kind: 'date', value: requireDate(name, value) };
  throw invalidArgument(name, 'text, a whole number, a bigint or a Date');
}
