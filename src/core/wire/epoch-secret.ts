// EPOCH_SECRET (protocol.md §14.7): by what members find each other from now on. Sent on a neighbor link,
// to a member whose membership lives, and to nobody else.

import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { DIGEST_BYTES, writeDigest } from './digest-list.ts';

export interface EpochSecret {
  /** Digest of the epoch's statement. */
  readonly epoch: Uint8Array;
  /** 32 bytes; the epoch names it by SHA-256. */
  readonly secret: Uint8Array;
}

export function encodeEpochSecret({ epoch, secret }: EpochSecret): Uint8Array {
  const out = new ByteWriter(2 * DIGEST_BYTES);
  writeDigest(out, epoch);
  writeDigest(out, secret);
  return out.finish();
}

/** Bytes are views. Throws `MalformedBytes`. */
export function decodeEpochSecret(payload: Uint8Array): EpochSecret {
  const input = new ByteReader(payload);
  const message = { epoch: input.raw(DIGEST_BYTES), secret: input.raw(DIGEST_BYTES) };
  input.end();
  return message;
}
