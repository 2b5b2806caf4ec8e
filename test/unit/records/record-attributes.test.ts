// The attributes of a record: what a name and a value may be, in which order they stand, and how many
// there may be (protocol.md §12.1).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { AttributeValue, RecordAttribute } from '../../../src/core/domain/records.ts';
import {
  isAttributeName,
  RESERVED_ATTRIBUTE_NAMES,
  readAttributes,
  writeAttributes,
} from '../../../src/core/records/record-attributes.ts';
import { anyAttributeValue, DATE_MAX, DATE_MIN, stringOf } from '../../support/record-samples.ts';

const INT_MAX = 10n ** 18n - 1n;
const STRING = 1;
const INT = 2;
const DATE = 3;

function write(attributes: readonly RecordAttribute[]): Uint8Array {
  const out = new ByteWriter();
  writeAttributes(out, attributes);
  return out.finish();
}

function read(bytes: Uint8Array): readonly RecordAttribute[] {
  const input = new ByteReader(bytes);
  const attributes = readAttributes(input);
  input.end();
  return attributes;
}

/** Attributes with values of one byte. */
function named(...names: readonly string[]): Uint8Array {
  const out = new ByteWriter().varint(names.length);
  for (const name of names) out.text(name).u8(STRING).text('x');
  return out.finish();
}

function valued(kind: number, write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter().varint(1).text('a').u8(kind);
  write(out);
  return out.finish();
}

function refused(bytes: Uint8Array, says: RegExp): void {
  assert.throws(() => read(bytes), { name: 'MalformedBytes', message: says });
}

function numbered(count: number, value: AttributeValue): readonly RecordAttribute[] {
  return Array.from({ length: count }, (_, at) => ({
    name: String(at).padStart(40, '0'),
    value,
  }));
}

test('a value that was written is read, whatever its kind', () => {
  fc.assert(
    fc.property(anyAttributeValue, (value) => {
      const bytes = write([{ name: 'a', value }]);
      assert.deepEqual(read(bytes), [{ name: 'a', value }]);
    }),
    { numRuns: 500 },
  );
});

test('a name is 1 to 40 ASCII letters and digits', () => {
  for (const name of ['a', 'Z', '0', 'Ab9', 'x'.repeat(40)]) {
    assert.ok(isAttributeName(name));
    assert.deepEqual(read(named(name)), [{ name, value: stringOf('x') }]);
  }
  for (const name of ['', 'a b', 'a-b', 'a_b', 'é', 'a\n', 'a\0', 'ſ', '٣', '\u212a']) {
    assert.ok(!isAttributeName(name));
    refused(named(name), /letters and digits/);
  }
  assert.ok(!isAttributeName('x'.repeat(41)));
  refused(named('x'.repeat(41)), /integer above 40/);
});

test('every ASCII character but letters and digits is none of a name', () => {
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    const isFine =
      'abcdefghijklmnopqrstuvwxyz'.includes(character.toLowerCase()) || /[0-9]/.test(character);
    assert.equal(isAttributeName(`a${character}`), isFine, `${code}`);
  }
});

test('attributes stand in the bytewise order of their names, each once', () => {
  const ordered = ['0', '9', 'A', 'Aa', 'B', 'Z', 'a', 'aA', 'aa', 'b'];
  assert.deepEqual(
    read(named(...ordered)).map(({ name }) => name),
    ordered,
  );
  for (let at = 1; at < ordered.length; at++) {
    const [before = '', after = ''] = [ordered[at - 1], ordered[at]];
    refused(named(after, before), /order/);
    refused(named(before, before), /order/);
    const unordered = [after, before].map((name) => ({ name, value: stringOf('') }));
    assert.throws(() => write(unordered), BrokenInvariant);
  }
  assert.throws(
    () => write([...numbered(1, stringOf('')), ...numbered(1, stringOf(''))]),
    BrokenInvariant,
  );
});

test('a string is well-formed text without U+0000', () => {
  for (const text of ['', 'é', '鍵🔑', '\u{feff}', 'x'.repeat(2_000), 'é'.repeat(2_000)]) {
    assert.deepEqual(read(write([{ name: 'a', value: stringOf(text) }]))[0]?.value, stringOf(text));
  }
  refused(
    valued(STRING, (out) => out.text('a\0b')),
    /U\+0000/,
  );
  refused(
    valued(STRING, (out) => out.bytes(Uint8Array.of(0xc0, 0x80))),
    /text/,
  );
  refused(
    valued(STRING, (out) => out.bytes(Uint8Array.of(0xed, 0xa0, 0x80))),
    /text/,
  );
  for (const text of ['a\0b', '\ud800', 'a\udc00']) {
    assert.throws(() => write([{ name: 'a', value: stringOf(text) }]), BrokenInvariant);
  }
});

test("an int has up to 18 digits, as two's complement of eight bytes", () => {
  const edges = [
    0n,
    1n,
    -1n,
    2n ** 53n,
    -(2n ** 53n),
    2n ** 53n - 1n,
    1n - 2n ** 53n,
    INT_MAX,
    -INT_MAX,
  ];
  for (const value of edges) {
    const bytes = valued(INT, (out) => out.u64(BigInt.asUintN(64, value)));
    assert.deepEqual(write([{ name: 'a', value: { kind: 'int', value } }]), bytes);
    assert.deepEqual(read(bytes)[0]?.value, { kind: 'int', value });
  }
  for (const value of [INT_MAX + 1n, -INT_MAX - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    refused(
      valued(INT, (out) => out.u64(BigInt.asUintN(64, value))),
      /18 digits/,
    );
    const attribute = { name: 'a', value: { kind: 'int', value } } as const;
    assert.throws(() => write([attribute]), BrokenInvariant);
  }
});

test("a date is a moment of the years 0000 to 9999, as two's complement of eight bytes", () => {
  for (const moment of [0, 1, -1, DATE_MIN, DATE_MAX, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1]) {
    const bytes = valued(DATE, (out) => out.u64(BigInt.asUintN(64, BigInt(moment))));
    const value = { kind: 'date', value: wallTimeOf(moment) } as const;
    assert.deepEqual(write([{ name: 'a', value }]), bytes);
    assert.deepEqual(read(bytes)[0]?.value, value);
  }
  for (const moment of [DATE_MIN - 1, DATE_MAX + 1]) {
    refused(
      valued(DATE, (out) => out.u64(BigInt.asUintN(64, BigInt(moment)))),
      /year/,
    );
  }
  for (const far of [2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    refused(
      valued(DATE, (out) => out.u64(BigInt.asUintN(64, far))),
      /2\^53/,
    );
  }
  for (const moment of [DATE_MIN - 1, DATE_MAX + 1, 0.5, Number.NaN]) {
    const value = { kind: 'date', value: wallTimeOf(moment) } as const;
    assert.throws(() => write([{ name: 'a', value }]), BrokenInvariant);
  }
});

test('there are three kinds', () => {
  for (let kind = 0; kind < 256; kind++) {
    if (kind >= STRING && kind <= DATE) continue;
    refused(
      valued(kind, (out) => out.u64(0n)),
      new RegExp(`kind ${kind}$`),
    );
  }
});

test('a record has at most 256 attributes', () => {
  const most = numbered(256, stringOf(''));
  assert.deepEqual(read(write(most)), most);
  assert.throws(() => write(numbered(257, stringOf(''))), BrokenInvariant);
  const bytes = new ByteWriter().varint(257).raw(new Uint8Array(2_000)).finish();
  refused(bytes, /integer above 256/);
});

test('a count above what follows is refused before anything is read', () => {
  refused(Uint8Array.of(2, 1, 0x61, 1, 0, 1, 0x62, 1), /count above what follows/);
});

test('names and values have at most 196,608 bytes together', () => {
  const of = (bytes: number) => numbered(1, stringOf('x'.repeat(bytes - 40)));
  assert.deepEqual(read(write(of(196_608))), of(196_608));
  assert.throws(() => write(of(196_609)), BrokenInvariant);
  const [one] = of(196_609);
  assert.ok(one?.value.kind === 'string');
  refused(valuedNamed(one.name, one.value.value), /integer above/);
  const full = { name: '0', value: stringOf('x'.repeat(196_608 - 1 - 8)) };
  const last = { kind: 'int', value: 0n } as const;
  refused(afterFull(full, '1', last), /too many bytes/);
  const room = { name: '0', value: stringOf('x'.repeat(196_608 - 1 - 9)) };
  assert.equal(read(afterFull(room, '1', last)).length, 2);
  refused(afterFull(room, '11', last), /too many bytes/);
});

test('the reserved names are those of p2p.h', () => {
  assert.equal(RESERVED_ATTRIBUTE_NAMES.size, 6);
  for (const name of RESERVED_ATTRIBUTE_NAMES) {
    assert.ok(isAttributeName(name));
    assert.match(name, /^peer[a-z]+$/);
  }
});

function valuedNamed(name: string, text: string): Uint8Array {
  return new ByteWriter().varint(1).text(name).u8(STRING).text(text).finish();
}

function afterFull(
  full: RecordAttribute & { readonly value: AttributeValue },
  name: string,
  { value }: { readonly value: bigint },
): Uint8Array {
  const out = new ByteWriter().varint(2).text(full.name).u8(STRING);
  if (full.value.kind === 'string') out.text(full.value.value);
  return out.text(name).u8(INT).i64(value).finish();
}
