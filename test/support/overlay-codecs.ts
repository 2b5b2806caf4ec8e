// The messages by which nodes become neighbors, with values of them, as wire-codecs.ts has the others.

import fc from 'fast-check';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import * as overlay from '../../src/core/wire/overlay.ts';
import type { PeerCard } from '../../src/core/wire/peer-card-codec.ts';
import { type AnyCodec, anyAddress, bytesOf, codec, plain } from './wire-codecs.ts';

const anyTime = fc.nat(2 ** 31 - 1).map((high) => wallTimeOf(high * 0x1_0000 + 0xabcd));
const anyNodeId = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
const anyCount = fc.maxSafeNat();
const anyTtl = fc.nat(LIMITS.walkStepsMax);

export const anyCard: fc.Arbitrary<PeerCard> = plain<PeerCard>({
  publicKey: bytesOf(32),
  nodeId: anyNodeId,
  issuedAt: anyTime,
  isLeaving: fc.boolean(),
  addresses: fc.array(anyAddress, { maxLength: LIMITS.addressesInCardMax }),
  signature: bytesOf(64),
});

const cards = (minLength: number, maxLength: number) => fc.array(anyCard, { minLength, maxLength });

const anyHeads = plain({ count: anyCount, digest: bytesOf(32), securityHead: bytesOf(32) });
const anyShortHeads = plain({ count: anyCount, digest: bytesOf(8), securityHead: bytesOf(8) });
const anyPing = plain<overlay.NeighborPing>({
  nonce: fc.nat(2 ** 31 - 1),
  groupTime: anyTime,
  heads: anyShortHeads,
});
const anyPartReason: fc.Arbitrary<overlay.Part['reason']> = fc.constantFrom(
  'leaving',
  'busy',
  'leastUseful',
  'duplicate',
  'badConduct',
  'silent',
  'tooSlow',
  'membershipEnded',
  'removed',
);

export const OVERLAY_CODECS: readonly AnyCodec[] = [
  codec<overlay.Greet>({
    name: 'GREET',
    kind: KIND.greet,
    values: plain<overlay.Greet>({
      priority: fc.constantFrom('join', 'high', 'low'),
      heads: anyHeads,
      card: anyCard,
    }),
    encode: overlay.encodeGreet,
    decode: overlay.decodeGreet,
  }),
  codec<overlay.Part>({
    name: 'PART',
    kind: KIND.part,
    values: plain<overlay.Part>({
      reason: anyPartReason,
      referrals: cards(0, LIMITS.referralsMax),
    }),
    encode: overlay.encodePart,
    decode: overlay.decodePart,
  }),
  codec<overlay.ForwardJoin>({
    name: 'FORWARD_JOIN',
    kind: KIND.forwardJoin,
    values: plain<overlay.ForwardJoin>({ ttl: anyTtl, card: anyCard }),
    encode: overlay.encodeForwardJoin,
    decode: overlay.decodeForwardJoin,
  }),
  codec<overlay.Shuffle>({
    name: 'SHUFFLE',
    kind: KIND.shuffle,
    values: plain<overlay.Shuffle>({
      walk: anyNodeId,
      ttl: anyTtl,
      cards: cards(1, LIMITS.shuffleCardsMax),
    }),
    encode: overlay.encodeShuffle,
    decode: overlay.decodeShuffle,
  }),
  codec<overlay.ShuffleReply>({
    name: 'SHUFFLE_REPLY',
    kind: KIND.shuffleReply,
    values: plain<overlay.ShuffleReply>({
      walk: anyNodeId,
      cards: cards(0, LIMITS.shuffleCardsMax),
    }),
    encode: overlay.encodeShuffleReply,
    decode: overlay.decodeShuffleReply,
  }),
  codec<overlay.NeighborPing>({
    name: 'NEIGHBOR_PING',
    kind: KIND.neighborPing,
    values: anyPing,
    encode: overlay.encodeNeighborPing,
    decode: overlay.decodeNeighborPing,
  }),
  codec<readonly overlay.RosterEntry[]>({
    name: 'ROSTER',
    kind: KIND.roster,
    values: fc.array(plain<overlay.RosterEntry>({ nodeId: anyNodeId, issuedAt: anyTime }), {
      maxLength: 40,
    }),
    encode: overlay.encodeRoster,
    decode: overlay.decodeRoster,
  }),
  codec<readonly PeerCard[]>({
    name: 'PRESENCE',
    kind: KIND.presence,
    values: cards(0, 12),
    encode: overlay.encodePresence,
    decode: overlay.decodePresence,
  }),
];
