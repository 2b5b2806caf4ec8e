// Reads what callers pass: numbers, texts, lists. Whatever is not what the parameter takes is E_INVALIDARG, and
// nothing of the caller's own (a getter, a proxy) is run where it could throw past us.

import { types } from 'node:util';

import type { DWORD, FILETIME, GUID, HRESULT } from '../surface/basic-types.ts';
import { E_INVALIDARG } from '../surface/results.ts';
import { demand, Failure } from './failure.ts';

const GUID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ULONG_MAX = 0xffff_ffff;
const FILETIME_MAX = 2n ** 63n - 1n;

/** Text without NUL and without half characters; may be empty. */
export function textOf(value: unknown): string {
  demand(isText(value), E_INVALIDARG);
  return value;
}

/** A name that has to be there: not empty. */
export function nameOf(value: unknown): string {
  const text = textOf(value);
  demand(text !== '', E_INVALIDARG);
  return text;
}

/** `NULL`, or what is left out, is null. */
export function optionalNameOf(value: unknown): string | null {
  return value === null || value === undefined ? null : nameOf(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

export function dwordOf(value: unknown): DWORD {
  const isDword = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  demand(isDword && value <= ULONG_MAX, E_INVALIDARG);
  return value;
}

/** Flags of which no other than `known` is set. */
export function flagsOf(value: unknown, known: DWORD): DWORD {
  const flags = dwordOf(value);
  // Whole numbers up to 2^32: the operators of 32 bits know them as signed ones.
  demand((flags & ~known) >>> 0 === 0, E_INVALIDARG);
  return flags;
}

export function booleanOf(value: unknown): boolean {
  demand(typeof value === 'boolean', E_INVALIDARG);
  return value;
}

export function filetimeOf(value: unknown): FILETIME {
  demand(typeof value === 'bigint' && value >= 0n && value <= FILETIME_MAX, E_INVALIDARG);
  return value;
}

/** In lower case. */
export function guidOf(value: unknown): GUID {
  demand(typeof value === 'string' && GUID_PATTERN.test(value), E_INVALIDARG);
  return value.toLowerCase();
}

/** Up to 64 bits without a sign, as connection IDs are. */
export function ulonglongOf(value: unknown): bigint {
  demand(typeof value === 'bigint' && value >= 0n && value < 2n ** 64n, E_INVALIDARG);
  return value;
}

/** A copy of the first `count` bytes; of memory that cannot be read nothing is taken. */
export function bytesOf(value: unknown, count?: number): Uint8Array {
  demand(isUint8Array(value), E_INVALIDARG);
  return guarded(() => viewOf(value, count ?? byteLengthOf(value)).slice());
}

/** Asks what it is, and not what it says that it is. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return types.isUint8Array(value);
}

/** How many bytes the view really has, whatever a class derived from it says. */
export function byteLengthOf(value: Uint8Array): number {
  return guarded(() => Number(BYTE_LENGTH?.call(value)));
}

/** The first `count` bytes, not copied, whatever a class derived from the array says of it. */
export function viewOf(value: Uint8Array, count: number): Uint8Array {
  return guarded(() => {
    demand(count <= byteLengthOf(value), E_INVALIDARG);
    return new Uint8Array(BUFFER?.call(value), Number(BYTE_OFFSET?.call(value)), count);
  });
}

/** Exactly `count` entries, which the list has at least. */
export function entriesOf(value: unknown, count: number): readonly unknown[] {
  return guarded(() => {
    demand(Array.isArray(value) && count <= value.length, E_INVALIDARG);
    return Array.from({ length: count }, (_, at): unknown => value[at]);
  });
}

/** Reads without running anything that throws past us. */
export function guarded<Value>(read: () => Value, otherwise: HRESULT = E_INVALIDARG): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(otherwise);
  }
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const BYTE_LENGTH = Reflect.getOwnPropertyDescriptor(TYPED_ARRAY, 'byteLength')?.get;
const BYTE_OFFSET = Reflect.getOwnPropertyDescriptor(TYPED_ARRAY, 'byteOffset')?.get;
const BUFFER = Reflect.getOwnPropertyDescriptor(TYPED_ARRAY, 'buffer')?.get;
