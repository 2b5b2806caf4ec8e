// Pieces joined in one memory: the same bytes, of at most twice their size, and copied seldom.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { JoinedBytes } from '../../../src/engine/joined-bytes.ts';

const LONGEST = 3_000;

function joinedOf(pieces: Iterable<Uint8Array>): JoinedBytes {
  const joined = new JoinedBytes();
  for (const piece of pieces) joined.add(piece);
  return joined;
}

test('single bytes need memory of few sizes, none above twice what they are', () => {
  const sizes = new Set<number>();
  const all = Uint8Array.from({ length: LONGEST }, (_, at) => at);
  for (let length = 1; length <= LONGEST; length++) {
    const joined = joinedOf(Array.from({ length }, (_, at) => all.subarray(at, at + 1)));
    assert.equal(joined.length, length);
    const bytes = joined.take();
    assert.deepEqual(bytes, all.subarray(0, length));
    assert.ok(bytes.buffer.byteLength < Math.max(65, 2 * length), `${bytes.buffer.byteLength}`);
    sizes.add(bytes.buffer.byteLength);
  }
  // As often as that they were copied while they became so many.
  assert.ok(sizes.size < 10, `${sizes.size} sizes`);
});

test('what was taken is not written to any more, and what follows begins anew', () => {
  const joined = joinedOf([Uint8Array.of(1, 2), Uint8Array.of(3)]);
  const first = joined.take();
  assert.equal(joined.length, 0);
  joined.add(Uint8Array.of(4));
  assert.deepEqual([...first], [1, 2, 3]);
  assert.deepEqual([...joined.take()], [4]);
  assert.deepEqual([...joined.take()], []);
});

test('the first piece is copied into memory of its size, and its own is free', () => {
  const piece = new Uint8Array(65_536);
  const bytes = joinedOf([piece]).take();
  assert.equal(bytes.buffer.byteLength, piece.length);
  assert.notEqual(bytes.buffer, piece.buffer);
});
