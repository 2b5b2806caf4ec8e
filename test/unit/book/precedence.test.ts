// The order of versions (protocol.md §12.6): it is total, so that members agree whatever they heard
// first, and its four comparisons count in their order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { comparePrecedence, type Version } from '../../../src/core/book/precedence.ts';

/** So few values that all comparisons tie often. */
const anyVersion: fc.Arbitrary<Version> = fc
  .record({
    version: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    isDeleted: fc.boolean(),
    modifiedAt: fc.constantFrom(0, 1, 2 ** 43 - 1).map(wallTimeOf),
    hash: fc.uint8Array({ minLength: 2, maxLength: 2, max: 1 }),
  })
  .map(({ hash, ...content }) => ({ content, hash }));

function version(
  number: number,
  isDeleted: boolean,
  modifiedAt: number,
  ...hash: number[]
): Version {
  const content = { version: number, isDeleted, modifiedAt: wallTimeOf(modifiedAt) };
  return { content, hash: Uint8Array.from(hash) };
}

function isSame(a: Version, b: Version): boolean {
  return JSON.stringify([a.content, [...a.hash]]) === JSON.stringify([b.content, [...b.hash]]);
}

test('only two copies of one version are equal', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      assert.equal(comparePrecedence(a, b) === 0, isSame(a, b));
    }),
    { numRuns: 2_000 },
  );
});

test('of two versions one counts, whichever is asked about first', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      assert.equal(
        Math.sign(comparePrecedence(a, b)) + Math.sign(comparePrecedence(b, a)),
        0,
        'antisymmetric',
      );
    }),
    { numRuns: 2_000 },
  );
});

test('what counts more than a third counts more than what the third counts more than', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
      fc.pre(comparePrecedence(a, b) > 0 && comparePrecedence(b, c) > 0);
      assert.ok(comparePrecedence(a, c) > 0);
    }),
    { numRuns: 2_000 },
  );
});

test('the comparisons count in their order: version, deletion, modification, hash', () => {
  const inOrder = [
    version(1, true, 9, 9),
    version(2, false, 9, 9),
    version(2, true, 1, 9),
    version(2, true, 2, 1),
    version(2, true, 2, 1, 0),
    version(2, true, 2, 2),
  ];
  for (const [at, lesser] of inOrder.entries()) {
    for (const greater of inOrder.slice(at + 1)) {
      assert.ok(comparePrecedence(greater, lesser) > 0);
    }
  }
});
