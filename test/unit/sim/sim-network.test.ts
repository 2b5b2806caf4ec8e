// The simulated network shows its users what sockets show them, and its faults are those of networks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND } from '../../../src/core/wire/frame.ts';
import { LATENCY_MS, type LinkRecorder, RecordedNetwork } from '../../support/link-recorder.ts';

const MINUTE_MS = 60_000;

function pair(): { world: RecordedNetwork; ann: LinkRecorder; ben: LinkRecorder } {
  const world = new RecordedNetwork();
  const ann = world.machine('ann');
  const ben = world.machine('ben');
  ann.dial(ben);
  world.runFor(1_000);
  assert.equal(ann.opened.length, 1);
  assert.equal(ben.opened.length, 1);
  return { world, ann, ben };
}

test('a dial becomes a link at both ends, which say who is at the other', () => {
  const { ann, ben } = pair();
  assert.equal(ann.opened[0]?.role, 'dialer');
  assert.equal(ben.opened[0]?.role, 'listener');
  assert.equal(ann.opened[0]?.membership, ben.villager.membership);
  assert.equal(ben.opened[0]?.membership, ann.villager.membership);
});

test('frames come in order, a latency later, and nothing is told from inside a call', () => {
  const { world, ann, ben } = pair();
  ann.say(KIND.roster, 'one');
  ann.say(KIND.presence, 'two');
  ann.say(KIND.roster, 'three');
  assert.deepEqual(ben.frames, []);
  world.runFor(LATENCY_MS - 1);
  assert.deepEqual(ben.frames, []);
  world.runFor(1);
  assert.deepEqual(ben.frames, [
    `${KIND.roster} one`,
    `${KIND.presence} two`,
    `${KIND.roster} three`,
  ]);
});

test('a payload that was kept is overwritten after the call', () => {
  const { world, ann, ben } = pair();
  ann.say(KIND.roster, 'keep me');
  world.runFor(100);
  assert.ok(ben.kept[0]?.every((byte) => byte === 0xee));
});

test('a dial fails at once where nobody listens, and after five seconds where nothing answers', () => {
  const world = new RecordedNetwork();
  const [ann, ben, carl] = [world.machine('ann'), world.machine('ben'), world.machine('carl')];
  ben.process.die();
  world.network.weather.block([ann.address.host], [carl.address.host]);
  ann.dial(ben);
  ann.dial(carl);
  world.runFor(1_000);
  assert.deepEqual(ann.failed, ['UNREACHABLE']);
  world.runFor(5_000);
  assert.deepEqual(ann.failed, ['UNREACHABLE', 'TIMED_OUT']);
});

test('whoever answers by another name is no link', () => {
  const world = new RecordedNetwork();
  const [ann, ben, carl] = [world.machine('ann'), world.machine('ben'), world.machine('carl')];
  const { member } = carl.villager.membership;
  ann.links.dial({ member, nodeId: null, addresses: [ben.address] });
  world.runFor(6_000);
  assert.deepEqual(ann.failed, ['UNREACHABLE']);
  assert.deepEqual(ben.opened, []);
});

test('of several addresses the first that answers becomes the link', () => {
  const world = new RecordedNetwork();
  const [ann, ben] = [world.machine('ann'), world.machine('ben')];
  const { member } = ben.villager.membership;
  const nowhere = { host: '10.9.9.9', port: 1 };
  ann.links.dial({ member, nodeId: null, addresses: [nowhere, ben.address, ben.address] });
  world.runFor(6_000);
  assert.equal(ann.opened.length, 1);
  assert.equal(ben.opened.length, 1);
  assert.deepEqual(ann.failed, []);
});

test('who hangs up is told, and so is the far end, behind what was sent before', () => {
  const { world, ann, ben } = pair();
  ann.say(KIND.roster, 'last words');
  ann.links.hangUp(ann.link, 'busy');
  assert.deepEqual(ann.closed, []);
  world.runFor(LATENCY_MS + 1);
  assert.deepEqual(ben.frames, [`${KIND.roster} last words`]);
  assert.deepEqual(ann.closed, ['hung up here: busy']);
  assert.deepEqual(ben.closed, ['the far end hung up: busy']);
});

test('a process that ends resets its links, and a machine without power tells nobody', () => {
  const first = pair();
  first.ben.process.die();
  first.world.runFor(LATENCY_MS + 1);
  assert.deepEqual(first.ann.closed, ['the connection was reset']);

  const second = pair();
  second.ben.links.losePower();
  second.ben.process.die();
  second.ann.say(KIND.roster, 'anybody?');
  second.world.runFor(14 * MINUTE_MS);
  assert.deepEqual(second.ann.closed, []);
  second.world.runFor(2 * MINUTE_MS);
  assert.deepEqual(second.ann.closed, ['nobody acknowledges what was sent']);
});

test('a frozen process takes nothing and tells nobody, and goes on where it was', () => {
  const { world, ann, ben } = pair();
  ben.process.freeze();
  ann.say(KIND.roster, 'hello');
  world.runFor(MINUTE_MS);
  assert.deepEqual([ben.frames, ann.closed], [[], []]);
  ben.process.thaw();
  world.network.thawed(ben.links);
  world.runFor(1);
  assert.deepEqual(ben.frames, [`${KIND.roster} hello`]);
});

test('what a partition holds up arrives when it is over, in order', () => {
  const { world, ann, ben } = pair();
  const hosts = [[ann.address.host], [ben.address.host]] as const;
  const lift = world.network.weather.block(...hosts);
  ann.say(KIND.roster, 'one');
  ben.say(KIND.roster, 'the other way is open');
  world.runFor(10_000);
  ann.say(KIND.roster, 'two');
  assert.deepEqual([ann.frames.length, ben.frames.length], [1, 0]);
  lift();
  world.network.changed();
  ann.say(KIND.roster, 'three');
  world.runFor(31_000);
  assert.deepEqual(ben.frames, [
    `${KIND.roster} one`,
    `${KIND.roster} two`,
    `${KIND.roster} three`,
  ]);
});

test('one end of a half-open cable goes on as if nothing had happened', () => {
  const { world, ann, ben } = pair();
  const [end] = ben.links.ends;
  assert.ok(end !== undefined);
  end.isDeaf = true;
  ann.say(KIND.roster, 'do you hear me?');
  ben.say(KIND.roster, 'I hear nothing');
  world.runFor(MINUTE_MS);
  assert.deepEqual(ben.frames, []);
  assert.deepEqual(ann.frames, [`${KIND.roster} I hear nothing`]);
  assert.deepEqual([ann.closed, ben.closed], [[], []]);
});

test('a far end that does not read fills the line, and then it is too slow', () => {
  const { world, ann, ben } = pair();
  ben.links.setReading(ben.link, false);
  const large = 'x'.repeat(500_000);
  for (let count = 0; count < 8; count++) ann.say(KIND.bundle, large);
  ann.links.askDrained(ann.link);
  world.runFor(1_000);
  assert.deepEqual([ann.closed, ann.drained, ben.frames.length], [[], 0, 0]);
  for (let count = 0; count < 4; count++) ann.say(KIND.bundle, large);
  world.runFor(2_000);
  assert.deepEqual(ann.closed, ['hung up here: tooSlow']);
  assert.deepEqual(ben.closed, ['the connection was reset']);
});

test('who asks is told when all that was sent is with the platform', () => {
  const { world, ann, ben } = pair();
  ben.links.setReading(ben.link, false);
  for (let count = 0; count < 3; count++) ann.say(KIND.bundle, 'x'.repeat(300_000));
  ann.links.askDrained(ann.link);
  world.runFor(1_000);
  assert.equal(ann.drained, 0);
  ben.links.setReading(ben.link, true);
  world.runFor(1_000);
  assert.equal(ann.drained, 1);
  assert.equal(ben.frames.length, 3);
});

test('frames that nobody may send end the link', () => {
  for (const [kind, text] of [
    [KIND.prune, 'too long'],
    [0x7f, 'unknown'],
    [KIND.streamBytes, 'of a direct connection'],
  ] as const) {
    const { world, ann, ben } = pair();
    ann.say(kind, text);
    world.runFor(1_000);
    assert.deepEqual(ben.closed, ['hung up here: badConduct']);
    assert.deepEqual(ben.frames, []);
  }
});

test('a closed port hangs up, takes nobody and tells nothing any more', () => {
  const { world, ann, ben } = pair();
  ann.links.close();
  ben.dial(ann);
  world.runFor(6_000);
  assert.deepEqual(ben.closed, ['the far end hung up: leaving']);
  assert.deepEqual(ben.failed, ['UNREACHABLE']);
  assert.deepEqual(ann.closed, []);
  assert.equal(ann.process.timerCount, 0);
});
