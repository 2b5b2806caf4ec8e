// What this process weighs, after garbage collection.

import { setTimeout as pause } from 'node:timers/promises';

export interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
}

/** Finalizers of one collection free what the next collects. */
const COLLECTIONS = 6;

export async function weigh(): Promise<Memory> {
  for (let done = 0; done < COLLECTIONS; done += 1) {
    globalThis.gc?.();
    await pause(50);
  }
  const usage = process.memoryUsage();
  return { rssBytes: usage.rss, heapBytes: usage.heapUsed, externalBytes: usage.external };
}
