// Scenarios of many members, for the figures: what a record costs, how far it goes, how long it takes.
// The checks at each step are off, for small worlds make them.

import { newNote } from '../../src/sim/life/wishes.ts';
import type { SimWorld } from '../../src/sim/sim-world.ts';
import type { Scenario } from '../scenario.ts';
import { agreeWithin } from './small-worlds.ts';

/** Until everybody is there, and the tree has formed. */
const SETTLING_SECONDS = 40;
const RECORDS_PER_MINUTE = 60;

const large: Scenario = {
  name: 'large',
  about: 'a thousand members at peace: 60 records a minute by one after the other',
  size: { nodes: 1_000, minutes: 0.5 },
  // It was at peace all the time, and agrees already.
  endingSeconds: 10,
  options: () => ({ checksSteps: false, sharesRecords: true, isAcquainted: true }),
  run(world, { minutes }) {
    settle(world);
    world.measures.begin(world.nowMs);
    const count = Math.round(RECORDS_PER_MINUTE * minutes);
    for (let at = 0; at < count; at++) {
      world.agenda.after((60_000 * minutes * at) / count, () => {
        const node = world.chance.pick(world.running);
        if (node !== undefined)
          world.publish(node, newNote(`record ${at}`, world.chance.bytes(900)));
      });
    }
    world.runFor({ seconds: 60 * minutes });
    agreeWithin(world, 60);
  },
};

export const LARGE_WORLDS: readonly Scenario[] = [large];

/** Everybody comes within twenty seconds, and finds its place. */
export function settle(world: SimWorld): void {
  world.startAll({ withinSeconds: SETTLING_SECONDS / 2 });
  world.runFor({ seconds: SETTLING_SECONDS });
  agreeWithin(world, 120);
}
