// Attack 8: strangers who take places and time. Handshakes are bounded in number, for one host and in
// all, and in time; hosts that keep failing are not heard; and a member gets in all the same. Hosts
// are addresses of 127.0.0.0/8 here.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { atEnd } from '../support/at-end.ts';
import { joinAs } from '../support/live-group.ts';
import { beginTls, closeOf, connectTo, dialRaw, enterRaw, listening } from '../support/raw-link.ts';
import { honestHello } from '../support/raw-member.ts';
import { type Siege, siege } from '../support/siege.ts';
import { until, within } from '../support/until.ts';

/** What is added to a bound for a busy machine. */
const SLACK_MS = 1_500;

/** Strangers who connect and say nothing, spread over hosts. */
async function strangers(t: TestContext, { alice }: Siege, count: number, hosts: number) {
  const sockets: { readonly socket: Socket; endedAfterMs: number | null }[] = [];
  /** Their places in the crowd, in the order in which they were cut. */
  const cut: number[] = [];
  for (let at = 0; at < count; at++) {
    const socket = connectTo(alice.port, `127.0.1.${1 + (at % hosts)}`);
    const startedAt = performance.now();
    const stranger: (typeof sockets)[number] = { socket, endedAfterMs: null };
    const onEnd = (): void => {
      if (stranger.endedAfterMs === null) cut.push(at);
      stranger.endedAfterMs ??= performance.now() - startedAt;
    };
    socket.resume().on('error', onEnd).once('close', onEnd).once('end', onEnd);
    atEnd(t, () => void socket.destroy());
    sockets.push(stranger);
  }
  await until(() => sockets.every(({ socket }) => !socket.connecting), 5_000);
  return { sockets, cut };
}

/** Sends bytes one at a time until the far end has had enough; how long that took. */
async function drip(socket: Socket, bytes: Uint8Array, everyMs: number): Promise<number> {
  const startedAt = performance.now();
  let at = 0;
  const timer = setInterval(() => {
    if (!socket.destroyed) socket.write(bytes.subarray(at, ++at));
  }, everyMs);
  try {
    await within(closeOf(socket), LIMITS.handshakeMs + 2 * SLACK_MS, 'the end of a slow stranger');
  } finally {
    clearInterval(timer);
  }
  return performance.now() - startedAt;
}

async function clientHello(t: TestContext, scene: Siege): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const { port } = await listening(t, (socket) => socket.once('data', resolve));
  beginTls(t, { ...scene.dial, port, shown: scene.bob });
  return await promise;
}

describe('strangers who wait', { concurrency: true }, () => {
  test('one who drips a ClientHello is cut when the patience is over', async (t) => {
    const scene = await siege(t);
    const bytes = await clientHello(t, scene);
    const socket = connectTo(scene.alice.port);
    socket.on('error', () => undefined);
    socket.write(bytes.subarray(0, 900));
    const tookMs = await drip(socket, bytes.subarray(900), 200);
    assert.ok(tookMs < LIMITS.handshakeMs + SLACK_MS, `${tookMs} ms`);
    assert.ok(
      tookMs > LIMITS.handshakeMs - SLACK_MS,
      `${tookMs} ms: with nobody else there is time`,
    );
  });

  test('one who drips a HELLO is cut when the patience is over', async (t) => {
    const scene = await siege(t);
    const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
    const tookMs = await drip(link.socket, honestHello(link, scene.bob), 200);
    assert.ok(tookMs < LIMITS.handshakeMs + SLACK_MS, `${tookMs} ms`);
    assert.equal(scene.taken.length, 0);
  });

  test('all hosts together get no more than all places, and the patience shrinks', async (t) => {
    const scene = await siege(t);
    const extra = 20;
    const { sockets, cut } = await strangers(t, scene, LIMITS.handshakesMax + extra, 6);
    await until(() => cut.length >= extra, 5_000);
    assert.ok(
      cut.slice(0, extra).every((at) => at >= LIMITS.handshakesMax),
      `cut were ${cut}`,
    );
    const last = sockets[LIMITS.handshakesMax - 1];
    await until(() => last?.endedAfterMs !== null, 1_000 + SLACK_MS);
    const half = sockets[LIMITS.handshakesMax / 4];
    await until(() => half?.endedAfterMs !== null, LIMITS.handshakeMs / 2 + SLACK_MS);
    await until(() => cut.length === sockets.length, LIMITS.handshakeMs + SLACK_MS);
  });
});

test('one host gets no more than its places', async (t) => {
  const scene = await siege(t);
  const extra = 10;
  const { cut } = await strangers(t, scene, LIMITS.handshakesPerAddressMax + extra, 1);
  await until(() => cut.length >= extra, 5_000);
  assert.ok(
    cut.slice(0, extra).every((at) => at >= LIMITS.handshakesPerAddressMax),
    `cut were ${cut}`,
  );
  const other = connectTo(scene.alice.port, '127.0.2.1');
  other.end();
  await within(closeOf(other), 2_000, 'another host is heard');
});

test('a member gets in while 200 strangers hang', async (t) => {
  const scene = await siege(t);
  const bob = await joinAs(t, scene.alice, 'Bob');
  const { cut } = await strangers(t, scene, 200, 5);
  assert.ok(cut.length < 10, 'they hang');
  const connection = await within(
    bob.group.openDirectConnection(scene.alice.group.self, { address: scene.alice.address }),
    3_000,
    'a connection',
  );
  connection.abort();
});

test('a host that keeps failing is not heard for a while, and others are', async (t) => {
  const scene = await siege(t);
  for (let failed = 0; failed < LIMITS.failuresPerAddressBurst + 8; failed++) {
    const socket = connectTo(scene.alice.port, '127.0.3.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await within(closeOf(socket), 2_000, 'the end');
  }
  const unheard = connectTo(scene.alice.port, '127.0.3.1');
  const tls = beginTls(t, { ...scene.dial, pipe: unheard, shown: scene.bob });
  await within(closeOf(tls), 1_000, 'the end');
  assert.ok(unheard.bytesRead <= 7, `${unheard.bytesRead} bytes`);
  await enterRaw(t, scene.bob, { ...scene.dial, localAddress: '127.0.3.2' });
  assert.equal(scene.taken.length, 1);
});

test('a host of members that come and go pays nothing', async (t) => {
  const scene = await siege(t);
  const rounds = 2 * LIMITS.failuresPerAddressBurst;
  for (let round = 0; round < rounds; round++) {
    const link = await enterRaw(t, scene.bob, { ...scene.dial, localAddress: '127.0.4.1' });
    link.socket.destroy();
  }
  assert.equal(scene.taken.length, rounds);
});

test('a HELLO that is announced longer than any can be is not waited for', async (t) => {
  const scene = await siege(t);
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const oversize = new Uint8Array(5);
  new DataView(oversize.buffer).setUint32(0, LIMITS.helloBytesMax + 1);
  oversize[4] = KIND.hello;
  link.write(oversize);
  assert.deepEqual(await link.kindsToEnd(), []);
});
