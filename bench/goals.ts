// The goals of the benches direct, open and idle (docs/performance.md quotes them). A goal compares
// two subjects of one run; the machine cancels.

import type { Figures, Source } from './harness/figures.ts';
import type { SubjectName } from './harness/subject-list.ts';

export interface Goal {
  readonly name: string;
  readonly relation: 'at least' | 'at most';
  readonly goal: number;
  /**
   * Without these there is nothing to judge; all others must have been measured or the goal is
   * missed.
   */
  readonly optional: readonly SubjectName[];
  value(figures: Figures): number | null;
}

const LIBP2P: readonly SubjectName[] = ['libp2p-tls', 'libp2p-noise'];

const SMALL = '64 B messages';
const KIBIBYTE = '1 KiB messages';
const MEDIUM = '64 KiB messages';
const LARGE = '1 MiB messages';
const STREAM = 'stream of 1 GiB';
const ROUND_TRIP = 'round trip of 64 B';

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
};

function ofRawTls(name: string, goal: number, work: string, rawWork: string = work): Goal {
  const theirs = bytesPerSecond('raw-tls', rawWork);
  return {
    name,
    relation: 'at least',
    goal,
    optional: [],
    value: (figures) => figures.ratio(bytesPerSecond('peergroup', work), [theirs]),
  };
}

function ofLibp2p(name: string, goal: number, work: string): Goal {
  const theirs = LIBP2P.map((subject) => bytesPerSecond(subject, work));
  return {
    name,
    relation: 'at least',
    goal,
    optional: LIBP2P,
    value: (figures) => figures.ratio(bytesPerSecond('peergroup', work), theirs),
  };
}

function overRawTls(name: string, goal: number, work: string, metric: string): Goal {
  return {
    name,
    relation: 'at most',
    goal,
    optional: [],
    value: (figures) =>
      figures.ratio({ subject: 'peergroup', work, metric }, [{ subject: 'raw-tls', work, metric }]),
  };
}

function bytesPerSecond(subject: SubjectName, work: string): Source {
  return { subject, work, metric: 'bytesPerSecond' };
}
