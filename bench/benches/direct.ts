// direct: what passes through one connection, measured where it reaches the receiving application.

import type { Throughput } from '../connections/control.ts';
import { type Pair, pairs } from '../connections/pair.ts';
import { sendsEachMessage } from '../connections/sends-each-message.ts';
import type { Work } from '../connections/subject.ts';
import { benchOf } from '../harness/bench.ts';
import type { MeasuredWork } from '../harness/plan.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SMALL = '64 B messages';
const GIB = 1024 * MIB;

const STREAM_CHUNK_BYTES = 64 * KIB;

/**
 * Connecting, starting and stopping around a measurement; hyperdht needs a second to find its peer.
 */
const SLACK_MS = 15_000;

export const direct = benchOf({
  name: 'direct',
  troupe: pairs,
  isFreshEachTime: false,
  rounds: 7,
  quickRounds: 2,
  works: [
    messages('64 KiB messages', 64 * KIB),
    messages('1 MiB messages', MIB),
    messages('1 KiB messages', KIB),
    { ...messages(SMALL, 64), isFor: () => true },
    stream(),
    roundTrip(),
  ],
});

function messages(name: string, sizeBytes: number): MeasuredWork<Pair> {
  return {
    name,
    isFor: sendsEachMessage,
    async measure(pair, isQuick) {
      const [warmUpMs, durationMs] = isQuick ? [100, 200] : [300, 800];
      const work: Work = { kind: 'messages', sizeBytes };
      const deadlineMs = warmUpMs + durationMs + SLACK_MS;
      const load = { work, sizeBytes, count: Number.MAX_SAFE_INTEGER };
      const moved = await pump(pair, load, () =>
        pair.accepting({ name: 'sample', warmUpMs, durationMs }, deadlineMs),
      );
      const messagesPerSecond = moved.bytesPerSecond / sizeBytes;
      return { ...moved, messagesPerSecond };
    },
  };
}

function stream(): MeasuredWork<Pair> {
  return {
    name: 'stream of 1 GiB',
    isFor: sendsEachMessage,
    async measure(pair, isQuick) {
      // A slow subject is stopped at the cap: its rate is known by then.
      const [totalBytes, capMs] = isQuick ? [128 * MIB, 500] : [GIB, 3_000];
      const count = totalBytes / STREAM_CHUNK_BYTES;
      const load = { work: { kind: 'stream' }, sizeBytes: STREAM_CHUNK_BYTES, count } as const;
      return await pump(pair, load, () =>
        pair.accepting({ name: 'receive', totalBytes, capMs }, capMs + SLACK_MS),
      );
    },
  };
}

function roundTrip(): MeasuredWork<Pair> {
  return {
    name: 'round trip of 64 B',
    isFor: sendsEachMessage,
    async measure(pair, isQuick) {
      const [warmUpCount, count, capMs] = isQuick ? [300, 1_000, 500] : [2_000, 10_000, 3_000];
      await pair.accepting({ name: 'serve', work: { kind: 'roundTrip', sizeBytes: 64 } }, SLACK_MS);
      const spread = await pair.dialing(
        { name: 'roundTrips', sizeBytes: 64, warmUpCount, count, capMs },
        capMs + SLACK_MS,
      );
      return { medianUs: spread.medianMs * 1_000, p99Us: spread.p99Ms * 1_000 };
    },
  };
}

interface Load {
  readonly work: Work;
  readonly sizeBytes: number;
  readonly count: number;
}

interface Moved extends Readonly<Record<string, number>> {
  readonly bytesPerSecond: number;
  /** Of both processes together: steadier than the rate where others use the machine too. */
  readonly cpuPerMibUs: number;
}

/** Pumps while `observe` runs. */
async function pump(pair: Pair, load: Load, observe: () => Promise<Throughput>): Promise<Moved> {
  await pair.accepting({ name: 'serve', work: load.work }, SLACK_MS);
  const pumping = pair.dialing({ name: 'pump', ...load }, 4 * SLACK_MS);
  const observed = observe();
  // When one fails the other is waited for no more, and fails when the pair is killed.
  pumping.catch(() => {});
  observed.catch(() => {});
  // A pump that fails must not leave us waiting for bytes until the deadline.
  const received = await Promise.race([observed, pumping.then(() => observed)]);
  await pair.dialing({ name: 'stop' }, SLACK_MS);
  const sent = await pumping;
  const cpuPerByteMs = received.cpuMs / received.bytes + sent.cpuMs / sent.bytes;
  return {
    bytesPerSecond: (received.bytes / received.elapsedMs) * 1_000,
    cpuPerMibUs: cpuPerByteMs * MIB * 1_000,
  };
}
