// Alice and Bob with one direct connection between them, on real sockets in one process.

import type { TestContext } from 'node:test';

import type { DirectConnection, OpenOptions } from '../../src/api/index.ts';
import { accepted, found, type Household, joinAs } from './live-group.ts';
import { until } from './until.ts';

export interface DirectPair {
  readonly alice: Household;
  readonly bob: Household;
  /** What Alice's application was given, the first of them at `far`. */
  readonly taken: readonly DirectConnection[];
  /** Bob's end, who opened it. */
  readonly near: DirectConnection;
  /** Alice's end. */
  readonly far: DirectConnection;
}

export async function directPair(t: TestContext, options: OpenOptions = {}): Promise<DirectPair> {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const taken = accepted(alice);
  const near = await bob.group.openDirectConnection(alice.group.self, {
    address: alice.address,
    ...options,
  });
  await until(() => taken.length > 0, 2_000);
  const [far] = taken;
  if (far === undefined) throw new Error('nothing was taken');
  return { alice, bob, taken, near, far };
}

/** Different bytes at every place, the same for one seed. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A sequence of numbers from 0 to 1 that a seed decides, so that a failure can be played again. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
