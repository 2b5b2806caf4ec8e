// What the graph costs in a quiet world is no more than what sim/baseline.json says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithBaseline } from '../../sim/baseline.ts';

test('no figure is worse than in sim/baseline.json, beyond its tolerance', () => {
  const comparisons = compareWithBaseline();
  assert.ok(
    comparisons.every(({ isWorse }) => !isWorse),
    comparisons.map(({ line }) => line).join('\n'),
  );
});
