// The part of DER (X.690) that our certificates need. The reader only finds its way: that the bytes
// are the one DER there is follows from writing them again (certificate-codec.ts).

import { concatBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific field: `[number]`. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'primitive' ? 0x80 : 0xa0) | number;
}

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([headerOf(tag, length), ...contents]);
}

export function derInteger(value: number): Uint8Array {
  return der(TAG.integer, Uint8Array.of(value));
}

/** Of up to 53 bits, not negative. */
export function derLongInteger(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 0x100)) {
    bytes.unshift(rest % 0x100);
  }
  if ((bytes[0] ?? 0) > 0x7f) bytes.unshift(0);
  return der(TAG.integer, Uint8Array.from(bytes));
}

function headerOf(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
}

/** Walks along the elements of one content. Every `field` is what an exception names. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  isNext(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  /** The content of the next element, as a view. */
  content(tag: number, field: string): Uint8Array {
    const { start, end } = this.#bounds(tag, field);
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }

  /** The same with tag and length. */
  element(tag: number, field: string): Uint8Array {
    const begin = this.#at;
    const { end } = this.#bounds(tag, field);
    this.#at = end;
    return this.#bytes.subarray(begin, end);
  }

  inside(tag: number, field: string): DerReader {
    return new DerReader(this.content(tag, field));
  }

  /** A non-negative integer of one byte. */
  smallInteger(field: string): number {
    const content = this.content(TAG.integer, field);
    const [value = 0x80] = content;
    if (content.length !== 1 || value > 0x7f) throw malformed(field);
    return value;
  }

  /** A non-negative integer of up to 53 bits. */
  longInteger(field: string): number {
    const content = this.content(TAG.integer, field);
    if (content.length === 0 || (content[0] ?? 0) > 0x7f) throw malformed(field);
    let value = 0;
    for (const byte of content) {
      value = value * 0x100 + byte;
      if (value > Number.MAX_SAFE_INTEGER) throw malformed(field);
    }
    return value;
  }

  /** Bytes that are always the same. */
  constant(bytes: Uint8Array, field: string): void {
    for (const byte of bytes) if (this.#bytes[this.#at++] !== byte) throw malformed(field);
  }

  end(field: string): void {
    if (this.#at !== this.#bytes.length) throw malformed(`${field}: more than is due`);
  }

  #bounds(tag: number, field: string): { start: number; end: number } {
    if (!this.isNext(tag)) throw malformed(field);
    const first = this.#bytes[this.#at + 1] ?? 0xff;
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || lengthBytes > 2) throw malformed(`${field}: length`);
    const start = this.#at + 2 + lengthBytes;
    let length = lengthBytes === 0 ? first : 0;
    for (const byte of this.#bytes.subarray(this.#at + 2, start)) length = length * 0x100 + byte;
    if (start + length > this.#bytes.length) throw malformed(`${field}: length`);
    return { start, end: start + length };
  }
}

export function malformed(field: string): MalformedBytes {
  return new MalformedBytes(`certificate: ${field}`);
}
