// How much of a link waits to be judged, and when it is read again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { linkIdOf } from '../../../src/core/domain/links.ts';
import { Judging } from '../../../src/core/node/judging.ts';

const LINK = linkIdOf(1);
const OTHER = linkIdOf(2);

function pending(bytes: number, link = LINK) {
  return { link, way: { kind: 'sync' } as const, contents: null, digest: null, bytes };
}

test('a link with too many bytes waiting is paused once, and goes on at half', () => {
  const judging = new Judging();
  const half = LIMITS.unjudgedBytesMax / 2;
  const tickets = [judging.begin(pending(half)), judging.begin(pending(half))];
  assert.deepEqual(
    tickets.map(({ pauses }) => pauses),
    [false, false],
  );
  const over = judging.begin(pending(1));
  assert.equal(over.pauses, true);
  assert.equal(judging.begin(pending(1)).pauses, false, 'it is paused already');

  assert.equal(judging.end(tickets[0]?.errand ?? 0).resumes, false);
  assert.equal(judging.end(over.errand).resumes, false, 'one byte above the half');
  assert.equal(judging.end(tickets[1]?.errand ?? 0).resumes, true);
});

test('many small batches pause a link as well', () => {
  const judging = new Judging();
  for (let count = 0; count < LIMITS.unjudgedBatchesMax; count++) {
    assert.equal(judging.begin(pending(1)).pauses, false);
  }
  assert.equal(judging.begin(pending(1)).pauses, true);
});

test('one link does not pause another', () => {
  const judging = new Judging();
  assert.equal(judging.begin(pending(LIMITS.unjudgedBytesMax + 1)).pauses, true);
  assert.equal(judging.begin(pending(1, OTHER)).pauses, false);
});

test('what a link that is gone had sent is answered, and resumes nothing', () => {
  const judging = new Judging();
  const { errand, pauses } = judging.begin(pending(LIMITS.unjudgedBytesMax + 1));
  assert.equal(pauses, true);
  judging.forget(LINK);
  const { pending: answered, resumes } = judging.end(errand);
  assert.equal(answered.link, LINK);
  assert.equal(resumes, false);
});

test('a verdict that nobody asked for is a bug', () => {
  assert.throws(() => new Judging().end(1), { name: 'BrokenInvariant' });
});
