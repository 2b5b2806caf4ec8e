// Application data for the whole group (protocol.md §13.4), the content of a parcel: who sent it, when,
// and the signature by which everybody can tell. Here is its form alone; core/graph/flood judges it.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { GUID_BYTES } from '../domain/guid.ts';
import { LIMITS } from '../domain/limits.ts';
import type { MessageType } from '../domain/message-types.ts';
import { messageTypeBytes, messageTypeOf } from '../domain/message-types.ts';
import { readMilliseconds, readNodeId, writeMilliseconds } from './peer-card-codec.ts';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export interface UnsignedBroadcast {
  /** The member's, raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly nodeId: bigint;
  /** One more than that of the node's last one; not 0. */
  readonly sequence: number;
  /** By group time. */
  readonly sentAt: WallTime;
  readonly type: MessageType;
  readonly bytes: Uint8Array;
}

export interface SignedBroadcast extends UnsignedBroadcast {
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Everything of it but its signature. */
export function encodeUnsignedBroadcast(broadcast: UnsignedBroadcast): Uint8Array {
  const { publicKey, nodeId, sequence, sentAt, type, bytes } = broadcast;
  assert(publicKey.length === KEY_BYTES, 'a broadcast is of a key of 32 bytes');
  assert(bytes.length <= LIMITS.broadcastBytesMax, 'a broadcast is within its bound');
  const out = new ByteWriter(96 + bytes.length).raw(publicKey).u64(nodeId).varint(sequence);
  writeMilliseconds(out, sentAt);
  return out.raw(messageTypeBytes(type)).bytes(bytes).finish();
}

export function encodeBroadcast({ signature, ...unsigned }: SignedBroadcast): Uint8Array {
  assert(signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes');
  const signed = encodeUnsignedBroadcast(unsigned);
  return new ByteWriter(signed.length + SIGNATURE_BYTES).raw(signed).raw(signature).finish();
}

/** Key, bytes and signature are views. */
export function decodeBroadcast(encoded: Uint8Array): SignedBroadcast {
  const input = new ByteReader(encoded);
  const publicKey = input.raw(KEY_BYTES);
  const nodeId = readNodeId(input);
  const sequence = input.varint(Number.MAX_SAFE_INTEGER);
  if (sequence === 0) throw new MalformedBytes('broadcast: number 0');
  const sentAt = readMilliseconds(input);
  const type = messageTypeOf(input.raw(GUID_BYTES));
  const bytes = input.bytes(LIMITS.broadcastBytesMax);
  const signature = input.raw(SIGNATURE_BYTES);
  input.end();
  return { publicKey, nodeId, sequence, sentAt, type, bytes, signature };
}
