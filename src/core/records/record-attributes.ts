// The attributes of a record as bytes (protocol.md §12.1): each name once, in bytewise order, with a
// value of one of three kinds. The values of one name may be of different kinds in different records.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { wallTimeOf } from '../base/time.ts';
import { isWellFormedText, utf8Bytes, utf8Text } from '../base/utf8.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AttributeValue, RecordAttribute } from '../domain/records.ts';

/** What searches call the fields of a record. That no attribute is called so is a law (record-laws.ts). */
export const RESERVED_ATTRIBUTE_NAMES: ReadonlySet<string> = new Set([
  'peerlastmodifiedby',
  'peercreatorid',
  'peerlastmodificationtime',
  'peerrecordid',
  'peerrecordtype',
  'peercreationtime',
]);

const NAME_BYTES_MAX = 40;
const NAME = /^[A-Za-z0-9]{1,40}$/;
/** A name of one digit, and the empty string as value. */
const ATTRIBUTE_BYTES_MIN = 4;
/** The value of an int or a date. */
const NUMBER_BYTES = 8;
const KIND_STRING = 1;
const KIND_INT = 2;
const KIND_DATE = 3;
/** 18 digits. */
const INT_MAX = 10n ** 18n - 1n;
/** 0000-01-01T00:00:00.000Z. */
const DATE_MIN = -62_167_219_200_000;
/** 9999-12-31T23:59:59.999Z. */
export const DATE_MAX = 253_402_300_799_999;

/** Encoded: the count, and for each attribute two lengths and a kind besides its name and value. */
export const ATTRIBUTES_BYTES_MAX = 2 + LIMITS.attributesMax * 5 + LIMITS.attributeBytesMax;

/** 1 to 40 ASCII letters and digits. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name);
}

export function writeAttributes(out: ByteWriter, attributes: readonly RecordAttribute[]): void {
  assert(attributes.length <= LIMITS.attributesMax, 'a record has at most 256 attributes');
  out.varint(attributes.length);
  let before = '';
  let bytes = 0;
  for (const { name, value } of attributes) {
    assert(isAttributeName(name), 'the name of an attribute is 1 to 40 ASCII letters and digits');
    assert(before < name, 'attributes are in the order of their names, each once');
    before = name;
    out.text(name);
    bytes += name.length + writeValue(out, value);
  }
  assert(bytes <= LIMITS.attributeBytesMax, 'attributes have at most 196,608 bytes together');
}

/** Views become text; every length is checked before it is taken. */
export function readAttributes(input: ByteReader): readonly RecordAttribute[] {
  const count = input.count(LIMITS.attributesMax, ATTRIBUTE_BYTES_MIN);
  const attributes: RecordAttribute[] = [];
  let before = '';
  let bytesLeft: number = LIMITS.attributeBytesMax;
  for (let at = 0; at < count; at++) {
    const name = input.text(NAME_BYTES_MAX);
    if (!isAttributeName(name)) throw new MalformedBytes('attribute: name of letters and digits');
    if (before >= name) throw new MalformedBytes('attributes: names in their order, each once');
    before = name;
    bytesLeft -= name.length;
    const kind = input.u8();
    const valueBytes = kind === KIND_STRING ? input.varint(Math.max(0, bytesLeft)) : NUMBER_BYTES;
    bytesLeft -= valueBytes;
    if (bytesLeft < 0) throw new MalformedBytes('attributes: too many bytes');
    attributes.push({ name, value: readValue(input, kind, valueBytes) });
  }
  return attributes;
}

/** How many bytes the value has, its kind and length not counted. */
function writeValue(out: ByteWriter, value: AttributeValue): number {
  switch (value.kind) {
    case 'string': {
      assert(isStringValue(value.value), 'the value of a string is text without U+0000');
      const bytes = utf8Bytes(value.value);
      out.u8(KIND_STRING).bytes(bytes);
      return bytes.length;
    }
    case 'int':
      assert(isIntValue(value.value), 'an int has at most 18 digits');
      out.u8(KIND_INT).i64(value.value);
      return NUMBER_BYTES;
    case 'date':
      assert(isDateValue(value.value), 'a date is a moment of the years 0000 to 9999');
      out.u8(KIND_DATE).i53(value.value);
      return NUMBER_BYTES;
  }
}

function readValue(input: ByteReader, kind: number, valueBytes: number): AttributeValue {
  switch (kind) {
    case KIND_STRING: {
      const value = utf8Text(input.raw(valueBytes));
      if (value.includes('\0')) throw new MalformedBytes('attribute: U+0000 in a string');
      return { kind: 'string', value };
    }
    case KIND_INT: {
      const value = input.i64();
      if (!isIntValue(value)) throw new MalformedBytes('attribute: int of more than 18 digits');
      return { kind: 'int', value };
    }
    case KIND_DATE: {
      const value = input.i53();
      if (!isDateValue(value)) throw new MalformedBytes('attribute: date beyond the year 9999');
      return { kind: 'date', value: wallTimeOf(value) };
    }
    default:
      throw new MalformedBytes(`attribute: kind ${kind}`);
  }
}

export function isStringValue(text: string): boolean {
  return !text.includes('\0') && isWellFormedText(text);
}

export function isIntValue(value: bigint): boolean {
  return value >= -INT_MAX && value <= INT_MAX;
}

export function isDateValue(value: number): boolean {
  return Number.isInteger(value) && value >= DATE_MIN && value <= DATE_MAX;
}
