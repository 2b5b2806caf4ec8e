// GREET to PRESENCE (protocol.md §13.3, §13.5 and §13.11): the frames by which nodes become neighbors,
// part, find other nodes, see that a neighbor is still there, and tell who is present.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PartReason } from '../domain/links.ts';
import { PART_REASONS } from '../domain/links.ts';
import type { PeerCard } from './peer-card-codec.ts';
import {
  readCard,
  readCards,
  readMilliseconds,
  readNodeId,
  writeCard,
  writeCards,
  writeMilliseconds,
} from './peer-card-codec.ts';

/** How much a node needs the neighbor that it asks for; the numbers are those of the wire. */
const PRIORITIES = {
  /** It is new here and knows nobody. */
  join: 0,
  /** It has no neighbor left. */
  high: 1,
  /** It would like another one. */
  low: 2,
} as const;

export type Priority = keyof typeof PRIORITIES;

const PRIORITY_NAMES: readonly Priority[] = ['join', 'high', 'low'];

const DIGEST_BYTES = 32;
const SHORT_DIGEST_BYTES = 8;
/** Node id and time. */
const ROSTER_ENTRY_BYTES = 14;

/** The first frame each way on a link between neighbors. */
export interface Greet {
  readonly priority: Priority;
  readonly card: PeerCard;
  /** What the sender holds, as core/graph has it: how many records, the set of them, the memberships. */
  readonly heads: {
    readonly count: number;
    readonly digest: Uint8Array;
    readonly securityHead: Uint8Array;
  };
}

export function encodeGreet({ priority, card, heads }: Greet): Uint8Array {
  assert(heads.digest.length === DIGEST_BYTES, 'the digest of a set has 32 bytes');
  assert(heads.securityHead.length === DIGEST_BYTES, 'a security head has 32 bytes');
  const out = new ByteWriter().u8(PRIORITIES[priority]);
  out.varint(heads.count).raw(heads.digest).raw(heads.securityHead);
  writeCard(out, card);
  return out.finish();
}

export function decodeGreet(payload: Uint8Array): Greet {
  const input = new ByteReader(payload);
  const priority = PRIORITY_NAMES[input.u8()];
  if (priority === undefined) throw new MalformedBytes('GREET: priority');
  const heads = {
    count: input.varint(Number.MAX_SAFE_INTEGER),
    digest: input.raw(DIGEST_BYTES).slice(),
    securityHead: input.raw(DIGEST_BYTES).slice(),
  };
  const card = readCard(input);
  input.end();
  return { priority, heads, card };
}

/** The sender hangs up after it. */
export interface Part {
  readonly reason: PartReason;
  /** Whom the other one may try instead. */
  readonly referrals: readonly PeerCard[];
}

export function encodePart({ reason, referrals }: Part): Uint8Array {
  assert(referrals.length <= LIMITS.referralsMax, 'a refusal has few referrals');
  const out = new ByteWriter().u8(PART_REASONS[reason]);
  writeCards(out, referrals);
  return out.finish();
}

export function decodePart(payload: Uint8Array): Part {
  const input = new ByteReader(payload);
  const reason = REASON_BY_NUMBER.get(input.u8());
  if (reason === undefined) throw new MalformedBytes('PART: unknown reason');
  const referrals = readCards(input, LIMITS.referralsMax);
  input.end();
  return { reason, referrals };
}

const REASONS: readonly PartReason[] = [
  'leaving',
  'busy',
  'leastUseful',
  'duplicate',
  'badConduct',
  'silent',
  'tooSlow',
  'membershipEnded',
  'removed',
];

const REASON_BY_NUMBER: ReadonlyMap<number, PartReason> = new Map(
  REASONS.map((reason) => [PART_REASONS[reason], reason]),
);

/** A newcomer's card on its random walk. */
export interface ForwardJoin {
  /** Steps that are left. */
  readonly ttl: number;
  readonly card: PeerCard;
}

export function encodeForwardJoin({ ttl, card }: ForwardJoin): Uint8Array {
  const out = new ByteWriter();
  writeTtl(out, ttl);
  writeCard(out, card);
  return out.finish();
}

export function decodeForwardJoin(payload: Uint8Array): ForwardJoin {
  const input = new ByteReader(payload);
  const ttl = readTtl(input);
  const card = readCard(input);
  input.end();
  return { ttl, card };
}

/** Cards of one node on a random walk to another, which answers with as many of its own. */
export interface Shuffle {
  /** Chosen at random by the origin; the reply goes back the way on which it was seen. */
  readonly walk: bigint;
  readonly ttl: number;
  /** The first is the origin's own. */
  readonly cards: readonly PeerCard[];
}

export function encodeShuffle({ walk, ttl, cards }: Shuffle): Uint8Array {
  assert(cards.length > 0, 'the first card is of the origin');
  const out = new ByteWriter().u64(walk);
  writeTtl(out, ttl);
  writeShuffleCards(out, cards);
  return out.finish();
}

export function decodeShuffle(payload: Uint8Array): Shuffle {
  const input = new ByteReader(payload);
  const walk = input.u64();
  const ttl = readTtl(input);
  const cards = readCards(input, LIMITS.shuffleCardsMax);
  if (cards.length === 0) throw new MalformedBytes('SHUFFLE: no card of the origin');
  input.end();
  return { walk, ttl, cards };
}

export interface ShuffleReply {
  readonly walk: bigint;
  readonly cards: readonly PeerCard[];
}

export function encodeShuffleReply({ walk, cards }: ShuffleReply): Uint8Array {
  const out = new ByteWriter().u64(walk);
  writeShuffleCards(out, cards);
  return out.finish();
}

export function decodeShuffleReply(payload: Uint8Array): ShuffleReply {
  const input = new ByteReader(payload);
  const walk = input.u64();
  const cards = readCards(input, LIMITS.shuffleCardsMax);
  input.end();
  return { walk, cards };
}

function writeShuffleCards(out: ByteWriter, cards: readonly PeerCard[]): void {
  assert(cards.length <= LIMITS.shuffleCardsMax, 'a shuffle has few cards');
  writeCards(out, cards);
}

function writeTtl(out: ByteWriter, ttl: number): void {
  assert(ttl <= LIMITS.walkStepsMax, 'a random walk is short');
  out.u8(ttl);
}

function readTtl(input: ByteReader): number {
  const ttl = input.u8();
  if (ttl > LIMITS.walkStepsMax) throw new MalformedBytes('a random walk that is too long');
  return ttl;
}

/** The first bytes of the heads: enough to see that two sets differ. */
export interface ShortHeads {
  readonly count: number;
  /** 8 bytes. */
  readonly digest: Uint8Array;
  /** 8 bytes. */
  readonly securityHead: Uint8Array;
}

/** NEIGHBOR_PING, and NEIGHBOR_PONG that repeats its number. */
export interface NeighborPing {
  readonly nonce: number;
  /** What the sender takes for the group's time. */
  readonly groupTime: WallTime;
  readonly heads: ShortHeads;
}

export function encodeNeighborPing({ nonce, groupTime, heads }: NeighborPing): Uint8Array {
  assert(heads.digest.length === SHORT_DIGEST_BYTES, 'a short digest has 8 bytes');
  assert(heads.securityHead.length === SHORT_DIGEST_BYTES, 'a short security head has 8 bytes');
  const out = new ByteWriter(48).u32(nonce);
  writeMilliseconds(out, groupTime);
  return out.varint(heads.count).raw(heads.digest).raw(heads.securityHead).finish();
}

export function decodeNeighborPing(payload: Uint8Array): NeighborPing {
  const input = new ByteReader(payload);
  const nonce = input.u32();
  const groupTime = readMilliseconds(input);
  const heads = {
    count: input.varint(Number.MAX_SAFE_INTEGER),
    digest: input.raw(SHORT_DIGEST_BYTES).slice(),
    securityHead: input.raw(SHORT_DIGEST_BYTES).slice(),
  };
  input.end();
  return { nonce, groupTime, heads };
}

/** Which card of a node the sender of ROSTER knows. */
export interface RosterEntry {
  readonly nodeId: bigint;
  readonly issuedAt: WallTime;
}

export function encodeRoster(entries: readonly RosterEntry[]): Uint8Array {
  assert(entries.length <= LIMITS.rosterEntriesMax, 'a roster fits its frame');
  const out = new ByteWriter(2 + entries.length * ROSTER_ENTRY_BYTES).varint(entries.length);
  for (const { nodeId, issuedAt } of entries) {
    out.u64(nodeId);
    writeMilliseconds(out, issuedAt);
  }
  return out.finish();
}

export function decodeRoster(payload: Uint8Array): readonly RosterEntry[] {
  const input = new ByteReader(payload);
  const entries: RosterEntry[] = [];
  const count = input.count(LIMITS.rosterEntriesMax, ROSTER_ENTRY_BYTES);
  for (let left = count; left > 0; left--) {
    const nodeId = readNodeId(input);
    entries.push({ nodeId, issuedAt: readMilliseconds(input) });
  }
  input.end();
  return entries;
}

/** Cards that are new or renewed. */
export function encodePresence(cards: readonly PeerCard[]): Uint8Array {
  assert(cards.length <= LIMITS.presenceCardsMax, 'a batch of cards fits its frame');
  const out = new ByteWriter(1 + cards.length * 128);
  writeCards(out, cards);
  return out.finish();
}

export function decodePresence(payload: Uint8Array): readonly PeerCard[] {
  const input = new ByteReader(payload);
  const cards = readCards(input, LIMITS.presenceCardsMax);
  input.end();
  return cards;
}
