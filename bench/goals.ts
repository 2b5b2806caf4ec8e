// The goals of all benches (docs/performance.md quotes them). Most compare two subjects of one run,
// where the machine cancels; those of records are absolute, for a machine like the one that is named
// there, and stand beside a ratio that is only reported.

import type { ConnectionSubjectName } from './connections/subject-list.ts';
import type { Figures, Source } from './harness/figures.ts';
import type { Bound, Goal } from './harness/verdicts.ts';
import type { RecordSubjectName } from './records/subject-list.ts';

type SubjectName = ConnectionSubjectName | RecordSubjectName;

const LIBP2P: readonly SubjectName[] = ['libp2p-tls', 'libp2p-noise'];

const SMALL = '64 B messages';
const KIBIBYTE = '1 KiB messages';
const MEDIUM = '64 KiB messages';
const LARGE = '1 MiB messages';
const STREAM = 'stream of 1 GiB';
const ROUND_TRIP = 'round trip of 64 B';

const BATCHES = 'batches of 1,000';
const SELECTIVE = 'equal, 100 match';
const AT_PEACE = '1,000 members, at peace';
const KILLS = '1,000 members, many end at once';
const REMOVAL = '100 members, one is removed';
const OPEN_GROUP = 'open, read a page, add a record';

export const goalsByBench: Readonly<Record<string, readonly Goal[]>> = {
  direct: [
    ofRawTls('64 KiB messages ÷ raw TLS', 0.95, MEDIUM),
    ofLibp2p('64 KiB messages ÷ best of js-libp2p', 3, MEDIUM),
    ofRawTls('1 MiB messages ÷ raw TLS', 0.95, LARGE),
    ofRawTls('stream of 1 GiB ÷ raw TLS', 0.95, STREAM),
    ofRawTls('64 B messages ÷ raw TLS', 0.8, SMALL),
    ofLibp2p('64 B messages ÷ best of js-libp2p', 100, SMALL),
    ofRawTls('1 KiB messages ÷ raw TLS at 64 KiB', 0.9, KIBIBYTE, MEDIUM),
    overRawTls('round trip, median ÷ raw TLS', 1.15, ROUND_TRIP, 'medianUs'),
    overRawTls('round trip, 99th percentile ÷ raw TLS', 1.15, ROUND_TRIP, 'p99Us'),
  ],
  open: [overRawTls('opening ÷ raw mutual TLS', 1.2, 'open', 'medianMs')],
  idle: [
    overRawTls('memory per connection ÷ raw TLS', 1.2, 'idle connections', 'rssPerConnectionBytes'),
  ],
  publish: [
    absolute('records a second, batches of 1,000', atLeast(40_000), {
      subject: 'peergroup',
      work: BATCHES,
      metric: 'recordsPerSecond',
    }),
    reported('batches of 1,000 ÷ bare-sqlite', publishing('peergroup'), publishing('bare-sqlite')),
    reported('batches of 1,000 ÷ hypercore', publishing('peergroup'), publishing('hypercore')),
    reported(
      'batches of 1,000, for the process only ÷ hypercore',
      publishing('peergroup', `${BATCHES}, for the process only`),
      publishing('hypercore'),
    ),
    reported('batches of 1,000 ÷ orbitdb', publishing('peergroup'), publishing('orbitdb')),
  ],
  search: [
    absolute('selective question, first 50, median ms', atMost(5), {
      subject: 'peergroup',
      work: SELECTIVE,
      metric: 'medianMs',
    }),
    reported(
      'selective question, median ÷ bare-sqlite',
      { subject: 'peergroup', work: SELECTIVE, metric: 'medianMs' },
      { subject: 'bare-sqlite', work: SELECTIVE, metric: 'medianMs' },
    ),
  ],
  'open-group': [
    absolute('usable with 100,000 records, ms', atMost(300), opening('peergroup')),
    reported('usable ÷ hypercore', opening('peergroup'), opening('hypercore')),
  ],
  replicate: [
    absolute('records a second', atLeast(30_000), replicating('peergroup')),
    {
      ...ratio('÷ hypercore', atLeast(5), replicating('peergroup'), [replicating('hypercore')]),
      optional: ['hypercore'],
    },
  ],
  reconcile: [
    reconciling('identical, bytes beside GREET', 256, 'd = 0 anywhere', 'controlBytes'),
    reconciling('d = 1, bytes', 400, 'd = 1 anywhere', 'controlBytes'),
    reconciling('d = 10, bytes each', 60, 'd = 10 anywhere', 'eachBytes'),
    reconciling('d = 100, bytes each', 45, 'd = 100 anywhere', 'eachBytes'),
    reconciling('d = 1,000, bytes each', 40, 'd = 1,000 anywhere', 'eachBytes'),
    reconciling('d = 1,000, round trips', 2, 'd = 1,000 anywhere', 'knownRoundTrips'),
    reconciling('d = 1,000, CPU of the asking side, ms', 100, 'd = 1,000 anywhere', 'firstCpuMs'),
    reconciling('d = 1,000, CPU of the other side, ms', 100, 'd = 1,000 anywhere', 'secondCpuMs'),
    reconciling('d = 10,000 recent, bytes each', 50, 'd = 10,000 recent', 'eachBytes'),
    reconciling('d = 10,000 recent, round trips', 4, 'd = 10,000 recent', 'knownRoundTrips'),
  ],
  gossip: [
    gossiping('redundancy, one sender', atMost(0.05), AT_PEACE, 'redundancyOneSender'),
    gossiping('redundancy, many senders', atMost(0.1), AT_PEACE, 'redundancyManySenders'),
    gossiping('last hop at 1,000', atMost(16), AT_PEACE, 'lastHopManySenders'),
    gossiping('99th percentile at 1,000, ms', atMost(450), AT_PEACE, 'p99DeliveryMs'),
    gossiping('reached 3 s after 50 % ended, %', atLeast(100), KILLS, 'reached50Percent'),
    gossiping('reached 5 s after 80 % ended, %', atLeast(99.9), KILLS, 'reached80Percent'),
    gossiping('reached 10 s after 90 % ended, %', atLeast(99), KILLS, 'reached90Percent'),
    gossiping('reached 10 s after 95 % ended, %', atLeast(95), KILLS, 'reached95Percent'),
  ],
  revoke: [
    gossiping('links closed everywhere, s', atMost(2), REMOVAL, 'linksClosedSeconds'),
    gossiping('replicas with more than what counts', atMost(0), REMOVAL, 'replicasBeyond'),
    gossiping('replicas that lost what counts', atMost(0), REMOVAL, 'replicasThatLost'),
  ],
};

function ofRawTls(name: string, goal: number, work: string, rawWork: string = work): Goal {
  return ratio(name, atLeast(goal), bytesPerSecond('peergroup', work), [
    bytesPerSecond('raw-tls', rawWork),
  ]);
}

function ofLibp2p(name: string, goal: number, work: string): Goal {
  const theirs = LIBP2P.map((subject) => bytesPerSecond(subject, work));
  const compared = ratio(name, atLeast(goal), bytesPerSecond('peergroup', work), theirs);
  return { ...compared, optional: LIBP2P };
}

function overRawTls(name: string, goal: number, work: string, metric: string): Goal {
  const theirs: Source = { subject: 'raw-tls', work, metric };
  return ratio(name, atMost(goal), { subject: 'peergroup', work, metric }, [theirs]);
}

function absolute(name: string, bound: Bound, source: Source): Goal {
  return { name, bound, optional: [], value: (figures: Figures) => figures.median(source) };
}

function reported(name: string, ours: Source, theirs: Source): Goal {
  return ratio(name, null, ours, [theirs]);
}

function ratio(name: string, bound: Bound | null, ours: Source, theirs: readonly Source[]): Goal {
  return { name, bound, optional: [], value: (figures) => figures.ratio(ours, theirs) };
}

function atLeast(value: number): Bound {
  return { relation: 'at least', value };
}

function atMost(value: number): Bound {
  return { relation: 'at most', value };
}

function bytesPerSecond(subject: SubjectName, work: string): Source {
  return { subject, work, metric: 'bytesPerSecond' };
}

function publishing(subject: RecordSubjectName, work: string = BATCHES): Source {
  return { subject, work, metric: 'recordsPerSecond' };
}

function opening(subject: RecordSubjectName): Source {
  return { subject, work: OPEN_GROUP, metric: 'usableMs' };
}

function replicating(subject: RecordSubjectName): Source {
  return { subject, work: 'into an empty replica', metric: 'recordsPerSecond' };
}

function reconciling(name: string, goal: number, work: string, metric: string): Goal {
  return absolute(name, atMost(goal), { subject: 'peergroup', work, metric });
}

function gossiping(name: string, bound: Bound, work: string, metric: string): Goal {
  return absolute(name, bound, { subject: 'peergroup', work, metric });
}
