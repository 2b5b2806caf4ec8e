// The messages that carry parcels and application data, with values of them, as wire-codecs.ts has the
// others. A broadcast is the content of a parcel and stands here as one.

import fc from 'fast-check';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { messageTypeOf } from '../../src/core/domain/message-types.ts';
import * as broadcast from '../../src/core/wire/broadcast.ts';
import * as flood from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import * as neighborMessage from '../../src/core/wire/neighbor-message.ts';
import { type AnyCodec, bytesOf, codec, plain } from './wire-codecs.ts';

const anyHop = fc.integer({ min: 1, max: LIMITS.floodHopsMax });
const anyType = bytesOf(16).map(messageTypeOf);
const bytesUpTo = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

const anyAnnouncement: fc.Arbitrary<flood.Announcement> = plain<flood.Announcement>({
  id: bytesOf(16),
  hop: anyHop,
  sizeClass: fc.constantFrom('medium', 'large'),
});

export const FLOOD_CODECS: readonly AnyCodec[] = [
  codec<flood.FloodFrame>({
    name: 'FLOOD',
    kind: KIND.flood,
    values: plain<flood.FloodFrame>({
      hop: anyHop,
      kind: fc.constantFrom('bundle', 'application', 'membership'),
      bytes: bytesUpTo(1, 300),
    }),
    encode: flood.encodeFlood,
    decode: flood.decodeFlood,
  }),
  codec<readonly flood.Announcement[]>({
    name: 'IHAVE',
    kind: KIND.iHave,
    values: fc.array(anyAnnouncement, { minLength: 1, maxLength: 40 }),
    encode: flood.encodeIHave,
    decode: flood.decodeIHave,
  }),
  codec<flood.Graft>({
    name: 'GRAFT',
    kind: KIND.graft,
    values: plain<flood.Graft>({ id: bytesOf(16), joinsTree: fc.boolean() }),
    encode: flood.encodeGraft,
    decode: flood.decodeGraft,
  }),
  codec<neighborMessage.NeighborMessage>({
    name: 'NEIGHBOR_MESSAGE',
    kind: KIND.neighborMessage,
    values: plain<neighborMessage.NeighborMessage>({ type: anyType, bytes: bytesUpTo(0, 300) }),
    encode: neighborMessage.encodeNeighborMessage,
    decode: neighborMessage.decodeNeighborMessage,
  }),
  codec<broadcast.SignedBroadcast>({
    name: 'broadcast',
    kind: KIND.flood,
    values: plain<broadcast.SignedBroadcast>({
      publicKey: bytesOf(32),
      nodeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      sentAt: fc.nat(2 ** 31 - 1).map((high) => wallTimeOf(high * 0x1_0000 + 0xabcd)),
      type: anyType,
      bytes: bytesUpTo(0, 300),
      signature: bytesOf(64),
    }),
    encode: broadcast.encodeBroadcast,
    decode: broadcast.decodeBroadcast,
  }),
];
