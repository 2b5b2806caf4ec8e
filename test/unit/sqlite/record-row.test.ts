// Rows of records: the stamp for nearly all, and places beside it that cannot be made to run out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  displacementOf,
  furtherRows,
  ROW_SECRET_BYTES,
  stampRow,
} from '../../../src/adapters/sqlite/tables/record-row.ts';
import { hexBytes } from '../../../src/core/base/hex.ts';

const MILLISECOND = 1n << 20n;
const ORDINALS = 2 ** 20;
const SECRET = new Uint8Array(ROW_SECRET_BYTES).fill(7);

function idOf(stamp: bigint, digest: string): Uint8Array {
  return hexBytes(stamp.toString(16).padStart(16, '0') + digest);
}

function firstRows(id: Uint8Array, count: number, secret = SECRET): readonly bigint[] {
  const rows: bigint[] = [];
  for (const row of furtherRows(id, secret)) if (rows.push(row) === count) break;
  return rows;
}

test('a record stands at its stamp, which is the beginning of its id', () => {
  assert.equal(stampRow(idOf(0x0123_4567_89ab_cdefn, 'ff'.repeat(8))), 0x0123_4567_89ab_cdefn);
  assert.equal(stampRow(idOf(2n ** 63n - 1n, '00'.repeat(8))), 2n ** 63n - 1n);
  assert.equal(stampRow(idOf(2n ** 63n, '00'.repeat(8))), null, 'no record has such a stamp');
});

test('the next places are others of the same millisecond, then of the ones that follow', () => {
  const id = idOf(1_000n * MILLISECOND + 5n, '0123456789abcdef');
  const rows = firstRows(id, 200);
  assert.equal(new Set(rows).size, 200);
  assert.deepEqual(
    rows.map((row) => row / MILLISECOND),
    rows.map((_, at) => 1_000n + BigInt(Math.floor(at / 64))),
  );
  assert.equal(displacementOf(id, 1_000n * MILLISECOND + 5n), 0);
  assert.deepEqual(
    rows.map((row) => displacementOf(id, row)),
    rows.map((_, at) => Math.floor(at / 64)),
  );
});

test('the next places follow from a secret: each database and each record has others', () => {
  const id = idOf(1_000n * MILLISECOND, '0123456789abcdef');
  const rows = new Set(firstRows(id, 64));
  const elsewhere = firstRows(id, 64, new Uint8Array(ROW_SECRET_BYTES));
  const another = firstRows(idOf(1_000n * MILLISECOND, '0123456789abcdee'), 64);
  for (const others of [elsewhere, another]) {
    assert.ok(others.filter((row) => rows.has(row)).length < 3);
  }
  assert.deepEqual(firstRows(id, 64), [...rows]);
});

test('places end where rows end', () => {
  const rows = [...furtherRows(idOf(2n ** 63n - 1n, '0123456789abcdef'), SECRET)];
  assert.equal(rows.length, 64);
  assert.ok(rows.every((row) => row < 2n ** 63n));
});

test('records that somebody heaps on one stamp find a place after few attempts', () => {
  const taken = new Set<bigint>();
  // A quarter of all ordinals in a row, as a member may choose them, and then thousands on the first.
  for (let ordinal = 0; ordinal < ORDINALS / 4; ordinal++) taken.add(BigInt(ordinal));
  let attemptsMax = 0;
  for (let type = 1; type <= 5_000; type++) {
    const digest = (BigInt(type) * 0x9e37_79b9_7f4a_7c15n) % (1n << 64n);
    let attempts = 0;
    for (const row of furtherRows(idOf(0n, digest.toString(16).padStart(16, '0')), SECRET)) {
      attempts += 1;
      if (taken.has(row)) continue;
      taken.add(row);
      break;
    }
    attemptsMax = Math.max(attemptsMax, attempts);
  }
  assert.ok(attemptsMax <= 20, `${attemptsMax} attempts`);
});
