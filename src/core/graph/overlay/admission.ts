// May the one that dialed us become a neighbor, and whose place does it take (protocol.md §13.3)? And
// which of two links between the same two nodes stays?

import type { Instant } from '../../base/time.ts';
import type { Priority } from '../../wire/overlay.ts';
import type { ActiveView, NeighborLink } from './active-view.ts';
import type { ViewSizes } from './view-sizes.ts';

export type Admission =
  | { readonly kind: 'accept' }
  | { readonly kind: 'replace'; readonly victim: NeighborLink }
  | { readonly kind: 'refuse' };

export interface Applicant {
  readonly neighbor: NeighborLink;
  readonly priority: Priority;
  /** There are known nodes of other lineages that could be neighbors instead. */
  readonly hasAlternatives: boolean;
  /** One more may take the place of another now. */
  readonly mayDisplace: () => boolean;
}

/**
 * Who has nobody is taken always, also in the place of another; who has others needs a free place. One
 * of a lineage that has enough links takes the place of one of its own lineage, or none: in a full view
 * always, else while there are others to fill it.
 */
export function admit(view: ActiveView, sizes: ViewSizes, applicant: Applicant): Admission {
  const { neighbor, priority, hasAlternatives, mayDisplace } = applicant;
  const isFull = view.neighborCount >= sizes.max;
  const isCrowded = !sizes.isFullMesh && view.crowding(neighbor.holder, sizes.target) > 0;
  const takesPlace = isFull || (isCrowded && hasAlternatives);
  if (!takesPlace) return { kind: 'accept' };
  if (priority === 'low') return { kind: 'refuse' };
  const lineage = new Set(neighbor.holder.lineage);
  const isKin = ({ holder }: NeighborLink) => holder.lineage.some((name) => lineage.has(name));
  return replacing(view.leastUseful(sizes.target, isCrowded ? isKin : undefined), mayDisplace);
}

function replacing(victim: NeighborLink | null, mayDisplace: () => boolean): Admission {
  return victim !== null && mayDisplace() ? { kind: 'replace', victim } : { kind: 'refuse' };
}

/** Two links opened within this time crossed; a later one says that the far end lost the earlier. */
const CROSSING_MS = 5_000;

/**
 * Which of two links with one node has to go. When they crossed, both ends come to the same. Later on,
 * whoever dials again has lost the earlier link; we never do while we have one, so that was an accident.
 */
export function surplusOf(
  earlier: NeighborLink,
  later: NeighborLink,
  own: { readonly isLower: boolean; readonly now: Instant },
): NeighborLink {
  const haveCrossed = own.now - earlier.openedAt < CROSSING_MS;
  if (!haveCrossed || earlier.isDialed === later.isDialed) return later.isDialed ? later : earlier;
  // The one that the lower of the two nodes dialed stays.
  return earlier.isDialed === own.isLower ? later : earlier;
}
