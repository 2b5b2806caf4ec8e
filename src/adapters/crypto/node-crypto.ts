// The Crypto and SignatureChecker ports on node:crypto. Turning raw bytes into a key costs OpenSSL about half of what a
// verification does, so the keys used last are kept; they are public, and their number is bounded.

import { createHmac, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Crypto, SignatureChecker } from '../../core/ports/crypto.ts';

/** RFC 8410: SubjectPublicKeyInfo of an Ed25519 key up to the 32 bytes of the key itself. */
const SPKI_PREFIX = Uint8Array.of(
  0x30,
  0x2a,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x03,
  0x21,
  0x00,
);
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** About 1 MB of OpenSSL's memory. Without a bound strangers could fill it with keys they make up. */
const KEYS_KEPT_MAX = 1_024;

class NodeCrypto implements Crypto, SignatureChecker {
  /** In the order of their last use. */
  readonly #keyByRawText = new Map<string, KeyObject>();

  sha256(bytes: Uint8Array): Uint8Array {
    return plainBytes(hash('sha256', bytes, 'buffer'));
  }

  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return plainBytes(createHmac('sha256', key).update(bytes).digest());
  }

  verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    return verify(null, bytes, this.#importedKey(publicKey), signature);
  }

  /** On a thread of libuv's pool. */
  check(
    publicKey: Uint8Array,
    bytes: Uint8Array,
    signature: Uint8Array,
    done: (isValid: boolean) => void,
  ): void {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) {
      queueMicrotask(() => done(false));
      return;
    }
    verify(null, bytes, this.#importedKey(publicKey), signature, (error, isValid) => {
      done(error === null && isValid);
    });
  }

  #importedKey(raw: Uint8Array): KeyObject {
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
    const known = this.#keyByRawText.get(text);
    const key = known ?? importKey(raw);
    if (known !== undefined) this.#keyByRawText.delete(text);
    this.#keyByRawText.set(text, key);
    if (this.#keyByRawText.size > KEYS_KEPT_MAX) {
      for (const oldest of this.#keyByRawText.keys()) {
        this.#keyByRawText.delete(oldest);
        break;
      }
    }
    return key;
  }
}

export const nodeCrypto: Crypto & SignatureChecker = new NodeCrypto();

/** OpenSSL takes any 32 bytes here; bytes that are no point of the curve verify nothing. */
function importKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** Without the methods of Buffer, so that what core is given behaves alike in the simulation. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
