// The node IDs of p2p.h: one for each identity in each group, the same at every member, whether anybody is online or not.

import { createHash } from 'node:crypto';

import type { ULONGLONG } from '../surface/basic-types.ts';

/** Not 0, which p2p.h keeps for none. */
export function nodeIdOf(group: string, identity: string): ULONGLONG {
  const digest = createHash('sha256').update(`${group}\0${identity}`).digest();
  return digest.readBigUInt64BE() || 1n;
}
