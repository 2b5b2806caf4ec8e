// A key from a text that a person chose, by scrypt (RFC 7914): what guessing at it costs is decided here,
// for the passphrase of a vault and for the passwords of exports alike.

import { createSecretKey, type KeyObject, type ScryptOptions, scrypt } from 'node:crypto';

const KEY_BYTES = 32;

/** What a derivation needs besides text and cost. */
export const SALT_BYTES = 16;

export interface ScryptCost {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** OWASP Password Storage Cheat Sheet (2025): 128 MiB and about 0.4 s for each guess. */
export const SCRYPT_COST: ScryptCost = { cost: 2 ** 17, blockSize: 8, parallelization: 1 };

/** Runs on libuv's thread pool. Keyboards differ in how they compose letters, so the text is normalized. */
export function scryptKey(text: string, salt: Uint8Array, cost: ScryptCost): Promise<KeyObject> {
  const memoryMax = 129 * cost.cost * cost.blockSize + 2 ** 20;
  const options: ScryptOptions = { ...cost, maxmem: memoryMax };
  return new Promise((resolve, reject) => {
    scrypt(text.normalize('NFKC'), salt, KEY_BYTES, options, (error, derived) => {
      if (error !== null) return reject(error);
      resolve(createSecretKey(derived));
      derived.fill(0);
    });
  });
}
