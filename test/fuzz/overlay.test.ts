// Random and mutated bytes into the decoders of the frames between neighbors: a value or
// `MalformedBytes`, and whatever is a value is written as the same bytes again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { fuzz } from '../support/fuzzing.ts';
import { OVERLAY_CODECS } from '../support/overlay-codecs.ts';

const targets = OVERLAY_CODECS.map((codec) => ({
  codec,
  samples: fc.sample(codec.values, { numRuns: 30, seed: 1 }).map(codec.encode),
}));

test('any bytes are a message between neighbors or malformed', () => {
  fuzz('overlay messages', (source) => {
    for (const { codec, samples } of targets) {
      const isRandom = source.below(4) === 0;
      const bytes = isRandom
        ? source.bytes(source.below(300))
        : source.mutate(source.pick(samples));
      let value: unknown;
      try {
        value = codec.decode(bytes);
      } catch (error) {
        if (error instanceof MalformedBytes) continue;
        throw error;
      }
      assert.deepEqual(codec.encode(value), bytes, codec.name);
    }
  });
});
