// Attack 29: a neighbor keeps a revocation from others, so that the removed one goes on with them: it
// neither passes it on nor takes it from them. Who belongs comes before records, and other links bring it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KIND } from '../../src/core/wire/frame.ts';
import { GraphSide } from '../support/graph-pair.ts';
import { CAST, NOW, newNote } from '../support/record-club.ts';
import { digestOf, removal } from '../support/removals.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const KNOWS = [alice, ann, bob, carol, eve, mallory];

async function settle(clock: SimulatedClock, ms = 100): Promise<void> {
  for (let round = 0; round < 20; round++) {
    clock.advance(ms / 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function both(prepare: (bobs: GraphSide, mallorys: GraphSide) => void, isDialer = true) {
  const clock = new SimulatedClock(NOW);
  const bobs = new GraphSide(bob, clock, KNOWS);
  const mallorys = new GraphSide(mallory, clock, KNOWS);
  prepare(bobs, mallorys);
  await settle(clock);
  bobs.engine.connect([]);
  mallorys.engine.connect([]);
  const [dialer, listener] = isDialer ? [bobs, mallorys] : [mallorys, bobs];
  dialer.links.lay(listener.links, 1);
  await settle(clock);
  return { clock, bobs, mallorys };
}

const SAID = removal([alice], eve);

for (const isDialer of [true, false]) {
  const who = isDialer ? 'a listener' : 'a dialer';

  test(`${who} that does not take a revocation gets no records, gives none, and is parted with`, async () => {
    const { clock, bobs, mallorys } = await both((left, right) => {
      left.desk.learnStatement(SAID.statement, null);
      left.desk.publish([newNote('of Bob')], () => undefined);
      right.desk.publish([newNote('of Mallory')], () => undefined);
      right.desk.learnStatement = () => ({ kind: 'void' });
    }, isDialer);
    for (let seconds = 0; seconds < 60; seconds += 2) await settle(clock, 2_000);
    bobs.desk.publish([newNote('later')], () => undefined);
    await settle(clock, 1_000);
    assert.equal(mallorys.store.totalUse().records, 1, 'she has what is hers');
    assert.equal(bobs.store.totalUse().records, 2);
    const withheld = bobs.events.find(({ kind }) => kind === 'securityWithheld');
    assert.ok(withheld?.kind === 'securityWithheld');
    assert.equal(withheld.node.member, mallory.membership.member);
    assert.deepEqual(bobs.links.hungUp, ['badConduct']);
  });

  test(`${who} that lists a revocation and does not give it gives no records either`, async () => {
    const { clock, bobs, mallorys } = await both((_, right) => {
      right.desk.learnStatement(SAID.statement, null);
      right.desk.publish([newNote('of Mallory')], () => undefined);
      const send = right.links.send.bind(right.links);
      right.links.send = (link, frame, payload) => {
        if (frame !== KIND.statement) send(link, frame, payload);
      };
    }, isDialer);
    for (let seconds = 0; seconds < 70; seconds += 2) await settle(clock, 2_000);
    assert.equal(mallorys.failures.length, 0);
    assert.equal(bobs.store.totalUse().records, 0);
    assert.ok(bobs.events.some(({ kind }) => kind === 'securityWithheld'));
  });
}

test('an honest neighbor that knows less gets the revocation first, and then all records', async () => {
  const { clock, bobs, mallorys } = await both((left, right) => {
    left.desk.learnStatement(SAID.statement, null);
    left.desk.publish([newNote('of Bob')], () => undefined);
    right.desk.publish([newNote('of Mallory')], () => undefined);
  });
  await settle(clock, 1_000);
  assert.equal(mallorys.store.totalUse().records, 2);
  assert.equal(bobs.store.totalUse().records, 2);
  const frames = bobs.links.sent.map(({ frame }) => frame);
  assert.ok(frames.indexOf(KIND.statement) < frames.indexOf(KIND.bundle));
  assert.ok(mallorys.store.findSecurityItem(digestOf(SAID.statement)) !== null);
  for (const side of [bobs, mallorys]) {
    assert.ok(!side.events.some(({ kind }) => kind === 'securityWithheld'));
  }
});
