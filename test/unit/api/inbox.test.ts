// What arrived and was not taken yet: each item goes to one loop, in order, and a loop ends when the
// inbox does, when it is left, or when its signal says so.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Inbox } from '../../../src/api/inbox.ts';

async function takeAll<Item>(loop: AsyncIterable<Item>): Promise<readonly Item[]> {
  const taken: Item[] = [];
  for await (const item of loop) taken.push(item);
  return taken;
}

test('what is there is taken in order, and the loop ends with the inbox', async () => {
  const inbox = new Inbox<number>();
  for (const item of [1, 2, 3]) inbox.put(item);
  assert.equal(inbox.size, 3);
  const taken = takeAll(inbox.iterate());
  await Promise.resolve();
  inbox.put(4);
  inbox.end();
  assert.deepEqual(await taken, [1, 2, 3, 4]);
  inbox.put(5);
  assert.equal(inbox.size, 0);
  assert.deepEqual(await takeAll(inbox.iterate()), []);
});

test('what was there when the inbox ended can still be taken', async () => {
  const inbox = new Inbox<number>();
  inbox.put(1);
  inbox.end();
  assert.deepEqual(await takeAll(inbox.iterate()), [1]);
});

test('of several loops each item goes to one, to whoever waited longest', async () => {
  const inbox = new Inbox<number>();
  const [first, second] = [inbox.iterate(), inbox.iterate()];
  const waiting = [first.next(), second.next(), first.next()];
  for (const item of [1, 2, 3]) inbox.put(item);
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ value }) => value),
    [1, 2, 3],
  );
  const ends = [first.next(), second.next()];
  inbox.end();
  assert.deepEqual(
    (await Promise.all(ends)).map(({ done }) => done),
    [true, true],
  );
});

test('a loop that is left takes nothing more, and what it would have got goes to others', async () => {
  const inbox = new Inbox<number>();
  const [leaving, staying] = [inbox.iterate(), inbox.iterate()];
  const waits = leaving.next();
  const gets = staying.next();
  assert.equal((await leaving.return?.())?.done, true);
  assert.equal((await waits).done, true);
  inbox.put(1);
  assert.deepEqual(await gets, { value: 1, done: false });
  inbox.put(2);
  assert.equal((await leaving.next()).done, true);
  assert.equal(inbox.size, 1);
});

test('leaving a for await loop by break leaves the rest for the next', async () => {
  const inbox = new Inbox<number>();
  for (const item of [1, 2, 3]) inbox.put(item);
  for await (const item of inbox.iterate()) {
    assert.equal(item, 1);
    break;
  }
  inbox.end();
  assert.deepEqual(await takeAll(inbox.iterate()), [2, 3]);
});

test('a signal ends its own loop, whether it waits or not, and no other', async () => {
  const inbox = new Inbox<number>();
  const stop = new AbortController();
  const [ours, others] = [inbox.iterate(stop.signal), inbox.iterate()];
  const waits = [ours.next(), others.next()] as const;
  stop.abort();
  assert.equal((await waits[0]).done, true);
  inbox.put(1);
  assert.deepEqual(await waits[1], { value: 1, done: false });
  inbox.put(2);
  assert.equal((await ours.next()).done, true);
  assert.equal((await inbox.iterate(stop.signal).next()).done, true);
  assert.equal(inbox.size, 1);
});

test('taking is told once for each item, when it is handed over and not before', async () => {
  const taken: number[] = [];
  const inbox = new Inbox<number>((item) => taken.push(item));
  inbox.put(1);
  inbox.put(2);
  assert.deepEqual(taken, []);
  await inbox.iterate().next();
  assert.deepEqual(taken, [1]);
  assert.deepEqual([inbox.take(), inbox.size], [2, 0]);
  const waits = inbox.iterate().next();
  inbox.put(3);
  await waits;
  assert.deepEqual(taken, [1, 2, 3]);
});

test('items that come and go in great number behind a long queue cost no copying each time', async () => {
  const inbox = new Inbox<Uint8Array>();
  const loop = inbox.iterate();
  const item = new Uint8Array(1);
  const began = performance.now();
  for (let left = 10_000; left > 0; left--) inbox.put(item);
  for (let left = 300_000; left > 0; left--) {
    inbox.put(item);
    await loop.next();
  }
  assert.equal(inbox.size, 10_000);
  assert.equal(inbox.size, 10_000);
  assert.ok(performance.now() - began < 10_000);
});
