// Streams over a line: bytes in order both ways at the reader's pace, each way ended by itself, and a
// slow one that holds up nobody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';
import type { LineStream } from '../../../src/engine/line-stream.ts';
import { pattern } from '../../support/frame-cases.ts';
import { type LinePair, linePair } from '../../support/simulated-link.ts';

/** One end of a stream that notes what it was told, and writes as fast as it may. */
class StreamEnd {
  readonly stream: LineStream;
  readonly told: string[] = [];
  bytes = 0;
  unread = 0;
  largestUnread = 0;
  isReading = true;
  #pending: Uint8Array = new Uint8Array(0);

  constructor(stream: LineStream) {
    this.stream = stream;
    stream.attach({
      onBytes: (bytes) => {
        this.bytes += bytes.length;
        if (this.isReading) {
          stream.consumed(bytes.length);
          return;
        }
        this.unread += bytes.length;
        this.largestUnread = Math.max(this.largestUnread, this.unread);
      },
      onEnd: () => this.told.push('end'),
      onReset: (why) => this.told.push(`reset ${why}`),
      onWritable: () => this.#pump(),
    });
  }

  get unsent(): number {
    return this.#pending.length;
  }

  write(bytes: Uint8Array): void {
    this.#pending = bytes;
    this.#pump();
  }

  read(bytes: number): void {
    this.unread -= bytes;
    this.stream.consumed(bytes);
  }

  #pump(): void {
    this.#pending = this.#pending.subarray(this.stream.write(this.#pending));
  }
}

function openStream(pair: LinePair, name = 'file'): readonly [StreamEnd, StreamEnd] {
  const ours = pair.clock.turn(() => pair.alice.line.openStream(name));
  pair.clock.advance(1);
  const theirs = pair.bob.streams.at(-1);
  assert.ok(ours !== null && theirs !== undefined);
  assert.equal(theirs.name, name);
  return [new StreamEnd(ours), new StreamEnd(theirs)];
}

test('ten megabytes go through a stream that is read, and it is forgotten when both have ended', () => {
  const pair = linePair();
  const [ours, theirs] = openStream(pair);
  pair.clock.turn(() => ours.write(pattern(10_000_000, 1)));
  pair.clock.advance(1_000);
  assert.deepEqual([theirs.bytes, ours.unsent], [10_000_000, 0]);
  pair.clock.turn(() => ours.stream.end());
  pair.clock.advance(1);
  assert.deepEqual(theirs.told, ['end']);
  assert.equal(pair.bob.line.streamCount, 1);
  pair.clock.turn(() => theirs.write(pattern(1_000, 2)));
  pair.clock.turn(() => theirs.stream.end());
  pair.clock.advance(1);
  assert.deepEqual([ours.bytes, ours.told], [1_000, ['end']]);
  assert.deepEqual([pair.alice.line.streamCount, pair.bob.line.streamCount], [0, 0]);
});

test('of a stream that nobody reads 128 KiB are sent, and messages pass it by', () => {
  const pair = linePair();
  const [ours, theirs] = openStream(pair);
  theirs.isReading = false;
  pair.clock.turn(() => ours.write(pattern(1_000_000, 1)));
  pair.clock.turn(() => pair.alice.line.send(UNTYPED, Buffer.from('hello')));
  pair.clock.advance(1_000);
  assert.equal(theirs.bytes, LIMITS.streamWindowBytes);
  assert.deepEqual(pair.bob.texts, ['hello']);
  pair.clock.turn(() => theirs.read(LIMITS.streamWindowBytes));
  pair.clock.advance(1_000);
  assert.ok(theirs.bytes > LIMITS.streamWindowBytes);
});

test('a reader that keeps up is sent more at once, up to 2 MiB', () => {
  const pair = linePair({ latencyMs: 1 });
  const [ours, theirs] = openStream(pair);
  pair.clock.turn(() => ours.write(pattern(16_000_000, 1)));
  while (theirs.bytes < 10_000_000) pair.clock.advance(1);
  theirs.isReading = false;
  pair.clock.advance(1_000);
  assert.ok(theirs.largestUnread > LIMITS.streamWindowBytes, `${theirs.largestUnread}`);
  assert.ok(theirs.largestUnread <= LIMITS.streamWindowBytesMax, `${theirs.largestUnread}`);
});

test('bytes and the end that came before anybody listened are told first, in order', () => {
  const pair = linePair();
  const ours = pair.clock.turn(() => pair.alice.line.openStream('early'));
  assert.ok(ours !== null);
  pair.clock.turn(() => ours.write(pattern(5_000, 1)));
  pair.clock.turn(() => ours.end());
  pair.clock.advance(10);
  const [theirs] = pair.bob.streams;
  assert.ok(theirs !== undefined);
  const late = new StreamEnd(theirs);
  assert.deepEqual([late.bytes, late.told], [5_000, ['end']]);
});

test('a stream that is reset ends at once at both sides, and what was on its way is ignored', () => {
  for (const code of ['cancelled', 'refused', 'failed'] as const) {
    const pair = linePair({ latencyMs: 10 });
    const ours = pair.clock.turn(() => pair.alice.line.openStream('x'));
    pair.clock.advance(10);
    const theirs = pair.bob.streams[0];
    assert.ok(ours !== null && theirs !== undefined);
    const [left, right] = [new StreamEnd(ours), new StreamEnd(theirs)];
    pair.clock.turn(() => left.write(pattern(100_000, 1)));
    pair.clock.turn(() => right.stream.reset(code));
    pair.clock.advance(100);
    assert.deepEqual(left.told, [`reset ${code}`]);
    assert.deepEqual([pair.alice.line.streamCount, pair.bob.line.streamCount], [0, 0]);
    assert.equal(left.stream.write(pattern(10, 1)), 0);
    left.stream.end();
    left.stream.reset('failed');
    pair.clock.advance(100);
    assert.deepEqual([pair.alice.ends, pair.bob.ends], [[], []]);
  }
});

test('both sides may reset or end a stream at the same moment', () => {
  const acts = [
    (stream: LineStream) => stream.end(),
    (stream: LineStream) => stream.reset('cancelled'),
    (stream: LineStream) => {
      stream.write(pattern(1_000, 1));
    },
  ];
  for (const first of acts) {
    for (const second of acts) {
      const pair = linePair({ latencyMs: 10 });
      const ours = pair.clock.turn(() => pair.alice.line.openStream('x'));
      pair.clock.advance(10);
      const theirs = pair.bob.streams[0];
      assert.ok(ours !== null && theirs !== undefined);
      pair.clock.turn(() => first(ours));
      pair.clock.turn(() => second(theirs));
      pair.clock.advance(100);
      for (const stream of [ours, theirs]) pair.clock.turn(() => stream.end());
      pair.clock.advance(100);
      // What was not read counts until whoever has the stream lets it go.
      for (const stream of [ours, theirs]) pair.clock.turn(() => stream.letGo('cancelled'));
      pair.clock.advance(100);
      assert.deepEqual([pair.alice.ends, pair.bob.ends], [[], []]);
      assert.deepEqual([pair.alice.line.streamCount, pair.bob.line.streamCount], [0, 0]);
    }
  }
});

test('128 streams of ours are open at once, and as many of the other side', () => {
  const pair = linePair();
  for (const { line } of [pair.alice, pair.bob]) {
    for (let count = 0; count < LIMITS.streamsMax; count++) {
      assert.ok(pair.clock.turn(() => line.openStream('')) !== null);
    }
    assert.equal(line.openStream(''), null);
  }
  pair.clock.advance(100);
  assert.equal(pair.alice.line.streamCount, 2 * LIMITS.streamsMax);
  const [first] = pair.bob.streams;
  assert.ok(first !== undefined);
  pair.clock.turn(() => first.reset('refused'));
  pair.clock.advance(100);
  assert.ok(pair.alice.line.openStream('') !== null);
  const numbers = pair.bob.streams.map(({ number }) => number % 2);
  assert.deepEqual(new Set(numbers), new Set([1]));
  assert.deepEqual(new Set(pair.alice.streams.map(({ number }) => number % 2)), new Set([0]));
});

test('many streams share the line, and a large transfer leaves room for messages', () => {
  const pair = linePair({ capacityBytes: 100_000 });
  const ends = Array.from({ length: 10 }, () => openStream(pair));
  for (const [ours] of ends) pair.clock.turn(() => ours.write(pattern(2_000_000, 1)));
  pair.clock.turn(() => pair.alice.line.send(UNTYPED, Buffer.from('in between')));
  assert.ok(pair.alice.line.unsentBytes < 2_000_000, `${pair.alice.line.unsentBytes} bytes`);
  pair.clock.advance(10_000);
  assert.deepEqual(pair.bob.texts, ['in between']);
  for (const [ours, theirs] of ends) assert.deepEqual([ours.unsent, theirs.bytes], [0, 2_000_000]);
});

test('the end of the line is the end of its streams, for those who join late too', () => {
  const pair = linePair();
  const [ours, theirs] = openStream(pair);
  const unheard = pair.clock.turn(() => pair.alice.line.openStream('unheard'));
  pair.clock.advance(1);
  const late = pair.bob.streams.at(-1);
  assert.ok(unheard !== null && late !== undefined);
  pair.clock.turn(() => pair.alice.line.close('done', '', 3_000));
  pair.clock.advance(100);
  assert.deepEqual(ours.told, ['reset connectionClosedHere']);
  assert.deepEqual(theirs.told, ['reset connectionClosed']);
  assert.deepEqual(new StreamEnd(late).told, ['reset connectionClosed']);
});
