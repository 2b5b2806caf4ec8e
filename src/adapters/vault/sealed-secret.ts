// One secret under AES-256-GCM with a fresh nonce. The purpose, which names the file and the field,
// is authenticated along with it, so a sealed secret opens nowhere but where it was put. Opened, it is
// an ordinary Uint8Array that does not show when something that holds it is printed or logged.

import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { base64urlText } from '../../core/base/base64url.ts';
import { concatBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { type FieldRecord, Fields } from './fields.ts';

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: random nonces of 96 bits are good for 2^32 secrets under one key. */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
/** Longer than any private key or group secret. */
export const SECRET_BYTES_MAX = 256;

/** As bytes: the ciphertext, and behind it the tag. */
export interface SealedBytes {
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

export function sealSecret(key: KeyObject, secret: Uint8Array, purpose: string): FieldRecord {
  const { nonce, sealed } = sealBytes(key, secret, purpose);
  return { nonce: base64urlText(nonce), sealed: base64urlText(sealed) };
}

/** Throws `MalformedBytes` when key, purpose or a single bit is not that of the sealing. */
export function openSecret(
  key: KeyObject,
  record: FieldRecord,
  purpose: string,
  bytesMax: number = SECRET_BYTES_MAX,
): Uint8Array {
  const fields = new Fields(record);
  const nonce = fields.bytes('nonce', NONCE_BYTES, NONCE_BYTES);
  const sealed = fields.bytes('sealed', TAG_BYTES, bytesMax + TAG_BYTES);
  fields.end();
  return openBytes(key, { nonce, sealed }, purpose);
}

export function sealBytes(key: KeyObject, secret: Uint8Array, purpose: string): SealedBytes {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedBytes(purpose));
  const sealed = concatBytes([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return { nonce, sealed };
}

/** The same as `openSecret` for bytes, of which `sealed` has those of the tag at least. */
export function openBytes(key: KeyObject, bytes: SealedBytes, purpose: string): Uint8Array {
  const { nonce, sealed } = bytes;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedBytes(purpose));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const opened = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    opened.fill(0);
    throw new MalformedBytes('a secret that was not sealed under this key');
  }
  return concealed(opened);
}

/** Keeps the accident from happening, not the deliberate use. */
function concealed(secret: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(secret);
  const shown = (): string => `[${bytes.length} secret bytes]`;
  return Object.defineProperties(bytes, {
    [inspect.custom]: { value: shown },
    toJSON: { value: shown },
    toString: { value: shown },
  });
}

function associatedBytes(purpose: string): Uint8Array {
  return Buffer.from(`peergroup vault 1\n${purpose}`);
}
