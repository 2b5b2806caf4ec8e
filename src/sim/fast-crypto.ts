// Signatures for simulated worlds: keyed hashes that cost a microsecond. Nobody in the world can forge
// one, for the secrets of all keys are known to this object alone, and it signs for nobody but the
// signer. Outside of a simulation they are worth nothing.

import { bytesKey, equalBytes } from '../core/base/bytes.ts';
import type { Crypto, SignatureChecker, Signer } from '../core/ports/crypto.ts';
import { platformHashing } from './platform-hashing.ts';
import type { SimProcess } from './sim-process.ts';

const HASH_BYTES = 32;

export class FastCrypto implements Crypto {
  readonly #secretByKey = new Map<string, Uint8Array>();

  sha256(bytes: Uint8Array): Uint8Array {
    return platformHashing.sha256(bytes);
  }

  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return platformHashing.hmacSha256(key, bytes);
  }

  verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
    const secret = this.#secretByKey.get(bytesKey(publicKey));
    return secret !== undefined && equalBytes(signatureBy(secret, bytes), signature);
  }

  /** The same key for the same text. */
  signer(text: string): Signer {
    const secret = platformHashing.sha256(new TextEncoder().encode(`secret of ${text}`));
    const publicKey = platformHashing.sha256(secret);
    this.#secretByKey.set(bytesKey(publicKey), secret);
    return { publicKey, sign: (bytes) => signatureBy(secret, bytes) };
  }

  /** Answers in a turn of its own, a little later, as a thread beside the loop would. */
  checkerOn(process: SimProcess, delayMs: number): SignatureChecker {
    return {
      check: (publicKey, bytes, signature, done) => {
        const isValid = this.verify(publicKey, bytes, signature);
        process.wakeAfter(delayMs, () => done(isValid));
      },
    };
  }
}

/** 64 bytes. */
function signatureBy(secret: Uint8Array, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(HASH_BYTES + bytes.length);
  input.set(secret);
  input.set(bytes, HASH_BYTES);
  const half = platformHashing.sha256(input);
  const signature = new Uint8Array(2 * HASH_BYTES);
  signature.set(half);
  signature.set(half, HASH_BYTES);
  return signature;
}
