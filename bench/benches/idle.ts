// idle: what an open connection on which nothing happens costs the accepting process. The first
// connections are not counted: with them come code and pools that are paid once.

import { type Pair, pairs } from '../connections/pair.ts';
import { sendsEachMessage } from '../connections/sends-each-message.ts';
import { benchOf } from '../harness/bench.ts';
import type { Memory } from '../harness/memory.ts';
import { median } from '../harness/statistics.ts';

const DEADLINE_MS = 120_000;
const SLACK_MS = 15_000;

/**
 * The median of several steps is taken: Node drops 5 MB at some moment, once, and counted over all
 * connections together that made a TLS socket weigh less than nothing on the heap.
 */
const STEPS = 5;

export const idle = benchOf({
  name: 'idle',
  troupe: pairs,
  isFreshEachTime: true,
  rounds: 5, // Memory varies little from round to round, and filling it takes a minute.
  quickRounds: 2,
  works: [
    {
      name: 'idle connections',
      isFor: sendsEachMessage,
      async measure(pair, isQuick) {
        const [first, step] = isQuick ? [40, 20] : [200, 200];
        await pair.accepting({ name: 'serve', work: { kind: 'idle' } }, SLACK_MS);
        const weights = [await weighWith(pair, first, first)];
        for (let done = 1; done <= STEPS; done += 1) {
          weights.push(await weighWith(pair, step, first + done * step));
        }
        const perConnection = (key: keyof Memory): number =>
          median(weights.slice(1).map((after, at) => grown(weights[at], after, key) / step));
        return {
          rssPerConnectionBytes: perConnection('rssBytes'),
          heapPerConnectionBytes: perConnection('heapBytes'),
          externalPerConnectionBytes: perConnection('externalBytes'),
        };
      },
    },
  ],
});

function grown(before: Memory | undefined, after: Memory, key: keyof Memory): number {
  return after[key] - (before?.[key] ?? Number.NaN);
}

/** Opens `more` connections, `total` in all, and weighs the process that accepted them. */
async function weighWith(pair: Pair, more: number, total: number): Promise<Memory> {
  await pair.dialing({ name: 'hold', count: more }, DEADLINE_MS);
  await pair.accepting({ name: 'awaitConnections', connections: total }, SLACK_MS);
  return await pair.accepting({ name: 'memory' }, SLACK_MS);
}
