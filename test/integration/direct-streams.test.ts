// Streams of a direct connection over real sockets: bytes both ways at the reader's pace, each way
// ended by itself, beside messages that must not wait for them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { test } from 'node:test';

import { type DirectConnection, type DirectStream, isPeerGroupError } from '../../src/api/index.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { directPair, pattern } from '../support/direct-pair.ts';
import { reasonOf } from '../support/live-group.ts';
import { failureOf, until, within } from '../support/until.ts';

const MIB = 1_048_576;

async function nextStream(connection: DirectConnection): Promise<DirectStream> {
  for await (const stream of connection.streams()) return stream;
  throw new Error('no stream came');
}

function* chunksOf(total: number, seed: number): Generator<Uint8Array> {
  const block = pattern(100_003, seed);
  for (let left = total; left > 0; left -= block.length)
    yield left < block.length ? block.subarray(0, left) : block;
}

function digestOf(total: number, seed: number): string {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(total, seed)) hash.update(chunk);
  return hash.digest('hex');
}

async function digestOfStream(stream: DirectStream): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

test('64 MiB go each way at once, whole, with messages in between', async (t) => {
  const { near, far } = await directPair(t);
  const total = 64 * MIB;
  const nearStream = near.openStream({ name: 'big' });
  const farStream = await nextStream(far);
  assert.equal(farStream.label, 'big');
  let messages = 0;
  far.onMessage(({ data }) => void far.send(data));
  near.onMessage(() => {
    messages += 1;
  });
  const sending = [
    pipeline(Readable.from(chunksOf(total, 1)), nearStream, { end: true }),
    pipeline(Readable.from(chunksOf(total, 2)), farStream, { end: true }),
  ];
  const receiving = [digestOfStream(nearStream), digestOfStream(farStream)];
  for (let at = 0; at < 200; at++) {
    await near.send(`${at}`);
    await near.ping();
  }
  const digests = await within(Promise.all(receiving), 30_000, 'all bytes');
  await Promise.all(sending);
  assert.deepEqual(digests, [digestOf(total, 2), digestOf(total, 1)]);
  assert.equal(messages, 200);
});

test('a stream that nobody reads holds up neither messages nor another stream', async (t) => {
  const { near, far } = await directPair(t);
  const stalled = near.openStream({ name: 'stalled' });
  stalled.on('error', () => undefined);
  const streams: DirectStream[] = [];
  far.onStream((stream) => {
    stream.on('error', () => undefined);
    streams.push(stream);
  });
  void pipeline(Readable.from(chunksOf(64 * MIB, 1)), stalled).catch(() => undefined);
  await until(() => streams.length === 1 && stalled.writableNeedDrain, 3_000);
  const trips: number[] = [];
  for (let at = 0; at < 100; at++) trips.push(await near.ping());
  trips.sort((a, b) => a - b);
  assert.ok((trips[95] ?? 1e9) < 100, `${trips[95]} ms at the 95th percentile`);
  const free = near.openStream({ name: 'free' });
  free.end(pattern(4 * MIB));
  await until(() => streams.length === 2, 2_000);
  const [, second] = streams;
  assert.ok(second !== undefined);
  second.end();
  let received = 0;
  for await (const chunk of second) received += chunk.length;
  assert.equal(received, 4 * MIB);
  assert.ok(far.counters.bytesReceived < 8 * MIB, 'the window bounds what is held');
});

test('each way ends by itself', async (t) => {
  const { near, far } = await directPair(t);
  const question = near.openStream();
  const answer = await nextStream(far);
  question.end('how are you?');
  assert.equal(await text(answer), 'how are you?');
  assert.equal(question.readableEnded, false);
  for (let at = 0; at < 3; at++) answer.write('fine ');
  answer.end();
  assert.equal(await text(question), 'fine fine fine ');
  await Promise.all([finished(question), finished(answer)]);
  const again = near.openStream();
  again.end('x');
  const theirs = await nextStream(far);
  assert.equal(await text(theirs), 'x', 'and others can follow');
  theirs.end();
  await finished(again.resume());
});

test('a stream that is given up ends at the other side with the reason', async (t) => {
  const { near, far } = await directPair(t);
  for (const [error, reason] of [
    [undefined, 'cancelled'],
    [new Error('disk full'), 'failed'],
  ] as const) {
    const mine = near.openStream();
    mine.on('error', () => undefined);
    mine.write('some');
    const theirs = await nextStream(far);
    const failure = failureOf(text(theirs));
    mine.destroy(error);
    const seen = await within(failure, 2_000, 'the reset');
    assert.ok(isPeerGroupError(seen, 'STREAM_RESET'));
    assert.equal(reasonOf(seen), reason);
  }
  assert.equal(near.isOpen && far.isOpen, true);
  await near.flush();
});

test('the end of the connection is the end of its streams, and an error for who did not end it', async (t) => {
  const { near, far } = await directPair(t);
  const mine = near.openStream();
  const theirs = await nextStream(far);
  const errors: unknown[] = [];
  theirs.on('error', (error) => errors.push(error));
  const failure = failureOf(text(mine));
  far.abort();
  const seen = await within(failure, 2_000, 'the end');
  assert.ok(isPeerGroupError(seen, 'STREAM_RESET'), String(seen));
  assert.equal(reasonOf(seen), 'connectionClosed');
  await until(() => theirs.closed, 2_000);
  assert.deepEqual(errors, []);
});

test('names of streams arrive as they were given, and only names', async (t) => {
  const { near, far } = await directPair(t);
  for (const name of ['', 'ünïcode 🂡', 'n'.repeat(LIMITS.streamNameBytesMax)]) {
    const mine = near.openStream({ name });
    const theirs = await nextStream(far);
    assert.equal(theirs.label, name);
    mine.on('error', () => undefined).destroy();
    await failureOf(text(theirs));
  }
  for (const name of ['n'.repeat(LIMITS.streamNameBytesMax + 1), '\ud800'])
    assert.throws(() => near.openStream({ name }), { code: 'INVALID_ARGUMENT' });
});

test('128 streams from each side at once carry bytes, and one more is refused until one ends', async (t) => {
  const { near, far } = await directPair(t);
  for (const connection of [near, far]) connection.onStream((stream) => stream.pipe(stream));
  const open = (connection: DirectConnection) =>
    Array.from({ length: LIMITS.streamsMax }, (_, at) => connection.openStream({ name: `${at}` }));
  const all = [...open(near), ...open(far)];
  assert.throws(() => near.openStream(), { code: 'TOO_MANY_STREAMS' });
  for (const [at, stream] of all.entries()) stream.end(`stream ${at}`);
  const texts = await within(Promise.all(all.map((stream) => text(stream))), 5_000, 'echoes');
  assert.deepEqual(
    texts,
    all.map((_, at) => `stream ${at}`),
  );
  const more = near.openStream();
  more.end('room again');
  assert.equal(await text(more), 'room again');
});

test('streams that wait for nobody are refused from the 65th on', async (t) => {
  const { near, far } = await directPair(t);
  const streams = Array.from({ length: 70 }, () => near.openStream());
  let refused = 0;
  for (const stream of streams)
    stream.on('error', (error) => {
      if (isPeerGroupError(error, 'STREAM_RESET')) refused += 1;
    });
  await until(() => refused === 70 - LIMITS.streamsUntakenMax, 2_000);
  await near.flush();
  assert.equal(far.isOpen, true);
});

test('a stream has a view for Web Streams', async (t) => {
  const { near, far } = await directPair(t);
  const { readable, writable } = near.openStream().web;
  const theirs = await nextStream(far);
  theirs.pipe(theirs);
  const writer = writable.getWriter();
  const sent = pattern(300_000);
  const writing = writer.write(sent).then(() => writer.close());
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk as Uint8Array);
  await writing;
  assert.equal(Buffer.compare(Buffer.concat(chunks), sent), 0);
});

test('a signal gives a stream up', async (t) => {
  const { near, far } = await directPair(t);
  const controller = new AbortController();
  const mine = near.openStream({ signal: controller.signal });
  const theirs = await nextStream(far);
  const error = once(theirs, 'error');
  mine.on('error', () => undefined);
  controller.abort();
  await within(error, 2_000, 'the reset');
  assert.equal(mine.destroyed, true);
});
