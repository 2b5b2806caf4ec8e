// Bytes as text and back: UTF-8, base64url and hexadecimal, each with one form for one value.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { base64urlBytes, base64urlText } from '../../../src/core/base/base64url.ts';
import { hexBytes, hexText } from '../../../src/core/base/hex.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { isWellFormedText, utf8Bytes, utf8Length, utf8Text } from '../../../src/core/base/utf8.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function platformText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function ourText(bytes: Uint8Array): string | null {
  try {
    return utf8Text(bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedBytes);
    return null;
  }
}

test('any bytes are the same text to us as to the platform, or none to both', () => {
  const lead = fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  );
  const tail = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0);
  const near = fc
    .array(fc.tuple(lead, fc.array(tail, { maxLength: 4 })), { maxLength: 4 })
    .map((parts) => Uint8Array.from(parts.flatMap(([first, rest]) => [first, ...rest])));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), near), (bytes) => {
      assert.equal(ourText(bytes), platformText(bytes));
    }),
    { numRuns: 5_000 },
  );
});

test('every sequence of two bytes, and the borders of longer ones, are judged as the platform does', () => {
  const borders = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
  const same = (...bytes: readonly number[]): void =>
    assert.equal(ourText(Uint8Array.from(bytes)), platformText(Uint8Array.from(bytes)), `${bytes}`);
  for (let first = 0; first < 256; first++) {
    same(first);
    for (let second = 0; second < 256; second += first < 0xc0 ? 51 : 1) same(first, second);
    for (const second of borders) {
      for (const third of first < 0xe0 ? [] : borders) {
        same(first, second, third);
        for (const fourth of first < 0xf0 ? [] : borders) same(first, second, third, fourth);
      }
    }
  }
});

test('well-formed text has its bytes, and other text has none', () => {
  const anyText = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (text) => {
      assert.equal(isWellFormedText(text), text.isWellFormed());
      if (!text.isWellFormed()) {
        assert.throws(() => utf8Bytes(text), MalformedBytes);
        assert.throws(() => utf8Length(text), MalformedBytes);
        return;
      }
      assert.deepEqual(utf8Bytes(text), new Uint8Array(Buffer.from(text)));
      assert.equal(utf8Length(text), utf8Bytes(text).length);
      assert.equal(utf8Text(utf8Bytes(text)), text);
    }),
    { numRuns: 2_000 },
  );
  assert.equal(utf8Text(Uint8Array.of(0xef, 0xbb, 0xbf)), '\ufeff');
});

test('base64url is that of the platform, without padding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = base64urlText(bytes);
      assert.equal(text, Buffer.from(bytes).toString('base64url'));
      assert.deepEqual(base64urlBytes(text), bytes);
    }),
  );
});

test('no two base64url texts mean the same bytes', () => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const [head, length] of [
    ['', 2],
    ['A', 2],
    ['AB', 1],
    ['ABCD', 2],
  ] as const) {
    const seen = new Set<string>();
    for (const a of digits) {
      for (const b of length === 2 ? digits : '') visit(head + a + b, seen);
      if (length === 1) visit(head + a, seen);
    }
  }
  function visit(text: string, seen: Set<string>): void {
    try {
      const bytes = base64urlBytes(text);
      assert.equal(base64urlText(bytes), text);
      assert.equal(seen.has(hexText(bytes)), false);
      seen.add(hexText(bytes));
    } catch (error) {
      assert.ok(error instanceof MalformedBytes, String(error));
    }
  }
});

test('what is no base64url is refused', () => {
  for (const text of [
    'A',
    'AAAAA',
    'AA==',
    'A+',
    'A/',
    'AA\n',
    ' AA',
    'AÄ',
    'A\u{1f511}',
    'AB',
    'AAB',
  ]) {
    assert.throws(() => base64urlBytes(text), MalformedBytes, JSON.stringify(text));
  }
});

test('hexadecimal has lower-case digits, two for each byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(hexText(bytes), Buffer.from(bytes).toString('hex'));
      assert.deepEqual(hexBytes(hexText(bytes)), bytes);
    }),
  );
  for (const text of ['0', 'AB', '0g', ' 0', '0x', '00\n']) {
    assert.throws(() => hexBytes(text), MalformedBytes, JSON.stringify(text));
  }
});
