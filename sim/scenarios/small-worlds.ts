// Scenarios of a few members: each shows one thing that happens to a group, and that it ends well.

import { startFaults } from '../../src/sim/life/random-faults.ts';
import { startWriting } from '../../src/sim/life/random-writes.ts';
import { newNote } from '../../src/sim/life/wishes.ts';
import { SimChance } from '../../src/sim/sim-chance.ts';
import type { SimWorld } from '../../src/sim/sim-world.ts';
import type { Scenario, ScenarioSize } from '../scenario.ts';

const SMALL: ScenarioSize = { nodes: 6, minutes: 2 };

/** The seed decides how many there are, how the weather is, and what goes wrong. */
const smoke: Scenario = {
  name: 'smoke',
  about: 'a village of 3 to 10 in which anything may happen at any time',
  size: { nodes: 10, minutes: 1 },
  options: ({ nodes }, seed) => {
    const chance = new SimChance(`smoke ${seed}`);
    const slow = chance.between(2, 150);
    const bytesPerSecond = chance.isTrue(0.3) ? 250_000 : null;
    const weather = {
      latencyMinMs: 1,
      latencyMaxMs: slow,
      loss: chance.pick([0, 0.001, 0.03]) ?? 0,
    };
    return {
      nodes: 3 + chance.whole(Math.max(1, nodes - 2)),
      weather: { ...weather, bytesPerSecond },
    };
  },
  run(world, { minutes }) {
    const seconds = 60 * minutes;
    world.startAll({ withinSeconds: world.chance.between(0.1, 20) });
    startWriting(world, { perSecond: world.chance.between(0.2, 2), seconds });
    startFaults(world, { everySeconds: world.chance.between(3, 20), seconds });
    world.runFor({ seconds });
  },
};

const quiet: Scenario = {
  name: 'quiet',
  about: 'nothing goes wrong, and everybody has everything within seconds',
  size: SMALL,
  run(world, { minutes }) {
    world.startAll();
    world.runFor({ seconds: 15 });
    startWriting(world, { perSecond: 2, seconds: 60 * minutes });
    world.runFor({ seconds: 60 * minutes });
    agreeWithin(world, 10);
  },
};

const awayAndBack: Scenario = {
  name: 'away-and-back',
  about: 'Carol is away while others write, change and delete, and gets all of it when she is back',
  size: SMALL,
  run(world, { minutes }) {
    const carol = world.node(2);
    world.startAll();
    startWriting(world, { perSecond: 2, seconds: 30 });
    world.runFor({ seconds: 30 });
    carol.leave();
    startWriting(world, { perSecond: 4, seconds: 60 * minutes });
    world.runFor({ seconds: 60 * minutes });
    world.start(carol);
    agreeWithin(world, 20);
  },
};

const partition: Scenario = {
  name: 'partition',
  about: 'the group falls in two halves that both go on, and becomes one again',
  size: { nodes: 10, minutes: 2 },
  run(world, { minutes }) {
    world.startAll();
    world.runFor({ seconds: 20 });
    const half = Math.floor(world.nodes.length / 2);
    const heal = world.part(world.nodes.slice(0, half), world.nodes.slice(half));
    startWriting(world, { perSecond: 4, seconds: 60 * minutes });
    world.runFor({ seconds: 60 * minutes });
    heal();
    agreeWithin(world, 60);
  },
};

const killHalf: Scenario = {
  name: 'kill-half',
  about: 'half of the members vanish in the middle of writing, some without a trace',
  size: { nodes: 12, minutes: 1 },
  run(world, { minutes }) {
    world.startAll();
    startWriting(world, { perSecond: 5, seconds: 30 + 60 * minutes });
    world.runFor({ seconds: 30 });
    for (const [at, node] of world.nodes.entries()) {
      if (at % 2 === 1) node.kill({ isPowerLost: at % 4 === 1 });
    }
    world.runFor({ seconds: 60 * minutes });
    agreeWithin(world, 30);
  },
};

const slowReader: Scenario = {
  name: 'slow-reader',
  about:
    'a member reads nothing for a while, and nobody waits for it or holds more for it than is bounded',
  size: SMALL,
  run(world, { minutes }) {
    world.startAll();
    world.runFor({ seconds: 10 });
    const slow = world.node(1);
    slow.freeze();
    const writer = world.node(2);
    for (let at = 0; at < 60; at++) {
      world.agenda.after(500 * at, () => {
        world.publish(writer, newNote(`large ${at}`, world.chance.bytes(200_000)));
      });
    }
    world.runFor({ seconds: 30 });
    slow.thaw();
    world.runFor({ seconds: 60 * minutes });
    agreeWithin(world, 60);
  },
};

const wrongClocks: Scenario = {
  name: 'wrong-clocks',
  about: 'clocks are wrong by up to four minutes and are set while the group works',
  size: SMALL,
  run(world, { minutes }) {
    for (const node of world.nodes) node.setWallAhead(world.chance.between(-240_000, 240_000));
    world.startAll();
    startWriting(world, { perSecond: 1, seconds: 60 * minutes });
    startFaults(world, { everySeconds: 15, seconds: 60 * minutes, kinds: ['wrongClock'] });
    world.runFor({ seconds: 60 * minutes });
  },
  // What was published ahead of its time is taken when its time has come.
  endingSeconds: 420,
};

const liar: Scenario = {
  name: 'liar',
  about:
    'a member sends spoilt, replayed, endless and oversized frames, and the others go on without it',
  size: SMALL,
  options: () => ({ liars: { bob: 0.2 } }),
  run(world, { minutes }) {
    world.startAll();
    startWriting(world, { perSecond: 2, seconds: 60 * minutes });
    world.runFor({ seconds: 60 * minutes });
  },
};

const diskFull: Scenario = {
  name: 'disk-full',
  about: 'disks are full for a while, and what could not be stored comes later',
  size: SMALL,
  run(world, { minutes }) {
    world.startAll();
    world.runFor({ seconds: 10 });
    startWriting(world, { perSecond: 3, seconds: 60 * minutes });
    startFaults(world, { everySeconds: 6, seconds: 60 * minutes, kinds: ['diskFull'] });
    world.runFor({ seconds: 60 * minutes });
  },
  // What could not be stored is asked for again after ten minutes.
  endingSeconds: 720,
};

const crashes: Scenario = {
  name: 'crashes',
  about: 'processes end between two effects of one step, and what was acknowledged is still there',
  size: SMALL,
  run(world, { minutes }) {
    world.startAll();
    world.runFor({ seconds: 10 });
    startWriting(world, { perSecond: 5, seconds: 60 * minutes });
    startFaults(world, { everySeconds: 2, seconds: 60 * minutes, kinds: ['crashed'] });
    world.runFor({ seconds: 60 * minutes });
  },
};

export const SMALL_WORLDS: readonly Scenario[] = [
  smoke,
  quiet,
  awayAndBack,
  partition,
  killHalf,
  slowReader,
  wrongClocks,
  liar,
  diskFull,
  crashes,
];

/** All that run have the same before so many seconds have passed. */
export function agreeWithin(world: SimWorld, seconds: number): void {
  const took = world.runUntil(() => world.isConverged, { seconds });
  if (took !== null) {
    world.diary.note('world', 'agrees', `after ${took.toFixed(2)} s`);
    return;
  }
  world.complain('members agree soon', `they still differ after ${seconds} s`);
  world.assertWell();
}
