// The targets by which replication, reconciliation and gossip are judged, each with the bench that
// measures it, and how.

import type { Goal } from '../harness/verdicts.ts';

/** Which bench measures it, in which world. */
export type TargetBench = 'reconcile' | 'replicate' | 'open' | 'gossip' | 'revoke';

export interface Target {
  /** As others quote it. */
  readonly number: string;
  readonly bench: TargetBench;
  readonly goal: Goal;
  /** In one line. */
  readonly how: string;
}

type Limit = readonly ['at least' | 'at most', number];

interface Wish {
  readonly number: string;
  readonly what: string;
  readonly limit: Limit;
  readonly how: string;
  readonly work: string;
  readonly metric: string;
}

const SIMULATED = 'simulated';

/** `large` is the largest simulated group that was measured. */
export function targetsFor(large: number, reconciled: number): readonly Target[] {
  const many = `${large.toLocaleString('en')} members`;
  const peace = `${many}, at peace`;
  const kills = `${many}, many end at once`;
  const during = `${many}, half end while a record travels`;
  const elements = reconciled.toLocaleString('en');
  const sets = `two reconcilers in one process, ${elements} elements each; median of 20`;
  const world = `${SIMULATED}, ${many}`;
  return [
    ...gossipTargets([
      ['T1', 'missed without failures, share', ['at most', 0], peace, 'missedShare'],
      ['T2', 'reached 3 s after 50 % ended, %', ['at least', 99.9], kills, 'reached50Percent'],
      ['T3', 'reached 5 s after 80 % ended, %', ['at least', 99.9], kills, 'reached80Percent'],
      ['T4', 'reached 10 s after 90 % ended, %', ['at least', 99], kills, 'reached90Percent'],
      ['T4', 'reached 10 s after 95 % ended, %', ['at least', 95], kills, 'reached95Percent'],
      ['T5', 'sent as 50 % end: by flooding, %', ['at least', 95], during, 'reachedPercent'],
      ['T5', 'the same 30 s later, %', ['at least', 100], during, 'reachedLaterPercent'],
      ['T6', 'redundancy, one sender', ['at most', 0.05], peace, 'redundancyOneSender'],
      ['T6', 'redundancy, many senders', ['at most', 0.1], peace, 'redundancyManySenders'],
      ['T7', 'redundancy, tenth after repair', ['at most', 0.1], during, 'redundancyTenth'],
      ['T8', 'last hop', ['at most', 16], peace, 'lastHopManySenders'],
      ['T9', 'delivery, 99th percentile, ms', ['at most', 450], peace, 'p99DeliveryMs'],
      ['T10', 'IHAVE ÷ (links − 2) × 17 B', ['at most', 1], peace, 'announcedOverLeast'],
    ]).map((wish) => targetOf('gossip', { ...wish, how: world })),
    ...[
      wishOf(
        'T11',
        'identical, bytes beside GREET',
        ['at most', 256],
        'd = 0 anywhere',
        'controlBytes',
      ),
      wishOf('T12', 'd = 1, bytes', ['at most', 400], 'd = 1 anywhere', 'controlBytes'),
      wishOf('T13', 'd = 10, bytes each', ['at most', 60], 'd = 10 anywhere', 'eachBytes'),
      wishOf('T13', 'd = 100, bytes each', ['at most', 45], 'd = 100 anywhere', 'eachBytes'),
      wishOf('T13', 'd = 1,000, bytes each', ['at most', 40], 'd = 1,000 anywhere', 'eachBytes'),
      wishOf(
        'T13',
        'd = 1,000, round trips',
        ['at most', 2],
        'd = 1,000 anywhere',
        'knownRoundTrips',
      ),
      wishOf(
        'T14',
        'd = 10,000 recent, bytes each',
        ['at most', 50],
        'd = 10,000 recent',
        'eachBytes',
      ),
      wishOf(
        'T14',
        'd = 10,000 recent, round trips',
        ['at most', 4],
        'd = 10,000 recent',
        'knownRoundTrips',
      ),
      wishOf('T15', 'ranges alone, bytes each', ['at most', 750], RANGES, 'eachBytes'),
      wishOf('T15', 'ranges alone, round trips', ['at most', 3], RANGES, 'knownRoundTrips'),
      wishOf(
        'T16',
        'CPU of the asking side, ms',
        ['at most', 100],
        'd = 1,000 anywhere',
        'firstCpuMs',
      ),
      wishOf(
        'T16',
        'CPU of the other side, ms',
        ['at most', 100],
        'd = 1,000 anywhere',
        'secondCpuMs',
      ),
      wishOf('T16', 'index and symbols made, ms', ['at most', 5_000], 'index', 'buildMs'),
    ].map((wish) => targetOf('reconcile', { ...wish, how: sets })),
    targetOf('replicate', {
      ...wishOf(
        'T17',
        'join of an empty node, records/s',
        ['at least', 20_000],
        JOIN,
        'recordsPerSecond',
      ),
      how: 'two processes on loopback, through the front door',
    }),
    targetOf('open', {
      ...wishOf('T18', 'link set-up, 95th percentile, ms', ['at most', 60], 'open', 'p95Ms'),
      how: 'TCP, TLS and HELLO between two processes on loopback',
    }),
    ...[
      wishOf(
        'T19',
        'equal after the link is there, ms',
        ['at most', 10_000],
        PARTED,
        'equalAfterLinkMs',
      ),
      wishOf('T19', 'control bytes each', ['at most', 60], PARTED, 'eachBytes'),
    ].map((wish) =>
      targetOf('gossip', { ...wish, how: `${SIMULATED}, 2 members, 1,000 writes each` }),
    ),
    ...[
      wishOf(
        'T20',
        'links of a removed one closed, s',
        ['at most', 2],
        `${many}, one is removed`,
        'linksClosedSeconds',
      ),
      wishOf(
        'T20',
        'replicas with more than what counts',
        ['at most', 0],
        `${many}, one is removed`,
        'replicasBeyond',
      ),
    ].map((wish) => targetOf('revoke', { ...wish, how: world })),
    ...[
      wishOf('T23', 'symbols, bytes', ['at most', 112_000], 'index', 'symbolBytes'),
      wishOf('T23', 'index, bytes a record', ['at most', 64], 'index', 'perRecordBytes'),
    ].map((wish) => targetOf('reconcile', { ...wish, how: sets })),
    ...[
      wishOf('T24', 'presence, B/s', ['at most', 200], peace, 'presenceAlongTreeBytesPerNode'),
      wishOf('T24', 'before any record, B/s', ['at most', 200], peace, 'presenceBytesPerNode'),
    ].map((wish) => targetOf('gossip', { ...wish, how: world })),
  ];
}

const RANGES = 'd = 1,000 anywhere, by ranges alone';
const JOIN = 'into an empty replica';
const PARTED = '2 members, parted for 10 minutes';

type Row = readonly [number: string, what: string, limit: Limit, work: string, metric: string];

function gossipTargets(rows: readonly Row[]): readonly Omit<Wish, 'how'>[] {
  return rows.map((row) => wishOf(...row));
}

function wishOf(...[number, what, limit, work, metric]: Row): Omit<Wish, 'how'> {
  return { number, what, limit, work, metric };
}

function targetOf(bench: TargetBench, { number, what, limit, how, work, metric }: Wish): Target {
  const [relation, value] = limit;
  const source = { subject: 'peergroup', work, metric };
  const goal: Goal = {
    name: what,
    bound: { relation, value },
    optional: [],
    value: (figures) => figures.median(source),
  };
  return { number, bench, goal, how };
}
