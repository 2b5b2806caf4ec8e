// Takes one message apart, the counterpart of byte-writer.ts. Every failure is `MalformedBytes`; a
// length is checked against its limit and against what is there before anything is allocated.

import { MalformedBytes } from './malformed-bytes.ts';
import { utf8Text } from './utf8.ts';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes have not been read. */
  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedBytes('message ends early');
    this.#at += 1;
    return byte;
  }

  u16(): number {
    const at = this.#take(2);
    return this.#byteAt(at) * 0x100 + this.#byteAt(at + 1);
  }

  u32(): number {
    const at = this.#take(4);
    const high = this.#byteAt(at) * 0x100 + this.#byteAt(at + 1);
    return high * 0x1_0000 + this.#byteAt(at + 2) * 0x100 + this.#byteAt(at + 3);
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** Two's complement. */
  i64(): bigint {
    const high = this.u32() | 0;
    const low = this.u32();
    const value = high * 0x1_0000_0000 + low;
    if (Number.isSafeInteger(value)) return BigInt(value);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** The same as a number, which is many times faster than a bigint. Refuses what no number holds exactly. */
  i53(): number {
    const high = this.u32() | 0;
    const value = high * 0x1_0000_0000 + this.u32();
    if (!Number.isSafeInteger(value)) throw new MalformedBytes('integer beyond 2^53-1');
    return value;
  }

  /** Refuses longer forms than the shortest, and values above `max`. */
  varint(max: number): number {
    let value = 0;
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const byte = this.u8();
      value += (byte % 128) * unit;
      if (value > max) throw new MalformedBytes(`integer above ${max}`);
      if (byte >= 128) continue;
      if (byte === 0 && unit > 1) throw new MalformedBytes('integer not in its shortest form');
      return value;
    }
    throw new MalformedBytes('integer too long');
  }

  /** A view, not a copy: it lives as long as the message. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  bytes(lengthMax: number): Uint8Array {
    return this.raw(this.varint(lengthMax));
  }

  text(bytesMax: number): string {
    return utf8Text(this.bytes(bytesMax));
  }

  /** A count of items that take at least `itemBytesMin` bytes each. */
  count(max: number, itemBytesMin: number): number {
    const count = this.varint(max);
    if (count * itemBytesMin > this.rest) throw new MalformedBytes('count above what follows');
    return count;
  }

  /** Every decoder ends here: trailing bytes are refused. */
  end(): void {
    if (this.rest > 0) throw new MalformedBytes(`${this.rest} bytes too many`);
  }

  /** Where the next `length` bytes begin, which are then read. */
  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new MalformedBytes('message ends early');
    this.#at = at + length;
    return at;
  }

  #byteAt(at: number): number {
    return this.#bytes[at] ?? 0;
  }
}
