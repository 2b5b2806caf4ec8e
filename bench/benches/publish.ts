// publish: records that one member adds to an empty collection: signed, stored and acknowledged.

import { benchOf } from '../harness/bench.ts';
import type { MeasuredWork } from '../harness/plan.ts';
import type { PublishingWay } from '../records/control.ts';
import type { Solo } from '../records/solo.ts';
import { solos } from '../records/solos.ts';
import type { Place } from '../records/subject.ts';

/** OrbitDB needs seconds for the batch that is under way when time is up. */
const SLACK_MS = 30_000;

export const publish = benchOf({
  name: 'publish',
  troupe: solos(['bare-sqlite', 'peergroup', 'hypercore', 'orbitdb'], null),
  isFreshEachTime: true,
  rounds: 5,
  quickRounds: 1,
  works: [
    publishing('batches of 1,000', 'batches', 'power'),
    {
      ...publishing('batches of 1,000, for the process only', 'batches', 'process'),
      isFor: (subject) => subject === 'peergroup' || subject === 'bare-sqlite',
    },
    publishing('one record at a time', 'single', 'power'),
    {
      ...publishing('1,000 adds, none awaited', 'unawaited', 'power'),
      // SQLite has no transaction of calls that do not know of each other, and OrbitDB no batches.
      isFor: (subject) => subject === 'peergroup' || subject === 'hypercore',
    },
  ],
});

function publishing(
  name: string,
  way: PublishingWay,
  durability: Place['durability'],
): MeasuredWork<Solo> {
  return {
    name,
    async measure(solo, isQuick) {
      const [warmUpMs, durationMs] = isQuick ? [200, 500] : [1_500, 5_000];
      await solo.open(durability);
      const { records, elapsedMs, cpuMs } = await solo.ask(
        { name: 'publish', way, warmUpMs, durationMs },
        warmUpMs + durationMs + SLACK_MS,
      );
      return {
        recordsPerSecond: (records / elapsedMs) * 1_000,
        cpuPerRecordUs: (cpuMs * 1_000) / records,
      };
    },
  };
}
