// The reader of a link whose far end is still a stranger.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { encodeFrame, KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { type Frame, HandshakeFrames } from '../../../src/core/wire/handshake-frames.ts';
import { chunksOf, pattern } from '../../support/frame-cases.ts';

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc
    .tuple(fc.nat(LIMITS.helloBytesMax), fc.nat(255))
    .map(([length, seed]) => ({ kind: KIND.hello, payload: pattern(length, seed) })),
  fc.constant({ kind: KIND.needChain, payload: new Uint8Array(0) }),
  fc.constant({ kind: KIND.welcome, payload: new Uint8Array(0) }),
  fc.uint8Array({ maxLength: 259 }).map((payload) => ({ kind: KIND.refuse, payload })),
);

function takeAll(frames: HandshakeFrames): readonly Frame[] {
  const taken: Frame[] = [];
  for (let frame = frames.next(); frame !== null; frame = frames.next()) taken.push(frame);
  return taken;
}

test('any cut of any sequence gives the same frames, whenever they are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 5 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.boolean(),
      fc.uint8Array({ maxLength: 4 }),
      (sequence, cuts, asksEachTime, rest) => {
        const whole = concatBytes([
          ...sequence.map(({ kind, payload }) => encodeFrame(kind, payload)),
          rest,
        ]);
        const frames = new HandshakeFrames();
        const taken: Frame[] = [];
        for (const chunk of chunksOf(whole, cuts)) {
          frames.push(chunk);
          if (asksEachTime) taken.push(...takeAll(frames));
        }
        taken.push(...takeAll(frames));
        assert.deepEqual(taken, sequence);
        assert.deepEqual(frames.rest(), rest);
      },
    ),
    { numRuns: 200 },
  );
});

test('the longest HELLO that comes byte by byte costs no more than its bytes', () => {
  const payload = pattern(LIMITS.helloBytesMax, 3);
  const frames = new HandshakeFrames();
  const bytes = encodeFrame(KIND.hello, payload);
  const began = performance.now();
  for (const [at, byte] of bytes.entries()) {
    assert.equal(at === 0 ? null : frames.next(), null);
    frames.push(Uint8Array.of(byte));
  }
  assert.deepEqual(frames.next(), { kind: KIND.hello, payload });
  // Joining what is there at every byte would take 800 MB of copies.
  assert.ok(performance.now() - began < 1_000);
});

test('a frame of another kind, or longer than its kind may be, is refused at its header', () => {
  for (let kind = 0; kind < 256; kind++) {
    const max = kind <= KIND.refuse ? payloadBytesMax(kind) : -1;
    const header = (length: number): Uint8Array =>
      Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, kind);
    for (const length of [max + 1, 2 ** 31, 2 ** 32 - 1]) {
      const frames = new HandshakeFrames();
      frames.push(header(length).slice(0, 4));
      assert.equal(frames.next(), null);
      frames.push(header(length).slice(4));
      assert.throws(() => frames.next(), MalformedBytes, `kind ${kind}, ${length} bytes`);
    }
    if (max < 1) continue;
    const frames = new HandshakeFrames();
    frames.push(header(max));
    assert.equal(frames.next(), null);
  }
});

test('frames are copies: the chunk may be freed', () => {
  const frames = new HandshakeFrames();
  const chunk = encodeFrame(KIND.refuse, Uint8Array.of(1, 0));
  frames.push(chunk);
  const frame = frames.next();
  chunk.fill(0xee);
  assert.deepEqual(frame?.payload, Uint8Array.of(1, 0));
});
