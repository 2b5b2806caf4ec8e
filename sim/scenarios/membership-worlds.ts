// Scenarios of who belongs: members are taken in, renewed, removed and come back as rogues, while everything
// else goes wrong as well.

import { MembershipActs } from '../../src/sim/life/membership-acts.ts';
import { type Fault, startFaults } from '../../src/sim/life/random-faults.ts';
import { populate, startBelonging } from '../../src/sim/life/random-memberships.ts';
import { startWriting } from '../../src/sim/life/random-writes.ts';
import { endWithRemovals } from '../../src/sim/membership-ending.ts';
import { SimChance } from '../../src/sim/sim-chance.ts';
import type { Scenario } from '../scenario.ts';

const FAULTS: readonly Fault[] = [
  'partition',
  'partition',
  'partition',
  'oneWayPartition',
  'unplugged',
  'killed',
  'crashed',
  'left',
];

/** The seed decides how many there are, how the weather is, who does what, and what goes wrong. */
const membership: Scenario = {
  name: 'membership',
  about: 'members are taken in, given roles, renewed and removed, and the removed go on as rogues',
  size: { nodes: 10, minutes: 1.5 },
  options: ({ nodes }, seed) => {
    const chance = new SimChance(`membership ${seed}`);
    const weather = { latencyMinMs: 1, latencyMaxMs: chance.between(2, 100) };
    const count = 5 + chance.whole(Math.max(1, nodes - 4));
    // Whom a member knew may all be out when it comes back; finding others is no part of this.
    const knows = { knowsEverybody: true, keepsLeases: true };
    return { weather, ...knows, villagers: (village) => populate(village, count) };
  },
  run(world, { nodes, minutes }) {
    const seconds = 60 * minutes;
    const acts = new MembershipActs(world);
    world.startAll({ withinSeconds: world.chance.between(0.1, 10) });
    startWriting(world, { perSecond: world.chance.between(0.2, 1), seconds });
    startFaults(world, { everySeconds: world.chance.between(4, 20), seconds, kinds: FAULTS });
    const everySeconds = world.chance.between(2, 8);
    startBelonging(acts, { everySeconds, seconds, nodesMax: nodes + 4, rogues: 0.6 });
    world.runFor({ seconds });
  },
  end: endWithRemovals,
};

export const MEMBERSHIP_WORLDS: readonly Scenario[] = [membership];
