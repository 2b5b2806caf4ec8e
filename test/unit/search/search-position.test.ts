// Places in a search as text: they come back as they were, in their own order only, and nothing that
// anybody makes of them does more than be refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { SearchOrder, SearchPosition } from '../../../src/core/domain/search.ts';
import { formatPosition, parsePosition } from '../../../src/core/search/search-position.ts';

const BY_ROUND: SearchOrder = { by: 'attribute', name: 'round', kind: 'int', isDescending: true };

const PLACES: readonly (readonly [SearchOrder, SearchPosition])[] = [
  [
    { by: 'createdAt', isDescending: true },
    { row: 2n ** 63n - 1n, value: null },
  ],
  [
    { by: 'createdAt', isDescending: false },
    { row: 0n, value: null },
  ],
  [
    { by: 'modifiedAt', isDescending: true },
    { row: 7n, value: { kind: 'date', value: wallTimeOf(1_700_000_000_000) } },
  ],
  [BY_ROUND, { row: 7n, value: { kind: 'int', value: -(10n ** 18n) + 1n } }],
  [
    { ...BY_ROUND, kind: 'string' },
    { row: 7n, value: { kind: 'string', value: '€'.repeat(65_536) } },
  ],
  [
    { ...BY_ROUND, kind: 'date' },
    { row: 7n, value: { kind: 'date', value: wallTimeOf(-62_167_219_200_000) } },
  ],
  [
    { ...BY_ROUND, isDescending: false },
    { row: 7n, value: { kind: 'int', value: 3n } },
  ],
  [
    { ...BY_ROUND, name: 'roun' },
    { row: 7n, value: { kind: 'int', value: 3n } },
  ],
];

test('a place comes back as it was, and in no other order', () => {
  for (const [order, place] of PLACES) {
    const text = formatPosition(order, place);
    assert.match(text, /^[A-Za-z0-9_-]+$/);
    assert.deepEqual(parsePosition(order, text), place);
    for (const [other] of PLACES) {
      if (other !== order) assert.throws(() => parsePosition(other, text), MalformedBytes);
    }
  }
});

test('rubbish is refused and costs nothing', () => {
  const rubbish = ['', '!', 'AAAA', 'A'.repeat(10_000_000), '\ud800', 'a b'];
  for (const text of rubbish) {
    for (const [order] of PLACES) assert.throws(() => parsePosition(order, text), MalformedBytes);
  }
});

test('whatever is changed in a place, it is a place or refused', () => {
  const text = formatPosition(BY_ROUND, { row: 7n, value: { kind: 'int', value: 3n } });
  const changes = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_!'));
  fc.assert(
    fc.property(changes, ([at, character]) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      try {
        assert.equal(formatPosition(BY_ROUND, parsePosition(BY_ROUND, changed)), changed);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes);
      }
    }),
    { numRuns: 2_000 },
  );
});
