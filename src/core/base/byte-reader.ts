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
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16();
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
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
    if (length > this.rest) throw new MalformedBytes('message ends early');
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
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
}
