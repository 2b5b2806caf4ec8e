// What the examples of docs/protocol.md §13 are made of: Alice's node and Bob's, what Alice has stored,
// and what she broadcasts. The keys, the group and the records are those of the sections before.

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { compareBytes, concatBytes } from '../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { parseMessageType } from '../../src/core/domain/message-types.ts';
import { parcelIdOf } from '../../src/core/graph/flood/parcel.ts';
import type { Heads } from '../../src/core/graph/heads.ts';
import { signCard } from '../../src/core/graph/overlay/peer-card.ts';
import { ElementIndex } from '../../src/core/graph/sync/element-index.ts';
import { encodeBroadcast, encodeUnsignedBroadcast } from '../../src/core/wire/broadcast.ts';
import type { FloodFrame } from '../../src/core/wire/flood.ts';
import { encodeFlood, identifiedPartOf } from '../../src/core/wire/flood.ts';
import type { PeerCard } from '../../src/core/wire/peer-card-codec.ts';
import { writeUnsignedCard } from '../../src/core/wire/peer-card-codec.ts';
import { alice, bob, NOW } from '../support/golden-chains.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { ADDRESSES, ALICE_CHAIN, BOB_CHAIN, membershipOf } from './example-meeting.ts';
import { batchExamples } from './record-examples.ts';

export const ALICE_NODE = 0x0123_4567_89ab_cdefn;
export const BOB_NODE = 0xfedc_ba98_7654_3210n;
export const TYPE = parseMessageType('3f2504e0-4f89-41d3-9a0c-0305e82c3301');

const { group } = membershipOf(ALICE_CHAIN);
const ELEMENT_BYTES = 12;

export const aliceCard: PeerCard = signCard(
  { nodeId: ALICE_NODE, issuedAt: NOW, isLeaving: false, addresses: ADDRESSES },
  group,
  alice,
);

export const bobCard: PeerCard = signCard(
  {
    nodeId: BOB_NODE,
    issuedAt: wallTimeOf(NOW - 60_000),
    isLeaving: false,
    addresses: [{ host: '192.0.2.7', port: 4001 }],
  },
  group,
  bob,
);

/** Bob's last one. */
export const bobsLastCard: PeerCard = signCard(
  { nodeId: BOB_NODE, issuedAt: NOW, isLeaving: true, addresses: [] },
  group,
  bob,
);

export function signedBytesOfCard(card: PeerCard): Uint8Array {
  const out = new ByteWriter().text('peergroup-card-v1').text(group);
  writeUnsignedCard(out, card);
  return out.finish();
}

/** The three records of the batch of §12.4. */
export function exampleIndex(): ElementIndex {
  const index = new ElementIndex();
  const [first] = batchExamples();
  for (const { id, hash, content } of first?.batch.entries ?? []) {
    index.put(id, hash.slice(0, ELEMENT_BYTES), content.modifiedAt);
  }
  return index;
}

/** Digests of the chains of Alice and Bob, in their order. */
export const CHAIN_DIGESTS: readonly Uint8Array[] = [ALICE_CHAIN, BOB_CHAIN]
  .map((chain) => membershipOf(chain).chainDigest)
  .sort(compareBytes);

export function exampleHeads(): Heads {
  const { count, digest } = exampleIndex();
  return { count, digest, securityHead: nodeCrypto.sha256(concatBytes(CHAIN_DIGESTS)) };
}

const unsignedBroadcast = {
  publicKey: alice.publicKey,
  nodeId: ALICE_NODE,
  sequence: 1,
  sentAt: NOW,
  type: TYPE,
  bytes: new Uint8Array(Buffer.from('Your move', 'utf8')),
};

export function broadcastSignedBytes(): Uint8Array {
  const context = new ByteWriter().text('peergroup-broadcast-v1').text(group).finish();
  return concatBytes([context, encodeUnsignedBroadcast(unsignedBroadcast)]);
}

export function exampleFlood(): FloodFrame {
  const signature = alice.sign(broadcastSignedBytes());
  return {
    hop: 1,
    kind: 'application',
    bytes: encodeBroadcast({ ...unsignedBroadcast, signature }),
  };
}

export function exampleParcelId(): Uint8Array {
  return parcelIdOf(identifiedPartOf(encodeFlood(exampleFlood())), nodeCrypto);
}
