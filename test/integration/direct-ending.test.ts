// How direct connections end, within one process: what was sent arrives, both sides are told the same
// reason once, and closing ends in time whatever the other side does.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { directPair } from '../support/direct-pair.ts';
import { refusalOf } from '../support/live-group.ts';
import { listening } from '../support/raw-link.ts';
import { until, within } from '../support/until.ts';

const MIB = 1_048_576;

test('what was sent before a close arrives, whichever side closes', async (t) => {
  for (const side of ['near', 'far'] as const) {
    const { near, far } = await directPair(t);
    const [closer, other] = side === 'near' ? [near, far] : [far, near];
    const count = 300;
    for (let at = 0; at < count; at++) void closer.send(new Uint8Array(10_000));
    const closing = closer.close({ reason: `by ${side}` });
    let received = 0;
    for await (const { data } of other) received += data.length / 10_000;
    assert.equal(received, count);
    assert.deepEqual(await closing, {
      by: 'us',
      how: 'done',
      reason: `by ${side}`,
      isDelivered: true,
    });
    assert.deepEqual(await other.closed, {
      by: 'them',
      how: 'done',
      reason: `by ${side}`,
      isDelivered: false,
    });
    assert.equal((await refusalOf(closer.send('late'))).code, 'CONNECTION_CLOSED');
    assert.equal((await refusalOf(other.ping())).code, 'CONNECTION_CLOSED');
  }
});

test('both sides may close at once, and close again', async (t) => {
  const { near, far } = await directPair(t);
  const ends = await within(
    Promise.all([near.close({ reason: 'n' }), far.close({ reason: 'f' }), near.close()]),
    2_000,
    'both',
  );
  assert.deepEqual(
    ends.map(({ how }) => how),
    ['done', 'done', 'done'],
  );
  assert.deepEqual(await near.close(), ends[0]);
});

test('closing the group or the node says that it leaves', async (t) => {
  for (const closes of ['group', 'node'] as const) {
    const { bob, near, far } = await directPair(t);
    await within(bob[closes].close(), 2_000, closes);
    assert.equal((await far.closed).how, 'leaving');
    assert.deepEqual([(await near.closed).by, (await near.closed).how], ['us', 'leaving']);
  }
});

test('an abort is a cut: told at once, without a goodbye', async (t) => {
  const { near, far } = await directPair(t);
  const waiting = refusalOf(far.send(new Uint8Array(16 * MIB)));
  near.abort();
  assert.deepEqual([(await near.closed).by, (await near.closed).how], ['us', 'cut']);
  const end = await within(far.closed, 1_000, 'the news');
  assert.deepEqual([end.by, end.how, end.isDelivered], ['network', 'cut', false]);
  assert.equal((await within(waiting, 1_000, 'whoever waited')).code, 'CONNECTION_LOST');
  assert.equal((await refusalOf(far.send('late'))).code, 'CONNECTION_LOST');
});

test('close ends in time when the other application reads nothing', async (t) => {
  const { near } = await directPair(t);
  for (let at = 0; at < 40; at++) void near.send(new Uint8Array(MIB)).catch(() => undefined);
  const startedAt = performance.now();
  const end = await within(near.close({ timeoutMs: 700 }), 1_700, 'the close');
  assert.ok(performance.now() - startedAt > 600);
  assert.deepEqual([end.by, end.how, end.isDelivered], ['us', 'done', false]);
});

test('a node closes in time with a connection whose other side reads nothing', async (t) => {
  const { bob, near } = await directPair(t);
  for (let at = 0; at < 40; at++) void near.send(new Uint8Array(MIB)).catch(() => undefined);
  await within(bob.node.close(), 5_000, 'the close');
  assert.equal(near.isOpen, false);
});

test('await using closes in order', async (t) => {
  const { near, far } = await directPair(t);
  {
    await using mine = near;
    await mine.send('last words');
  }
  const words: string[] = [];
  for await (const { text } of far) words.push(text);
  assert.deepEqual(words, ['last words']);
  assert.equal((await far.closed).how, 'done');
});

test('messages that came before the end can be taken after it', async (t) => {
  const { near, far } = await directPair(t);
  for (const text of ['1', '2', '3']) await near.send(text);
  await near.close();
  await until(() => !far.isOpen, 1_000);
  const left: string[] = [];
  for await (const { text } of far) left.push(text);
  assert.deepEqual(left, ['1', '2', '3']);
});

test('whoever closes a group while it opens a connection is told so', async (t) => {
  const { alice, bob } = await directPair(t);
  const silent = await listening(t, () => undefined);
  const opening = refusalOf(
    bob.group.openDirectConnection(alice.group.self, { address: silent.address, separate: true }),
  );
  await within(bob.group.close(), 4_000, 'the close');
  assert.equal((await opening).code, 'ABORTED');
});
