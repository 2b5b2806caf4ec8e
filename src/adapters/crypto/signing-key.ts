// An Ed25519 private key: signs for core, and gives TLS and the vault the forms that they need. The
// key itself stays inside OpenSSL's object, so printing a SigningKey prints nothing of it.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { inspect } from 'node:util';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { Signer } from '../../core/ports/crypto.ts';

const PUBLIC_KEY_BYTES = 32;

export class SigningKey implements Signer {
  readonly #key: KeyObject;
  readonly #publicKey: Uint8Array;

  private constructor(key: KeyObject) {
    this.#key = key;
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    this.#publicKey = Uint8Array.from(spki.subarray(-PUBLIC_KEY_BYTES));
  }

  static generate(): SigningKey {
    return new SigningKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** Throws `MalformedBytes` for anything but the DER that `pkcs8` gives. `der` is copied. */
  static fromPkcs8(der: Uint8Array): SigningKey {
    const signingKey = new SigningKey(importKey(der));
    if (!equalBytes(signingKey.pkcs8, der)) throw new MalformedBytes('private key: not canonical');
    return signingKey;
  }

  /** A copy. */
  get publicKey(): Uint8Array {
    return this.#publicKey.slice();
  }

  /** Secret: the private key as PKCS #8 DER (RFC 8410), for the vault. */
  get pkcs8(): Uint8Array {
    return Uint8Array.from(this.#key.export({ format: 'der', type: 'pkcs8' }));
  }

  /** Secret: the same as PEM, the form that node:tls takes. */
  get privateKeyPem(): string {
    return this.#key.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  sign(bytes: Uint8Array): Uint8Array {
    return Uint8Array.from(sign(null, bytes, this.#key));
  }

  /** Printing with `getters: true` would call the two secret ones. */
  [inspect.custom](): string {
    return 'SigningKey {}';
  }
}

function importKey(der: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch {
    throw new MalformedBytes('private key: no PKCS #8');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new MalformedBytes('private key: not Ed25519');
  return key;
}
