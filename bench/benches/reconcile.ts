// reconcile: two sets of a million elements that differ in few: bytes in both directions, round trips,
// and what each side works.

import type { Comparer } from '../comparing/comparers.ts';
import { comparers } from '../comparing/comparers.ts';
import type { ComparerCommand, Middle } from '../comparing/control.ts';
import { benchOf } from '../harness/bench.ts';
import type { MeasuredWork } from '../harness/plan.ts';

/** Comparisons of each kind, with differences of their own. */
const TIMES = 20;
const QUICK_TIMES = 3;

export const reconcile = benchOf({
  name: 'reconcile',
  troupe: comparers(1_000_000, 100_000),
  isFreshEachTime: false,
  rounds: 1, // Bytes and round trips do not depend on the machine; each work is done 20 times.
  quickRounds: 1,
  works: [
    {
      name: 'index',
      async measure({ built }) {
        const { elapsedMs, cpuMs, bytesPerRecord, fixedBytes } = built;
        const memory = bytesPerRecord === null ? {} : { perRecordBytes: bytesPerRecord };
        const fixed = fixedBytes === null ? {} : { symbolBytes: fixedBytes };
        return { buildMs: elapsedMs, buildCpuMs: cpuMs, ...memory, ...fixed };
      },
    },
    comparing(0),
    comparing(1),
    comparing(10),
    comparing(100),
    comparing(1_000),
    comparing(10_000, { placement: 'recent', times: 5 }),
    {
      ...comparing(1_000, { way: 'ranges', times: 5 }),
      isFor: (subject) => subject === 'peergroup',
    },
  ],
});

type Wish = Partial<Pick<ComparerCommand & { name: 'compare' }, 'placement' | 'way' | 'times'>>;

function comparing(differences: number, wish: Wish = {}): MeasuredWork<Comparer> {
  const { placement = 'anywhere', way = 'usual', times = TIMES } = wish;
  const by = way === 'ranges' ? ', by ranges alone' : '';
  return {
    name: `d = ${differences.toLocaleString('en')} ${placement}${by}`,
    async measure(comparer, isQuick) {
      const done = await comparer.ask({
        name: 'compare',
        differences,
        placement,
        way,
        times: isQuick ? Math.min(QUICK_TIMES, times) : times,
      });
      const { median } = done.bytes;
      const each = differences === 0 ? {} : perDifference(done.bytes, differences);
      return {
        controlBytes: median,
        ...each,
        knownRoundTrips: done.knownRoundTrips.median,
        knownRoundTripsP95: done.knownRoundTrips.p95,
        ...(done.roundTrips === null ? {} : { roundTrips: done.roundTrips.median }),
        firstCpuMs: done.firstCpuMs.median,
        secondCpuMs: done.secondCpuMs.median,
      };
    },
  };
}

function perDifference({ median, p95 }: Middle, differences: number) {
  return { eachBytes: median / differences, eachP95Bytes: p95 / differences };
}
