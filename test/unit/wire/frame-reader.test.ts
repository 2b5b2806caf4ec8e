// The reader of an open link: whatever the network does to the bytes, the same frames come out, and
// nothing is given room that may not come.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';
import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { FrameReader } from '../../../src/core/wire/frame-reader.ts';
import {
  mayComeBeforeWelcome,
  mayComeOnDirect,
  mayComeOnNeighbor,
} from '../../../src/core/wire/link-kinds.ts';
import {
  anyFrame,
  chunksOf,
  type FrameCase,
  type Heard,
  joined,
  listening,
  messageCase,
  messageFrame,
  pattern,
  SMALL_KINDS,
  smallCase,
  streamCase,
  streamFrame,
} from '../../support/frame-cases.ts';

const header = (kind: number, length: number, ...rest: readonly number[]): Uint8Array =>
  Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, kind, ...rest);

function readAll(chunks: readonly Uint8Array[]): readonly Heard[] {
  const state = listening();
  for (const chunk of chunks) {
    state.chunk = chunk;
    state.viewed = false;
    const gaveView = state.reader.push(chunk);
    assert.equal(gaveView, state.viewed, 'push says whether a view was given');
    // What was not kept is freed by the wire, and what was kept was copied by this sink.
    chunk.fill(0xee);
  }
  assert.equal(state.reader.isInsideFrame, false);
  return joined(state.heard);
}

const expected = (frames: readonly FrameCase[]): readonly Heard[] =>
  joined(frames.map(({ heard }) => heard));
const bytesOf = (frames: readonly FrameCase[]): Uint8Array =>
  concatBytes(frames.map(({ bytes }) => bytes));

test('any cut of any sequence of frames into chunks gives the same calls', () => {
  const sequence = fc.array(anyFrame(200_000), { minLength: 1, maxLength: 12 });
  const cuts = fc.array(fc.nat(), { maxLength: 20 });
  fc.assert(
    fc.property(sequence, cuts, (frames, places) => {
      assert.deepEqual(readAll(chunksOf(bytesOf(frames), places)), expected(frames));
    }),
    { numRuns: 150 },
  );
});

test('short sequences give the same calls when every byte comes alone', () => {
  fc.assert(
    fc.property(fc.array(anyFrame(60), { minLength: 1, maxLength: 8 }), (frames) => {
      const bytes = bytesOf(frames);
      const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
      assert.deepEqual(readAll(single), expected(frames));
    }),
    { numRuns: 200 },
  );
});

const ONE_OF_EACH: readonly FrameCase[] = [
  messageCase(0, new Uint8Array(0)),
  messageCase(0, pattern(1, 1)),
  messageCase(127, pattern(9, 2)),
  messageCase(128, new Uint8Array(0)),
  messageCase(16_383, pattern(5, 3)),
  streamCase(1, pattern(1, 4)),
  streamCase(127, pattern(3, 5)),
  streamCase(128, pattern(3, 6)),
  streamCase(16_384, pattern(3, 7)),
  streamCase(2_097_152, pattern(3, 8)),
  streamCase(2 ** 28 - 1, pattern(3, 9)),
  ...SMALL_KINDS.map(([kind, max]) => smallCase(kind, pattern(Math.min(max, 20), kind))),
  ...SMALL_KINDS.map(([kind]) => smallCase(kind, new Uint8Array(0))),
];

test('a sequence of every kind of frame may be cut at any one byte, and at any two', () => {
  const whole = bytesOf(ONE_OF_EACH);
  const wanted = expected(ONE_OF_EACH);
  assert.deepEqual(readAll([whole.slice()]), wanted);
  for (let at = 1; at < whole.length; at++) {
    assert.deepEqual(readAll([whole.slice(0, at), whole.slice(at)]), wanted, `cut at ${at}`);
    const second = Math.min(whole.length, at + 7);
    const three = [whole.slice(0, at), whole.slice(at, second), whole.slice(second)];
    assert.deepEqual(readAll(three), wanted, `cut at ${at} and ${second}`);
  }
});

test('every pair of kinds may follow each other, cut at any one byte', () => {
  for (const first of ONE_OF_EACH) {
    for (const second of ONE_OF_EACH) {
      const pair = [first, second];
      const whole = bytesOf(pair);
      const at = (first.bytes.length + 3) % whole.length;
      assert.deepEqual(readAll([whole.slice(0, at), whole.slice(at)]), expected(pair));
      assert.deepEqual(readAll([whole.slice()]), expected(pair));
    }
  }
});

test('the longest payload of each kind is taken, and a longer one refused at its header', () => {
  for (let kind = 0; kind < 256; kind++) {
    const max = payloadBytesMax(kind);
    const isOfHandshake = mayComeBeforeWelcome(kind);
    for (const length of [max + 1, 2 ** 31, 2 ** 32 - 1]) {
      const { reader, allocated } = listening();
      assert.throws(() => reader.push(header(kind, length, 1, 1, 1, 1)), MalformedBytes);
      assert.deepEqual(allocated, []);
      const slow = listening();
      const head = header(kind, length);
      slow.reader.push(head.slice(0, 4));
      assert.throws(() => slow.reader.push(head.slice(4)), MalformedBytes, `kind ${kind}`);
    }
    if (max < 0) continue;
    const { reader } = listening();
    // The longest payload there is has the longest number before it.
    const number = kind === KIND.message ? [0x81, 1, 1, 1] : [0x81, 0x80, 0x80, 1];
    const start = header(kind, max, ...number);
    if (isOfHandshake) assert.throws(() => reader.push(start), MalformedBytes);
    else reader.push(start);
  }
});

test('a kind that has no place on the link is refused at its header', () => {
  const sink = {
    onMessage: () => false,
    onStreamBytes: () => assert.fail('bytes of a stream'),
    onFrame: () => assert.fail('a frame'),
  };
  const noRoom = (): Uint8Array => assert.fail('it was given room');
  for (let kind = KIND.keepAlive; kind < 256; kind++) {
    const length = payloadBytesMax(kind);
    if (length < 0) continue;
    const reader = new FrameReader(sink, noRoom, (asked) => asked !== kind);
    assert.throws(() => reader.push(header(kind, length, 1, 1, 1, 1)), MalformedBytes);
  }
});

test('each frame has a place on one kind of link, and CLOSE on both', () => {
  for (const kind of Object.values(KIND)) {
    const isClose = kind === KIND.close;
    assert.equal(mayComeOnDirect(kind) && mayComeOnNeighbor(kind), isClose, `${kind}`);
    assert.ok(mayComeOnDirect(kind) || mayComeOnNeighbor(kind), `${kind}`);
  }
});

test('a message of 16 MiB is taken with an index of one byte and with one of two', () => {
  for (const [typeIndex, size] of [
    [5, 1],
    [300, 2],
  ] as const) {
    const bytes = messageFrame(typeIndex, new Uint8Array(LIMITS.messageBytesMax));
    const state = listening();
    for (let at = 0; at < bytes.length; at += 1_000_003) {
      state.reader.push(bytes.subarray(at, at + 1_000_003));
    }
    assert.deepEqual(state.allocated, [LIMITS.messageBytesMax]);
    const [message] = state.heard;
    assert.ok(message?.what === 'message' && message.typeIndex === typeIndex, `${size} bytes`);
    assert.equal(message.bytes.length, LIMITS.messageBytesMax);
  }
});

test('numbers have their shortest form and end within their frame', () => {
  const wrong = [
    header(KIND.message, 0),
    header(KIND.message, 2, 0x80, 0x00),
    header(KIND.message, 3, 0x80, 0x80, 0x01),
    header(KIND.message, 1, 0x80),
    header(KIND.streamBytes, 0),
    header(KIND.streamBytes, 2, 0x00, 0x01),
    header(KIND.streamBytes, 1, 0x01),
    header(KIND.streamBytes, 3, 0x81, 0x00, 0x01),
    header(KIND.streamBytes, 6, 0x80, 0x80, 0x80, 0x80, 0x01, 0x01),
    header(KIND.streamBytes, 2, 0x80, 0x80),
  ];
  for (const bytes of wrong) {
    const padded = concatBytes([bytes, new Uint8Array(12)]);
    assert.throws(() => listening().reader.push(padded), MalformedBytes, `${bytes}`);
    assert.throws(
      () => {
        const { reader } = listening();
        for (const byte of padded) reader.push(Uint8Array.of(byte));
      },
      MalformedBytes,
      `${bytes} byte by byte`,
    );
  }
});

test('a link that ends inside a frame was cut', () => {
  const whole = bytesOf(ONE_OF_EACH);
  const borders = new Set<number>([0]);
  let end = 0;
  for (const { bytes } of ONE_OF_EACH) {
    end += bytes.length;
    borders.add(end);
  }
  for (let at = 0; at <= whole.length; at++) {
    const { reader } = listening();
    reader.push(whole.slice(0, at));
    assert.equal(reader.isInsideFrame, !borders.has(at), `after ${at} bytes`);
  }
});

test('a reader that was stopped inside the sink says nothing more', () => {
  const frames = [messageFrame(0, pattern(20, 1)), streamFrame(1, pattern(20, 2))];
  for (const cut of [0, 3, 27, 40]) {
    let calls = 0;
    const stop = (): boolean => {
      calls += 1;
      reader.stop();
      return false;
    };
    const reader: FrameReader = new FrameReader(
      { onMessage: stop, onStreamBytes: stop, onFrame: stop },
      (length) => new Uint8Array(length),
    );
    const bytes = concatBytes([...frames, ...frames, header(0xff, 99)]);
    reader.push(bytes.slice(0, cut));
    reader.push(bytes.slice(cut));
    reader.push(header(0xff, 99));
    assert.equal(calls, 1, `cut at ${cut}`);
  }
});

test('a chunk is kept only when a view on it was given', () => {
  const state = listening();
  assert.equal(state.reader.push(messageFrame(0, pattern(20, 1))), true);
  const long = messageFrame(0, pattern(100, 1));
  assert.equal(state.reader.push(long.slice(0, 50)), false);
  assert.equal(state.reader.push(long.slice(50)), false);
  const stream = streamFrame(1, pattern(100, 1));
  assert.equal(state.reader.push(stream.slice(0, 6)), false);
  assert.equal(state.reader.push(stream.slice(6, 50)), true);
  assert.equal(state.reader.push(stream.slice(50)), true);
  assert.equal(state.reader.push(header(KIND.ping, 4, 1, 2, 3, 4)), false);
});
