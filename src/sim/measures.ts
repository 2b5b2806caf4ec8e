// What a simulated world costs: frames and bytes by kind, copies of parcels, hops, and how long records
// take to be everywhere. Bytes are those of frames with their headers, without TLS.

import { bytesKey } from '../core/base/bytes.ts';
import { MalformedBytes } from '../core/base/malformed-bytes.ts';
import { LIMITS } from '../core/domain/limits.ts';
import { decodeBundle } from '../core/records/bundle.ts';
import { decodeFlood, type FloodFrame } from '../core/wire/flood.ts';
import { KIND } from '../core/wire/frame.ts';

const HEADER_BYTES = 5;
const KIND_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(KIND).map(([name, kind]) => [kind, name]),
);

export interface Traffic {
  readonly frames: number;
  readonly bytes: number;
}

/** One version of a record on its way through the group. */
interface Journey {
  readonly fromMs: number;
  arrivals: number;
  lastMs: number;
}

export interface MeasuresReport {
  readonly seconds: number;
  readonly frames: number;
  readonly bytes: number;
  /** Versions that were published and watched. */
  readonly records: number;
  /** Versions that came, by flooding or by reconciling, for each that had to come: 1 is the least there can be. */
  readonly copiesPerDelivery: number;
  /** Those that came by flooding, of the same. */
  readonly floodedPerDelivery: number;
  readonly hopsMax: number;
  readonly hopsMean: number;
  /** From the publication to the last member that was running. */
  readonly lastDeliveryMsMedian: number;
  readonly lastDeliveryMsMax: number;
  /** Of all deliveries to others. */
  readonly deliveryMsP99: number;
  readonly trafficByKind: Readonly<Record<string, Traffic>>;
}

export class Measures {
  #traffic = new Map<number, { frames: number; bytes: number }>();
  #journeys = new Map<string, Journey>();
  #floods = 0;
  #flooded = 0;
  #reconciled = 0;
  #hopsMax = 0;
  #hopsSum = 0;
  /** From the publication until a member has it. */
  #delaysMs: number[] = [];
  #beganMs: number;

  constructor(nowMs: number) {
    this.#beganMs = nowMs;
  }

  /** Forgets what was measured so far. */
  begin(nowMs: number): void {
    this.#traffic = new Map();
    this.#journeys = new Map();
    this.#floods = 0;
    this.#flooded = 0;
    this.#reconciled = 0;
    this.#hopsMax = 0;
    this.#hopsSum = 0;
    this.#delaysMs = [];
    this.#beganMs = nowMs;
  }

  onSent(kind: number, payload: Uint8Array): void {
    const traffic = this.#traffic.get(kind) ?? { frames: 0, bytes: 0 };
    this.#traffic.set(kind, traffic);
    traffic.frames += 1;
    traffic.bytes += payload.length + HEADER_BYTES;
  }

  onDelivered(kind: number, payload: Uint8Array): void {
    if (kind === KIND.bundle) this.#reconciled += recordsIn(payload);
    if (kind !== KIND.flood) return;
    const flood = floodIn(payload);
    if (flood?.kind !== 'bundle') return;
    const { hop, bytes } = flood;
    this.#floods += 1;
    this.#flooded += recordsIn(bytes);
    this.#hopsMax = Math.max(this.#hopsMax, hop);
    this.#hopsSum += hop;
  }

  onPublished(hash: Uint8Array, nowMs: number): void {
    const journey = { fromMs: nowMs, arrivals: 0, lastMs: nowMs };
    this.#journeys.set(bytesKey(hash), journey);
  }

  /** A member has stored this version. */
  onStored(hash: Uint8Array, nowMs: number): void {
    const journey = this.#journeys.get(bytesKey(hash));
    if (journey === undefined) return;
    journey.arrivals += 1;
    journey.lastMs = nowMs;
    if (nowMs > journey.fromMs) this.#delaysMs.push(nowMs - journey.fromMs);
  }

  /** How many frames of this kind were sent. */
  framesOf(kind: number): number {
    return this.#traffic.get(kind)?.frames ?? 0;
  }

  report(nowMs: number): MeasuresReport {
    const journeys = [...this.#journeys.values()];
    const deliveries = journeys.reduce((sum, { arrivals }) => sum + arrivals, 0);
    // The author had it without being sent it.
    const received = deliveries - journeys.length;
    const times = journeys.map(({ fromMs, lastMs }) => lastMs - fromMs).sort((a, b) => a - b);
    const delays = this.#delaysMs.toSorted((a, b) => a - b);
    const all = [...this.#traffic.values()];
    return {
      seconds: (nowMs - this.#beganMs) / 1_000,
      frames: all.reduce((sum, { frames }) => sum + frames, 0),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      records: journeys.length,
      copiesPerDelivery: (this.#flooded + this.#reconciled) / Math.max(1, received),
      floodedPerDelivery: this.#flooded / Math.max(1, received),
      hopsMax: this.#hopsMax,
      hopsMean: this.#hopsSum / Math.max(1, this.#floods),
      lastDeliveryMsMedian: times[Math.floor(times.length / 2)] ?? 0,
      lastDeliveryMsMax: times.at(-1) ?? 0,
      deliveryMsP99: delays[Math.floor(delays.length * 0.99)] ?? 0,
      trafficByKind: this.#trafficByKind(),
    };
  }

  #trafficByKind(): Readonly<Record<string, Traffic>> {
    const sorted = [...this.#traffic].sort(([a], [b]) => a - b);
    return Object.fromEntries(
      sorted.map(([kind, traffic]) => [
        KIND_NAMES.get(kind) ?? `0x${kind.toString(16)}`,
        { ...traffic },
      ]),
    );
  }
}

function recordsIn(bundle: Uint8Array): number {
  try {
    return decodeBundle(bundle, LIMITS.bundleBytesMax).entries.length;
  } catch (error) {
    if (error instanceof MalformedBytes) return 0;
    throw error;
  }
}

/** Null for what a liar says. */
function floodIn(payload: Uint8Array): FloodFrame | null {
  try {
    return decodeFlood(payload);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
