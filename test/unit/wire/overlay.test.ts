// The frames between neighbors: each comes back as it was, fits its frame, and has its bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { ipText } from '../../../src/core/domain/addresses.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { PART_REASONS } from '../../../src/core/domain/links.ts';
import { KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import * as overlay from '../../../src/core/wire/overlay.ts';
import { type PeerCard, writeCard } from '../../../src/core/wire/peer-card-codec.ts';
import { OVERLAY_CODECS } from '../../support/overlay-codecs.ts';

for (const codec of OVERLAY_CODECS) {
  test(`${codec.name} comes back as it was, and nothing shorter or longer does`, () => {
    fc.assert(
      fc.property(codec.values, fc.nat(255), (value, extra) => {
        const bytes = codec.encode(value);
        assert.ok(bytes.length <= payloadBytesMax(codec.kind));
        assert.deepEqual(codec.decode(bytes), value);
        assert.throws(() => codec.decode(Uint8Array.of(...bytes, extra)), MalformedBytes);
        for (let length = 0; length < bytes.length; length += 7) {
          assert.throws(() => codec.decode(bytes.subarray(0, length)), MalformedBytes);
        }
      }),
      { numRuns: 50 },
    );
  });
}

function encodeCard(card: PeerCard): Uint8Array {
  const out = new ByteWriter();
  writeCard(out, card);
  return out.finish();
}

/** As long as a card gets. */
const LONGEST: PeerCard = {
  publicKey: new Uint8Array(32).fill(1),
  nodeId: 2n ** 64n - 1n,
  issuedAt: wallTimeOf(2 ** 48 - 1),
  isLeaving: false,
  addresses: Array.from({ length: LIMITS.addressesInCardMax }, (_, at) => ({
    host: ipText(new Uint8Array(16).fill(0x2a + at)),
    port: 65_535,
  })),
  signature: new Uint8Array(64).fill(2),
};

test('as many of the longest cards as may come in each frame fit it', () => {
  const cards = (count: number) => new Array<PeerCard>(count).fill(LONGEST);
  const frames: readonly (readonly [number, Uint8Array])[] = [
    [KIND.presence, overlay.encodePresence(cards(LIMITS.presenceCardsMax))],
    [KIND.part, overlay.encodePart({ reason: 'busy', referrals: cards(LIMITS.referralsMax) })],
    [
      KIND.shuffle,
      overlay.encodeShuffle({ walk: 1n, ttl: 1, cards: cards(LIMITS.shuffleCardsMax) }),
    ],
    [
      KIND.roster,
      overlay.encodeRoster(
        new Array(LIMITS.rosterEntriesMax).fill({ nodeId: 1n, issuedAt: wallTimeOf(1) }),
      ),
    ],
  ];
  for (const [kind, bytes] of frames) assert.ok(bytes.length <= payloadBytesMax(kind), `${kind}`);
});

test('every reason of PART has its number', () => {
  for (const reason of Object.keys(PART_REASONS)) {
    const known = overlay.decodePart(Uint8Array.of(numberOf(reason), 0));
    assert.deepEqual(known, { reason, referrals: [] });
  }
  assert.throws(() => overlay.decodePart(Uint8Array.of(9, 0)), MalformedBytes);
});

function numberOf(reason: string): number {
  return Object.entries(PART_REASONS).find(([name]) => name === reason)?.[1] ?? 255;
}

test('a shuffle without a card, a walk that is too long and a node id 0 are refused', () => {
  const walk = new ByteWriter().u64(1n).u8(3).varint(0).finish();
  assert.throws(() => overlay.decodeShuffle(walk), MalformedBytes);
  const long = new ByteWriter().u8(LIMITS.walkStepsMax + 1);
  writeCard(long, LONGEST);
  assert.throws(() => overlay.decodeForwardJoin(long.finish()), MalformedBytes);
  const nobody = encodeCard(LONGEST);
  nobody.fill(0, 32, 40);
  const presence = new ByteWriter().varint(1).raw(nobody).finish();
  assert.throws(() => overlay.decodePresence(presence), MalformedBytes);
});

test('a card with an unknown flag or a fifth address is refused', () => {
  const flagged = encodeCard(LONGEST);
  flagged[46] = 2;
  assert.throws(
    () => overlay.decodePresence(new ByteWriter().varint(1).raw(flagged).finish()),
    MalformedBytes,
  );
  const bytes = encodeCard(LONGEST);
  const address = bytes.subarray(48, 48 + 19);
  const five = new ByteWriter().varint(1).raw(bytes.subarray(0, 47)).u8(5);
  for (let left = 5; left > 0; left--) five.raw(address);
  assert.throws(
    () => overlay.decodePresence(five.raw(bytes.subarray(-64)).finish()),
    MalformedBytes,
  );
});
