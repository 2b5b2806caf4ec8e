// A connection that ends while streams and messages are under way lets everybody go: writers, readers
// and whoever waits for the end, whichever side ended it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directPair } from '../support/direct-pair.ts';
import { within } from '../support/until.ts';

const MIB = 1_048_576;

test('a stream that is written to while the connection closes does not hang the process', async (t) => {
  const { near, far } = await directPair(t);
  far.onStream((stream) => stream.on('error', () => undefined).resume());
  const stream = near.openStream();
  stream.on('error', () => undefined);
  stream.write(new Uint8Array(4 * MIB));
  const closed = near.close();
  stream.write('after the goodbye');
  await within(closed, 4_000, 'the close');
  await within(far.closed, 4_000, 'the close at the other side');
});

for (const who of ['near', 'far'] as const) {
  test(`a cut by the ${who} side while a stream waits for room settles everything`, async (t) => {
    const { near, far } = await directPair(t);
    const stream = near.openStream();
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.on('error', () => undefined);
    stream.once('close', resolve);
    for (let at = 0; at < 8; at++) stream.write(new Uint8Array(MIB));
    const sends = Array.from({ length: 20 }, () => near.send(new Uint8Array(MIB)));
    const settled = Promise.allSettled(sends);
    (who === 'near' ? near : far).abort();
    await within(near.closed, 2_000, 'the end here');
    await within(far.closed, 2_000, 'the end there');
    await within(promise, 2_000, 'the stream');
    assert.ok((await within(settled, 2_000, 'sends')).some(({ status }) => status === 'rejected'));
  });
}

test('a writer whose reader had ended its own side hears of the loss', async (t) => {
  const { near, far } = await directPair(t);
  const reader = Promise.withResolvers<void>();
  far.onStream((stream) => {
    stream.on('error', () => undefined);
    stream.end();
    stream.once('finish', reader.resolve);
  });
  const stream = near.openStream();
  await within(reader.promise, 2_000, 'the end of the other half');
  await near.ping();
  const failed = new Promise<Error | null | undefined>((resolve) => {
    stream.on('error', () => undefined);
    stream.write(new Uint8Array(4 * MIB), resolve);
  });
  far.abort();
  assert.ok((await within(failed, 2_000, 'the write')) instanceof Error);
  assert.equal(stream.destroyed, true);
});

test('a send that nobody waits for is no unhandled rejection when the connection is lost', async (t) => {
  const { near, far } = await directPair(t);
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.after(() => process.off('unhandledRejection', note));
  void near.send(new Uint8Array(16 * MIB));
  far.abort();
  await within(near.closed, 2_000, 'the end');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

test('what waits for the application does not keep the reads in memory that it came in', async (t) => {
  const { near, far } = await directPair(t);
  // In one turn, so that they arrive in one read.
  const sent = Array.from({ length: 200 }, () => near.send(new Uint8Array(1)));
  await Promise.all(sent);
  await near.ping();
  let taken = 0;
  for await (const { data } of far) {
    assert.ok(data.buffer.byteLength <= 64, 'a message of one byte has little memory');
    taken += 1;
    if (taken === 200) break;
  }
});
