// Which places of a batch wait, and for what: those that wait for the same wait together.

import { equalBytes } from '../base/bytes.ts';
import { wallTimeOf } from '../base/time.ts';
import type { VerifiedBatch } from '../records/verified-batch.ts';
import type { RecordVerdict } from './admission.ts';
import type { Awaited } from './waiting-room.ts';

interface DeferredPlaces {
  readonly until: Awaited;
  readonly places: ReadonlySet<number>;
}

const MINUTE_MS = 60_000;

/** By what they wait for; those of the future together, until the first is due. */
export function deferredPlaces(
  batch: VerifiedBatch,
  verdicts: readonly RecordVerdict[],
): readonly DeferredPlaces[] {
  const groups: { until: Awaited; readonly places: Set<number> }[] = [];
  for (const [at, entry] of batch.entries.entries()) {
    const verdict = verdicts[at];
    if (verdict?.kind !== 'deferred') continue;
    const { until } = verdict;
    const known = groups.find((group) => isAwaitedWith(group.until, until));
    if (known === undefined) {
      groups.push({ until, places: new Set([entry.place]) });
      continue;
    }
    known.places.add(entry.place);
    if (until.kind === 'time' && known.until.kind === 'time' && until.at < known.until.at) {
      known.until = until;
    }
  }
  return groups.map(({ until, places }) => ({ until: inWholeMinutes(until), places }));
}

/**
 * Moments are looked at minute by minute: with 1,024 of them in a batch, who chose each a little later
 * would have all that wait judged again at every one.
 */
function inWholeMinutes(until: Awaited): Awaited {
  if (until.kind !== 'time') return until;
  return { kind: 'time', at: wallTimeOf(Math.ceil(until.at / MINUTE_MS) * MINUTE_MS) };
}

function isAwaitedWith(a: Awaited, b: Awaited): boolean {
  switch (a.kind) {
    case 'time':
    case 'security':
      return b.kind === a.kind;
    case 'membership':
      return b.kind === 'membership' && equalBytes(a.chainDigest, b.chainDigest);
    case 'member':
      return b.kind === 'member' && equalBytes(a.publicKey, b.publicKey);
  }
}
