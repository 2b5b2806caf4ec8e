// The messages that carry parcels and application data: each comes back as it was, at its bounds too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';
import { encodeBroadcast } from '../../../src/core/wire/broadcast.ts';
import * as flood from '../../../src/core/wire/flood.ts';
import { KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import {
  decodeNeighborMessage,
  encodeNeighborMessage,
} from '../../../src/core/wire/neighbor-message.ts';
import { FLOOD_CODECS } from '../../support/flood-codecs.ts';

for (const codec of FLOOD_CODECS) {
  test(`${codec.name} comes back as it was, and has one form`, () => {
    fc.assert(
      fc.property(codec.values, (value) => {
        const bytes = codec.encode(value);
        assert.ok(bytes.length <= payloadBytesMax(codec.kind));
        assert.deepEqual(codec.decode(bytes), value);
      }),
      { numRuns: 100 },
    );
  });
}

test('an announcement takes 17 bytes, and a thousand of them fit a frame', () => {
  const one = { id: new Uint8Array(16), hop: 3, sizeClass: 'large' } as const;
  const many = Array.from({ length: LIMITS.announcementsInFrameMax }, () => one);
  assert.equal(flood.encodeIHave([one]).length, 17);
  const bytes = flood.encodeIHave(many);
  assert.ok(bytes.length <= payloadBytesMax(KIND.iHave));
  assert.equal(flood.decodeIHave(bytes).length, many.length);
  const tooMany = new Uint8Array(bytes.length + 17).fill(1);
  assert.throws(() => flood.decodeIHave(tooMany), MalformedBytes);
});

test('the longest broadcast fits a parcel, and the longest of each kind its frame', () => {
  const longest = encodeBroadcast({
    publicKey: new Uint8Array(32),
    nodeId: 2n ** 64n - 1n,
    sequence: Number.MAX_SAFE_INTEGER,
    sentAt: 0 as Parameters<typeof encodeBroadcast>[0]['sentAt'],
    type: UNTYPED,
    bytes: new Uint8Array(LIMITS.broadcastBytesMax),
    signature: new Uint8Array(64),
  });
  flood.decodeFlood(flood.encodeFlood({ hop: 1, kind: 'application', bytes: longest }));
  const bundle = new Uint8Array(LIMITS.bundleBytesMax);
  const payload = flood.encodeFlood({ hop: 63, kind: 'bundle', bytes: bundle });
  assert.ok(payload.length <= payloadBytesMax(KIND.flood));
  const toNeighbor = new Uint8Array(LIMITS.broadcastBytesMax);
  const neighborMessage = encodeNeighborMessage({ type: UNTYPED, bytes: toNeighbor });
  assert.equal(neighborMessage.length, payloadBytesMax(KIND.neighborMessage));
  assert.throws(
    () => decodeNeighborMessage(new Uint8Array(neighborMessage.length + 1)),
    MalformedBytes,
  );
});

test('the hop count does not belong to what a parcel is', () => {
  const payload = flood.encodeFlood({ hop: 1, kind: 'bundle', bytes: Uint8Array.of(1, 2) });
  const copy = flood.copyFlood(payload, 9);
  assert.equal(flood.decodeFlood(copy).hop, 9);
  assert.deepEqual(flood.identifiedPartOf(copy), flood.identifiedPartOf(payload));
  assert.equal(flood.decodeFlood(payload).hop, 1);
});
