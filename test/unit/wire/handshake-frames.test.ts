// The reader of a link whose far end is still a stranger.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { encodeFrame, KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { type Frame, HandshakeFrames } from '../../../src/core/wire/handshake-frames.ts';
import type { HandshakeRole } from '../../../src/core/wire/link-kinds.ts';
import { chunksOf, framesHolding, listening, pattern } from '../../support/frame-cases.ts';

/** HELLO, JOIN and JOIN_PROOF; HELLO to REFUSE, and the answers to a join. */
const MAY_SEND: Readonly<Record<HandshakeRole, readonly number[]>> = {
  dialer: [1, 5, 7],
  listener: [1, 2, 3, 4, 6, 0x0d, 0x0e, 0x0f],
};
const SENDERS = ['dialer', 'listener'] as const;

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc
    .tuple(fc.nat(LIMITS.helloBytesMax), fc.nat(255))
    .map(([length, seed]) => ({ kind: KIND.hello, payload: pattern(length, seed) })),
  fc.constant({ kind: KIND.needChain, payload: new Uint8Array(0) }),
  fc.constant({ kind: KIND.welcome, payload: new Uint8Array(0) }),
  fc.uint8Array({ maxLength: 259 }).map((payload) => ({ kind: KIND.refuse, payload })),
  fc
    .tuple(fc.constantFrom(KIND.joinAdmit, KIND.joinRefuse), fc.nat(600), fc.nat(255))
    .map(([kind, length, seed]) => ({ kind, payload: pattern(length, seed) })),
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
        const frames = new HandshakeFrames('listener');
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
  const frames = new HandshakeFrames('dialer');
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

for (const sender of SENDERS) {
  test(`what a ${sender} may not send, or longer than it may, is refused at its header`, () => {
    for (let kind = 0; kind < 256; kind++) {
      const max = MAY_SEND[sender].includes(kind) ? payloadBytesMax(kind) : -1;
      const header = (length: number): Uint8Array =>
        Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, kind);
      for (const length of [max + 1, 2 ** 31, 2 ** 32 - 1]) {
        const frames = new HandshakeFrames(sender);
        frames.push(header(length).slice(0, 4));
        assert.equal(frames.next(), null);
        frames.push(header(length).slice(4));
        assert.throws(() => frames.next(), MalformedBytes, `kind ${kind}, ${length} bytes`);
      }
      if (max < 1) continue;
      const frames = new HandshakeFrames(sender);
      frames.push(header(max));
      assert.equal(frames.next(), null);
    }
  });
}

test('a stranger at the door makes nobody wait for more than a HELLO', () => {
  const longest = Math.max(...MAY_SEND.dialer.map(payloadBytesMax));
  assert.equal(longest, LIMITS.helloBytesMax);
});

test('frames are copies: the chunk may be freed', () => {
  const frames = new HandshakeFrames('listener');
  const chunk = encodeFrame(KIND.refuse, Uint8Array.of(1, 0));
  frames.push(chunk);
  const frame = frames.next();
  chunk.fill(0xee);
  assert.deepEqual(frame?.payload, Uint8Array.of(1, 0));
});

test('the frames of a join come before WELCOME and on no open link', () => {
  const joins = [
    KIND.join,
    KIND.joinChallenge,
    KIND.joinProof,
    KIND.joinAdmit,
    KIND.joinPending,
    KIND.joinRefuse,
  ];
  for (const kind of joins) {
    const frames = framesHolding([encodeFrame(kind, Uint8Array.of(1, 2))]);
    assert.deepEqual(frames.next(), { kind, payload: Uint8Array.of(1, 2) });
    const open = listening();
    const frame = encodeFrame(kind, Uint8Array.of(1, 2));
    assert.throws(() => open.reader.push(frame.subarray(0, 5)), MalformedBytes, `${kind}`);
    assert.deepEqual([open.heard, open.allocated], [[], []]);
  }
});
