// FILETIME and the milliseconds that the API knows: 100 ns steps since 1601 and whole milliseconds since 1970.
// What lies below a millisecond is cut; a time of the API comes back exactly.

import type { FILETIME } from '../surface/basic-types.ts';

/** 1970-01-01 as a FILETIME. */
const UNIX_EPOCH: FILETIME = 116_444_736_000_000_000n;
const STEPS_PER_MS = 10_000n;

/** Of whole milliseconds since 1970; before 1601 it is negative, which is no FILETIME. */
export function filetimeOfMs(ms: number): FILETIME {
  return BigInt(ms) * STEPS_PER_MS + UNIX_EPOCH;
}

/** The millisecond in which it lies. */
export function msOfFiletime(filetime: FILETIME): number {
  const steps = filetime - UNIX_EPOCH;
  const ms = steps / STEPS_PER_MS;
  return Number(steps < 0n && steps % STEPS_PER_MS !== 0n ? ms - 1n : ms);
}
