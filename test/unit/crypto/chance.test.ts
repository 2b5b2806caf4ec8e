// Chance has the length that was asked for, and every value of a byte comes up about equally often.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemChance } from '../../../src/adapters/crypto/chance.ts';

test('there are as many bytes as were asked for, and they are not the same twice', () => {
  for (const length of [0, 1, 32, 70_000]) assert.equal(systemChance.bytes(length).length, length);
  assert.notDeepEqual(systemChance.bytes(16), systemChance.bytes(16));
});

test('no value of a byte is preferred', () => {
  const expected = 4_096;
  const counts = new Array<number>(256).fill(0);
  for (const byte of systemChance.bytes(256 * expected)) counts[byte] = (counts[byte] ?? 0) + 1;
  // Eight standard deviations: by chance once in 10^12 runs.
  for (const count of counts) assert.ok(Math.abs(count - expected) < 8 * Math.sqrt(expected));
});
