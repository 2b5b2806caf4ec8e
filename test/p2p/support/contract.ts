// A test that shows rows of the documented contract. It names them by their keys, and the coverage run
// (contract-coverage.test.ts) reads from the sources which are shown.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { CONTRACT_ROWS } from './contract-rows.ts';

export function contract(
  title: string,
  rows: readonly string[],
  body: (t: TestContext) => void | Promise<void>,
): void {
  test(title, async (t) => {
    for (const row of rows) assert.ok(CONTRACT_ROWS.has(row), `${row} is a row of the contract`);
    await body(t);
  });
}
