// Which parcels were here in the last 90 seconds, and the bytes of those of the last 30. When there is
// no room the oldest goes: a forgotten id is judged anew if it ever comes again, and a parcel without
// bytes is not given any more.

import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { ParcelKind } from '../../wire/flood.ts';
import type { SizeClass } from './parcel.ts';

/** The figures of iroh-gossip, which calls them guesses. */
const ID_KEPT_MS = 90_000;
const PAYLOAD_KEPT_MS = 30_000;
/** What is over is looked for so much later, so that one wake-up serves many. */
const LOOK_LATER_MS = 1_000;

export interface SeenParcel {
  readonly key: string;
  readonly id: Uint8Array;
  readonly kind: ParcelKind;
  readonly sizeClass: SizeClass;
  /** Null when it is our own. */
  readonly from: LinkId | null;
  readonly seenAt: Instant;
  /** Of the payload as we pass it on. */
  readonly hop: number;
  /** When somebody announced it, if that was before it came. */
  readonly announcedAt: Instant | null;
  /** Its duplicates may change the tree. */
  readonly isBuilder: boolean;
  state: 'judging' | 'accepted' | 'refused';
  /** Null when it was dropped. */
  held: HeldParcel | null;
}

/** What is needed to give a parcel on. */
export interface HeldParcel {
  /** As FLOOD has it, with our hop count. */
  readonly payload: Uint8Array;
  /** Links at whose far end it is or will be: it came from there, was sent there, or was announced by it. */
  readonly holders: Set<LinkId>;
  /** Those to whom it was sent: nobody gets it twice. */
  readonly givenTo: Set<LinkId>;
  /** Those who were asked for it and have not given it. */
  readonly asked: Set<LinkId>;
}

export class SeenParcels {
  /** Both in the order of time. */
  readonly #parcelByKey = new Map<string, SeenParcel>();
  readonly #withPayload = new Map<string, SeenParcel>();
  #payloadBytes = 0;

  find(key: string): SeenParcel | null {
    return this.#parcelByKey.get(key) ?? null;
  }

  add(parcel: SeenParcel): void {
    this.#parcelByKey.set(parcel.key, parcel);
    if (parcel.held !== null) {
      this.#withPayload.set(parcel.key, parcel);
      this.#payloadBytes += parcel.held.payload.length;
    }
    this.#makeRoom();
  }

  /** The bytes and what belongs to them; that it was here stays known. */
  dropPayload(parcel: SeenParcel): void {
    if (!this.#withPayload.delete(parcel.key)) return;
    this.#payloadBytes -= parcel.held?.payload.length ?? 0;
    parcel.held = null;
  }

  /** When the oldest bytes or the oldest id are over. */
  nextDeadline(): Instant | null {
    const parcel = first(this.#withPayload) ?? first(this.#parcelByKey);
    if (parcel === null) return null;
    const keptMs = parcel.held === null ? ID_KEPT_MS : PAYLOAD_KEPT_MS;
    return instantOf(parcel.seenAt + keptMs + LOOK_LATER_MS);
  }

  forgetOld(now: Instant): void {
    for (const parcel of this.#withPayload.values()) {
      if (now - parcel.seenAt < PAYLOAD_KEPT_MS) break;
      this.dropPayload(parcel);
    }
    for (const parcel of this.#parcelByKey.values()) {
      if (now - parcel.seenAt < ID_KEPT_MS) break;
      this.#parcelByKey.delete(parcel.key);
    }
  }

  #makeRoom(): void {
    for (const parcel of this.#withPayload.values()) {
      const isFull =
        this.#payloadBytes > LIMITS.parcelCacheBytesMax ||
        this.#withPayload.size > LIMITS.parcelCacheMax;
      if (!isFull) break;
      this.dropPayload(parcel);
    }
    for (const parcel of this.#parcelByKey.values()) {
      if (this.#parcelByKey.size <= LIMITS.parcelIdsMax) break;
      this.dropPayload(parcel);
      this.#parcelByKey.delete(parcel.key);
    }
  }
}

function first(parcels: ReadonlyMap<string, SeenParcel>): SeenParcel | null {
  for (const parcel of parcels.values()) return parcel;
  return null;
}
