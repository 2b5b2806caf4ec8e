// The frame that every link speaks (protocol.md §6): u32 length of the payload, u8 kind, payload.
// The number of each kind and how long its payload may be stand here and nowhere else.

import { ByteWriter } from '../base/byte-writer.ts';
import { LIMITS } from '../domain/limits.ts';

export const FRAME_HEADER_BYTES = 5;

export const KIND = {
  hello: 0x01,
  needChain: 0x02,
  welcome: 0x03,
  refuse: 0x04,
  keepAlive: 0x08,
  ping: 0x09,
  pong: 0x0a,
  close: 0x0b,
  closed: 0x0c,
  message: 0x10,
  messageType: 0x11,
  streamOpen: 0x20,
  streamBytes: 0x21,
  streamCredit: 0x22,
  streamEnd: 0x23,
  streamReset: 0x24,
} as const;

/** Bytes of the longest varint of a message type's index. */
const TYPE_INDEX_BYTES_MAX = 2;
/** Bytes of a stream number: numbers end at 2^28-1, after which a connection opens no more streams. */
export const STREAM_NUMBER_BYTES_MAX = 4;
export const STREAM_NUMBER_MAX = 2 ** 28 - 1;

/** The longest payload of each kind; a kind that is missing here is refused. */
const PAYLOAD_BYTES_MAX: ReadonlyMap<number, number> = new Map([
  [KIND.hello, LIMITS.helloBytesMax],
  [KIND.needChain, 0],
  [KIND.welcome, 0],
  [KIND.refuse, 2 + LIMITS.closeReasonBytesMax + 1],
  [KIND.keepAlive, 0],
  [KIND.ping, 4],
  [KIND.pong, 4],
  [KIND.close, 2 + LIMITS.closeReasonBytesMax + 1],
  [KIND.closed, 0],
  [KIND.message, LIMITS.messageBytesMax + TYPE_INDEX_BYTES_MAX],
  [KIND.messageType, 16],
  [KIND.streamOpen, STREAM_NUMBER_BYTES_MAX + 2 + LIMITS.streamNameBytesMax],
  [KIND.streamBytes, STREAM_NUMBER_BYTES_MAX + LIMITS.streamFrameBytesMax],
  [KIND.streamCredit, STREAM_NUMBER_BYTES_MAX + 4],
  [KIND.streamEnd, STREAM_NUMBER_BYTES_MAX],
  [KIND.streamReset, STREAM_NUMBER_BYTES_MAX + 1],
]);

/** The bound for a kind's payload, or -1 for a kind that nobody may send. */
export function payloadBytesMax(kind: number): number {
  return PAYLOAD_BYTES_MAX.get(kind) ?? -1;
}

export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter().u32(payload.length).u8(kind).raw(payload).finish();
}
