// Attack 9, in quantity: what a member may not make us hold or do, however much it sends and however
// little it reads. The attacker keeps to the pace that TCP gives it, so growth here is ours.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';

import type { DirectConnection, DirectStream } from '../../src/api/index.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { decodeStreamReset, encodeStreamOpen } from '../../src/core/wire/direct.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { atEnd } from '../support/at-end.ts';
import { beginTls, enterRaw, listening, RawLink } from '../support/raw-link.ts';
import { honestHello } from '../support/raw-member.ts';
import { clientSecretOf, RecordWriter } from '../support/raw-records.ts';
import { type Siege, siege } from '../support/siege.ts';
import { until, within } from '../support/until.ts';

const MIB = 1_048_576;

function memory(): number {
  return process.memoryUsage().rss;
}

function only(scene: Siege): DirectConnection {
  const [connection] = scene.taken;
  assert.ok(connection !== undefined);
  return connection;
}

/** Sends until TCP takes no more for a while, or `most` bytes have gone. */
async function flood(link: RawLink, chunk: Uint8Array, most: number): Promise<number> {
  let sent = 0;
  let isStuck = false;
  while (sent < most && !link.isEnded && !isStuck) {
    sent += chunk.length;
    if (link.socket.write(chunk)) continue;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, 400, true);
    const go = (): void => resolve(false);
    link.socket.once('drain', go).once('close', go);
    isStuck = await promise;
    clearTimeout(timer);
    link.socket.off('drain', go).off('close', go);
  }
  return sent;
}

test('pings whose answers nobody reads stop being read', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  link.socket.pause();
  link.isForgetful = true;
  const before = memory();
  const pings = Buffer.concat(
    Array.from({ length: 8_192 }, (_, at) =>
      encodeFrame(KIND.ping, Buffer.from([0, 0, at >> 8, at & 255])),
    ),
  );
  const sent = await flood(link, pings, 256 * MIB);
  assert.ok(sent < 64 * MIB, `${sent / MIB} MiB were taken of one who reads nothing`);
  assert.ok(only(scene).counters.unsentBytes < 4 * MIB, `${only(scene).counters.unsentBytes}`);
  assert.ok(memory() - before < 160 * MIB, `${(memory() - before) / MIB} MiB more`);
  link.socket.resume();
  await until(() => (link.seen[KIND.pong] ?? 0) > 100_000, 10_000);
});

test('messages that the application does not take stop being read', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const message = encodeFrame(KIND.message, Buffer.alloc(65_536));
  const sent = await flood(link, message, 128 * MIB);
  assert.ok(sent < 32 * MIB, `${sent / MIB} MiB were taken`);
  assert.ok(only(scene).counters.unreadBytes < LIMITS.unreadBytesMax + 2 * MIB);
});

test('empty messages that the application does not take are bounded, too', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const empty = encodeFrame(KIND.message, Buffer.alloc(1));
  const many = Buffer.concat(Array.from({ length: 10_000 }, () => empty));
  await flood(link, many, 64 * MIB);
  const { messagesReceived } = only(scene).counters;
  assert.ok(messagesReceived < LIMITS.unreadMessagesMax + 50_000, `${messagesReceived}`);
});

test('streams that nobody takes, and those beyond the limit, are refused', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const open = (from: number, count: number) =>
    link.write(
      Buffer.concat(
        Array.from({ length: count }, (_, at) =>
          encodeFrame(KIND.streamOpen, encodeStreamOpen({ stream: from + 2 * at, name: 's' })),
        ),
      ),
    );
  open(1, 1_000);
  await until(() => (link.seen[KIND.streamReset] ?? 0) === 1_000 - LIMITS.streamsUntakenMax, 3_000);
  const taken: DirectStream[] = [];
  only(scene).onStream((stream) => {
    stream.on('error', () => undefined);
    taken.push(stream);
  });
  open(2_001, 1_000);
  const refused = 2_000 - LIMITS.streamsMax;
  await until(() => (link.seen[KIND.streamReset] ?? 0) === refused, 3_000);
  assert.equal(taken.length, LIMITS.streamsMax);
  const frame = await link.frame();
  assert.ok(frame !== null);
  assert.equal(decodeStreamReset(frame.payload).code, 'refused');
  assert.equal(only(scene).isOpen, true, 'the rest of the connection goes on');
});

test('streams that nobody reads hold no more than their windows', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  only(scene).onStream((stream) => stream.on('error', () => undefined));
  const before = memory();
  const rest = LIMITS.streamWindowBytes / 2;
  for (let at = 0; at < LIMITS.streamsMax; at++) {
    const number = Buffer.from(encodeStreamOpen({ stream: 2 * at + 1, name: '' }).subarray(0, -1));
    link.send(KIND.streamOpen, Buffer.concat([number, Buffer.alloc(1)]));
    const content = Buffer.concat([number, Buffer.alloc(rest)]);
    link.send(KIND.streamBytes, content);
    link.send(KIND.streamBytes, content);
  }
  const all = LIMITS.streamsMax * LIMITS.streamWindowBytes;
  await until(() => only(scene).counters.bytesReceived === all, 5_000);
  assert.ok(memory() - before < 6 * all, `${(memory() - before) / MIB} MiB for ${all / MIB}`);
  assert.equal(only(scene).isOpen, true);
});

/** A link of Bob's through a hop, so that records of the test's own making can follow. */
async function enterThroughHop(t: TestContext, scene: Siege) {
  const hop: { near?: Socket; far?: Socket } = {};
  const { port } = await listening(t, (near) => {
    const far = connect({ port: scene.alice.port, host: '127.0.0.1', noDelay: true });
    far.on('error', () => far.destroy());
    atEnd(t, () => void far.destroy());
    near.pipe(far).pipe(near);
    hop.near = near;
    hop.far = far;
  });
  const socket = beginTls(t, { ...scene.dial, port, shown: scene.bob });
  const secretOf = clientSecretOf(socket);
  await once(socket, 'secureConnect');
  const link = new RawLink(socket);
  link.write(honestHello(link, scene.bob));
  assert.equal((await link.frame())?.kind, KIND.hello);
  assert.equal((await link.frame())?.kind, KIND.welcome);
  const { near, far } = hop;
  const secret = secretOf();
  assert.ok(near !== undefined && far !== undefined && secret !== null);
  assert.equal(socket.getCipher().name, 'TLS_AES_256_GCM_SHA384');
  near.unpipe(far);
  far.unpipe(near);
  return { far, writer: new RecordWriter(secret, 1) };
}

test('key updates without end, whose answers nobody reads, end the connection', async (t) => {
  const scene = await siege(t);
  const { far, writer } = await enterThroughHop(t, scene);
  far.pause();
  const before = memory();
  const connection = only(scene);
  let sent = 0;
  while (connection.isOpen && sent < 64 * MIB) {
    // A sign of life between them, so that silence is not what ends it.
    const alive = writer.data(encodeFrame(KIND.keepAlive, new Uint8Array(0)));
    const many = Array.from({ length: 500 }, () => writer.keyUpdate(true));
    const updates = Buffer.concat([alive, ...many]);
    sent += updates.length;
    if (!far.write(updates))
      await within(Promise.race([once(far, 'drain'), connection.closed]), 10_000, 'room');
    await new Promise(setImmediate);
  }
  const end = await within(connection.closed, 4_000, 'the end');
  assert.equal(end.how, 'protocolViolation');
  assert.ok(sent < 8 * MIB, `${sent / MIB} MiB were taken`);
  assert.ok(memory() - before < 96 * MIB, `${(memory() - before) / MIB} MiB more`);
});

test('records without content by the million end the connection', async (t) => {
  const scene = await siege(t);
  const { far, writer } = await enterThroughHop(t, scene);
  far.resume();
  const connection = only(scene);
  let sent = 0;
  while (connection.isOpen && sent < 64 * MIB) {
    const empty = Buffer.concat(Array.from({ length: 500 }, () => writer.data(new Uint8Array(0))));
    sent += empty.length;
    if (!far.write(empty))
      await within(Promise.race([once(far, 'drain'), connection.closed]), 10_000, 'room');
    await new Promise(setImmediate);
  }
  const end = await within(connection.closed, 4_000, 'the end');
  assert.notEqual(end.how, 'done');
});
