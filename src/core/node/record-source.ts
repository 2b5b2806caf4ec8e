// What a comparison of two sets takes from here: records as encoded bundles, and chains, statements and
// pages.

import { LIMITS } from '../domain/limits.ts';
import type { BundlesOfIds, RecordSource, SecurityFrame } from '../graph/sync/outgoing.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { WorldError } from '../ports/world-error.ts';
import { encodeBundle } from '../records/bundle.ts';
import type { SecurityState } from '../security/security-state.ts';
import { KIND } from '../wire/frame.ts';
import { encodeMembership } from '../wire/sync.ts';
import type { Directory } from './directory.ts';

/** Records that are read at once while it is not known how long they are: none is longer than 16 MiB. */
const IDS_AT_ONCE = LIMITS.recordsInBatchMax;

export interface RecordSourceParts {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly security: () => SecurityState;
}

export function recordSource({ store, directory, security }: RecordSourceParts): RecordSource {
  const rankOf = (digest: Uint8Array): Rank => {
    if (directory.has(digest)) return 'chain';
    const statement = security().findStatement(digest);
    if (statement === null) return 'page';
    return statement.body.kind === 'revocation' ? 'revocation' : 'other';
  };
  return {
    bundlesOf: (ids, bytesMax) => bundlesOf(store, ids, bytesMax),
    listed: () => directory.listed(),
    inSendingOrder: (digests) => inOrder(digests, rankOf),
    securityOf: (digest) => securityOf({ store, directory, security }, digest),
  };
}

/** Chains say who may speak; pages come before what names them, and removals before all else. */
const RANKS = ['chain', 'page', 'revocation', 'other'] as const;
type Rank = (typeof RANKS)[number];

function inOrder(
  digests: readonly Uint8Array[],
  rankOf: (digest: Uint8Array) => Rank,
): readonly Uint8Array[] {
  if (digests.length <= 1) return digests;
  const ranked = digests.map((digest) => ({ digest, rank: rankOf(digest) }));
  return RANKS.flatMap((rank) => ranked.filter((each) => each.rank === rank)).map(
    ({ digest }) => digest,
  );
}

/** As it is sent. What cannot be read is left out, as with records. */
function securityOf(
  { store, directory, security }: RecordSourceParts,
  digest: Uint8Array,
): SecurityFrame | null {
  const chain = directory.chainOf(digest);
  if (chain !== null) return { frame: KIND.membership, payload: encodeMembership(chain) };
  const statement = security().findStatement(digest);
  if (statement !== null) return { frame: KIND.statement, payload: statement.bytes };
  try {
    const item = store.findSecurityItem(digest);
    if (item === null) return null;
    const frame = item.form === 'page' ? KIND.keptPage : KIND.statement;
    return { frame, payload: item.bytes };
  } catch (error) {
    if (error instanceof WorldError) return null;
    throw error;
  }
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
