// An Ed25519 private key: signs for core, opens what was sealed for it, and gives TLS and the vault the forms
// that they need. The key itself stays inside OpenSSL's object, so printing a SigningKey prints nothing of it.

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
import type { Opener } from '../../core/ports/sealing.ts';
import { montgomeryPrivateKey } from './montgomery-key.ts';
import { openBox } from './sealing.ts';

const PUBLIC_KEY_BYTES = 32;
const SEED_BYTES = 32;
/** RFC 8410: PrivateKeyInfo of an Ed25519 key up to the 32 bytes of its seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

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

  /** The key of a ticket: 32 random bytes are one (RFC 8032, section 5.1.5). */
  static fromSeed(seed: Uint8Array): SigningKey {
    if (seed.length !== SEED_BYTES) throw new MalformedBytes('private key: a seed has 32 bytes');
    return SigningKey.fromPkcs8(Buffer.concat([PKCS8_PREFIX, seed]));
  }

  /** Of a private Ed25519 key, which is copied. */
  static fromKeyObject(key: KeyObject): SigningKey {
    return SigningKey.fromPkcs8(key.export({ format: 'der', type: 'pkcs8' }));
  }

  /** A copy. */
  get publicKey(): Uint8Array {
    return this.#publicKey.slice();
  }

  /** Secret: what node:crypto signs with. */
  get privateKey(): KeyObject {
    return this.#key;
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

  /** Opens boxes and nothing else. */
  get opener(): Opener {
    const x25519 = montgomeryPrivateKey(this.pkcs8.subarray(-SEED_BYTES));
    return { publicKey: this.publicKey, open: (sealed) => openBox(x25519, sealed) };
  }

  /** Printing with `getters: true` would call the secret ones. */
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
