// revoke: what a removal does in a simulated group that is connected, and in one that was parted. It runs the
// real engine on simulated clocks and networks, so that figures depend on the seed and not on this machine.

import { removal } from '../gossip/removal.ts';
import type { Bench } from '../harness/bench.ts';
import { Figures } from '../harness/figures.ts';
import type { Outcome, RunOptions } from '../harness/run.ts';

const SUBJECT = 'peergroup';

/** A round is a seed. */
export const revoke: Bench = revokeAmong(100, 40);

/** In a group of so many members. */
export function revokeAmong(nodes: number, quickNodes: number): Bench {
  return {
    name: 'revoke',
    rounds: 3,
    quickRounds: 1,
    run: (options) => Promise.resolve(run(options.isQuick ? quickNodes : nodes, options)),
  };
}

function run(nodes: number, { isQuick, rounds, only, onProgress }: RunOptions): Outcome {
  const figures = new Figures();
  const notes = ['simulated: links of 10 to 50 ms, one frame in a thousand lost'];
  const work = `${nodes.toLocaleString('en')} members, one is removed`;
  for (let round = 1; round <= rounds; round += 1) {
    if (!`${SUBJECT} ${work}`.includes(only)) continue;
    onProgress(`  seed ${round}: ${work}`);
    for (const [metric, value] of Object.entries(removal(nodes, round))) {
      figures.add({ round, subject: SUBJECT, work, metric, value });
    }
  }
  return { figures, subjects: [SUBJECT], notes, isPartial: isQuick };
}
