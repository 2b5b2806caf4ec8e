// What a comparison of two sets takes from here: records as encoded bundles, and chains.

import { LIMITS } from '../domain/limits.ts';
import type { BundlesOfIds, RecordSource } from '../graph/sync/outgoing.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { WorldError } from '../ports/world-error.ts';
import { encodeBundle } from '../records/bundle.ts';
import type { Directory } from './directory.ts';

/** Records that are read at once while it is not known how long they are: none is longer than 16 MiB. */
const IDS_AT_ONCE = LIMITS.recordsInBatchMax;

export function recordSource(store: RecordStore, directory: Directory): RecordSource {
  return {
    bundlesOf: (ids, bytesMax) => bundlesOf(store, ids, bytesMax),
    memberships: () => directory.digests(),
    chainOf: (digest) => directory.chainOf(digest),
  };
}

/**
 * What cannot be read is left out: one damaged record must not keep all others from whoever asks for
 * it, and end our being there. Whoever reads it here is told.
 */
function bundlesOf(store: RecordStore, ids: readonly Uint8Array[], bytesMax: number): BundlesOfIds {
  const some = ids.slice(0, IDS_AT_ONCE);
  try {
    const { bundles, taken } = store.bundlesOf(some, bytesMax);
    return { bundles: bundles.map(encodeBundle), taken };
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    if (some.length === 1) return { bundles: [], taken: 1 };
    return bundlesOf(store, some.slice(0, some.length >>> 1), bytesMax);
  }
}
