// Signatures and sealed boxes for simulated worlds: keyed hashes that cost a microsecond. Nobody in the world
// can forge or open one, for the secrets of all keys are known to this object alone, and it works for
// nobody but their holders. Outside of a simulation they are worth nothing.

import { bytesKey, concatBytes, equalBytes } from '../core/base/bytes.ts';
import type { Crypto, SignatureChecker, Signer } from '../core/ports/crypto.ts';
import type { Opener, Sealing } from '../core/ports/sealing.ts';
import { platformHashing } from './platform-hashing.ts';
import type { SimProcess } from './sim-process.ts';

const HASH_BYTES = 32;
/** As long as those of the real ones, so that messages have their real lengths. */
const BOX_NONCE_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class FastCrypto implements Crypto, Sealing {
  readonly #secretByKey = new Map<string, Uint8Array>();
  #nonces = 0;

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
    return this.#signerBy(secretOf(text));
  }

  /** The key of a ticket. */
  signerOfSeed(seed: Uint8Array): Signer {
    return this.#signerBy(platformHashing.sha256(seed));
  }

  /** Of the same key as `signer`. */
  opener(text: string): Opener {
    const secret = secretOf(text);
    const { publicKey } = this.#signerBy(secret);
    return { publicKey, open: (sealed) => opened(secret, sealed, BOX_NONCE_BYTES) };
  }

  /** Null for a key that nobody in this world has. */
  seal(publicKey: Uint8Array, bytes: Uint8Array): Uint8Array | null {
    const secret = this.#secretByKey.get(bytesKey(publicKey));
    return secret === undefined ? null : sealed(secret, bytes, this.#nonce(BOX_NONCE_BYTES));
  }

  sealUnder(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return sealed(key, bytes, this.#nonce(NONCE_BYTES));
  }

  openUnder(key: Uint8Array, bytes: Uint8Array): Uint8Array | null {
    return opened(key, bytes, NONCE_BYTES);
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

  #signerBy(secret: Uint8Array): Signer {
    const publicKey = platformHashing.sha256(secret);
    this.#secretByKey.set(bytesKey(publicKey), secret);
    return { publicKey, sign: (bytes) => signatureBy(secret, bytes) };
  }

  /** Never twice the same in one world, and the same in each run of it. */
  #nonce(length: number): Uint8Array {
    this.#nonces += 1;
    const text = new TextEncoder().encode(`nonce ${this.#nonces}`);
    return platformHashing.sha256(text).slice(0, length);
  }
}

function secretOf(text: string): Uint8Array {
  return platformHashing.sha256(new TextEncoder().encode(`secret of ${text}`));
}

/** Nonce, tag, and the bytes under a stream of hashes. */
function sealed(secret: Uint8Array, bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  const hidden = streamed(secret, nonce, bytes);
  return concatBytes([nonce, tagOf(secret, nonce, hidden), hidden]);
}

function opened(secret: Uint8Array, bytes: Uint8Array, nonceBytes: number): Uint8Array | null {
  if (bytes.length < nonceBytes + TAG_BYTES) return null;
  const nonce = bytes.subarray(0, nonceBytes);
  const hidden = bytes.subarray(nonceBytes + TAG_BYTES);
  const tag = bytes.subarray(nonceBytes, nonceBytes + TAG_BYTES);
  return equalBytes(tag, tagOf(secret, nonce, hidden)) ? streamed(secret, nonce, hidden) : null;
}

function tagOf(secret: Uint8Array, nonce: Uint8Array, hidden: Uint8Array): Uint8Array {
  return platformHashing.hmacSha256(secret, concatBytes([nonce, hidden])).subarray(0, TAG_BYTES);
}

/** Hides what is open and opens what is hidden. */
function streamed(secret: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  for (let block = 0; block * HASH_BYTES < result.length; block++) {
    const place = Uint8Array.of(block >> 8, block & 255);
    const stream = platformHashing.sha256(concatBytes([secret, nonce, place]));
    const end = Math.min(HASH_BYTES, result.length - block * HASH_BYTES);
    for (let at = 0; at < end; at++) {
      const index = block * HASH_BYTES + at;
      result[index] = (result[index] ?? 0) ^ (stream[at] ?? 0);
    }
  }
  return result;
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
