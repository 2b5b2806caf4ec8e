// open-group: what a program waits for between its start and its work: a collection of 100,000 records
// is opened, the newest page read and one record added.

import { benchOf } from '../harness/bench.ts';
import { solos } from '../records/solos.ts';

const DEADLINE_MS = 60_000;

export const openGroup = benchOf({
  name: 'open-group',
  troupe: solos(['bare-sqlite', 'peergroup', 'hypercore', 'orbitdb'], {
    collection: 'notes',
    size: 100_000,
    quickSize: 10_000,
    capMs: 60_000,
    quickCapMs: 4_000,
    mayFallShort: ['orbitdb'],
  }),
  isFreshEachTime: true,
  rounds: 15, // Each is one opening, since the second of a process would find code and pages at hand.
  quickRounds: 2,
  works: [
    {
      name: 'open, read a page, add a record',
      async measure(solo) {
        const { directory, collection, records } = solo.shelf;
        const place = { directory, collection, durability: 'power' } as const;
        const usable = await solo.ask({ name: 'openAndUse', place }, DEADLINE_MS);
        await solo.close();
        return { ...usable, records };
      },
    },
  ],
});
