// Keys of texts lie in the order of the texts, whatever characters these have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textKey } from '../../../src/adapters/sqlite/tables/text-key.ts';
import { compareBytes } from '../../../src/core/base/bytes.ts';

const TEXT = fc.string({
  unit: fc.constantFrom(
    '\0',
    'a',
    '\x7f',
    '\x80',
    '߿',
    'ࠀ',
    '￿',
    '\ud800',
    '\udfff',
    '😀',
    '\u{10ffff}',
  ),
});

test('keys compare as texts do in JavaScript, and differ when these do', () => {
  fc.assert(
    fc.property(TEXT, TEXT, (a, b) => {
      const order = compareBytes(textKey(a), textKey(b));
      assert.equal(Math.sign(order), a === b ? 0 : a < b ? -1 : 1);
    }),
  );
});

test('text without surrogates has its UTF-8 as its key, others have six bytes for each pair', () => {
  assert.deepEqual([...textKey('aé€')], [...Buffer.from('aé€')]);
  assert.deepEqual(Buffer.from(textKey('é😀')).toString('hex'), 'c3a9eda0bdedb880');
  assert.ok(
    compareBytes(textKey('\uffee'), textKey('😀')) > 0,
    'as code units are, not code points',
  );
});
