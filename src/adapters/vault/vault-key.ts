// The one key under which all secrets of a vault are sealed. Its file holds it as it is, or sealed
// under a passphrase by scrypt (RFC 7914), so that a new passphrase is one atomic write and a wrong
// one is known at once (docs/decisions/0010-vault.md).

import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { base64urlText } from '../../core/base/base64url.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import type { FieldRecord, Fields } from './fields.ts';
import { SALT_BYTES, SCRYPT_COST, type ScryptCost, scryptKey } from './scrypt-key.ts';
import { openSecret, SECRET_BYTES_MAX, sealSecret } from './sealed-secret.ts';

const KEY_BYTES = 32;
const PURPOSE = 'vault.key';

/** Below, guessing would be cheap. Above, a foreign file could demand any amount of memory and time. */
const COST_MIN = 2 ** 14;
const COST_MAX = 2 ** 20;
const PARALLELIZATION_MAX = 4;

export class VaultKey {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  static generate(): VaultKey {
    return VaultKey.of(randomBytes(KEY_BYTES));
  }

  /** Takes 32 bytes as they were generated. They are copied. */
  static of(bytes: Uint8Array): VaultKey {
    return new VaultKey(createSecretKey(bytes));
  }

  /** The content of the key's file, under a passphrase or in the clear. */
  async encode(passphrase: string | null): Promise<FieldRecord> {
    const bytes = this.#key.export();
    if (passphrase === null) return { protection: 'none', key: base64urlText(bytes) };
    const salt = randomBytes(SALT_BYTES);
    const passphraseKey = await scryptKey(passphrase, salt, SCRYPT_COST);
    const sealedKey = sealSecret(passphraseKey, bytes, PURPOSE);
    return { protection: 'scrypt', ...SCRYPT_COST, salt: base64urlText(salt), sealedKey };
  }

  seal(secret: Uint8Array, purpose: string): FieldRecord {
    return sealSecret(this.#key, secret, purpose);
  }

  /** Throws `MalformedBytes`, also for more than `bytesMax`. */
  open(record: FieldRecord, purpose: string, bytesMax: number = SECRET_BYTES_MAX): Uint8Array {
    return openSecret(this.#key, record, purpose, bytesMax);
  }
}

/** A vault key as its file holds it. */
export type LockedVaultKey =
  | { readonly protection: 'none'; readonly key: VaultKey }
  | {
      readonly protection: 'scrypt';
      readonly cost: ScryptCost;
      readonly salt: Uint8Array;
      readonly sealedKey: FieldRecord;
    };

export function decodeVaultKey(fields: Fields): LockedVaultKey {
  const protection = fields.text('protection');
  if (protection === 'none') {
    return { protection, key: VaultKey.of(fields.bytes('key', KEY_BYTES, KEY_BYTES)) };
  }
  if (protection !== 'scrypt') throw new MalformedBytes('protection: neither none nor scrypt');
  const salt = fields.bytes('salt', SALT_BYTES, SALT_BYTES);
  return { protection, cost: decodeCost(fields), salt, sealedKey: fields.record('sealedKey') };
}

/** Throws `WRONG_PASSPHRASE` or `PASSPHRASE_NEEDED`. */
export async function unlockVaultKey(
  locked: LockedVaultKey,
  passphrase: string | null,
): Promise<VaultKey> {
  if (locked.protection === 'none') {
    if (passphrase !== null) throw wrongPassphrase('this vault has no passphrase');
    return locked.key;
  }
  if (passphrase === null) {
    throw new WorldError('PASSPHRASE_NEEDED', 'this vault is protected by a passphrase');
  }
  const passphraseKey = await scryptKey(passphrase, locked.salt, locked.cost);
  try {
    return VaultKey.of(openSecret(passphraseKey, locked.sealedKey, PURPOSE));
  } catch (error) {
    // The digest of the file is right, so it is the passphrase that is not.
    if (error instanceof MalformedBytes) throw wrongPassphrase('wrong passphrase');
    throw error;
  }
}

function decodeCost(fields: Fields): ScryptCost {
  const cost = fields.count('cost');
  const blockSize = fields.count('blockSize');
  const parallelization = fields.count('parallelization');
  const isBounded = cost >= COST_MIN && cost <= COST_MAX && Number.isInteger(Math.log2(cost));
  if (!isBounded || blockSize !== SCRYPT_COST.blockSize)
    throw new MalformedBytes('cost: out of bounds');
  if (parallelization < 1 || parallelization > PARALLELIZATION_MAX) {
    throw new MalformedBytes('parallelization: out of bounds');
  }
  return { cost, blockSize, parallelization };
}

function wrongPassphrase(message: string): WorldError {
  return new WorldError('WRONG_PASSPHRASE', message);
}
