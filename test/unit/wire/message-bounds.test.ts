// Regression: the room for a longer index must not let a message of more than 16 MiB through.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { listening, messageFrame } from '../../support/frame-cases.ts';

test('a message of 16 MiB and one byte is refused whatever the length of its index', () => {
  for (const typeIndex of [0, 127, 128, 16_383]) {
    const bytes = messageFrame(typeIndex, new Uint8Array(LIMITS.messageBytesMax + 1));
    const pieces = listening();
    assert.throws(() => pieces.reader.push(bytes.slice(0, 65_536)), MalformedBytes, `${typeIndex}`);
    assert.deepEqual(pieces.allocated, []);
    assert.throws(() => listening().reader.push(bytes), MalformedBytes, `${typeIndex} at once`);
  }
});
