// SHA-256 and HMAC of the platform, which cost a simulation a microsecond each.

import { createHmac, hash } from 'node:crypto';
import type { Crypto } from '../core/ports/crypto.ts';

export const platformHashing: Pick<Crypto, 'sha256' | 'hmacSha256'> = {
  sha256: (bytes) => plainBytes(hash('sha256', bytes, 'buffer')),
  hmacSha256: (key, bytes) => plainBytes(createHmac('sha256', key).update(bytes).digest()),
};

/** Without the methods of Buffer. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
