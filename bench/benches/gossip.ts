// gossip: what a record costs a simulated group, how far it goes and how long it takes, and what is left
// of that when most of the group ends at once. It runs the real engine on simulated clocks and networks,
// so that figures depend on the seed and not on this machine.

import { afterKills, afterPartition, atPeace, duringKills, type Metrics } from '../gossip/works.ts';
import type { Bench } from '../harness/bench.ts';
import { Figures } from '../harness/figures.ts';
import type { Outcome, RunOptions } from '../harness/run.ts';

const SUBJECT = 'peergroup';

interface Work {
  readonly name: string;
  readonly measure: (nodes: number, seed: number) => Metrics;
}

const AT_PEACE: Work = { name: 'at peace', measure: atPeace };
const AFTER_KILLS: Work = { name: 'many end at once', measure: afterKills };
const DURING_KILLS: Work = { name: 'half end while a record travels', measure: duringKills };
const AFTER_PARTITION: Work = { name: 'parted for 10 minutes', measure: afterPartition };

const LARGE_WORKS: readonly Work[] = [AT_PEACE, AFTER_KILLS, DURING_KILLS];

/** A round is a seed. A thousand members take some ten minutes of this machine. */
export const gossip: Bench = gossipAmong([100, 1_000], [40]);

/** Groups of so many members, beside small ones that were parted. */
export function gossipAmong(sizes: readonly number[], quickSizes: readonly number[]): Bench {
  return {
    name: 'gossip',
    rounds: 1,
    quickRounds: 1,
    run: (options) => Promise.resolve(run(options.isQuick ? quickSizes : sizes, options)),
  };
}

function run(sizes: readonly number[], { isQuick, rounds, only, onProgress }: RunOptions): Outcome {
  const figures = new Figures();
  const notes: string[] = ['simulated: links of 10 to 50 ms, one frame in a thousand lost'];
  const parted = (isQuick ? [2] : [2, 20]).map((nodes) => ({ nodes, works: [AFTER_PARTITION] }));
  const worlds = [...parted, ...sizes.map((nodes) => ({ nodes, works: LARGE_WORKS }))];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { nodes, works } of worlds) {
      for (const { name, measure } of works) {
        const work = gossipWork(nodes, name);
        if (!`${SUBJECT} ${work}`.includes(only)) continue;
        onProgress(`  seed ${round}: ${work}`);
        for (const [metric, value] of Object.entries(
          measured(() => measure(nodes, round), notes),
        )) {
          figures.add({ round, subject: SUBJECT, work, metric, value });
        }
      }
    }
  }
  return { figures, subjects: [SUBJECT], notes, isPartial: isQuick };
}

function gossipWork(nodes: number, name: string): string {
  return `${nodes.toLocaleString('en')} members, ${name}`;
}

/** A world that fails is reported, never the end of the run. */
function measured(act: () => Metrics, notes: string[]): Metrics {
  try {
    return act();
  } catch (error) {
    notes.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}
