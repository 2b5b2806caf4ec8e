// replicate: a newcomer without any record gets all 100,000 of another member, from the call that
// connects until all are verified and stored.

import { benchOf } from '../harness/bench.ts';
import { couples } from '../replication/couples.ts';

const CAP_MS = 120_000;

export const replicate = benchOf({
  name: 'replicate',
  troupe: couples({
    collection: 'notes',
    size: 100_000,
    quickSize: 10_000,
    capMs: 60_000,
    quickCapMs: 10_000,
    mayFallShort: [],
  }),
  isFreshEachTime: true,
  rounds: 5,
  quickRounds: 1,
  works: [
    {
      name: 'into an empty replica',
      async measure(couple) {
        const done = await couple.replicate(CAP_MS);
        const perRecordUs = (spentMs: number): number => (spentMs * 1_000) / done.records;
        return {
          recordsPerSecond: (done.records / done.elapsedMs) * 1_000,
          firstRecordMs: done.firstMs,
          newcomerCpuPerRecordUs: perRecordUs(done.cpuMs),
          deprivedShare: done.deprivedMs / done.elapsedMs,
          giverCpuPerRecordUs: perRecordUs(done.giverCpuMs),
          newcomerPeakRssBytes: done.peakRssBytes,
        };
      },
    },
  ],
});
