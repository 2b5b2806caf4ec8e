// The frames by which two neighbors get to have the same (protocol.md §13.6 to §13.10), but for symbols
// and ranges, which have files of their own: lists of memberships, WANT, OFFER, STREAM and SYNC_STATE.

import { assert, unreachable } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import { readChain, writeChain } from './chain-codec.ts';
import { areAscending, type Bound, readBound, writeBound } from './sync-ranges.ts';

const DIGEST_BYTES = 32;
const PREFIX_BYTES = 8;
const ELEMENT_BYTES = 12;
const ENDLESS = 15;

/** Some of the chains that are here, in the order of their digests; frames go on from each other. */
export interface SecurityList {
  readonly isLast: boolean;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
}

/** What two sets are compared by, of each digest the beginning. */
export interface ShortHeads {
  readonly count: number;
  /** 8 bytes each. */
  readonly digest: Uint8Array;
  readonly securityHead: Uint8Array;
}

/** Why a record was not taken. */
export const REFUSED_BECAUSE = [
  'invalid',
  'expired',
  'notAuthorized',
  'quota',
  'notStored',
] as const;
export type RefusedBecause = (typeof REFUSED_BECAUSE)[number];

export interface RefusedElement {
  /** The first 8 bytes of the element. */
  readonly prefix: Uint8Array;
  readonly because: RefusedBecause;
}

export type SyncState =
  /** All memberships that were wanted are here, or were refused. */
  | { readonly stage: 'memberships'; readonly heads: ShortHeads }
  /** What a WANT asked for was sent; these prefixes were not found, 8 bytes each. */
  | { readonly stage: 'given'; readonly unknown: Uint8Array }
  /** What comes before this bound was sent; null when that was all. */
  | { readonly stage: 'streamed'; readonly upTo: Bound | null; readonly heads: ShortHeads }
  /** The asking side has got and sent everything. */
  | {
      readonly stage: 'finished' | 'ended';
      readonly heads: ShortHeads;
      readonly refused: readonly RefusedElement[];
    }
  /** Another neighbor is being compared with: later. */
  | { readonly stage: 'busy' };

const STAGES = ['memberships', 'given', 'streamed', 'finished', 'ended', 'busy'] as const;

export function encodeSecurityList({ isLast, digests }: SecurityList): Uint8Array {
  assert(areAscending(digests, DIGEST_BYTES), 'digests stand in their order');
  return packed(new ByteWriter(8 + digests.length).u8(isLast ? 1 : 0), digests, DIGEST_BYTES);
}

/** Throws `MalformedBytes`, as all of these decoders; bytes are views. */
export function decodeSecurityList(bytes: Uint8Array): SecurityList {
  const input = new ByteReader(bytes);
  const flags = input.u8();
  if (flags > 1) throw new MalformedBytes(`SECURITY_LIST: flags ${flags}`);
  const digests = unpacked(input, DIGEST_BYTES, 'SECURITY_LIST');
  input.end();
  return { isLast: flags === 1, digests };
}

/** 32 bytes each, ascending. */
export function encodeSecurityWant(digests: Uint8Array): Uint8Array {
  return packed(new ByteWriter(8 + digests.length), digests, DIGEST_BYTES);
}

export function decodeSecurityWant(bytes: Uint8Array): Uint8Array {
  return whole(bytes, DIGEST_BYTES, 'SECURITY_WANT');
}

/** DER, the root first. */
export function encodeMembership(chain: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(1_024);
  writeChain(out, chain);
  return out.finish();
}

export function decodeMembership(bytes: Uint8Array): readonly Uint8Array[] {
  const input = new ByteReader(bytes);
  const chain = readChain(input);
  if (chain.length === 0) throw new MalformedBytes('MEMBERSHIP: no certificate');
  input.end();
  return chain;
}

/** The first 8 bytes of elements, ascending. */
export function encodeWant(prefixes: Uint8Array): Uint8Array {
  return packed(new ByteWriter(8 + prefixes.length), prefixes, PREFIX_BYTES);
}

export function decodeWant(bytes: Uint8Array): Uint8Array {
  return whole(bytes, PREFIX_BYTES, 'WANT');
}

/** 12 bytes each, ascending. */
export function encodeOffer(elements: Uint8Array): Uint8Array {
  return packed(new ByteWriter(8 + elements.length), elements, ELEMENT_BYTES);
}

export function decodeOffer(bytes: Uint8Array): Uint8Array {
  return whole(bytes, ELEMENT_BYTES, 'OFFER');
}

/** Where the stream is to begin. */
export function encodeStream(from: Bound): Uint8Array {
  const out = new ByteWriter(24).u8(from.prefix.length);
  writeBound(out, from, 0);
  return out.finish();
}

export function decodeStream(bytes: Uint8Array): Bound {
  const input = new ByteReader(bytes);
  const bound = readBound(input, input.u8(), 0);
  input.end();
  return bound;
}

export function encodeSyncState(state: SyncState): Uint8Array {
  const out = new ByteWriter(32).u8(STAGES.indexOf(state.stage));
  switch (state.stage) {
    case 'memberships':
      writeHeads(out, state.heads);
      break;
    case 'given':
      return packed(out, state.unknown, PREFIX_BYTES);
    case 'streamed':
      out.u8(state.upTo?.prefix.length ?? ENDLESS);
      if (state.upTo !== null) writeBound(out, state.upTo, 0);
      writeHeads(out, state.heads);
      break;
    case 'finished':
    case 'ended':
      writeHeads(out, state.heads);
      writeRefused(out, state.refused);
      break;
    case 'busy':
      break;
    default:
      unreachable(state);
  }
  return out.finish();
}

export function decodeSyncState(bytes: Uint8Array): SyncState {
  const input = new ByteReader(bytes);
  const state = readState(input);
  input.end();
  return state;
}

function readState(input: ByteReader): SyncState {
  const number = input.u8();
  const stage = STAGES[number];
  switch (stage) {
    case 'memberships':
      return { stage, heads: readHeads(input) };
    case 'given':
      return { stage, unknown: unpacked(input, PREFIX_BYTES, 'SYNC_STATE') };
    case 'streamed': {
      const length = input.u8();
      const upTo = length === ENDLESS ? null : readBound(input, length, 0);
      return { stage, upTo, heads: readHeads(input) };
    }
    case 'finished':
    case 'ended':
      return { stage, heads: readHeads(input), refused: readRefused(input) };
    case 'busy':
      return { stage };
    case undefined:
      throw new MalformedBytes(`SYNC_STATE: stage ${number}`);
    default:
      return unreachable(stage);
  }
}

function writeHeads(out: ByteWriter, { count, digest, securityHead }: ShortHeads): void {
  assert(digest.length === PREFIX_BYTES, 'of a digest 8 bytes are sent');
  assert(securityHead.length === PREFIX_BYTES, 'of a digest 8 bytes are sent');
  out.varint(count).raw(digest).raw(securityHead);
}

function readHeads(input: ByteReader): ShortHeads {
  const count = input.varint(Number.MAX_SAFE_INTEGER);
  return { count, digest: input.raw(PREFIX_BYTES), securityHead: input.raw(PREFIX_BYTES) };
}

function writeRefused(out: ByteWriter, refused: readonly RefusedElement[]): void {
  assert(refused.length <= LIMITS.syncItemsMax, 'a frame has a bounded number of elements');
  out.varint(refused.length);
  for (const { prefix, because } of refused) {
    assert(prefix.length === PREFIX_BYTES, 'of an element 8 bytes are sent');
    out.u8(REFUSED_BECAUSE.indexOf(because)).raw(prefix);
  }
}

function readRefused(input: ByteReader): readonly RefusedElement[] {
  const refused: RefusedElement[] = [];
  for (let left = input.count(LIMITS.syncItemsMax, 1 + PREFIX_BYTES); left > 0; left--) {
    const because = REFUSED_BECAUSE[input.u8()];
    if (because === undefined) throw new MalformedBytes('SYNC_STATE: unknown reason');
    refused.push({ because, prefix: input.raw(PREFIX_BYTES) });
  }
  return refused;
}

function packed(out: ByteWriter, items: Uint8Array, itemBytes: number): Uint8Array {
  const count = items.length / itemBytes;
  assert(Number.isInteger(count) && count <= LIMITS.syncItemsMax, 'a frame has so many items');
  assert(areAscending(items, itemBytes), 'items stand in their order, each once');
  return out.varint(count).raw(items).finish();
}

function unpacked(input: ByteReader, itemBytes: number, name: string): Uint8Array {
  const items = input.raw(input.count(LIMITS.syncItemsMax, itemBytes) * itemBytes);
  if (!areAscending(items, itemBytes)) throw new MalformedBytes(`${name}: items in their order`);
  return items;
}

function whole(bytes: Uint8Array, itemBytes: number, name: string): Uint8Array {
  const input = new ByteReader(bytes);
  const items = unpacked(input, itemBytes, name);
  input.end();
  return items;
}
