// The links of a node as the tree has them: eager ones get each parcel, lazy ones an announcement. With
// each link stands how much of a nuisance its far end may be.

import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { FloodMisconduct } from './parcel.ts';

/** One report of each link in this time is enough. */
const REPORT_INTERVAL_MS = 10_000;

export class TreeLink {
  readonly link: LinkId;
  readonly changes = new TokenBucket(LIMITS.treeChangesBurst, LIMITS.treeChangesPerSecond);
  readonly promises = new TokenBucket(LIMITS.promisesBrokenBurst, LIMITS.promisesForgivenPerSecond);
  readonly duplicates = new TokenBucket(LIMITS.duplicatesBurst, LIMITS.duplicatesPerSecond);
  /** It has much unread. */
  isCongested = false;
  /** It does not agree on who belongs to the group: no records go either way. */
  isUnlike = false;
  /** When we last told the far end to stop. */
  prunedAt: Instant | null = null;
  readonly #reportedAt = new Map<FloodMisconduct, Instant>();

  constructor(link: LinkId) {
    this.link = link;
  }

  /** True when it is time to report this of the link again. */
  mayReport(why: FloodMisconduct, now: Instant): boolean {
    const before = this.#reportedAt.get(why);
    if (before !== undefined && now - before < REPORT_INTERVAL_MS) return false;
    this.#reportedAt.set(why, now);
    return true;
  }
}

export class TreeLinks {
  readonly #links = new Map<LinkId, TreeLink>();
  readonly #eager = new Set<LinkId>();

  get eager(): ReadonlySet<LinkId> {
    return this.#eager;
  }

  all(): Iterable<TreeLink> {
    return this.#links.values();
  }

  find(link: LinkId): TreeLink | null {
    return this.#links.get(link) ?? null;
  }

  /** The oldest. */
  first(): TreeLink | null {
    for (const link of this.#links.values()) return link;
    return null;
  }

  /** A new link belongs to the tree until a duplicate shows that it need not. */
  add(link: LinkId): void {
    this.#links.set(link, new TreeLink(link));
    this.#eager.add(link);
  }

  remove(link: LinkId): void {
    this.#links.delete(link);
    this.#eager.delete(link);
  }

  isEager(link: LinkId): boolean {
    return this.#eager.has(link);
  }

  setEager(link: LinkId): void {
    if (this.#links.has(link)) this.#eager.add(link);
  }

  setLazy(link: LinkId): void {
    this.#eager.delete(link);
  }
}

export function isRecent(at: Instant | null, withinMs: number, now: Instant): boolean {
  return at !== null && now - at < withinMs;
}
