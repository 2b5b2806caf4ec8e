// Runs a node on its ports: what is stored before what is sent before what is told, one input at a time,
// goodbyes when it closes, and an end to everything after a bug of ours.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now } from '../../../../src/core/base/time.ts';
import { UNTYPED } from '../../../../src/core/domain/message-types.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { encodeMembership } from '../../../../src/core/wire/sync.ts';
import { GraphSide } from '../../../support/graph-pair.ts';
import { CAST, NOW, newNote } from '../../../support/record-club.ts';
import { DISK_FULL } from '../../../support/record-office.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

const { ann, bob, carol } = CAST;

/** Signatures are checked at the end of a turn of the platform. */
async function settle(clock: SimulatedClock, ms = 100): Promise<void> {
  for (let round = 0; round < 20; round++) {
    clock.advance(ms / 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function connected() {
  const clock = new SimulatedClock(NOW);
  const left = new GraphSide(bob, clock, [ann, carol]);
  const right = new GraphSide(carol, clock, [ann, bob]);
  left.engine.connect([]);
  right.engine.connect([]);
  left.links.lay(right.links, 1);
  await settle(clock);
  assert.equal(left.engine.neighbors().length, 1);
  return { clock, left, right };
}

test('a publication is stored, then sent, then told', async () => {
  const { clock, left, right } = await connected();
  left.calls.splice(0);
  left.desk.publish([newNote('a')], () => undefined);
  await settle(clock);
  const kinds = left.calls
    .filter((call) => call.kind !== 'send' || call.frame === KIND.flood)
    .map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 3), ['commit', 'send', 'changes']);
  assert.equal(right.store.totalUse().records, 1);
});

test('what is published before somebody connects is there after it connected', async () => {
  const clock = new SimulatedClock(NOW);
  const left = new GraphSide(bob, clock, [ann, carol]);
  const right = new GraphSide(carol, clock, [ann, bob]);
  left.desk.publish([newNote('a'), newNote('b')], () => undefined);
  await settle(clock);
  left.engine.connect([]);
  right.engine.connect([]);
  left.links.lay(right.links, 1);
  await settle(clock, 1_000);
  assert.equal(right.store.totalUse().records, 2);
  assert.equal(right.engine.status.state, 'online');
});

test('nobody is told of a link before what is stored was looked through', () => {
  const clock = new SimulatedClock(NOW);
  const side = new GraphSide(bob, clock);
  assert.equal(side.links.isAttached, false);
  side.engine.connect([]);
  clock.advance(0);
  assert.equal(side.links.isAttached, true);
  assert.deepEqual(side.engine.status, {
    state: 'connecting',
    reason: 'nobodyKnown',
    lastFailure: null,
  });
});

test('closing says goodbye, also from inside what a listener is told', async () => {
  const { clock, left, right } = await connected();
  right.onEvent = ({ kind }) => {
    if (kind === 'broadcast') right.engine.close();
  };
  const reached: number[] = [];
  left.engine.broadcast(UNTYPED, new Uint8Array(3), (count) => reached.push(count));
  await settle(clock);
  assert.deepEqual(reached, [1]);
  assert.ok(right.links.sent.some(({ frame }) => frame === KIND.part));
  assert.equal(right.calls.at(-1)?.kind, 'tell', 'the last word is that it is offline');
  assert.equal(left.engine.neighbors().length, 0);
  const down = left.events.find((event) => event.kind === 'neighborDown');
  assert.equal(down?.kind === 'neighborDown' && down.why, 'leaving');
});

test('after it was closed nothing is taken, and nobody waits for an answer', async () => {
  const { clock, left } = await connected();
  left.engine.close();
  left.engine.close();
  const sentBefore = left.links.sent.length;
  left.engine.broadcast(UNTYPED, new Uint8Array(3), () => assert.fail('nobody answers'));
  left.desk.publish([newNote('a')], () => undefined);
  await settle(clock, 60_000);
  assert.equal(left.links.sent.length, sentBefore);
});

test('a disk that is full when a membership comes ends nothing', async () => {
  const clock = new SimulatedClock(NOW);
  const left = new GraphSide(bob, clock, [ann]);
  const right = new GraphSide(carol, clock, [ann]);
  left.engine.connect([]);
  right.engine.connect([]);
  right.store.onCommit = () => {
    throw DISK_FULL;
  };
  left.links.lay(right.links, 1);
  await settle(clock);
  assert.deepEqual(right.failures, []);
  assert.equal(right.engine.neighbors().length, 1);
});

test('frames that nobody may send end that link and nothing else', async () => {
  const { clock, left, right } = await connected();
  const [neighbor] = left.engine.neighbors();
  assert.ok(neighbor !== undefined);
  left.links.send(neighbor.link, KIND.symbols, new Uint8Array([0xff]));
  await settle(clock);
  assert.deepEqual(right.links.hungUp, ['badConduct']);
  assert.equal(right.engine.neighbors().length, 0);
  assert.deepEqual(right.failures, []);
});

test('a chain that is not sound ends the link of whoever sent it', async () => {
  const { clock, left, right } = await connected();
  const [neighbor] = left.engine.neighbors();
  assert.ok(neighbor !== undefined);
  const chain = left.recorder.membership.chain.map(({ der }) => der.slice());
  const last = chain.at(-1);
  assert.ok(last !== undefined);
  last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
  left.links.send(neighbor.link, KIND.membership, encodeMembership(chain));
  await settle(clock);
  assert.deepEqual(right.links.hungUp, ['badConduct']);
  assert.deepEqual(right.failures, []);
});

/** On it every step takes longer than a turn should. */
class TiringClock extends SimulatedClock {
  #lateMs = 0;

  override now(): Now {
    const { instant, wallTime } = super.now();
    this.#lateMs += 20;
    return { instant: instantOf(instant + this.#lateMs), wallTime };
  }
}

test('when more comes in each turn than a turn has time for, what waits is bounded', () => {
  const clock = new TiringClock(NOW);
  const side = new GraphSide(bob, clock);
  side.engine.connect([]);
  const bytes = new Uint8Array(1);
  const nobody = { member: bob.membership.member, nodeId: 0n };
  let waiting = 0;
  const say = (): void => {
    for (let count = 0; count < 40; count++) {
      waiting += 1;
      side.engine.sendToNeighbor(nobody, { type: UNTYPED, bytes }, () => {
        waiting -= 1;
      });
    }
  };
  // From inside a step, so that they have to wait for a turn.
  side.engine.broadcast(UNTYPED, bytes, say);
  let waitingMost = 0;
  const turn = (left: number): void => {
    waitingMost = Math.max(waitingMost, waiting);
    say();
    if (left > 0) clock.nextTurn(() => turn(left - 1));
  };
  turn(50);
  clock.advance(0);
  assert.ok(waitingMost > 0 && waitingMost <= 160, `${waitingMost} wait`);
});

test('what came by flooding is not offered as well, also when several came in one turn', async () => {
  const { clock, left, right } = await connected();
  right.links.sent.splice(0);
  for (const text of ['a', 'b', 'c']) {
    left.desk.publish([newNote(text)], () => undefined);
    clock.advance(0);
  }
  await settle(clock, 10_000);
  assert.equal(right.store.totalUse().records, 3);
  assert.deepEqual(
    right.links.sent.filter(({ frame }) => frame === KIND.offer || frame === KIND.want),
    [],
  );
  assert.deepEqual(
    left.links.sent.filter(({ frame }) => frame === KIND.offer),
    [],
  );
});

test('a link that is not read while what it brought is judged is not taken for dead', async () => {
  const { clock, left, right } = await connected();
  // Judging takes for ever.
  right.desk.take = () => undefined;
  const data = new Uint8Array(60_000);
  for (let count = 0; count < 160; count++) {
    left.desk.publish([newNote(`${count}`, { data })], () => undefined);
    clock.advance(0);
  }
  await settle(clock, 1_000);
  assert.equal(right.links.isReading, false);
  await settle(clock, 60_000);
  assert.equal(right.engine.neighbors().length, 1);
});
