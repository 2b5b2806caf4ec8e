// Are we ourselves fit to judge others? A node that comes late to its own deadlines gives the others
// more time (Lifeguard's local health), and one that slept holds nothing against anybody.

import type { Instant } from '../../base/time.ts';

/** Lifeguard's and memberlist's bound. */
const STRETCH_MAX = 8;
/** Lateness that doubles the patience; ordinary timers of a loaded machine stay far below. */
const LATE_MS = 250;
/** From here on it was sleep, or a loop that stood still. */
const SLEPT_MS = 3_000;
/** How fast trust in ourselves comes back, a deadline kept at a time: a guess. */
const RECOVERY = 0.8;

export class LocalHealth {
  #stretch = 1;

  /** 1 to 8: what to multiply patience with. */
  get stretch(): number {
    return this.#stretch;
  }

  /** Called when a deadline is served. True when we slept, after which all have to be forgiven. */
  served(dueAt: Instant, now: Instant): boolean {
    const lateMs = Math.max(0, now - dueAt);
    const wanted = Math.min(STRETCH_MAX, 1 + lateMs / LATE_MS);
    const eased = 1 + (this.#stretch - 1) * RECOVERY;
    this.#stretch = Math.max(wanted, eased < 1.05 ? 1 : eased);
    return lateMs >= SLEPT_MS;
  }
}
