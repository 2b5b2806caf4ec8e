// Parcels that were announced and are not here: who announced them, in order, and when the next one is
// asked. Each link has a budget of parcels that it was the first to announce; beyond it what it
// announces is ignored, so that a liar costs a bounded amount of memory and of questions.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { AnnouncedClass } from '../../wire/flood.ts';

/** What is due is looked for at this pace, so that a thousand missing parcels are one wake-up. */
const PACE_MS = 20;

export interface MissingParcel {
  readonly key: string;
  readonly id: Uint8Array;
  readonly sizeClass: AnnouncedClass;
  readonly announcedAt: Instant;
  readonly firstAnnouncer: LinkId;
  /** Those who were not asked yet, the first one first. */
  announcers: LinkId[];
  /** Who is asked now; null while nobody is. Changed by `ask` alone. */
  asking: LinkId | null;
  /** All who have been asked. */
  readonly asked: Set<LinkId>;
  dueAt: Instant;
}

export interface Announced {
  readonly key: string;
  readonly id: Uint8Array;
  readonly sizeClass: AnnouncedClass;
}

export class MissingParcels {
  readonly #parcelByKey = new Map<string, MissingParcel>();
  readonly #countByAnnouncer = new Map<LinkId, number>();
  readonly #largeCountByAsked = new Map<LinkId, number>();
  /** No parcel is due before. */
  #nextDueAt: Instant | null = null;

  /** False when the link's budget is spent. The id is copied. */
  announced({ key, id, sizeClass }: Announced, by: LinkId, now: Instant, delayMs: number): boolean {
    const known = this.#parcelByKey.get(key);
    if (known !== undefined) {
      addAnnouncer(known, by);
      return true;
    }
    const count = this.#countByAnnouncer.get(by) ?? 0;
    if (count >= LIMITS.missingPerLinkMax) return false;
    change(this.#countByAnnouncer, by, 1);
    const parcel: MissingParcel = {
      key,
      id: id.slice(),
      sizeClass,
      announcedAt: now,
      firstAnnouncer: by,
      announcers: [by],
      asking: null,
      asked: new Set(),
      dueAt: now,
    };
    this.#parcelByKey.set(key, parcel);
    this.postpone(parcel, now, delayMs);
    return true;
  }

  postpone(parcel: MissingParcel, now: Instant, delayMs: number): void {
    const dueMs = delayMs === 0 ? now : Math.ceil((now + delayMs) / PACE_MS) * PACE_MS;
    parcel.dueAt = instantOf(dueMs);
    if (this.#nextDueAt === null || parcel.dueAt < this.#nextDueAt) this.#nextDueAt = parcel.dueAt;
  }

  /** It came, or is given up: it is not missing any more. */
  remove(key: string): MissingParcel | null {
    const parcel = this.#parcelByKey.get(key);
    if (parcel === undefined) return null;
    this.#parcelByKey.delete(key);
    this.ask(parcel, null);
    change(this.#countByAnnouncer, parcel.firstAnnouncer, -1);
    if (this.#parcelByKey.size === 0) this.#nextDueAt = null;
    return parcel;
  }

  /** What it was asked for is asked for elsewhere at once. */
  linkDown(link: LinkId, now: Instant): void {
    for (const parcel of this.#parcelByKey.values()) {
      parcel.announcers = parcel.announcers.filter((announcer) => announcer !== link);
      parcel.asked.delete(link);
      if (parcel.asking !== link) continue;
      this.ask(parcel, null);
      this.postpone(parcel, now, 0);
    }
  }

  nextDeadline(): Instant | null {
    return this.#nextDueAt;
  }

  /** What is due, which is to be postponed or removed; the rest says when to look again. */
  due(now: Instant): readonly MissingParcel[] {
    if (this.#nextDueAt === null || this.#nextDueAt > now) return [];
    const due: MissingParcel[] = [];
    this.#nextDueAt = null;
    for (const parcel of this.#parcelByKey.values()) {
      if (parcel.dueAt <= now) due.push(parcel);
      else if (this.#nextDueAt === null || parcel.dueAt < this.#nextDueAt) {
        this.#nextDueAt = parcel.dueAt;
      }
    }
    return due;
  }

  /** From now on this one is asked, and no other. */
  ask(parcel: MissingParcel, link: LinkId | null): void {
    const isLarge = parcel.sizeClass === 'large';
    if (isLarge && parcel.asking !== null) change(this.#largeCountByAsked, parcel.asking, -1);
    if (isLarge && link !== null) change(this.#largeCountByAsked, link, 1);
    parcel.asking = link;
    if (link !== null) parcel.asked.add(link);
  }

  /** How many large parcels the link has been asked for and has not given. */
  largePullsOf(link: LinkId): number {
    return this.#largeCountByAsked.get(link) ?? 0;
  }
}

function change(counts: Map<LinkId, number>, link: LinkId, by: number): void {
  const count = (counts.get(link) ?? 0) + by;
  if (count > 0) counts.set(link, count);
  else counts.delete(link);
}

function addAnnouncer(parcel: MissingParcel, by: LinkId): void {
  const isKnown = parcel.announcers.includes(by) || parcel.asked.has(by);
  if (isKnown || parcel.announcers.length >= LIMITS.announcersMax) return;
  parcel.announcers.push(by);
}
