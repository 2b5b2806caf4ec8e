// What a member can make us hold by streams that are over for the protocol and not yet read.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { encodeStreamEnd, encodeStreamOpen } from '../../../src/core/wire/direct.ts';
import { encodeFrame, KIND } from '../../../src/core/wire/frame.ts';
import { streamFrame } from '../../support/frame-cases.ts';
import { rawLine } from '../../support/simulated-link.ts';

test('unread bytes of streams stay bounded when both sides have ended them', () => {
  const { bob, say } = rawLine();
  let unread = 0;
  // An application that only receives: it ends its own direction at once, and reads slowly.
  bob.onStream = (stream) => {
    stream.attach({
      onBytes: (bytes) => {
        unread += bytes.length;
      },
      onEnd: () => undefined,
      onReset: () => undefined,
      onWritable: () => undefined,
    });
    stream.end();
  };
  for (let number = 1; number < 1_000; number += 2) {
    say(
      encodeFrame(KIND.streamOpen, encodeStreamOpen({ stream: number, name: '' })),
      streamFrame(number, new Uint8Array(65_536)),
      streamFrame(number, new Uint8Array(65_536)),
      encodeFrame(KIND.streamEnd, encodeStreamEnd(number)),
    );
  }
  const bound = LIMITS.streamsMax * LIMITS.streamWindowBytes + LIMITS.streamGrowthBytesMax;
  assert.ok(unread <= bound, `${unread} bytes unread, more than ${bound}`);
});
