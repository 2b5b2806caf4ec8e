// A parcel: what goes to the whole group at once, and the size by which its way is chosen.

import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { Crypto } from '../../ports/crypto.ts';
import type { AnnouncedClass, ParcelKind } from '../../wire/flood.ts';
import { PARCEL_ID_BYTES } from '../../wire/flood.ts';

export interface NewParcel {
  readonly kind: ParcelKind;
  readonly bytes: Uint8Array;
}

export interface Parcel extends NewParcel {
  /** The first 16 bytes of SHA-256 over kind and bytes. */
  readonly id: Uint8Array;
}

/** Small ones go to every neighbor, medium ones along the tree, large ones to those who ask. */
export type SizeClass = 'small' | AnnouncedClass;

export function sizeClassOf(bytes: Uint8Array): SizeClass {
  if (bytes.length <= LIMITS.smallParcelBytesMax) return 'small';
  return bytes.length <= LIMITS.mediumParcelBytesMax ? 'medium' : 'large';
}

export function parcelIdOf(identifiedPart: Uint8Array, crypto: Pick<Crypto, 'sha256'>): Uint8Array {
  return crypto.sha256(identifiedPart).slice(0, PARCEL_ID_BYTES);
}

/** What a neighbor did that no honest one does so often, or at all. */
export type FloodMisconduct =
  /** A parcel that the judge found forged: whoever passes one on has not judged it. */
  | 'forgedParcel'
  /** GRAFT and PRUNE without end. */
  | 'treeStorm'
  /** Announced parcels that it does not give. */
  | 'brokenPromises'
  /** Parcels again and again that were here. */
  | 'duplicates'
  /** More announcements of parcels that nobody has than can be remembered. */
  | 'announcementStorm';

export interface FloodListener {
  /** To be judged, now or later; the bytes are the flood's own and do not change. */
  onParcel(parcel: Parcel, from: LinkId, hop: number): void;
  /** A neighbor gave a parcel, first of all or again. */
  onDelivered(link: LinkId, wasFirst: boolean): void;
  /** Told once in a while, however often it happens. */
  onMisconduct(link: LinkId, why: FloodMisconduct): void;
}
