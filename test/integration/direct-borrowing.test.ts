// What a borrowing listener gets is whole while it runs and gone when it has returned.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directPair } from '../support/direct-pair.ts';

const SIZES = [0, 1, 64, 1_000, 16_384, 65_536, 1_048_576];

test('a borrowed message is whole while the listener runs, and its memory is freed behind it', async (t) => {
  const { near, far } = await directPair(t);
  const kept: Uint8Array[] = [];
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  far.onMessage(
    ({ data }) => {
      kept.push(data);
      heard.push(`${data.length} ${new Set(data).size}`);
      if (kept.length === SIZES.length * 3) resolve();
    },
    { borrow: true },
  );
  for (let round = 1; round <= 3; round++) {
    for (const size of SIZES) await near.send(new Uint8Array(size).fill(round));
  }
  await promise;
  assert.deepEqual(
    heard,
    [1, 2, 3].flatMap(() => SIZES.map((size) => `${size} ${Math.min(size, 1)}`)),
  );
  await far.ping();
  const large = kept.filter((_, at) => (SIZES[at % SIZES.length] ?? 0) >= 65_536);
  assert.deepEqual(
    large.map(({ length }) => length),
    large.map(() => 0),
  );
});
