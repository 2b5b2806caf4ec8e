// What users give as attributes (protocol.md §12.1): every bound where it is still kept and where it is
// not any more, and that whatever passes can be encoded.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { AttributeValue, RecordAttribute } from '../../../src/core/domain/records.ts';
import { checkAttributes } from '../../../src/core/records/attribute-check.ts';
import { readAttributes, writeAttributes } from '../../../src/core/records/record-attributes.ts';
import { DATE_MAX, DATE_MIN, stringOf } from '../../support/record-samples.ts';

function one(name: string, value: AttributeValue = stringOf('')): readonly RecordAttribute[] {
  return [{ name, value }];
}

function int(value: bigint): AttributeValue {
  return { kind: 'int', value };
}

function date(value: number): AttributeValue {
  return { kind: 'date', value: wallTimeOf(value) };
}

function codeOf(attributes: readonly RecordAttribute[]): string | null {
  const checked = checkAttributes(attributes);
  return checked.ok ? null : checked.refusal.code;
}

function many(count: number): readonly RecordAttribute[] {
  return Array.from({ length: count }, (_, at) => ({ name: `n${at}`, value: stringOf('') }));
}

test('attributes come back in the bytewise order of their names', () => {
  const checked = checkAttributes([...one('b'), ...one('a1'), ...one('B'), ...one('a')]);
  assert.ok(checked.ok);
  assert.deepEqual(
    checked.value.map(({ name }) => name),
    ['B', 'a', 'a1', 'b'],
  );
});

test('a name has 1 to 40 ASCII letters and digits', () => {
  for (const name of ['a', '9', 'a'.repeat(40)]) assert.equal(codeOf(one(name)), null);
  for (const name of ['', 'a'.repeat(41), 'a b', 'a-b', 'ä', 'a\0', 'a\n', "a'--", '<a>']) {
    assert.equal(codeOf(one(name)), 'ATTRIBUTES_INVALID', JSON.stringify(name));
  }
});

test('a name is there once, and is not that of a field of records', () => {
  assert.equal(codeOf([...one('a'), ...one('a')]), 'ATTRIBUTES_INVALID');
  assert.equal(codeOf([...one('a'), ...one('b'), ...one('a')]), 'ATTRIBUTES_INVALID');
  assert.equal(codeOf([...one('a'), ...one('A')]), null);
  assert.equal(codeOf(one('peercreatorid')), 'ATTRIBUTES_INVALID');
});

test('there are at most 256', () => {
  assert.equal(codeOf(many(256)), null);
  assert.equal(codeOf(many(257)), 'TOO_MANY_ATTRIBUTES');
});

test('names and values have at most 196,608 bytes together', () => {
  assert.equal(codeOf(one('a', stringOf('x'.repeat(196_607)))), null);
  assert.equal(codeOf(one('a', stringOf('x'.repeat(196_608)))), 'ATTRIBUTES_INVALID');
  const wide = stringOf('鍵'.repeat(65_535));
  assert.equal(codeOf([...one('ab', wide), ...one('c')]), null);
  assert.equal(codeOf([...one('ab', wide), ...one('cd')]), 'ATTRIBUTES_INVALID');
  const numbers = [...one('a', stringOf('x'.repeat(196_598))), ...one('b', int(0n))];
  assert.equal(codeOf(numbers), null);
  assert.equal(codeOf([...numbers, ...one('c')]), 'ATTRIBUTES_INVALID');
});

test('text that is too long is not looked at', () => {
  const long = checkAttributes(one('a', stringOf(`\0${'x'.repeat(196_607)}`)));
  assert.match(long.ok ? '' : long.refusal.detail, /more than 196608 bytes/);
  const short = checkAttributes(one('a', stringOf(`\0${'x'.repeat(196_606)}`)));
  assert.match(short.ok ? '' : short.refusal.detail, /without NUL/);
});

test('text has no NUL and no unpaired surrogate', () => {
  assert.equal(codeOf(one('a', stringOf('\u{1f511}'))), null);
  for (const text of ['\0', 'a\0b', '\ud800', '\udc00', '\udc00\ud800', 'a\ud83d']) {
    assert.equal(codeOf(one('a', stringOf(text))), 'ATTRIBUTES_INVALID', JSON.stringify(text));
  }
});

test('whole numbers have at most 18 digits, and dates lie in the years 0 to 9999', () => {
  const largest = 10n ** 18n - 1n;
  for (const value of [int(largest), int(-largest), date(DATE_MIN), date(DATE_MAX)]) {
    assert.equal(codeOf(one('a', value)), null);
  }
  const beyond = [int(largest + 1n), int(-largest - 1n), date(DATE_MIN - 1), date(DATE_MAX + 1)];
  for (const value of [...beyond, date(0.5), date(Number.NaN)]) {
    assert.equal(codeOf(one('a', value)), 'ATTRIBUTES_INVALID');
  }
});

test('a refusal shows no more of a name than 60 characters', () => {
  const checked = checkAttributes(one('!'.repeat(100_000)));
  assert.ok(!checked.ok && checked.refusal.detail.length < 200);
});

test('whatever passes the check is encoded, and comes back the same', () => {
  const anyValue = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 9 }).map(stringOf),
    fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(int),
    fc.integer({ min: DATE_MIN - 9, max: DATE_MAX + 9 }).map(date),
  );
  const anyName = fc.oneof(fc.string({ maxLength: 3 }), fc.stringMatching(/^[a-cA-C0-3]{1,2}$/));
  const anyAttribute = fc.record({ name: anyName, value: anyValue }, { noNullPrototype: true });
  let passed = 0;
  fc.assert(
    fc.property(fc.array(anyAttribute, { maxLength: 4 }), (attributes) => {
      const checked = checkAttributes(attributes);
      if (!checked.ok) return;
      passed += 1;
      const out = new ByteWriter();
      writeAttributes(out, checked.value);
      assert.deepEqual(readAttributes(new ByteReader(out.finish())), checked.value);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(passed > 100);
});
