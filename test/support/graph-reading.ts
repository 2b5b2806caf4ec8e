// The frames between neighbors as the tests of the protocol read them: their values as plain JSON, and
// the bytes that the encoder makes of what was decoded.

import { hexText } from '../../src/core/base/hex.ts';
import type { Address } from '../../src/core/domain/addresses.ts';
import { formatAddress } from '../../src/core/domain/addresses.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { decodeBundle, encodeBundle } from '../../src/core/records/bundle.ts';
import * as flood from '../../src/core/wire/flood.ts';
import type { KIND } from '../../src/core/wire/frame.ts';
import {
  decodeNeighborMessage,
  encodeNeighborMessage,
} from '../../src/core/wire/neighbor-message.ts';
import * as overlay from '../../src/core/wire/overlay.ts';
import * as sync from '../../src/core/wire/sync.ts';
import { decodeRanges, encodeRanges } from '../../src/core/wire/sync-ranges.ts';
import * as symbols from '../../src/core/wire/sync-symbols.ts';

export type Values = Readonly<Record<string, unknown>>;

export interface Body {
  readonly values: Values;
  readonly again: Uint8Array;
}

export type Reader = (payload: Uint8Array) => Body;

const SYMBOL_BYTES = 17;
const DIGEST_BYTES = 32;
const PREFIX_BYTES = 8;
const ELEMENT_BYTES = 12;

/** A message that is an object whose fields need no other form. */
export function reader<Value extends object>(
  decode: (payload: Uint8Array) => Value,
  encode: (value: Value) => Uint8Array,
): Reader {
  return (payload) => {
    const value = decode(payload);
    return { values: fieldsOf(value), again: encode(value) };
  };
}

/** One that is a list. */
export function listReader<Item>(
  name: string,
  decode: (payload: Uint8Array) => readonly Item[],
  encode: (items: readonly Item[]) => Uint8Array,
): Reader {
  return (payload) => {
    const items = decode(payload);
    return { values: { [name]: plainOf(items) }, again: encode(items) };
  };
}

/** One that is a list of equally long pieces, one after the other. */
function packedReader(
  name: string,
  itemBytes: number,
  decode: (payload: Uint8Array) => Uint8Array,
  encode: (items: Uint8Array) => Uint8Array,
): Reader {
  return (payload) => {
    const items = decode(payload);
    return { values: { [name]: unpacked(items, itemBytes) }, again: encode(items) };
  };
}

const readPing = reader(overlay.decodeNeighborPing, overlay.encodeNeighborPing);

export const GRAPH_BODIES: Readonly<Partial<Record<keyof typeof KIND, Reader>>> = {
  greet: reader(overlay.decodeGreet, overlay.encodeGreet),
  part: reader(overlay.decodePart, overlay.encodePart),
  forwardJoin: reader(overlay.decodeForwardJoin, overlay.encodeForwardJoin),
  shuffle: reader(overlay.decodeShuffle, overlay.encodeShuffle),
  shuffleReply: reader(overlay.decodeShuffleReply, overlay.encodeShuffleReply),
  neighborPing: readPing,
  neighborPong: readPing,
  roster: listReader('entries', overlay.decodeRoster, overlay.encodeRoster),
  presence: listReader('cards', overlay.decodePresence, overlay.encodePresence),
  neighborMessage: reader(decodeNeighborMessage, encodeNeighborMessage),
  flood: reader(flood.decodeFlood, flood.encodeFlood),
  iHave: listReader('announcements', flood.decodeIHave, flood.encodeIHave),
  graft: reader(flood.decodeGraft, flood.encodeGraft),
  prune: (payload) => {
    flood.decodePrune(payload);
    return { values: {}, again: flood.encodePrune() };
  },
  securityList: (payload) => {
    const list = sync.decodeSecurityList(payload);
    const digests = unpacked(list.digests, DIGEST_BYTES);
    return { values: { isLast: list.isLast, digests }, again: sync.encodeSecurityList(list) };
  },
  securityWant: packedReader(
    'digests',
    DIGEST_BYTES,
    sync.decodeSecurityWant,
    sync.encodeSecurityWant,
  ),
  /** The chain as the lengths of its certificates: what they say is judged elsewhere. */
  membership: (payload) => {
    const chain = sync.decodeMembership(payload);
    const values = { chainLengths: chain.map((der) => der.length) };
    return { values, again: sync.encodeMembership(chain) };
  },
  getSymbols: reader(symbols.decodeGetSymbols, symbols.encodeGetSymbols),
  symbols: (payload) => {
    const message = symbols.decodeSymbols(payload);
    const values = { ...fieldsOf(message), symbols: unpacked(message.symbols, SYMBOL_BYTES) };
    return { values, again: symbols.encodeSymbols(message) };
  },
  ranges: reader(decodeRanges, encodeRanges),
  stream: reader(sync.decodeStream, sync.encodeStream),
  want: packedReader('prefixes', PREFIX_BYTES, sync.decodeWant, sync.encodeWant),
  /** As whose records it has; the rest of a bundle stands with records. */
  bundle: (payload) => {
    const bundle = decodeBundle(payload, LIMITS.bundleBytesMax);
    const { author, journal, firstSequence, count } = bundle.statement;
    const places = bundle.entries.map(({ place }) => place);
    const values = { ...fieldsOf({ author, journal, firstSequence, count }), places };
    return { values, again: encodeBundle(bundle) };
  },
  syncState: reader(sync.decodeSyncState, sync.encodeSyncState),
  offer: packedReader('elements', ELEMENT_BYTES, sync.decodeOffer, sync.encodeOffer),
};

function unpacked(packed: Uint8Array, itemBytes: number): readonly string[] {
  return Array.from({ length: packed.length / itemBytes }, (_, at) =>
    hexText(packed.subarray(at * itemBytes, (at + 1) * itemBytes)),
  );
}

export function fieldsOf(value: object): Values {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, plainOf(field)] as const),
  );
}

/** Bytes and ids as hexadecimal text, addresses as people write them. */
function plainOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return hexText(value);
  if (typeof value === 'bigint') return value.toString(16).padStart(16, '0');
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  return isAddress(value) ? formatAddress(value) : fieldsOf(value);
}

function isAddress(value: object): value is Address {
  return 'host' in value && 'port' in value;
}
