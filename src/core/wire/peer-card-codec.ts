// The card of one node on the wire (protocol.md §13.1): who it is, that it is there, and where it can
// be dialed, signed by itself. Here is its form alone; core/graph/overlay signs and judges it.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { wallTimeOf } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import { LIMITS } from '../domain/limits.ts';
import { readAddresses, writeAddresses } from './address-codec.ts';

export interface UnsignedCard {
  /** The member's, raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Random for each opening of the group by a process, not 0. */
  readonly nodeId: bigint;
  /** By group time; of two cards of a node the later one holds. */
  readonly issuedAt: WallTime;
  /** The node's last card: it closes the group. */
  readonly isLeaving: boolean;
  /** Where it listens; without one nobody can dial it. */
  readonly addresses: readonly Address[];
}

export interface PeerCard extends UnsignedCard {
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 6;
const FLAG_LEAVING = 1;
/** Key, node id, time, flags, no address, signature. */
const CARD_BYTES_MIN = KEY_BYTES + 8 + TIME_BYTES + 1 + 1 + SIGNATURE_BYTES;

/** Everything of a card but its signature. */
export function writeUnsignedCard(out: ByteWriter, card: UnsignedCard): void {
  assert(card.publicKey.length === KEY_BYTES, 'a card is of a key of 32 bytes');
  assert(card.nodeId !== 0n, 'no node has the id 0');
  assert(card.addresses.length <= LIMITS.addressesInCardMax, 'a card has few addresses');
  out.raw(card.publicKey).u64(card.nodeId);
  writeMilliseconds(out, card.issuedAt);
  out.u8(card.isLeaving ? FLAG_LEAVING : 0);
  writeAddresses(out, card.addresses);
}

export function writeCard(out: ByteWriter, card: PeerCard): void {
  assert(card.signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes');
  writeUnsignedCard(out, card);
  out.raw(card.signature);
}

/** Shares no memory with the message, so a card may be kept. */
export function readCard(input: ByteReader): PeerCard {
  const publicKey = input.raw(KEY_BYTES).slice();
  const nodeId = readNodeId(input);
  const issuedAt = readMilliseconds(input);
  const flags = input.u8();
  if ((flags & ~FLAG_LEAVING) !== 0) throw new MalformedBytes('card: unknown flags');
  const addresses = readAddresses(input);
  if (addresses.length > LIMITS.addressesInCardMax) throw new MalformedBytes('card: addresses');
  const signature = input.raw(SIGNATURE_BYTES).slice();
  return { publicKey, nodeId, issuedAt, isLeaving: flags === FLAG_LEAVING, addresses, signature };
}

export function writeCards(out: ByteWriter, cards: readonly PeerCard[]): void {
  out.varint(cards.length);
  for (const card of cards) writeCard(out, card);
}

export function readCards(input: ByteReader, max: number): readonly PeerCard[] {
  const cards: PeerCard[] = [];
  const count = input.count(max, CARD_BYTES_MIN);
  for (let left = count; left > 0; left--) cards.push(readCard(input));
  return cards;
}

export function readNodeId(input: ByteReader): bigint {
  const nodeId = input.u64();
  if (nodeId === 0n) throw new MalformedBytes('node id 0');
  return nodeId;
}

/** 48 bits, which last until the year 10889; a part of a millisecond is left out. */
export function writeMilliseconds(out: ByteWriter, time: WallTime): void {
  const whole = Math.floor(time);
  out.u16(Math.floor(whole / 0x1_0000_0000)).u32(whole % 0x1_0000_0000);
}

export function readMilliseconds(input: ByteReader): WallTime {
  const high = input.u16();
  return wallTimeOf(high * 0x1_0000_0000 + input.u32());
}
