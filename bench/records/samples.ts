// The records that all subjects keep: 300 B that no storage engine can compress, and attributes. Each
// attribute takes its values in another order than the records come, as in life; how many records
// share a value is exact, so that it is known what a question should find.

import { randomBytes } from 'node:crypto';
import type { CollectionName, Sample } from './subject.ts';

const DATA_BYTES = 300;

/** Records of a batch. */
export const BATCH_RECORDS = 1_000;

/** Records of one customer, and of one prefix of titles. */
export const CUSTOMER_RECORDS = 100;

export const REGIONS = 100;

/** The share of records whose state is open. */
const OPEN_SHARE = 0.9;

const TYPES: readonly string[] = Array.from(
  { length: 10 },
  (_, at) => `6f1c2a5e-0d7b-4c39-8a41-9be2d70f51c${at}`,
);

/** Large enough that slices of it do not repeat within what a compressor looks back at. */
const noise = randomBytes(4 * 1024 * 1024);

/** Primes that do not divide the size of any collection: each turns counting into another order. */
const STRIDES = { level: 7_368_787, customer: 15_485_863, title: 32_452_843, amount: 49_979_687 };
const MORE_STRIDES = { state: 67_867_967, region: 86_028_121 };

export class Samples {
  readonly #collection: CollectionName;
  /** How many there will be: a multiple of 1,000. */
  readonly #size: number;
  #next = 0;

  constructor(collection: CollectionName, size: number) {
    this.#collection = collection;
    this.#size = size;
  }

  batch(count = BATCH_RECORDS): readonly Sample[] {
    return Array.from({ length: count }, () => this.one());
  }

  one(): Sample {
    const at = this.#next;
    this.#next += 1;
    const data = dataOf(at);
    if (this.#collection === 'notes') {
      return { type: typeOf(0), data, attributes: { level: this.#rank(at, STRIDES.level) } };
    }
    return { type: typeOf(at), data, attributes: this.#itemAttributes(at) };
  }

  #itemAttributes(at: number): Sample['attributes'] {
    const size = this.#size;
    return {
      customer: customerName(Math.floor(this.#rank(at, STRIDES.customer) / CUSTOMER_RECORDS)),
      title: titleText(this.#rank(at, STRIDES.title)),
      amount: this.#rank(at, STRIDES.amount),
      state: this.#rank(at, MORE_STRIDES.state) < size * OPEN_SHARE ? 'open' : 'done',
      region: regionName(Math.floor((this.#rank(at, MORE_STRIDES.region) * REGIONS) / size)),
    };
  }

  /** Each number below the size once, while `at` counts through it. */
  #rank(at: number, stride: number): number {
    return (at * stride) % this.#size;
  }
}

export function typeOf(at: number): string {
  return TYPES[at % TYPES.length] ?? '';
}

export function customerName(customer: number): string {
  return `customer-${customer}`;
}

export function titleText(rank: number): string {
  return `note ${String(rank).padStart(8, '0')}`;
}

export function regionName(region: number): string {
  return `region-${region}`;
}

function dataOf(at: number): Uint8Array {
  const offset = (at * 331) % (noise.length - DATA_BYTES);
  return noise.subarray(offset, offset + DATA_BYTES);
}
