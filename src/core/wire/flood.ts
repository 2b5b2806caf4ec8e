// FLOOD, IHAVE, GRAFT and PRUNE (protocol.md §13.4): parcels for the whole group, and the frames that
// keep the tree on which they travel.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';

/** What a parcel holds; the numbers are those of the wire. */
const PARCEL_KINDS = { bundle: 1, application: 2, membership: 3 } as const;

export type ParcelKind = keyof typeof PARCEL_KINDS;

const KIND_BY_NUMBER: ReadonlyMap<number, ParcelKind> = new Map([
  [PARCEL_KINDS.bundle, 'bundle'],
  [PARCEL_KINDS.application, 'application'],
  [PARCEL_KINDS.membership, 'membership'],
]);

/** Key, node id, sequence, time, type, length and signature around the application's bytes, generously. */
const BROADCAST_FRAME_BYTES_MAX = 160;
const BYTES_MAX: Readonly<Record<ParcelKind, number>> = {
  bundle: LIMITS.bundleBytesMax,
  application: LIMITS.broadcastBytesMax + BROADCAST_FRAME_BYTES_MAX,
  membership: LIMITS.chainBytesMax + 192,
};

export const PARCEL_ID_BYTES = 16;
/** Hop count and kind. */
const FLOOD_HEADER_BYTES = 2;
/** Id, and hop count and size class in one byte. */
const ANNOUNCEMENT_BYTES = PARCEL_ID_BYTES + 1;
/** The hop count has the lower six bits of its byte, the size class the next one. */
const LARGE_UNIT = 64;

export interface FloodFrame {
  /** Links that the parcel has come by, this one included: 1 to `floodHopsMax`, where counting ends. */
  readonly hop: number;
  readonly kind: ParcelKind;
  /** A view of the payload. */
  readonly bytes: Uint8Array;
}

export function encodeFlood({ hop, kind, bytes }: FloodFrame): Uint8Array {
  assert(hop >= 1 && hop <= LIMITS.floodHopsMax, 'hops are counted from 1');
  assert(
    bytes.length > 0 && bytes.length <= BYTES_MAX[kind],
    'a parcel has bytes, within its bound',
  );
  const out = new ByteWriter(FLOOD_HEADER_BYTES + bytes.length).u8(hop).u8(PARCEL_KINDS[kind]);
  return out.raw(bytes).finish();
}

export function decodeFlood(payload: Uint8Array): FloodFrame {
  const input = new ByteReader(payload);
  const hop = readHop(input.u8());
  const kind = KIND_BY_NUMBER.get(input.u8());
  if (kind === undefined) throw new MalformedBytes('FLOOD: unknown kind');
  const bytes = input.raw(input.rest);
  if (bytes.length === 0) throw new MalformedBytes('FLOOD: nothing in it');
  if (bytes.length > BYTES_MAX[kind]) throw new MalformedBytes('FLOOD: too long for its kind');
  return { hop, kind, bytes };
}

/** A copy of a FLOOD to pass on, with another hop count. */
export function copyFlood(floodPayload: Uint8Array, hop: number): Uint8Array {
  assert(hop >= 1 && hop <= LIMITS.floodHopsMax, 'hops are counted from 1');
  const copy = floodPayload.slice();
  copy[0] = hop;
  return copy;
}

/** What the id of a parcel is the hash of: its kind and its bytes, as they stand in FLOOD. */
export function identifiedPartOf(floodPayload: Uint8Array): Uint8Array {
  return floodPayload.subarray(1);
}

/** Whether a parcel is given along the tree or only announced. */
export type AnnouncedClass = 'medium' | 'large';

/** The sender has this parcel. */
export interface Announcement {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** What its hop count would be. */
  readonly hop: number;
  readonly sizeClass: AnnouncedClass;
}

export function encodeIHave(announcements: readonly Announcement[]): Uint8Array {
  const { length } = announcements;
  assert(
    length > 0 && length <= LIMITS.announcementsInFrameMax,
    'IHAVE has some, within its bound',
  );
  const out = new ByteWriter(length * ANNOUNCEMENT_BYTES);
  for (const { id, hop, sizeClass } of announcements) {
    assert(id.length === PARCEL_ID_BYTES, 'the id of a parcel has 16 bytes');
    assert(hop >= 1 && hop <= LIMITS.floodHopsMax, 'hops are counted from 1');
    out.raw(id).u8(hop + (sizeClass === 'large' ? LARGE_UNIT : 0));
  }
  return out.finish();
}

/** Ids are views of the payload. */
export function decodeIHave(payload: Uint8Array): readonly Announcement[] {
  const count = payload.length / ANNOUNCEMENT_BYTES;
  if (!Number.isInteger(count)) throw new MalformedBytes('IHAVE: a piece of an announcement');
  if (count === 0 || count > LIMITS.announcementsInFrameMax)
    throw new MalformedBytes('IHAVE: count');
  const input = new ByteReader(payload);
  const announcements: Announcement[] = [];
  for (let left = count; left > 0; left--) announcements.push(readAnnouncement(input));
  input.end();
  return announcements;
}

function readAnnouncement(input: ByteReader): Announcement {
  const id = input.raw(PARCEL_ID_BYTES);
  const byte = input.u8();
  const isLarge = byte >= LARGE_UNIT;
  const hop = readHop(isLarge ? byte - LARGE_UNIT : byte);
  return { id, hop, sizeClass: isLarge ? 'large' : 'medium' };
}

/** Give me this parcel, unless you did. */
export interface Graft {
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** And the next ones without being asked: the link belongs to the tree again. */
  readonly joinsTree: boolean;
}

export function encodeGraft({ id, joinsTree }: Graft): Uint8Array {
  assert(id.length === PARCEL_ID_BYTES, 'the id of a parcel has 16 bytes');
  return new ByteWriter(ANNOUNCEMENT_BYTES)
    .raw(id)
    .u8(joinsTree ? 1 : 0)
    .finish();
}

/** The id is a view of the payload. */
export function decodeGraft(payload: Uint8Array): Graft {
  const input = new ByteReader(payload);
  const id = input.raw(PARCEL_ID_BYTES);
  const flag = input.u8();
  if (flag > 1) throw new MalformedBytes('GRAFT: unknown flags');
  input.end();
  return { id, joinsTree: flag === 1 };
}

/** PRUNE: the link does not belong to the tree any more. It has no payload. */
export function encodePrune(): Uint8Array {
  return new Uint8Array(0);
}

export function decodePrune(payload: Uint8Array): void {
  new ByteReader(payload).end();
}

function readHop(hop: number): number {
  if (hop < 1 || hop > LIMITS.floodHopsMax) throw new MalformedBytes(`hop count ${hop}`);
  return hop;
}
