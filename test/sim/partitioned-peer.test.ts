// What a member sees of a removal that it has not heard of, and what becomes of it when it does: one story for
// each of the situations that the design of removals names, and what is promised, on every disk.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes } from '../../src/core/base/bytes.ts';
import { endWithRemovals } from '../../src/sim/membership-ending.ts';
import { MembershipWorld, type People } from '../support/membership-world.ts';

const PEOPLE: People = {
  bob: { role: 'administrator' },
  carol: { role: 'administrator' },
  dave: { role: 'member' },
  erin: { role: 'member' },
  frank: { role: 'member' },
};
const YEAR_MS = 365 * 86_400_000;

/** How many records of this author it has. */
function heldBy(scene: MembershipWorld, name: string, author: string): number {
  return new Map(Object.entries(scene.holdersOf(author))).get(name) ?? 0;
}

/** Dave published once that everybody saw, is removed where Erin hears nothing of it, and goes on at her place. */
function removedAtErins(seed: string): {
  readonly scene: MembershipWorld;
  readonly heal: () => void;
} {
  const scene = new MembershipWorld(seed, PEOPLE);
  scene.publish('dave', 'in good time');
  scene.run(5);
  const heal = scene.apart('dave', 'erin');
  scene.run(1);
  scene.remove('bob', 'dave');
  scene.turnRogue('dave');
  scene.run(10);
  scene.publish('dave', 'one', 'two', 'three');
  scene.run(20);
  return { scene, heal };
}

test('who has not heard of a removal takes the removed one for a member, and what it publishes', () => {
  const { scene } = removedAtErins('not heard of it');
  assert.ok(scene.areNeighbors('erin', 'dave'));
  assert.deepEqual(scene.trustedBy('dave'), ['erin']);
  const { erin, dave, ...others } = scene.holdersOf('dave');
  assert.equal(erin, 4);
  assert.equal(dave, 4);
  assert.deepEqual(others, { alice: 1, bob: 1, carol: 1, frank: 1 });
});

test('who hears of it drops the removed one and what does not count, and passes none of it on', () => {
  const { scene, heal } = removedAtErins('hears of it');
  const daves = scene.node('dave').membership.publicKey;
  let passedOn = 0;
  scene.world.watch({
    onEvent: () => undefined,
    onChanges: (node, changes) => {
      const isNews = changes.some(
        ({ kind, after }) => kind === 'added' && after !== null && equalBytes(after.author, daves),
      );
      if (isNews && node.name !== 'dave') passedOn += 1;
    },
  });
  heal();
  const tookSeconds = scene.world.runUntil(() => scene.trustedBy('dave').length === 0, {
    seconds: 60,
  });
  assert.ok(tookSeconds !== null);
  scene.run(2);
  assert.equal(scene.areNeighbors('erin', 'dave'), false);
  scene.run(60);
  const { dave, ...others } = scene.holdersOf('dave');
  assert.equal(dave, 4);
  assert.deepEqual(others, { alice: 1, bob: 1, carol: 1, erin: 1, frank: 1 });
  assert.equal(passedOn, 0);
  endWithRemovals(scene.world);
});

test('a removed member that keeps its removal back is told of by any other link', () => {
  const scene = new MembershipWorld('kept back', PEOPLE);
  const lift = scene.apart('dave', 'erin');
  scene.run(1);
  scene.remove('bob', 'dave');
  scene.turnRogue('dave');
  scene.run(10);
  assert.deepEqual(scene.trustedBy('dave'), ['erin']);
  lift();
  // Of all others Frank alone can reach her.
  scene.world.part(
    [scene.node('erin')],
    ['alice', 'bob', 'carol'].map((name) => scene.node(name)),
  );
  const told = scene.world.runUntil(() => scene.trustedBy('dave').length === 0, { seconds: 60 });
  assert.ok(told !== null);
  scene.run(2);
  assert.equal(scene.areNeighbors('erin', 'dave'), false);
});

test('who is surrounded by the removed one is rid of it when its lease has ended', () => {
  const people = {
    ...PEOPLE,
    dave: { role: 'member', endsAfterMs: 90_000, leaseMs: 80_000 },
  } as const;
  const scene = new MembershipWorld('surrounded', people, { keepsLeases: true });
  scene.apart('dave', 'erin');
  scene.run(1);
  scene.remove('bob', 'dave');
  scene.turnRogue('dave');
  scene.run(20);
  scene.publish('dave', 'before the end');
  scene.run(10);
  assert.ok(scene.areNeighbors('erin', 'dave'));
  assert.equal(heldBy(scene, 'erin', 'dave'), 1);
  scene.run(60);
  scene.publish('dave', 'after the end');
  scene.run(30);
  assert.equal(scene.areNeighbors('erin', 'dave'), false);
  assert.equal(heldBy(scene, 'erin', 'dave'), 0);
});

test('whom the removed one took in stays, and others renew it', () => {
  const people = {
    bob: { role: 'administrator' },
    carol: { role: 'administrator' },
    dave: { role: 'member', by: 'bob', endsAfterMs: 120_000, leaseMs: 200_000 },
    erin: { role: 'member' },
  } as const;
  const scene = new MembershipWorld('only issuer', people, { keepsLeases: true });
  scene.publish('dave', 'mine');
  scene.remove('alice', 'bob');
  scene.run(60);
  assert.deepEqual(scene.trustedBy('dave'), ['alice', 'carol', 'erin']);
  assert.equal(scene.node('dave').status.state, 'online');
  const { membership } = scene.node('dave');
  const bobs = scene.node('bob').membership.publicKey;
  assert.ok(membership.notAfter > scene.node('dave').place.villager.membership.notAfter);
  assert.notDeepEqual(membership.chain.at(-2)?.publicKey, bobs);
  endWithRemovals(scene.world);
});

test('what a removed administrator issued meanwhile is void, and whoever has it is told why', () => {
  const scene = new MembershipWorld('issued meanwhile', PEOPLE);
  const heal = scene.apart('bob');
  scene.run(1);
  const newcomer = scene.acts.takeIn(scene.node('bob'), 'newcomer', { role: 'member' });
  assert.ok(newcomer !== null);
  const rest = ['alice', 'carol', 'dave', 'erin', 'frank'].map((name) => scene.node(name));
  const liftNewcomer = scene.world.part([newcomer], rest);
  scene.run(10);
  scene.publish('newcomer', 'hello');
  scene.remove('alice', 'bob');
  scene.run(10);
  assert.equal(heldBy(scene, 'bob', 'newcomer'), 1);
  heal();
  liftNewcomer();
  scene.run(60);
  // Bob does not know that he is out.
  assert.deepEqual(scene.trustedBy('newcomer'), ['bob']);
  const why = scene.node('carol').security?.removalOf(newcomer.membership)?.why;
  assert.equal(why, 'issuerRemoved');
  // As long as it has Bob it does not care what others say.
  scene.node('bob').kill();
  scene.run(20);
  assert.match(JSON.stringify(newcomer.status), /whoever issued the membership was removed/);
  const { newcomer: _own, bob: _bob, ...others } = scene.holdersOf('newcomer');
  assert.deepEqual(others, {});
  const again = scene.acts.takeIn(scene.node('alice'), 'newcomer again', { role: 'member' });
  scene.run(20);
  assert.equal(again?.status.state, 'online');
  endWithRemovals(scene.world);
});

test('two administrators that remove each other by themselves both stay', () => {
  const scene = new MembershipWorld('each other', PEOPLE);
  const heal = scene.apart('bob', 'dave', 'erin');
  scene.run(1);
  scene.remove('bob', 'carol');
  scene.remove('carol', 'bob');
  scene.run(10);
  heal();
  scene.run(40);
  assert.equal(scene.trustedBy('bob').length, 5);
  assert.equal(scene.trustedBy('carol').length, 5);
  endWithRemovals(scene.world);
});

test('two that remove each other, each with another one who signs as well, are both out', () => {
  const people = {
    ...PEOPLE,
    grace: { role: 'administrator' },
    heidi: { role: 'administrator' },
  } as const;
  const scene = new MembershipWorld('each other, signed', people);
  const heal = scene.apart('bob', 'grace', 'erin');
  scene.run(1);
  const [one, other] = [scene.remove('bob', 'carol'), scene.remove('carol', 'bob')];
  scene.run(10);
  assert.ok(scene.acts.coSign(scene.node('grace'), one) !== null);
  assert.ok(scene.acts.coSign(scene.node('heidi'), other) !== null);
  scene.run(10);
  assert.ok(!scene.trustedBy('carol').includes('erin'));
  assert.ok(!scene.trustedBy('bob').includes('frank'));
  heal();
  scene.run(60);
  assert.deepEqual(scene.trustedBy('bob'), []);
  assert.deepEqual(scene.trustedBy('carol'), []);
  assert.equal(scene.trustedBy('grace').length + scene.trustedBy('heidi').length > 6, true);
  endWithRemovals(scene.world);
});

test('who is given another role while it is away comes back with what it has, and learns of the other', () => {
  const scene = new MembershipWorld('other role', PEOPLE, { keepsLeases: true });
  const carol = scene.node('carol');
  scene.publish('carol', 'in good time');
  scene.run(5);
  carol.leave();
  scene.run(5);
  scene.acts.setRole(scene.node('alice'), carol, 'member');
  scene.run(10);
  assert.equal(scene.node('bob').security?.removalOf(carol.membership)?.why, 'removed');
  scene.world.start(carol);
  scene.run(20);
  assert.equal(carol.status.state, 'online');
  assert.equal(carol.membership.role, 'member');
  scene.publish('carol', 'as a member');
  scene.run(5);
  assert.equal(heldBy(scene, 'erin', 'carol'), 2);
  endWithRemovals(scene.world);
});

test('without the founder and its key administrators go on, and nobody changes the properties', () => {
  const scene = new MembershipWorld('key lost', PEOPLE);
  scene.node('alice').kill();
  scene.run(10);
  const newcomer = scene.acts.takeIn(scene.node('bob'), 'newcomer', { role: 'invitingMember' });
  scene.remove('carol', 'dave');
  const said = scene.acts.say(scene.node('bob'), {
    kind: 'properties',
    version: 1,
    friendlyName: 'Mine',
    comment: '',
    leaseMs: 86_400_000,
    application: '',
  });
  assert.equal(said, null);
  scene.run(20);
  assert.equal(newcomer?.status.state, 'online');
  assert.deepEqual(scene.trustedBy('dave'), []);
  assert.deepEqual(scene.trustedBy('newcomer'), ['bob', 'carol', 'erin', 'frank']);
  assert.ok(scene.world.running.every(({ security }) => security?.properties() === null));
});

test('a clock that is wrong by a year changes nothing about who is removed, nor for the others', () => {
  const scene = new MembershipWorld('wrong by a year', PEOPLE);
  scene.publish('dave', 'in good time');
  scene.publish('erin', 'of erin');
  scene.run(5);
  scene.node('erin').setWallAhead(YEAR_MS);
  scene.node('frank').setWallAhead(-YEAR_MS);
  scene.run(5);
  scene.remove('bob', 'dave');
  scene.turnRogue('dave');
  scene.run(5);
  scene.node('dave').setWallAhead(-YEAR_MS);
  scene.publish('dave', 'dated before');
  scene.run(30);
  assert.deepEqual(scene.trustedBy('dave'), []);
  const { dave: _own, ...others } = scene.holdersOf('dave');
  assert.deepEqual(
    Object.values(others).filter((count) => count > 1),
    [],
  );
  for (const name of ['erin', 'frank']) {
    assert.deepEqual(scene.trustedBy(name).length, 4);
    scene.node(name).setWallAhead(0);
  }
  // What a clock was too far ahead for is asked for again after ten minutes.
  endWithRemovals(scene.world, { seconds: 720 });
  assert.deepEqual(scene.holdersOf('erin'), {
    alice: 1,
    bob: 1,
    carol: 1,
    dave: 1,
    erin: 1,
    frank: 1,
  });
});
