// Messages of a direct connection over real sockets: sizes, types, order, whose the bytes are, and
// what happens when one side does not keep up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DirectConnection, Message } from '../../src/api/index.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { directPair, pattern, seededNumbers } from '../support/direct-pair.ts';
import { refusalOf } from '../support/live-group.ts';
import { until, within } from '../support/until.ts';

const MIB = 1_048_576;
const UNTYPED = '00000000-0000-0000-0000-000000000000';
const CHESS = 'c4e55000-0000-4000-8000-00000000c4e5';

async function nextOf(connection: DirectConnection): Promise<Message> {
  for await (const message of connection) return message;
  throw new Error('no message came');
}

test('messages of every size up to 16 MiB arrive as they were sent, both ways', async (t) => {
  const { near, far } = await directPair(t);
  for (const size of [0, 1, 2, 65_535, 65_536, 65_537, MIB, 16 * MIB]) {
    const bytes = pattern(size, size);
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      const taken = nextOf(to);
      await from.send(bytes);
      const message = await within(taken, 5_000, `${size} bytes`);
      assert.equal(Buffer.compare(message.data, bytes), 0, `${size} bytes`);
      assert.equal(message.type, UNTYPED);
    }
  }
});

test('a message above 16 MiB is refused before anything is sent, with both sizes', async (t) => {
  const { near, far } = await directPair(t);
  const before = near.counters;
  const error = await refusalOf(near.send(new Uint8Array(16 * MIB + 1)));
  assert.equal(error.code, 'MESSAGE_TOO_LARGE');
  assert.deepEqual(error.details, { size: 16 * MIB + 1, limit: 16 * MIB });
  assert.deepEqual(near.counters, before);
  await near.send('still here');
  assert.equal((await nextOf(far)).text, 'still here');
});

test('types arrive with their messages, in lower case, however many there are', async (t) => {
  const { near, far } = await directPair(t);
  const types = Array.from({ length: 300 }, (_, at) => CHESS.slice(0, -4) + hex4(at));
  const seen: string[] = [];
  far.onMessage(({ type, text }) => seen.push(`${type} ${text}`));
  for (const [at, type] of types.entries()) await near.send(`${at}`, { type: type.toUpperCase() });
  for (const [at, type] of types.entries()) await near.send(`again ${at}`, { type });
  await near.flush();
  const due = types.map((type, at) => `${type} ${at}`);
  assert.deepEqual(seen, [...due, ...types.map((type, at) => `${type} again ${at}`)]);
  assert.equal((await refusalOf(near.send('', { type: 'no guid' }))).code, 'INVALID_ARGUMENT');
});

function hex4(number: number): string {
  return number.toString(16).padStart(4, '0');
}

test('100,000 messages of mixed sizes arrive once each and in order, while others come back', async (t) => {
  const { near, far } = await directPair(t);
  const count = 100_000;
  const chance = seededNumbers(11);
  let expected = 0;
  let back = 0;
  let wrong = 0;
  far.onMessage(({ data }) => {
    const view = new DataView(data.buffer, data.byteOffset);
    if (view.getUint32(0) !== expected) wrong += 1;
    if (data.length > 8 && data[data.length - 1] !== (expected & 255)) wrong += 1;
    expected += 1;
    if (expected % 100 === 0) void far.send(data.slice(0, 4));
  });
  near.onMessage(() => {
    back += 1;
  });
  for (let at = 0; at < count; at++) {
    const draw = chance();
    const size = draw < 0.9 ? 4 + Math.floor(draw * 200) : draw < 0.9985 ? 2_000 : 150_000;
    const bytes = new Uint8Array(size);
    new DataView(bytes.buffer).setUint32(0, at);
    if (size > 8) bytes[size - 1] = at & 255;
    const sent = near.send(bytes);
    if (chance() < 0.5) await sent;
  }
  await near.flush();
  await until(() => back === count / 100, 5_000);
  assert.deepEqual([expected, wrong], [count, 0]);
  assert.equal(near.counters.messagesSent, count);
  assert.equal(far.counters.messagesReceived, count);
  assert.equal(near.counters.bytesSent, far.counters.bytesReceived);
});

test('bytes are the caller’s again when send resolves, and are not changed before', async (t) => {
  const { near, far } = await directPair(t);
  const sizes = [1, 30, 1_000, 65_536, 70_000, MIB, 3 * MIB];
  const arrived: Uint8Array[] = [];
  far.onMessage(({ data }) => arrived.push(data));
  const due: Uint8Array[] = [];
  for (let round = 0; round < 4; round++) {
    for (const size of sizes) {
      const bytes = pattern(size, size + round);
      due.push(bytes.slice());
      await near.send(bytes);
      bytes.fill(0xee);
    }
  }
  await near.flush();
  assert.equal(arrived.length, due.length);
  for (const [at, bytes] of due.entries())
    assert.equal(Buffer.compare(arrived[at] ?? new Uint8Array(0), bytes), 0, `message ${at}`);
});

test('a receiver who takes nothing makes the sender wait, holds little, and then gets all', async (t) => {
  const { near, far } = await directPair(t);
  const count = 2_000;
  const bytes = new Uint8Array(65_536);
  let sent = 0;
  const sending = (async () => {
    for (let at = 0; at < count; at++) {
      await near.send(bytes);
      sent += 1;
    }
  })();
  let last = -1;
  while (last !== sent) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.ok(sent < count / 2, `${sent} of ${count} were sent to nobody`);
  assert.ok(near.counters.unsentBytes < 2 * MIB, `${near.counters.unsentBytes} unsent`);
  assert.ok(far.counters.unreadBytes < LIMITS.unreadBytesMax + 2 * MIB);
  let received = 0;
  for await (const { data } of far) {
    received += data.length / bytes.length;
    if (received === count) break;
  }
  await sending;
  assert.equal(received, count);
});

test('who never awaits is stopped at 64 MiB, and everything up to there arrives', async (t) => {
  const { near, far } = await directPair(t);
  const bytes = new Uint8Array(MIB);
  const results: Promise<void>[] = [];
  for (let at = 0; at < 100; at++) results.push(near.send(bytes));
  const settled = Promise.allSettled(results);
  const error = await refusalOf(near.send(bytes));
  assert.equal(error.code, 'SEND_QUEUE_FULL');
  let received = 0;
  far.onMessage(() => {
    received += 1;
  });
  const taken = (await settled).filter(({ status }) => status === 'fulfilled').length;
  assert.ok(taken >= 64 && taken <= 66, `${taken} were taken`);
  await near.flush();
  assert.equal(received, taken);
  await near.send('there is room again');
});

test('a signal ends the waiting for room and leaves the message on its way', async (t) => {
  const { near, far } = await directPair(t);
  const controller = new AbortController();
  const waiting = near.send(new Uint8Array(16 * MIB), { signal: controller.signal });
  controller.abort();
  assert.equal((await refusalOf(waiting)).code, 'ABORTED');
  assert.equal((await nextOf(far)).data.length, 16 * MIB);
  const aborted = near.send('never', { signal: AbortSignal.abort() });
  assert.equal((await refusalOf(aborted)).code, 'ABORTED');
  await near.flush();
  assert.equal(far.counters.messagesReceived, 1);
});

test('what is no message is refused before anything is sent', async (t) => {
  const { near, far } = await directPair(t);
  assert.equal((await refusalOf(near.send('\ud800'))).code, 'INVALID_ARGUMENT');
  const nothing = undefined as unknown as string;
  assert.equal((await refusalOf(near.send(nothing))).code, 'INVALID_ARGUMENT');
  await near.flush();
  assert.equal(far.counters.messagesReceived, 0);
});

test('one connection has one stream of messages, whether by loop or by listener', async (t) => {
  const { near, far } = await directPair(t);
  for (const text of ['a', 'b', 'c', 'd']) await near.send(text);
  await near.flush();
  const seen: string[] = [];
  for await (const { text } of far) {
    seen.push(text);
    if (text === 'b') break;
  }
  far.onMessage(({ text }) => seen.push(text));
  await near.send('e');
  await near.flush();
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e']);
});

test('a ping takes a round trip, behind everything that was sent', async (t) => {
  const { near, far } = await directPair(t);
  let received = 0;
  far.onMessage(() => {
    received += 1;
  });
  for (let at = 0; at < 50; at++) void near.send(new Uint8Array(20_000));
  assert.ok((await near.ping()) >= 0);
  assert.equal(received, 50);
});
