// Announcements that wait for others of the same link, at most 20 milliseconds. What the far end turns
// out to have in the meantime is left out.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { encodeIHave } from '../../wire/flood.ts';
import { KIND } from '../../wire/frame.ts';
import type { Outbox } from '../outbox.ts';
import type { SeenParcel } from './seen-parcels.ts';

/** Short beside the way of a parcel through the group, and long beside the time between two of a burst. */
const GATHERED_MS = 20;

export class LazyAnnouncements {
  readonly #waitingByLink = new Map<LinkId, SeenParcel[]>();
  #dueAt: Instant | null = null;

  add(link: LinkId, parcel: SeenParcel, now: Instant): void {
    const waiting = this.#waitingByLink.get(link);
    if (waiting === undefined) this.#waitingByLink.set(link, [parcel]);
    else waiting.push(parcel);
    this.#dueAt ??= instantOf(now + GATHERED_MS);
  }

  linkDown(link: LinkId): void {
    this.#waitingByLink.delete(link);
  }

  nextDeadline(): Instant | null {
    return this.#dueAt;
  }

  onDeadline(now: Instant, out: Outbox<unknown>): void {
    if (this.#dueAt === null || this.#dueAt > now) return;
    this.#dueAt = null;
    for (const [link, waiting] of this.#waitingByLink) {
      announce(link, waiting, out);
    }
    this.#waitingByLink.clear();
  }
}

/** Says that we have them, except what the far end has too. */
export function announce(link: LinkId, parcels: readonly SeenParcel[], out: Outbox<unknown>): void {
  const unknown = parcels.flatMap(({ id, hop, sizeClass, held }) =>
    sizeClass === 'small' || held === null || held.holders.has(link)
      ? []
      : [{ id, hop, sizeClass }],
  );
  for (let at = 0; at < unknown.length; at += LIMITS.announcementsInFrameMax) {
    const some = unknown.slice(at, at + LIMITS.announcementsInFrameMax);
    out.send(link, KIND.iHave, encodeIHave(some));
  }
}
