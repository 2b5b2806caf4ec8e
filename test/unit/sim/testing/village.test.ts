// What `peergroup/testing` gives to the tests of others: stories of a few members, in virtual time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimFailure, VillageError, village } from '../../../../src/sim/index.ts';

const THREE = ['alice', 'bob', 'carol'] as const;
const GUID = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e01';

test('a record published while Carol is away reaches her when she returns', () => {
  const { world, alice, bob, carol } = village({ seed: 7, members: ['alice', 'bob', 'carol'] });
  world.unplug(carol);
  alice.publish('notice', 'meeting at six');
  world.runFor({ seconds: 5 });
  assert.deepEqual(bob.texts('notice'), ['meeting at six']);
  assert.deepEqual(carol.texts('notice'), []);

  world.plugIn(carol);
  world.runFor({ seconds: 5 });
  assert.deepEqual(carol.texts('notice'), ['meeting at six']);
  world.check();
});

test('everybody is connected when village returns, and nobody when it was not asked to start', () => {
  const { world, alice, bob } = village({ seed: 1, members: THREE });
  assert.deepEqual(
    world.members.map(({ name }) => name),
    THREE,
  );
  assert.equal(alice.status.state, 'online');
  assert.deepEqual(alice.neighbors, ['bob', 'carol']);
  assert.deepEqual(bob.membersPresent, THREE);

  const alone = village({ seed: 1, members: ['ann'] });
  alone.ann.publish('notice', 'to myself');
  assert.deepEqual(alone.ann.texts('notice'), ['to myself']);
  alone.world.check();

  const quiet = village({ seed: 1, members: ['ann', 'ben'], isStarted: false });
  quiet.world.runFor({ minutes: 1 });
  assert.equal(quiet.ann.isThere, false);
  assert.throws(() => quiet.ann.publish('notice', ''), { code: 'NOT_THERE' });
  for (const member of quiet.world.members) quiet.world.start(member);
  quiet.world.runUntil(() => quiet.ben.status.state === 'online', { seconds: 30 });
});

test('a record is what was published, under a name or a GUID, and is changed by its creator only', () => {
  const { world, alice, bob } = village({ seed: 2, members: THREE });
  const playedAt = new Date('2030-01-02T03:04:05.678Z');
  const attributes = { player: 'Alice', round: 3, size: 2n ** 55n, playedAt };
  const move = alice.publish('move', '1. e4', attributes);
  assert.deepEqual({ ...move.attributes }, attributes);
  assert.deepEqual([move.type, move.author, move.version], ['move', 'alice', 1]);
  alice.publish(GUID, new Uint8Array([0xff, 7]));
  alice.publish('move', 'x'.repeat(70_000));
  world.runFor({ seconds: 2 });
  assert.deepEqual(bob.records('move')[0], move);
  assert.equal(bob.texts('move')[1]?.length, 70_000);
  assert.deepEqual(bob.records(GUID)[0]?.data, new Uint8Array([0xff, 7]));

  assert.throws(() => bob.update(move, { content: '1. d4' }), VillageError);
  assert.equal(alice.update(move, { content: '1. d4' }).version, 2);
  alice.delete(alice.records(GUID)[0]?.id ?? '');
  world.runFor({ seconds: 2 });
  assert.equal(bob.texts('move')[0], '1. d4');
  assert.deepEqual(bob.records('move')[0]?.attributes, move.attributes);
  assert.deepEqual(bob.records(GUID), []);
  assert.deepEqual(
    bob.records(GUID, { withDeleted: true }).map(({ isDeleted }) => isDeleted),
    [true],
  );
});

test('a record ends when its time is over, by the clock of each', () => {
  const { world, alice, bob } = village({ seed: 3, members: THREE });
  const kinds: string[] = [];
  bob.onChange(({ kind, origin }) => kinds.push(`${kind} ${origin}`));
  alice.publish('offer', 'draw?', {}, { expiresIn: { seconds: 20 } });
  world.runFor({ seconds: 10 });
  assert.deepEqual(bob.texts('offer'), ['draw?']);
  world.runFor({ seconds: 15 });
  assert.deepEqual(bob.texts('offer'), []);
  world.runFor({ minutes: 1 });
  assert.deepEqual(kinds, ['added elsewhere', 'expired clock']);
});

test('listeners hear of every change and where it comes from, and may publish an answer', () => {
  const { world, alice, bob } = village({ seed: 4, members: THREE });
  const told: string[] = [];
  const stop = bob.onChange(({ kind, origin, record }) => {
    told.push(`${kind} ${record.text} of ${record.author}, ${origin}`);
    if (record.type === 'question') bob.publish('answer', 'yes');
  });
  const question = alice.publish('question', 'tea?');
  assert.deepEqual(told, []);
  world.runFor({ seconds: 2 });
  assert.deepEqual(told, ['added tea? of alice, elsewhere', 'added yes of bob, here']);
  assert.deepEqual(alice.texts('answer'), ['yes']);
  stop();
  alice.delete(question);
  world.runFor({ seconds: 2 });
  assert.equal(told.length, 2);
});

test('time does not pass inside a listener, and what a listener throws ends the test', () => {
  const { world, alice, bob } = village({ seed: 4, members: THREE });
  bob.onChange(() => world.runFor({ seconds: 1 }));
  alice.publish('notice', '');
  assert.throws(() => world.runFor({ seconds: 2 }), /not inside a listener/);
});

test('a broadcast is heard by all who are there, and by nobody later', () => {
  const { world, alice, bob, carol } = village({ seed: 5, members: THREE });
  const heard: string[] = [];
  bob.onBroadcast(({ from, text, type }) => heard.push(`${from}: ${text} ${type}`));
  carol.leave();
  world.runFor({ seconds: 2 });
  assert.equal(alice.broadcast('hello', { type: 'greeting' }), 1);
  world.runFor({ seconds: 1 });
  carol.return();
  world.runFor({ seconds: 5 });
  assert.deepEqual(heard, ['alice: hello greeting']);
  assert.deepEqual([bob.heard.length, carol.heard.length], [1, 0]);
  assert.deepEqual(bob.neighbors, ['alice', 'carol']);
});

test('halves that were parted have the same when they are healed', () => {
  const members = ['ann', 'ben', 'cem', 'dan'] as const;
  const { world, ann, ben, cem, dan } = village({ seed: 6, members, latencyMs: 20 });
  const heal = world.part([ann, ben], [cem, dan]);
  ann.publish('notice', 'here');
  dan.publish('notice', 'there');
  world.runFor({ seconds: 30 });
  assert.deepEqual([ben.texts('notice'), cem.texts('notice')], [['here'], ['there']]);
  assert.equal(world.isInAgreement, false);
  heal();
  world.runUntil(() => world.isInAgreement, { seconds: 60 });
  assert.deepEqual(ben.texts('notice').toSorted(), ['here', 'there']);
});

test('what was acknowledged survives kills, crashes and a loss of power', () => {
  const { world, alice, bob, carol } = village({ seed: 8, members: THREE });
  world.unplug(alice);
  alice.publish('notice', 'one');
  world.kill(alice, { isPowerLost: true });
  assert.deepEqual(alice.texts('notice'), ['one']);
  assert.throws(() => alice.publish('notice', 'two'), { code: 'NOT_THERE' });
  world.crash(bob, 1);
  assert.throws(() => bob.publish('notice', 'never stored'), { code: 'CRASHED' });
  world.runFor({ seconds: 30 });
  assert.deepEqual(carol.texts('notice'), []);
  world.plugIn(alice);
  world.start(alice);
  world.start(bob);
  assert.throws(() => world.start(bob), /is running/);
  world.runFor({ seconds: 20 });
  assert.deepEqual(carol.texts('notice'), ['one']);
  world.check();
});

test('a full disk, a frozen process and a wrong clock are told, or healed', () => {
  const { world, alice, bob, carol } = village({ seed: 9, members: THREE });
  world.fillDisk(alice);
  assert.throws(() => alice.publish('notice', 'no room'), { code: 'STORAGE_FULL' });
  world.freeDisk(alice);
  world.freeze(bob);
  assert.throws(() => bob.publish('notice', ''), { code: 'NOT_THERE' });
  world.setClockAhead(carol, { seconds: -30 });
  carol.publish('notice', 'of half a minute ago');
  world.runFor({ seconds: 2 });
  assert.deepEqual(alice.texts('notice'), ['of half a minute ago']);
  assert.deepEqual(bob.texts('notice'), []);
  world.thaw(bob);
  world.runFor({ seconds: 20 });
  assert.deepEqual(bob.texts('notice'), ['of half a minute ago']);
});

test('faults of every kind go by, and the end is checked', () => {
  for (let seed = 1; seed <= 2; seed++) {
    const { world } = village({ seed, members: ['ann', 'ben', 'cem', 'dan'] });
    world.disturb({ minutes: 1 }, { every: { seconds: 5 } });
    for (let at = 0; at < 30; at++) {
      world.runFor({ seconds: 2 });
      const member = world.members[at % 4];
      try {
        member?.publish('notice', `number ${at}`);
      } catch (error) {
        // Those who are away, whose disk is full, or who crash at it.
        if (!(error instanceof VillageError)) throw error;
      }
    }
    world.check({ minutes: 3 });
    assert.throws(() => world.runFor({ seconds: 1 }), { code: 'WORLD_OVER' });
    assert.ok(world.members.every((member) => member.texts('notice').length > 10));
  }
});

test('a failure has the seed and the diary, and a seed is one history', () => {
  const story = (): string => {
    const { world, alice, carol } = village({ seed: 'seven', members: THREE });
    world.unplug(carol);
    alice.publish('notice', 'meeting at six');
    let message = '';
    const isThere = (): boolean => carol.texts('notice').length > 0;
    assert.throws(
      () => world.runUntil(isThere, { seconds: 3 }),
      (error) => {
        message = error instanceof SimFailure ? error.message : '';
        return true;
      },
    );
    assert.ok(message.includes(world.diary.split('\n').at(-2) ?? '?'), message);
    return message;
  };
  const message = story();
  assert.match(message, /^seed seven: 'the test': not reached within 3000 ms\n/);
  assert.match(message, /alice +publishes add\n/);
  assert.equal(story(), message);
});

test('wrong arguments are refused before anything has changed', () => {
  const wrong: readonly (() => unknown)[] = [
    () => village({ seed: 1, members: [] }),
    () => village({ seed: 1, members: ['bob', 'bob'] }),
    () => village({ seed: 1, members: ['world'] }),
    () => village({ seed: 1, members: ['two words'] }),
    () => village({ seed: Number.NaN, members: ['bob'] }),
    () => village({ seed: 1, members: ['bob'], latencyMs: -1 }),
    () => village({ seed: 1, members: ['bob'], loss: 2 }),
  ];
  for (const act of wrong) assert.throws(act, /^(TypeError|RangeError)/);
  const { world, alice } = village({ seed: 1, members: THREE });
  const stranger = village({ seed: 2, members: ['eve', 'mallory'] }).eve;
  const before = world.diary;
  const alsoWrong: readonly (() => unknown)[] = [
    () => alice.publish('', 'text'),
    () => alice.publish('notice', new Uint8Array(17_000_000)),
    () => alice.publish('notice', 'text', { 'a b': 1 }),
    () => alice.publish('notice', 'text', { half: 0.5 }),
    () => alice.publish('notice', '\ud800'),
    () => alice.publish('notice', 'text', {}, { expiresIn: { seconds: -1 } }),
    () => alice.delete('no id'),
    () => alice.broadcast(new Uint8Array(70_000)),
    () => world.runFor({}),
    () => world.runFor({ seconds: Number.NaN }),
    () => world.unplug(stranger),
    () => world.part([alice], [stranger]),
    () => world.crash(alice, 0),
    () => world.thaw(alice),
    () => alice.return(),
    () => world.disturb({ minutes: 1 }, { every: { seconds: 0 } }),
  ];
  for (const [at, act] of alsoWrong.entries()) assert.throws(act, Error, String(at));
  assert.equal(world.diary, before);
  assert.equal(world.elapsedMs, world.now.getTime() - Date.UTC(2030, 5, 1, 12));
});
