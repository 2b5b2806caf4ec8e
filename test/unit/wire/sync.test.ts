// What is written comes back, has one encoding, and broken bytes are `MalformedBytes`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { SYNC_CODECS } from '../../support/sync-codecs.ts';

for (const { name, kind, values, encode, decode } of SYNC_CODECS) {
  test(`${name}: what is written comes back`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value);
        assert.ok(bytes.length <= payloadBytesMax(kind));
        assert.deepEqual(decode(bytes), value);
      }),
    );
  });

  test(`${name}: any other bytes are refused, or are the one encoding of what they say`, () => {
    const broken = fc
      .tuple(values, fc.nat(), fc.nat(255), fc.nat(3))
      .map(([value, at, byte, how]) => {
        const bytes = encode(value);
        const place = bytes.length === 0 ? 0 : at % bytes.length;
        if (how === 0) return bytes.slice(0, place);
        if (how === 1) return Uint8Array.of(...bytes, byte);
        return bytes.with(place, byte);
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        let value: unknown;
        try {
          value = decode(bytes);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, String(error));
          return;
        }
        assert.deepEqual(encode(value), bytes);
      }),
      { numRuns: 500 },
    );
  });
}
