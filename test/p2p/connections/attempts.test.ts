// Attempts to connect that meet, that lead nowhere, and that are given up, on groups of the API.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { peerAddressOf } from '../../../src/p2p/connections/addresses.ts';
import { deadAddress, silentServer } from '../groups/support.ts';
import { pair, type Side } from './side.ts';

const REFUSED = '8063010b';
const NOT_AUTHENTICATED = '8063010a';
const FAILED = '80630109';

function textOf({ sin6 }: ReturnType<typeof peerAddressOf>): string {
  return `[${sin6.sin6_addr}]:${sin6.sin6_port}`;
}

/** Both, the one of the lower name first. */
function ordered(one: Side, other: Side): readonly [Side, Side] {
  return one.group.self < other.group.self ? [one, other] : [other, one];
}

test('an attempt that leads nowhere is in the way of no other, whoever makes it', async (t) => {
  const [ann, bob] = await pair(t);
  const [lower, higher] = ordered(ann, bob);
  const nowhere = textOf(await silentServer(t));
  const lost = lower.connections.openDirect(higher.group.self, nowhere);
  // Theirs waits for ours a little, for ours would win.
  const id = higher.connections.openDirect(lower.group.self, lower.address);
  assert.equal(await higher.next(), `direct ${id} up 0`);
  assert.match(await lower.next(), /up 0$/);
  assert.equal(await lower.next(), `direct ${lost} failed ${FAILED}`);
  higher.connections.closeDirect(id);
  assert.match(await lower.next(), /down 0$/);
  assert.equal(await higher.next(), `direct ${id} down 0`);

  const [first, second] = [
    ann.connections.openDirect(bob.group.self, nowhere),
    ann.connections.openDirect(bob.group.self, bob.address),
  ];
  assert.equal(await ann.next(), `direct ${second} up 0`);
  assert.equal(await ann.next(), `direct ${first} failed ${FAILED}`);
});

test('of two attempts of one side one comes through', async (t) => {
  const [ann, bob] = await pair(t);
  for (let round = 0; round < 5; round += 1) {
    const ids = [1, 2].map(() => ann.connections.openDirect(bob.group.self, bob.address));
    const events = [await ann.next(), await ann.next()].map((each) => each.split(' '));
    assert.deepEqual(new Set(events.map(([, id]) => BigInt(id ?? 0))), new Set(ids));
    const up = events.find(([, , what]) => what === 'up')?.[1];
    assert.deepEqual(events.find(([, , what]) => what === 'failed')?.slice(3), [REFUSED]);
    assert.match(await bob.next(), /up 0$/);
    ann.connections.closeDirect(BigInt(up ?? 0));
    assert.equal(await ann.next(), `direct ${up} down 0`);
    assert.match(await bob.next(), /down 0$/);
  }
});

test('an attempt that was given up, however far it was, leaves the way free for the next one', async (t) => {
  const [ann, bob] = await pair(t);
  for (const delayMs of [0, 2, 5, 10, 15, 20, 30]) {
    const given = ann.connections.openDirect(bob.group.self, bob.address);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    ann.connections.closeDirect(given);
    const end = await ann.nextOf((each) => each.includes(` ${given} `) && !each.includes('up'));
    assert.match(end, /failed 80630109$|down 0$/);
    assert.throws(() => ann.connections.closeDirect(given));
    // What may have come up there is soon over.
    for (;;) {
      const id = ann.connections.openDirect(bob.group.self, bob.address);
      const answer = await ann.nextOf((each) => each.includes(` ${id} `));
      if (answer === `direct ${id} failed ${REFUSED}`) continue;
      assert.equal(answer, `direct ${id} up 0`);
      ann.connections.closeDirect(id);
      await ann.nextOf((each) => each === `direct ${id} down 0`);
      break;
    }
  }
  const events = await bob.rest();
  const ups = events.filter((each) => each.includes('up'));
  const downs = events.filter((each) => each.includes('down'));
  assert.equal(ups.length, downs.length);
  assert.equal(ups.length + downs.length, events.length);
});

test('an identity that nobody can have is nobody, whoever answers', async (t) => {
  const [ann, bob] = await pair(t);
  const dead = textOf(await deadAddress());
  for (const name of ['x', '0.somebody', 'A'.repeat(40), `${'1'.repeat(40)}.${'c'.repeat(200)}`]) {
    const id = ann.connections.openDirect(name, bob.address);
    assert.equal(await ann.next(), `direct ${id} failed ${NOT_AUTHENTICATED}`);
    const other = ann.connections.openDirect(name, dead);
    assert.equal(await ann.next(), `direct ${other} failed ${FAILED}`);
  }
});

test('whoever goes offline has heard of each of its attempts, and takes nobody any more', async (t) => {
  const [ann, bob] = await pair(t);
  const nowhere = textOf(await silentServer(t));
  const ids = [1, 2, 3].map(() => ann.connections.openDirect(bob.group.self, nowhere));
  ann.connections.closeDirect(ids[1] ?? 0n);
  await ann.connections.goOffline();
  const told = (await ann.rest()).toSorted();
  assert.deepEqual(
    told,
    ids.map((id) => `direct ${id} failed ${FAILED}`),
  );
  const id = bob.connections.openDirect(ann.group.self, ann.address);
  assert.equal(await bob.next(), `direct ${id} failed ${NOT_AUTHENTICATED}`);
});
