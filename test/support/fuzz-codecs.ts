// Random and mutated bytes into decoders: a value or `MalformedBytes`, and whatever is a value is written
// as the same bytes again.

import assert from 'node:assert/strict';

import fc from 'fast-check';

import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { fuzz } from './fuzzing.ts';
import type { AnyCodec } from './wire-codecs.ts';

export function fuzzCodecs(name: string, codecs: readonly AnyCodec[]): void {
  const targets = codecs.map((codec) => ({
    codec,
    samples: fc.sample(codec.values, { numRuns: 30, seed: 1 }).map(codec.encode),
  }));
  fuzz(name, (source) => {
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
}
