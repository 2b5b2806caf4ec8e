// Every row of the documented contract of p2p.h is shown by a test, or has a line that says why it does not apply
// here. The table of docs/p2p-api.md is made of the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTRACT_ROWS } from './support/contract-rows.ts';
import { answersOf, readClaims } from './support/coverage.ts';

const claims = readClaims();

test('tests and lines name rows of the contract, and no others', () => {
  const unknown = [...claims.shown.keys(), ...claims.notApplicable.keys()].filter(
    (key) => !CONTRACT_ROWS.has(key),
  );
  assert.deepEqual(unknown, []);
});

test('no row of the contract is without an answer', (t) => {
  const { missing, summary } = answersOf(claims);
  for (const line of summary) t.diagnostic(line);
  assert.deepEqual(missing, []);
});

test('what a test shows is not said to be out of place as well', () => {
  const both = [...claims.notApplicable.keys()].filter((key) => claims.shown.has(key));
  assert.deepEqual(both, []);
});
