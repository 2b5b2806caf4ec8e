// What members that admit tell each other when a password was wrong (protocol.md §15.7): the digest of the offer and
// how often, as a broadcast of a type that belongs to the infrastructure. It counts only from members that may
// issue the offer's role, and of each up to its share (throttle.ts).

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import { type MessageType, parseMessageType } from '../domain/message-types.ts';

export interface GuessReport {
  /** Digest of the offer, 32 bytes. */
  readonly offer: Uint8Array;
  /** At least 1. */
  readonly count: number;
}

/** The letters `gues`; applications have no types of this form. */
export const GUESS_REPORT_TYPE: MessageType = parseMessageType(
  '67756573-0000-0000-0000-000000000000',
);

const DIGEST_BYTES = 32;

export function encodeGuessReport({ offer, count }: GuessReport): Uint8Array {
  assert(offer.length === DIGEST_BYTES, 'the digest of an offer has 32 bytes');
  assert(count > 0 && count <= LIMITS.guessesPerDay, 'somebody failed, and not without end');
  return new ByteWriter().raw(offer).varint(count).finish();
}

/** Throws `MalformedBytes`. */
export function decodeGuessReport(bytes: Uint8Array): GuessReport {
  const input = new ByteReader(bytes);
  const offer = input.raw(DIGEST_BYTES).slice();
  const count = input.varint(LIMITS.guessesPerDay);
  if (count === 0) throw new MalformedBytes('guess report: nobody failed');
  input.end();
  return { offer, count };
}
