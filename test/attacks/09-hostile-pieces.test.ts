// Attack 9, in pieces: bytes of streams that nobody reads, cut as small as frames can be. Each piece
// by itself would be an object many times its size, so the windows alone do not bound memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DirectConnection, DirectStream } from '../../src/api/index.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { encodeStreamOpen } from '../../src/core/wire/direct.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { bytesHeld } from '../support/collect-garbage.ts';
import { streamFrame } from '../support/frame-cases.ts';
import { enterRaw, type RawLink } from '../support/raw-link.ts';
import { type Siege, siege } from '../support/siege.ts';
import { until } from '../support/until.ts';

const MIB = 1_048_576;
const STREAMS = 8;
const WINDOWS = STREAMS * LIMITS.streamWindowBytes;
/** The windows twice, for a buffer may be half full, and what else a process gathers meanwhile. */
const HELD_MAX = 2 * WINDOWS + 4 * MIB;
const NUMBERS = Array.from({ length: STREAMS }, (_, at) => 2 * at + 1);

function only(scene: Siege): DirectConnection {
  const [connection] = scene.taken;
  assert.ok(connection !== undefined);
  return connection;
}

/** Opens streams and fills the window of each by frames of `piece` in turn. */
async function fill(link: RawLink, scene: Siege, piece: readonly number[]): Promise<void> {
  const pieces = piece.map((length) => new Uint8Array(length).fill(7));
  const round = piece.reduce((sum, length) => sum + length, 0);
  for (const number of NUMBERS) {
    link.send(KIND.streamOpen, encodeStreamOpen({ stream: number, name: '' }));
    const frames = Buffer.concat(pieces.map((bytes) => streamFrame(number, bytes)));
    const rounds = LIMITS.streamWindowBytes / round;
    link.write(Buffer.concat(Array.from({ length: rounds }, () => frames)));
  }
  await until(() => only(scene).counters.bytesReceived === WINDOWS, 20_000);
}

test('streams that nobody takes hold no more than their windows, however they are cut', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const before = bytesHeld();
  await fill(link, scene, [1]);
  const held = bytesHeld() - before;
  assert.ok(held < HELD_MAX, `${held / MIB} MiB for ${WINDOWS / MIB}`);
  assert.equal(only(scene).isOpen, true);
});

for (const piece of [[1], [1, 4_095]]) {
  test(`streams that nobody reads hold no more than their windows, cut into ${piece} B`, async (t) => {
    const scene = await siege(t);
    const link = await enterRaw(t, scene.bob, scene.dial);
    const streams: DirectStream[] = [];
    only(scene).onStream((stream) => {
      stream.on('error', () => undefined);
      streams.push(stream);
    });
    const before = bytesHeld();
    await fill(link, scene, piece);
    const held = bytesHeld() - before;
    assert.ok(held < HELD_MAX, `${held / MIB} MiB for ${WINDOWS / MIB}`);
    for (const stream of streams) {
      let bytes = 0;
      stream.on('data', (chunk: Uint8Array) => {
        for (const byte of chunk) bytes += byte === 7 ? 1 : 0;
      });
      await until(() => bytes === LIMITS.streamWindowBytes, 2_000);
    }
  });
}

test('nor do those whose Web Streams view nobody reads', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const views: ReadableStream[] = [];
  only(scene).onStream((stream) => {
    stream.on('error', () => undefined);
    views.push(stream.web.readable);
  });
  const before = bytesHeld();
  await fill(link, scene, [1]);
  const held = bytesHeld() - before;
  assert.ok(held < HELD_MAX, `${held / MIB} MiB for ${WINDOWS / MIB}`);
  for (const view of views) {
    let bytes = 0;
    for await (const chunk of view) {
      bytes += chunk.length;
      if (bytes === LIMITS.streamWindowBytes) break;
    }
  }
});
