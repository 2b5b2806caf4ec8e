// CreateEvent: an auto-reset event object in the manner of Win32.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CreateEvent } from '../../../src/p2p/index.ts';

test('it begins unsignalled, and one signal lasts for one waiter', async () => {
  const event = CreateEvent();
  assert.equal(await event.wait(0), false);
  event.set();
  event.set();
  assert.equal(await event.wait(0), true);
  assert.equal(await event.wait(0), false);
});

test('waiters are served in order, one for each signal', async () => {
  const event = CreateEvent();
  const served: number[] = [];
  const waiting = [1, 2, 3].map(async (number) => {
    if (await event.wait()) served.push(number);
  });
  event.set();
  event.set();
  await Promise.all(waiting.slice(0, 2));
  assert.deepEqual(served, [1, 2]);
  event.set();
  await waiting[2];
  assert.deepEqual(served, [1, 2, 3]);
  assert.equal(await event.wait(0), false);
});

test('reset takes a pending signal back', async () => {
  const event = CreateEvent();
  event.set();
  event.reset();
  assert.equal(await event.wait(0), false);
});

test('a wait that runs out takes no signal', async () => {
  const event = CreateEvent();
  assert.equal(await event.wait(5), false);
  event.set();
  assert.equal(await event.wait(5), true);
});
