// Attack 43: a member opens neighbor links and leaves them half open: says nothing, announces the
// largest frames and never sends them, or reads nothing. It holds four links and no memory of ours.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { decodeRefuse } from '../../src/core/wire/hello.ts';
import { besieged, dial, liveNeighbor } from '../support/live-neighbors.ts';
import { dialRaw, type RawDial, type RawLink } from '../support/raw-link.ts';
import { craftedHello, type RawMember } from '../support/raw-member.ts';
import { until } from '../support/until.ts';

const MIB = 1_048_576;

async function askAsNeighbor(
  t: TestContext,
  who: RawMember,
  door: Pick<RawDial, 'port' | 'doorName' | 'pipe'>,
): Promise<RawLink> {
  const link = await dialRaw(t, { ...door, shown: who });
  link.write(craftedHello(link, who, { body: { isNeighbor: true } }));
  return link;
}

async function enterAsNeighbor(...args: Parameters<typeof askAsNeighbor>): Promise<RawLink> {
  const link = await askAsNeighbor(...args);
  for (const due of [KIND.hello, KIND.welcome]) assert.equal((await link.frame())?.kind, due);
  return link;
}

test('frames that are announced and never come cost no memory, and others are let in', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const mallory = invite('Mallory');
  const before = process.memoryUsage().rss;
  const header = encodeFrame(KIND.bundle, new Uint8Array(LIMITS.bundleBytesMax)).subarray(0, 6);
  for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) {
    const link = await enterAsNeighbor(t, mallory, door);
    link.write(header);
  }
  const refused = await askAsNeighbor(t, mallory, door);
  const answer = await refused.frame();
  assert.ok(answer?.kind === KIND.refuse);
  assert.equal(decodeRefuse(answer.payload).reason, 'tooManyConnections');
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => bob.opened.length === 1, 5_000);
  assert.equal(alice.opened.length, LIMITS.neighborLinksPerMemberMax + 1);
  assert.deepEqual(alice.frames, []);
  const grown = (process.memoryUsage().rss - before) / MIB;
  assert.ok(grown < 64, `${grown} MiB more`);
});

test('one that reads nothing is hung up when too much waits for it, and its socket is cut', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const raw = await enterAsNeighbor(t, invite('Mallory'), door);
  raw.socket.pause();
  await until(() => alice.opened.length === 1, 2_000);
  const [opened] = alice.opened;
  assert.ok(opened !== undefined);
  const piece = new Uint8Array(LIMITS.syncFrameBytesMax);
  let sent = 0;
  await until(() => {
    if (alice.closed.length === 0) {
      alice.links.send(opened.link, KIND.symbols, piece);
      sent += piece.length;
    }
    return alice.closed.length > 0 || sent > 64 * MIB;
  }, 10_000);
  assert.deepEqual(
    alice.closed.map(({ why }) => why),
    ['hung up here: tooSlow'],
  );
  // The kernels of both sides take some of it, which is none of ours.
  assert.ok(sent < 32 * MIB, `${sent / MIB} MiB`);
  raw.socket.resume();
  await until(() => raw.isEnded, 5_000);
});

test('one that is hung up and stays open all the same is cut, and has its place until then', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const mallory = invite('Mallory');
  for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) {
    const pipe = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
    await enterAsNeighbor(t, mallory, { ...door, pipe });
  }
  for (const { link } of alice.opened) alice.links.hangUp(link, 'busy');
  const refused = await askAsNeighbor(t, mallory, door);
  assert.equal((await refused.frame())?.kind, KIND.refuse);
  const deadline = performance.now() + 3_000;
  let isLetIn = false;
  while (!isLetIn && performance.now() < deadline) {
    const link = await askAsNeighbor(t, mallory, door);
    isLetIn = (await link.frame())?.kind === KIND.hello;
    link.socket.destroy();
  }
  assert.ok(isLetIn, 'the places are free again');
});

test('a link that breaks a rule takes none of the others with it', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const mallory = invite('Mallory');
  const [bad, good] = [
    await enterAsNeighbor(t, mallory, door),
    await enterAsNeighbor(t, mallory, door),
  ];
  bad.write(encodeFrame(KIND.message, Buffer.from([0, 1])));
  assert.deepEqual(await bad.kindsToEnd(), [KIND.close]);
  good.write(encodeFrame(KIND.prune, new Uint8Array(0)));
  await until(() => alice.frames.length === 1, 2_000);
});
