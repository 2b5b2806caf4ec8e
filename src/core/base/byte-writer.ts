// Builds one message. Every `writeX` here has its `readX` in byte-reader.ts; integers are
// big-endian, lengths and counts are unsigned LEB128 in their shortest form.

import { assert } from './assert.ts';
import { utf8Bytes } from './utf8.ts';

const SAFE_INTEGER_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** `expectedBytes` is what it has room for without growing. */
  constructor(expectedBytes = 256) {
    this.#bytes = new Uint8Array(expectedBytes);
  }

  u8(value: number): this {
    assert(isUint(value, 0xff), 'u8 takes 0 to 255');
    // Growing may replace the array, so it has to come first.
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    assert(isUint(value, 0xffff), 'u16 takes 0 to 65,535');
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    assert(isUint(value, 0xffff_ffff), 'u32 takes 0 to 2^32-1');
    const at = this.#grow(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
    return this;
  }

  u64(value: bigint): this {
    assert(value >= 0n && value < 1n << 64n, 'u64 takes 0 to 2^64-1');
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn));
  }

  /** Two's complement. */
  i64(value: bigint): this {
    assert(value >= -(1n << 63n) && value < 1n << 63n, 'i64 takes -2^63 to 2^63-1');
    const isSmall = value >= -SAFE_INTEGER_MAX && value <= SAFE_INTEGER_MAX;
    return isSmall ? this.i53(Number(value)) : this.u64(BigInt.asUintN(64, value));
  }

  /** The same for a number, which is many times faster than a bigint. */
  i53(value: number): this {
    assert(Number.isSafeInteger(value), 'i53 takes whole numbers up to 2^53-1 and down to 1-2^53');
    const at = this.#grow(8);
    const bytes = this.#bytes;
    const high = Math.floor(value / 0x1_0000_0000);
    const low = value - high * 0x1_0000_0000;
    bytes[at] = high >> 24;
    bytes[at + 1] = high >> 16;
    bytes[at + 2] = high >> 8;
    bytes[at + 3] = high;
    bytes[at + 4] = low >>> 24;
    bytes[at + 5] = low >>> 16;
    bytes[at + 6] = low >>> 8;
    bytes[at + 7] = low;
    return this;
  }

  /** Unsigned LEB128, shortest form, up to 2^53-1. */
  varint(value: number): this {
    assert(isUint(value, Number.MAX_SAFE_INTEGER), 'varint takes 0 to 2^53-1');
    let rest = value;
    while (rest >= 128) {
      const at = this.#grow(1);
      this.#bytes[at] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    const at = this.#grow(1);
    this.#bytes[at] = rest;
    return this;
  }

  /** The bytes alone: the reader knows how many. */
  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A varint length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** A varint length, then UTF-8. */
  text(text: string): this {
    return this.#shortAscii(text) ? this : this.bytes(utf8Bytes(text));
  }

  /** Begins anew, in the memory that it has. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  /** A copy of what was written so far. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What most text is, written in place; false for the rest, of which nothing stays. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    if (length >= 128) return false;
    const start = this.#grow(1 + length);
    const bytes = this.#bytes;
    bytes[start] = length;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) {
        this.#length = start;
        return false;
      }
      bytes[start + 1 + at] = unit;
    }
    return true;
  }

  #grow(more: number): number {
    const start = this.#length;
    this.#length += more;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return start;
  }
}

function isUint(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
