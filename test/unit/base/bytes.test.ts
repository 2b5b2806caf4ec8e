// Messages are built and taken apart by the same two classes: what one writes the other reads, one
// value has one form, and nothing is read that is not there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant, unreachable } from '../../../src/core/base/assert.ts';
import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { compareText, concatBytes, equalBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';

type Item =
  | { readonly kind: 'u8' | 'u16' | 'u32' | 'varint' | 'i53'; readonly value: number }
  | { readonly kind: 'u64' | 'i64'; readonly value: bigint }
  | { readonly kind: 'bytes' | 'raw'; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly value: string };

const number = (kind: 'u8' | 'u16' | 'u32' | 'varint', max: number): fc.Arbitrary<Item> =>
  fc
    .oneof(fc.constantFrom(0, 1, max), fc.maxSafeNat())
    .map((each) => ({ kind, value: each % (max + 1) }));

const anyItem: fc.Arbitrary<Item> = fc.oneof(
  number('u8', 0xff),
  number('u16', 0xffff),
  number('u32', 0xffff_ffff),
  number('varint', Number.MAX_SAFE_INTEGER - 1),
  fc.maxSafeInteger().map((value) => ({ kind: 'i53', value }) as const),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ kind: 'u64', value }) as const),
  fc
    .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt(-300n, 300n))
    .map((value) => ({ kind: 'i64', value }) as const),
  fc.uint8Array({ maxLength: 600 }).map((value) => ({ kind: 'bytes', value }) as const),
  fc.uint8Array({ maxLength: 600 }).map((value) => ({ kind: 'raw', value }) as const),
  fc.string({ unit: 'binary', maxLength: 200 }).map((value) => ({ kind: 'text', value }) as const),
);

function write(out: ByteWriter, item: Item): void {
  switch (item.kind) {
    case 'u64':
    case 'i64':
      out[item.kind](item.value);
      return;
    case 'bytes':
    case 'raw':
      out[item.kind](item.value);
      return;
    case 'text':
      out.text(item.value);
      return;
    default:
      out[item.kind](item.value);
  }
}

function read(input: ByteReader, item: Item): number | bigint | string | Uint8Array {
  switch (item.kind) {
    case 'raw':
      return input.raw(item.value.length);
    case 'bytes':
      return input.bytes(600);
    case 'text':
      return input.text(800);
    case 'varint':
      return input.varint(Number.MAX_SAFE_INTEGER);
    default:
      return input[item.kind]();
  }
}

test('what was written is read, whatever it is and however much', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
      const out = new ByteWriter();
      for (const item of items) write(out, item);
      const input = new ByteReader(out.finish());
      for (const item of items) assert.deepEqual(read(input, item), item.value);
      input.end();
    }),
  );
});

test('a message grows past its first 256 bytes at any point, by any kind of value', () => {
  const values: readonly Item[] = [
    { kind: 'u8', value: 0xab },
    { kind: 'u16', value: 0xabcd },
    { kind: 'u32', value: 0xabcd_ef01 },
    { kind: 'u64', value: 0xabcd_ef01_2345_6789n },
    { kind: 'i64', value: -0x7bcd_ef01_2345_6789n },
    { kind: 'i53', value: -0x1b_cdef_0123_4567 },
    { kind: 'varint', value: 2 ** 53 - 1 },
    { kind: 'text', value: 'x'.repeat(60) },
    { kind: 'text', value: `${'x'.repeat(60)}é` },
    { kind: 'bytes', value: new Uint8Array(300).fill(7) },
    { kind: 'raw', value: new Uint8Array(1_000).fill(7) },
    { kind: 'text', value: 'é'.repeat(200) },
  ];
  for (const item of values) {
    for (const full of [256, 512, 1_024]) {
      for (let before = full - 10; before <= full + 1; before++) {
        const out = new ByteWriter().raw(new Uint8Array(before).fill(1));
        write(out, item);
        const input = new ByteReader(out.u8(0x5a).finish());
        assert.deepEqual(input.raw(before), new Uint8Array(before).fill(1));
        assert.deepEqual(read(input, item), item.value);
        assert.equal(input.u8(), 0x5a);
        input.end();
      }
    }
  }
});

test('finish gives a copy: what is written later does not change it', () => {
  const out = new ByteWriter().u8(1);
  const first = out.finish();
  assert.deepEqual(out.u8(2).finish(), Uint8Array.of(1, 2));
  assert.deepEqual(first, Uint8Array.of(1));
});

test('a writer that begins anew has nothing of before, and leaves what was finished', () => {
  const out = new ByteWriter(2).text('before');
  const first = out.finish();
  assert.deepEqual(out.reset().u8(7).finish(), Uint8Array.of(7));
  assert.deepEqual(first, new ByteWriter().text('before').finish());
});

test("a signed integer is the two's complement of eight bytes, as bigint and as number", () => {
  for (const edge of [0n, 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n]) {
    for (const value of [edge, -edge, -edge - 1n]) {
      const bytes = new ByteWriter().u64(BigInt.asUintN(64, value)).finish();
      assert.deepEqual(new ByteWriter().i64(value).finish(), bytes);
      assert.equal(new ByteReader(bytes).i64(), value);
      const number = Number(value);
      if (Number.isSafeInteger(number)) {
        assert.deepEqual(new ByteWriter().i53(number).finish(), bytes);
        assert.equal(new ByteReader(bytes).i53(), number);
      } else {
        assert.throws(() => new ByteReader(bytes).i53(), MalformedBytes);
      }
    }
  }
});

test('text of any length and any characters is that of the platform', () => {
  for (const unit of ['x', '\0', 'é', '鍵', '🔑']) {
    for (const length of [0, 1, 31, 32, 63, 64, 126, 127, 128, 129, 1_023, 1_024, 1_025, 9_000]) {
      for (const text of [unit.repeat(length), `${'x'.repeat(length)}${unit}`]) {
        const bytes = new ByteWriter().text(text).finish();
        const platform = Buffer.from(text, 'utf8');
        assert.deepEqual(bytes, new ByteWriter().bytes(new Uint8Array(platform)).finish());
        assert.equal(new ByteReader(bytes).text(40_000), text);
      }
    }
  }
});

test('a value that does not fit its field is a mistake of ours', () => {
  const wrong: readonly (() => unknown)[] = [
    ...[-1, 256, 0.5, Number.NaN].map((value) => () => new ByteWriter().u8(value)),
    ...[-1, 65_536, 0.5].map((value) => () => new ByteWriter().u16(value)),
    ...[-1, 2 ** 32, Number.POSITIVE_INFINITY].map((value) => () => new ByteWriter().u32(value)),
    ...[-1n, 2n ** 64n].map((value) => () => new ByteWriter().u64(value)),
    ...[2n ** 63n, -(2n ** 63n) - 1n].map((value) => () => new ByteWriter().i64(value)),
    ...[2 ** 53, -(2 ** 53), 0.5, Number.NaN].map((value) => () => new ByteWriter().i53(value)),
    ...[-1, 2 ** 53, 0.5].map((value) => () => new ByteWriter().varint(value)),
  ];
  for (const act of wrong) assert.throws(act, BrokenInvariant);
});

const LENGTHS: readonly (readonly [number, number])[] = [
  [0, 1],
  [127, 1],
  [128, 2],
  [16_383, 2],
  [16_384, 3],
  [2_097_151, 3],
  [2_097_152, 4],
  [2 ** 28 - 1, 4],
  [2 ** 28, 5],
  [2 ** 35, 6],
  [2 ** 42, 7],
  [2 ** 49 - 1, 7],
  [2 ** 49, 8],
  [2 ** 53 - 1, 8],
];

test('an integer takes one byte for every seven bits', () => {
  for (const [value, length] of LENGTHS) {
    const bytes = new ByteWriter().varint(value).finish();
    assert.equal(bytes.length, length, `${value}`);
    assert.equal(new ByteReader(bytes).varint(Number.MAX_SAFE_INTEGER), value);
    assert.throws(() => new ByteReader(bytes).varint(value - 1), MalformedBytes);
  }
});

test('an integer in a longer form than its shortest is refused', () => {
  for (const [value] of LENGTHS.slice(0, -2)) {
    const bytes = new ByteWriter().varint(value).finish();
    const last = bytes.length - 1;
    for (const padding of [1, 2]) {
      const longer = Uint8Array.of(...bytes, ...new Uint8Array(padding).fill(0x80));
      longer[last] = (longer[last] ?? 0) | 0x80;
      longer[longer.length - 1] = 0;
      assert.throws(() => new ByteReader(longer).varint(Number.MAX_SAFE_INTEGER), MalformedBytes);
    }
  }
});

test('any bytes are an integer in its one form, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 11 }), (bytes) => {
      const input = new ByteReader(bytes);
      let value: number;
      try {
        value = input.varint(Number.MAX_SAFE_INTEGER);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes);
        return;
      }
      const used = bytes.subarray(0, bytes.length - input.rest);
      assert.deepEqual(new ByteWriter().varint(value).finish(), used.slice());
    }),
    { numRuns: 2_000 },
  );
});

test('what is not there is not read, and what is left over is refused', () => {
  const reads: readonly ((input: ByteReader) => unknown)[] = [
    (input) => input.u8(),
    (input) => input.u16(),
    (input) => input.u32(),
    (input) => input.u64(),
    (input) => input.raw(8),
    (input) => input.varint(10),
    (input) => input.bytes(10),
    (input) => input.text(10),
    (input) => input.count(10, 1),
  ];
  for (const each of reads)
    assert.throws(() => each(new ByteReader(new Uint8Array(0))), MalformedBytes);
  for (let length = 0; length < 8; length++) {
    assert.throws(() => new ByteReader(new Uint8Array(length)).u64(), MalformedBytes);
  }
  assert.throws(() => new ByteReader(Uint8Array.of(1)).end(), MalformedBytes);
  new ByteReader(new Uint8Array(0)).end();
});

test('lengths and counts are held to their limit and to what follows', () => {
  const message = Uint8Array.of(3, 1, 2, 3);
  assert.deepEqual(new ByteReader(message).bytes(3), Uint8Array.of(1, 2, 3));
  assert.throws(() => new ByteReader(message).bytes(2), MalformedBytes);
  assert.throws(() => new ByteReader(message.subarray(0, 3)).bytes(3), MalformedBytes);
  assert.equal(new ByteReader(message).count(3, 1), 3);
  assert.throws(() => new ByteReader(message).count(2, 1), MalformedBytes);
  assert.throws(() => new ByteReader(message).count(3, 2), MalformedBytes);
});

test('texts are ordered as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(
        Math.sign(compareText(a, b)),
        Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    }),
    { numRuns: 2_000 },
  );
  assert.ok(compareText('\uffff', '\u{10000}') < 0, 'UTF-16 would say otherwise');
});

test('bytes are equal when all of them are, and are joined in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 }), (parts) => {
      const whole = concatBytes(parts);
      assert.deepEqual(whole, Uint8Array.from(parts.flatMap((part) => [...part])));
      assert.equal(equalBytes(whole, whole.slice()), true);
      assert.equal(equalBytes(whole, Uint8Array.of(...whole, 0)), false);
      for (let at = 0; at < whole.length; at++) {
        const other = whole.slice();
        other[at] = (other[at] ?? 0) ^ 1;
        assert.equal(equalBytes(whole, other), false);
      }
    }),
  );
});

test('a leaf that cannot be reached ends the operation', () => {
  assert.throws(() => unreachable('left' as never), BrokenInvariant);
});
