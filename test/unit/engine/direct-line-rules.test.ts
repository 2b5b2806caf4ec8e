// What Mallory, a member, may not do on a direct connection: every broken rule ends the line, and
// nothing that she sends makes Bob hold more than the limits say.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { concatBytes } from '../../../src/core/base/bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { encodeClose, encodePing } from '../../../src/core/wire/control.ts';
import {
  encodeStreamCredit,
  encodeStreamEnd,
  encodeStreamOpen,
  encodeStreamReset,
} from '../../../src/core/wire/direct.ts';
import { encodeFrame, KIND } from '../../../src/core/wire/frame.ts';
import { listening, messageFrame, streamFrame } from '../../support/frame-cases.ts';
import { type RawLine, rawLine } from '../../support/simulated-link.ts';

const EMPTY = new Uint8Array(0);
const PING = encodeFrame(KIND.ping, encodePing(1));
const open = (stream: number, name = ''): Uint8Array =>
  encodeFrame(KIND.streamOpen, encodeStreamOpen({ stream, name }));
const end = (stream: number): Uint8Array => encodeFrame(KIND.streamEnd, encodeStreamEnd(stream));
const reset = (stream: number): Uint8Array =>
  encodeFrame(KIND.streamReset, encodeStreamReset({ stream, code: 'cancelled' }));
const credit = (stream: number, bytes: number): Uint8Array =>
  encodeFrame(KIND.streamCredit, encodeStreamCredit({ stream, bytes }));
const window = (stream: number): readonly Uint8Array[] => [
  streamFrame(stream, new Uint8Array(65_536)),
  streamFrame(stream, new Uint8Array(65_536)),
];

/** The frames that Bob's side has sent, as `kind` and payload. */
function framesTo({ heard }: RawLine): readonly { kind: number; payload: Uint8Array }[] {
  const { reader, heard: frames } = listening();
  reader.push(concatBytes(heard));
  return frames.flatMap((each) => (each.what === 'frame' ? [each] : []));
}

const BREACHES: readonly (readonly [string, readonly Uint8Array[]])[] = [
  ['a message of a type that was not announced', [messageFrame(1, EMPTY)]],
  ['a kind that there is not', [encodeFrame(0xff, EMPTY)]],
  ['a frame of neighbor links', [encodeFrame(KIND.prune, EMPTY)]],
  ['the header of one', [encodeFrame(KIND.bundle, new Uint8Array(100)).subarray(0, 9)]],
  ['a HELLO on an open line', [encodeFrame(KIND.hello, EMPTY)]],
  ['a WELCOME on an open line', [encodeFrame(KIND.welcome, EMPTY)]],
  ['a PING without a nonce', [encodeFrame(KIND.ping, EMPTY)]],
  ['a PONG that nobody asked for', [encodeFrame(KIND.pong, encodePing(5))]],
  ['CLOSED before CLOSE', [encodeFrame(KIND.closed, EMPTY)]],
  ['CLOSE with an unknown code', [encodeFrame(KIND.close, Uint8Array.of(9, 0))]],
  ['a type of 15 bytes', [encodeFrame(KIND.messageType, new Uint8Array(15))]],
  ['bytes of a stream that was not opened', [streamFrame(1, Uint8Array.of(1))]],
  ['bytes of a stream that we did not open', [streamFrame(2, Uint8Array.of(1))]],
  ['the end of a stream that was not opened', [end(1)]],
  ['credit for a stream that was not opened', [credit(1, 1)]],
  ['a reset of a stream that was not opened', [reset(1)]],
  ['a stream with a number of ours', [open(2)]],
  ['a stream opened twice', [open(1), open(1)]],
  ['a stream with a lower number than the last', [open(5), open(3)]],
  ['stream number 0', [encodeFrame(KIND.streamOpen, Uint8Array.of(0, 0))]],
  [
    'a stream name of 1,025 bytes',
    [encodeFrame(KIND.streamOpen, new ByteWriter().varint(1).text('n'.repeat(1_025)).finish())],
  ],
  [
    'more bytes of a stream than were granted',
    [open(1), ...window(1), streamFrame(1, Uint8Array.of(1))],
  ],
  ['bytes of a stream behind its end', [open(1), end(1), streamFrame(1, Uint8Array.of(1))]],
  ['a stream ended twice', [open(1), end(1), end(1)]],
  ['more credit than any window holds', [open(1), credit(1, LIMITS.streamWindowBytesMax)]],
  ['a frame longer than its kind may be', [Uint8Array.of(0, 0, 0, 5, KIND.ping)]],
];

for (const [what, frames] of BREACHES) {
  test(`${what} ends the line, and Mallory is told so`, () => {
    const line = rawLine();
    const { bob, say, clock } = line;
    say(PING);
    assert.equal(bob.ends.length, 0);
    say(...frames);
    assert.equal(bob.ends.length, 1);
    assert.deepEqual([bob.ends[0]?.by, bob.ends[0]?.how], ['us', 'protocolViolation']);
    assert.match(bob.ends[0]?.reason ?? '', /^broke the protocol: /);
    const last = framesTo(line).at(-1);
    assert.deepEqual([last?.kind, last?.payload[0]], [KIND.close, 2]);
    say(PING, messageFrame(0, Uint8Array.of(1)));
    assert.deepEqual(bob.messages, []);
    clock.advance(5_000);
    assert.equal(bob.wire.isClosed, true);
    assert.equal(bob.line.streamCount, 0);
  });
}

const ALLOWED: readonly (readonly [string, readonly Uint8Array[]])[] = [
  ['keep-alives', [encodeFrame(KIND.keepAlive, EMPTY), encodeFrame(KIND.keepAlive, EMPTY)]],
  ['a stream, its bytes and its end', [open(1), streamFrame(1, Uint8Array.of(1)), end(1)]],
  ['streams with gaps in their numbers', [open(1), open(7), open(2 ** 28 - 1)]],
  [
    'a reset stream, and what was on its way',
    [open(1), reset(1), streamFrame(1, Uint8Array.of(1)), credit(1, 5), end(1), reset(1)],
  ],
  ['as many bytes as were granted', [open(1), ...window(1)]],
  [
    'the same type announced twice',
    [
      encodeFrame(KIND.messageType, new Uint8Array(16)),
      encodeFrame(KIND.messageType, new Uint8Array(16)),
      messageFrame(2, EMPTY),
    ],
  ],
];

for (const [what, frames] of ALLOWED) {
  test(`${what}: allowed`, () => {
    const { bob, say } = rawLine();
    say(...frames);
    assert.equal(bob.ends.length, 0);
    assert.equal(bob.line.isOpen, true);
  });
}

test('of a member that announces types without end 16,384 are taken', () => {
  const { bob, say } = rawLine();
  const type = encodeFrame(KIND.messageType, new Uint8Array(16));
  const many = (count: number): Uint8Array =>
    concatBytes(Array.from({ length: count }, () => type));
  say(many(LIMITS.messageTypesMax - 1));
  assert.equal(bob.line.isOpen, true);
  say(many(1));
  assert.equal(bob.ends[0]?.how, 'protocolViolation');
});

test('of the streams that a member opens 128 are open at once, further ones are reset', () => {
  const line = rawLine();
  const { bob, say } = line;
  say(...Array.from({ length: LIMITS.streamsMax + 3 }, (_, at) => open(2 * at + 1)));
  assert.equal(bob.line.streamCount, LIMITS.streamsMax);
  assert.equal(bob.streams.length, LIMITS.streamsMax);
  const resets = framesTo(line).filter(({ kind }) => kind === KIND.streamReset);
  assert.equal(resets.length, 3);
  assert.equal(bob.line.isOpen, true);
  say(reset(1), open(1_001));
  assert.equal(bob.line.streamCount, LIMITS.streamsMax);
});

test('a flood of PINGs from one who reads no answer is read no further than 512 kB of them', () => {
  const { bob, wire, clock } = rawLine();
  wire.setReading(false);
  bob.wire.capacityBytes = 65_536;
  const flood = concatBytes(Array.from({ length: 10_000 }, () => PING));
  let largest = 0;
  for (let round = 0; round < 100; round++) {
    wire.send([flood], () => undefined);
    clock.advance(10);
    largest = Math.max(largest, bob.line.unsentBytes);
  }
  assert.equal(bob.wire.isReading, false);
  assert.ok(largest < 512 * 1_024, `${largest} bytes`);
  wire.setReading(true);
  clock.advance(10_000);
  assert.equal(bob.wire.isReading, true);
  assert.equal(bob.ends.length, 0);
});

test('answers to streams are bounded as those to PINGs are', () => {
  const { bob, wire, clock } = rawLine();
  wire.setReading(false);
  bob.wire.capacityBytes = 65_536;
  let largest = 0;
  for (let round = 0; round < 200; round++) {
    const opens = Array.from({ length: 500 }, (_, at) => open(2 * (500 * round + at) + 1));
    wire.send([concatBytes(opens)], () => undefined);
    clock.advance(10);
    largest = Math.max(largest, bob.line.unsentBytes);
  }
  assert.ok(largest < 512 * 1_024, `${largest} bytes`);
  assert.equal(bob.line.streamCount, LIMITS.streamsMax);
});

test('a PONG answers the PING of its nonce, in whatever order they come', () => {
  const { bob, say, clock } = rawLine();
  const answered: number[] = [];
  for (const number of [1, 2, 3]) clock.turn(() => bob.line.ping(() => answered.push(number)));
  say(...[3, 1, 2].map((nonce) => encodeFrame(KIND.pong, encodePing(nonce))));
  assert.deepEqual(answered, [3, 1, 2]);
  say(encodeFrame(KIND.pong, encodePing(2)));
  assert.equal(bob.ends[0]?.how, 'protocolViolation');
});

test('one who is doubted again and again is asked once, and anew when it has answered', () => {
  const raw = rawLine();
  const doubt = (): void => {
    for (let count = 0; count < 1_000; count++) raw.clock.turn(() => raw.bob.line.probe());
    raw.clock.advance(10);
  };
  const asked = (): readonly Uint8Array[] =>
    framesTo(raw).flatMap(({ kind, payload }) => (kind === KIND.ping ? [payload] : []));
  doubt();
  assert.equal(asked().length, 1);
  doubt();
  assert.equal(asked().length, 1);
  const [question = EMPTY] = asked();
  raw.say(encodeFrame(KIND.pong, question));
  doubt();
  assert.equal(asked().length, 2);
  assert.deepEqual(raw.bob.ends, []);
});

test('a far end that closes while it breaks off a message is believed', () => {
  const { bob, say, wire, clock } = rawLine();
  say(encodeFrame(KIND.close, encodeClose({ code: 'leaving', reason: 'so long' })));
  assert.deepEqual(bob.ends[0], {
    by: 'them',
    how: 'leaving',
    reason: 'so long',
    isDelivered: false,
  });
  wire.finish();
  clock.advance(2_000);
  assert.equal(bob.wire.isClosed, true);
});

test('a far end that ends its direction without a goodbye was cut off', () => {
  const { bob, wire, clock } = rawLine();
  wire.finish();
  clock.advance(2_000);
  assert.deepEqual([bob.ends[0]?.by, bob.ends[0]?.how], ['network', 'cut']);
  assert.equal(bob.wire.isClosed, true);
});
