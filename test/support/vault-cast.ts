// Identities and groups to put into a vault. Keys and names are real; the certificates are any bytes,
// for the vault does not look inside.

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../../src/adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../../src/adapters/vault/stored-group.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import {
  authorityOfDigest,
  joinName,
  parseGroupName,
  parsePeerName,
} from '../../src/core/domain/names.ts';

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export function storedIdentity(
  classifier = 'alice',
  createdAt = 1_700_000_000_000,
): StoredIdentity {
  const key = SigningKey.generate();
  return {
    name: parsePeerName(nameOf(key, classifier)),
    certificate: nodeCrypto.sha256(key.publicKey),
    key: key.pkcs8,
    createdAt: wallTimeOf(createdAt),
  };
}

/** A group that `identity` has founded. */
export function storedGroup(identity: StoredIdentity, friendlyName = 'Village'): StoredGroup {
  const key = SigningKey.generate();
  return {
    name: parseGroupName(nameOf(key, 'village')),
    identity: identity.name,
    friendlyName,
    chain: [nodeCrypto.sha256(key.publicKey), identity.certificate],
    discoverySecret: nodeCrypto.sha256(key.pkcs8),
    earlierSecrets: [],
    epoch: null,
    tickets: [],
    groupKey: key.pkcs8,
    joinedAt: wallTimeOf(1_700_000_000_001),
    addressBook: [
      {
        member: identity.name,
        addresses: [
          { host: '192.0.2.1', port: 4001, lastSuccessAt: wallTimeOf(1_700_000_000_002) },
          { host: 'fe80::1%eth0', port: 65_535, lastSuccessAt: null },
        ],
      },
    ],
  };
}

function nameOf(key: SigningKey, classifier: string): string {
  const digest = nodeCrypto.sha256(Buffer.concat([SPKI_PREFIX, key.publicKey]));
  return joinName(authorityOfDigest(digest), classifier);
}
