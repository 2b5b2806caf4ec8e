// Waiting for what may become so: it ends once, in one of three ways, and leaves nothing behind.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Waiters } from '../../../src/api/graph/waiters.ts';
import { PeerGroupError } from '../../../src/api/peer-group-error.ts';
import { refusalOf } from '../../support/live-group.ts';

const late = (): PeerGroupError => new PeerGroupError('TIMED_OUT', '');

test('what is so already is not waited for', async () => {
  await new Waiters().until(() => true, { timeoutMs: 1, signal: AbortSignal.abort(), late });
});

test('it ends when somebody looks and finds it so', async () => {
  const waiters = new Waiters();
  const { signal } = new AbortController();
  let isSo = false;
  let isOver = false;
  const waiting = waiters
    .until(() => isSo, { timeoutMs: 60_000, signal, late })
    .then(() => {
      isOver = true;
    });
  waiters.look();
  await Promise.resolve();
  assert.equal(isOver, false);
  isSo = true;
  waiters.look();
  await waiting;
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('it is given up when its time is over, or by its signal', async () => {
  const waiters = new Waiters();
  const controller = new AbortController();
  const { signal } = controller;
  const never = (): boolean => false;
  const error = await refusalOf(waiters.until(never, { timeoutMs: 1, signal, late }));
  assert.equal(error.code, 'TIMED_OUT');
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const waiting = refusalOf(waiters.until(never, { timeoutMs: 60_000, signal, late }));
  controller.abort();
  assert.equal((await waiting).code, 'ABORTED');
});
