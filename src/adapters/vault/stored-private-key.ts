// A private key in its own file. It is the one that the name beside it is bound to, or it is refused:
// a key in the wrong file would sign as somebody else.

import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import {
  authorityOf,
  authorityOfDigest,
  type GroupName,
  type PeerName,
} from '../../core/domain/names.ts';
import type { FieldRecord, Fields } from './fields.ts';
import type { VaultKey } from './vault-key.ts';

export type KeyPurpose = `identities/${string}.key` | `groups/${string}.key`;

export function encodePrivateKey(
  pkcs8: Uint8Array,
  purpose: KeyPurpose,
  key: VaultKey,
): FieldRecord {
  return { key: key.seal(pkcs8, purpose) };
}

/** Throws `MalformedBytes` unless it is the Ed25519 key of `name` in its one DER form. */
export function decodePrivateKey(
  fields: Fields,
  name: PeerName | GroupName,
  purpose: KeyPurpose,
  key: VaultKey,
): Uint8Array {
  const pkcs8 = key.open(fields.record('key'), purpose);
  requireKeyOf(name, pkcs8);
  return pkcs8;
}

function requireKeyOf(name: PeerName | GroupName, pkcs8: Uint8Array): void {
  const key = importedKey(pkcs8);
  if (!equalBytes(key.export({ format: 'der', type: 'pkcs8' }), pkcs8)) {
    throw new MalformedBytes('key: not canonical');
  }
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  if (authorityOfDigest(hash('sha256', spki, 'buffer')) !== authorityOf(name)) {
    throw new MalformedBytes('key: not that of the name');
  }
}

function importedKey(pkcs8: Uint8Array): KeyObject {
  let key: KeyObject | null;
  try {
    key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    key = null;
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new MalformedBytes('key: no Ed25519 key');
  return key;
}
