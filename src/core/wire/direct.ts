// The small frames of a direct connection (protocol.md §9): message types and the control of
// streams. MESSAGE and STREAM_BYTES carry the traffic and are read in place by frame-reader.ts.

import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { MessageType } from '../domain/message-types.ts';
import { messageTypeBytes, messageTypeOf } from '../domain/message-types.ts';
import { STREAM_NUMBER_MAX } from './frame.ts';

/** MESSAGE_TYPE: gives the next free index, 1 first, to a type. */
export function encodeMessageType(type: MessageType): Uint8Array {
  return messageTypeBytes(type);
}

export function decodeMessageType(payload: Uint8Array): MessageType {
  const input = new ByteReader(payload);
  const type = messageTypeOf(input.raw(16));
  input.end();
  return type;
}

export interface StreamOpen {
  /** Odd when the dialer of the link opened it, even when the listener did; each side counts up. */
  readonly stream: number;
  readonly name: string;
}

export function encodeStreamOpen(open: StreamOpen): Uint8Array {
  return new ByteWriter().varint(open.stream).text(open.name).finish();
}

export function decodeStreamOpen(payload: Uint8Array): StreamOpen {
  const input = new ByteReader(payload);
  const stream = readStreamNumber(input);
  const name = input.text(LIMITS.streamNameBytesMax);
  input.end();
  return { stream, name };
}

export interface StreamCredit {
  readonly stream: number;
  /** How many further bytes the other side may send, 1 or more. */
  readonly bytes: number;
}

export function encodeStreamCredit(credit: StreamCredit): Uint8Array {
  return new ByteWriter().varint(credit.stream).varint(credit.bytes).finish();
}

export function decodeStreamCredit(payload: Uint8Array): StreamCredit {
  const input = new ByteReader(payload);
  const stream = readStreamNumber(input);
  const bytes = input.varint(2 ** 28 - 1);
  if (bytes === 0) throw new MalformedBytes('STREAM_CREDIT: nothing granted');
  input.end();
  return { stream, bytes };
}

/** STREAM_END: no more bytes will come from this side. */
export function encodeStreamEnd(stream: number): Uint8Array {
  return new ByteWriter().varint(stream).finish();
}

export function decodeStreamEnd(payload: Uint8Array): number {
  const input = new ByteReader(payload);
  const stream = readStreamNumber(input);
  input.end();
  return stream;
}

/** Why a side gives a stream up in both directions; the numbers are those of the wire. */
export const RESET_CODES = { cancelled: 0, refused: 1, failed: 2 } as const;

export type ResetCode = keyof typeof RESET_CODES;

export interface StreamReset {
  readonly stream: number;
  readonly code: ResetCode;
}

export function encodeStreamReset(reset: StreamReset): Uint8Array {
  return new ByteWriter().varint(reset.stream).u8(RESET_CODES[reset.code]).finish();
}

export function decodeStreamReset(payload: Uint8Array): StreamReset {
  const input = new ByteReader(payload);
  const stream = readStreamNumber(input);
  const number = input.u8();
  const code = CODES.find((candidate) => RESET_CODES[candidate] === number);
  if (code === undefined) throw new MalformedBytes('STREAM_RESET: unknown code');
  input.end();
  return { stream, code };
}

const CODES: readonly ResetCode[] = ['cancelled', 'refused', 'failed'];

function readStreamNumber(input: ByteReader): number {
  const stream = input.varint(STREAM_NUMBER_MAX);
  if (stream === 0) throw new MalformedBytes('stream number 0');
  return stream;
}
