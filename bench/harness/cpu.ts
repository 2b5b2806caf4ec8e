// What this process works, and how much it is kept from it.

import { existsSync, readFileSync } from 'node:fs';

/** What this process has worked so far, on all its threads, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const SCHEDULED = '/proc/self/schedstat';

/** How long the main thread could have worked and had no processor, since others had it; 0 where the system does not say. */
export function waitedMs(): number {
  if (!existsSync(SCHEDULED)) return 0;
  const [, waitedNs = '0'] = readFileSync(SCHEDULED, 'utf8').split(' ');
  return Number(waitedNs) / 1_000_000;
}
