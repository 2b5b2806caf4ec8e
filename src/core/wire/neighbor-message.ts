// NEIGHBOR_MESSAGE (protocol.md §13.13): application data for one neighbor. Nobody passes it on.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { GUID_BYTES } from '../domain/guid.ts';
import { LIMITS } from '../domain/limits.ts';
import type { MessageType } from '../domain/message-types.ts';
import { messageTypeBytes, messageTypeOf } from '../domain/message-types.ts';

export interface NeighborMessage {
  readonly type: MessageType;
  /** To the end of the frame; may be empty. */
  readonly bytes: Uint8Array;
}

export function encodeNeighborMessage({ type, bytes }: NeighborMessage): Uint8Array {
  assert(bytes.length <= LIMITS.broadcastBytesMax, 'what goes to a neighbor is within its bound');
  return new ByteWriter(GUID_BYTES + bytes.length).raw(messageTypeBytes(type)).raw(bytes).finish();
}

/** The bytes are a view of the payload. */
export function decodeNeighborMessage(payload: Uint8Array): NeighborMessage {
  const input = new ByteReader(payload);
  const type = messageTypeOf(input.raw(GUID_BYTES));
  const bytes = input.raw(input.rest);
  if (bytes.length > LIMITS.broadcastBytesMax)
    throw new MalformedBytes('NEIGHBOR_MESSAGE: too long');
  return { type, bytes };
}
