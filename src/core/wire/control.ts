// PING, PONG and CLOSE (protocol.md §8); KEEPALIVE and CLOSED have no payload.

import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';

/** PING and PONG carry the number that the asker chose. */
export function encodePing(nonce: number): Uint8Array {
  return new ByteWriter().u32(nonce).finish();
}

export function decodePing(payload: Uint8Array): number {
  const input = new ByteReader(payload);
  const nonce = input.u32();
  input.end();
  return nonce;
}

/** Why a side closes; the numbers are those of the wire. */
export const CLOSE_CODES = {
  done: 0,
  leaving: 1,
  protocolViolation: 2,
  membershipEnded: 3,
  /** Somebody took it away. */
  membershipRemoved: 4,
} as const;

export type CloseCode = keyof typeof CLOSE_CODES;

export interface Close {
  readonly code: CloseCode;
  /** The application's words, at most 256 bytes of UTF-8. */
  readonly reason: string;
}

export function encodeClose(close: Close): Uint8Array {
  return new ByteWriter().u8(CLOSE_CODES[close.code]).text(close.reason).finish();
}

export function decodeClose(payload: Uint8Array): Close {
  const input = new ByteReader(payload);
  const number = input.u8();
  const code = CODES.find((candidate) => CLOSE_CODES[candidate] === number);
  if (code === undefined) throw new MalformedBytes('CLOSE: unknown code');
  const reason = input.text(LIMITS.closeReasonBytesMax);
  input.end();
  return { code, reason };
}

const CODES: readonly CloseCode[] = [
  'done',
  'leaving',
  'protocolViolation',
  'membershipEnded',
  'membershipRemoved',
];
