// Attack 30: a removed member goes on as a neighbor, or lets others pass its traffic on. No member takes
// its link, its card, what it signs or what it brings, and it hears nothing of what is said since.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linkIdOf } from '../../src/core/domain/links.ts';
import { UNTYPED } from '../../src/core/domain/message-types.ts';
import { Broadcasts } from '../../src/core/graph/flood/broadcasts.ts';
import { encodeFlood } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { decodePart } from '../../src/core/wire/overlay.ts';
import { GraphSide } from '../support/graph-pair.ts';
import { CAST, NOW, newNote } from '../support/record-club.ts';
import { RemovalWorld } from '../support/removal-world.ts';
import { removal } from '../support/removals.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { desks } from '../support/simulated-desks.ts';
import { nodeCrypto } from '../support/trust-cast.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const KNOWS = [alice, ann, bob, carol, eve, mallory];

async function settle(clock: SimulatedClock, ms = 100): Promise<void> {
  for (let round = 0; round < 20; round++) {
    clock.advance(ms / 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function connected(left: typeof bob, right: typeof bob) {
  const clock = new SimulatedClock(NOW);
  const one = new GraphSide(left, clock, KNOWS);
  const other = new GraphSide(right, clock, KNOWS);
  one.engine.connect([]);
  other.engine.connect([]);
  one.links.lay(other.links, 1);
  await settle(clock, 500);
  assert.equal(one.engine.neighbors().length, 1);
  return { clock, one, other };
}

test('within two seconds nobody is a neighbor of the removed one, nor dials it, and it knows', () => {
  const scene = new RemovalWorld('removed relay', { nodes: 9, knowsEverybody: true });
  const { world } = scene;
  world.runFor({ seconds: 30 });
  const [founder, removed] = [world.node(0), world.node(4)];
  assert.ok(scene.neighborsOf(removed).length > 0);
  scene.remove(founder, removed, 'it lied');
  const withoutMs = world.runUntil(() => scene.neighborsOf(removed).length === 0, { seconds: 2 });
  assert.ok(withoutMs !== null, 'within two seconds');
  const own = scene.eventsOf(removed).find(({ kind }) => kind === 'removed');
  assert.ok(own?.kind === 'removed');
  assert.equal(own.removal.reason, 'it lied');
  assert.equal(own.removal.by, founder.place.villager.membership.member);
  assert.deepEqual(removed.status, { state: 'offline', reason: 'removed' });
  world.runFor({ seconds: 120 });
  const { member } = removed.place.villager.membership;
  for (const node of world.nodes) {
    if (node === removed) continue;
    assert.ok(!node.present.some((each) => each.member === member), `${node.name} lists it`);
    assert.ok(!node.neighbors.some((each) => each.member === member));
  }
  world.assertWell();
});

test('a removed one that does not care is refused when it dials, whoever it asks, and gets nothing', () => {
  const scene = new RemovalWorld('stubborn', { nodes: 8, knowsEverybody: true });
  const { world } = scene;
  world.runFor({ seconds: 30 });
  const [founder, removed] = [world.node(0), world.node(3)];
  scene.remove(founder, removed);
  world.runFor({ seconds: 5 });
  removed.kill();
  // It forgets what it was told.
  removed.disk.security.clear();
  scene.publish(founder, 'for members');
  world.start(removed);
  world.runFor({ seconds: 60 });
  assert.equal(scene.neighborsOf(removed).length, 0);
  assert.equal(removed.disk.records.size, 0);
  const { status } = removed;
  assert.ok(status.state === 'connecting');
  assert.equal(status.lastFailure?.code, 'MEMBERSHIP_REMOVED');
});

test('a link that comes up all the same is told why and parted with, and nothing on it counts', async () => {
  const clock = new SimulatedClock(NOW);
  const bobs = new GraphSide(bob, clock, KNOWS);
  const eves = new GraphSide(eve, clock, KNOWS);
  const said = removal([alice], eve, { reason: 'she lied' });
  bobs.desk.learnStatement(said.statement, null);
  bobs.desk.publish([newNote('for members')], () => undefined);
  await settle(clock);
  bobs.engine.connect([]);
  eves.engine.connect([]);
  bobs.links.lay(eves.links, 1);
  await settle(clock);
  assert.deepEqual(
    bobs.links.sent.map(({ frame }) => frame),
    [KIND.statement, KIND.part],
  );
  const part = bobs.links.sent.at(-1);
  assert.ok(part !== undefined);
  assert.equal(decodePart(part.payload).reason, 'removed');
  assert.equal(bobs.engine.neighbors().length, 0);
  assert.ok(!bobs.events.some(({ kind }) => kind === 'neighborUp'));
  const own = eves.events.find(({ kind }) => kind === 'removed');
  assert.ok(own?.kind === 'removed', 'she was told');
  assert.equal(own.removal.reason, 'she lied');
  assert.equal(eves.store.totalUse().records, 0);
});

test('what a removed one says to all is passed on by nobody, though it was before', async () => {
  const { clock, one, other } = await connected(bob, carol);
  const voice = new Broadcasts({
    crypto: nodeCrypto,
    signer: eve.person,
    group: eve.membership.group,
    nodeId: 5n,
    memberOf: () => null,
  });
  const says = (text: string): void => {
    const bytes = voice.sign(UNTYPED, Buffer.from(text), clock.now(), clock.now().wallTime);
    assert.ok(bytes !== null);
    const payload = encodeFlood({ hop: 1, kind: 'application', bytes });
    // Carol is made to bring it.
    other.links.send(linkIdOf(1), KIND.flood, payload);
  };
  says('still a member');
  await settle(clock, 500);
  one.desk.learnStatement(removal([alice], eve).statement, null);
  await settle(clock, 500);
  says('none any more');
  await settle(clock, 500);
  const heard = one.events.filter((event) => event.kind === 'broadcast');
  assert.deepEqual(
    heard.map(({ bytes }) => Buffer.from(bytes).toString()),
    ['still a member'],
  );
  assert.equal(
    one.engine.neighbors().length,
    1,
    'Carol is not to blame for long: she did not know',
  );
});

test('a neighbor is told of a removal before it is parted with', async () => {
  const { clock, one, other } = await connected(bob, eve);
  const said = removal([alice], eve);
  one.links.sent.splice(0);
  one.desk.learnStatement(said.statement, null);
  await settle(clock, 500);
  const frames = one.links.sent.map(({ frame }) => frame);
  assert.ok(frames.includes(KIND.statement));
  assert.ok(frames.indexOf(KIND.statement) < frames.indexOf(KIND.part));
  assert.deepEqual(one.links.hungUp, ['removed']);
  assert.deepEqual(other.engine.status, { state: 'offline', reason: 'removed' });
  assert.equal(one.engine.members().length, 1);
  const absent = one.events.find(({ kind }) => kind === 'memberAbsent');
  assert.ok(absent?.kind === 'memberAbsent');
  assert.equal(absent.why, 'removed');
});

test('a removed one gets no direct connection, whoever opens it', () => {
  const { clock, alice: alices, bob: bobs } = desks();
  const { member } = bobs.clubber.membership;
  const statement = new Uint8Array(32);
  const by = alices.clubber.membership.member;
  const at = clock.now().wallTime;
  alices.removed.set(member, { why: 'removed', statement, by, at, reason: 'he lied' });
  const outgoing = alices.open(bobs);
  clock.advance(10_000);
  const incoming = bobs.open(alices);
  clock.advance(10_000);
  for (const { results } of [outgoing, incoming]) {
    const [result] = results;
    assert.ok(result?.kind === 'failed');
    assert.equal(result.failure.code, 'MEMBERSHIP_REMOVED');
  }
  assert.equal(alices.lines.length, 0);
});
