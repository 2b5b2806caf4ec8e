// open: from nothing to a connection on which the acceptor's first byte has arrived, one after the
// other.

import { pairs } from '../connections/pair.ts';
import { sendsEachMessage } from '../connections/sends-each-message.ts';
import { benchOf } from '../harness/bench.ts';

const SLACK_MS = 15_000;

export const open = benchOf({
  name: 'open',
  troupe: pairs,
  isFreshEachTime: false,
  rounds: 7,
  quickRounds: 2,
  works: [
    {
      name: 'open',
      isFor: sendsEachMessage,
      async measure(pair, isQuick) {
        const [warmUpCount, count, capMs] = isQuick ? [20, 60, 1_500] : [50, 300, 6_000];
        await pair.accepting({ name: 'serve', work: { kind: 'open' } }, SLACK_MS);
        const { usable, secured } = await pair.dialing(
          { name: 'opens', warmUpCount, count, capMs },
          capMs + SLACK_MS,
        );
        const securedMetrics = secured === null ? {} : { securedMedianMs: secured.medianMs };
        return { ...usable, ...securedMetrics };
      },
    },
  ],
});
