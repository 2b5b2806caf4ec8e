// Which files an identity consists of, and in what order they are written: the private key stands on
// disk before anything speaks of the identity.

import { base64urlText } from '../../core/base/base64url.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { authorityOf, type PeerName, parsePeerName } from '../../core/domain/names.ts';
import { type FieldRecord, Fields } from './fields.ts';
import type { Shelf } from './shelf.ts';
import { damaged } from './storage-failures.ts';
import { decodePrivateKey, encodePrivateKey, type KeyPurpose } from './stored-private-key.ts';
import type { VaultKey } from './vault-key.ts';

export interface StoredIdentity {
  readonly name: PeerName;
  /** DER. The vault does not look inside. */
  readonly certificate: Uint8Array;
  /** PKCS #8 DER of the Ed25519 key that `name` is bound to. Does not show when it is printed. */
  readonly key: Uint8Array;
  readonly createdAt: WallTime;
}

type PublicIdentity = Omit<StoredIdentity, 'key'>;

/** The entry's name on the shelf. */
export function identityEntry(name: PeerName): string {
  return authorityOf(name);
}

export class IdentityShelf {
  readonly #shelf: Shelf;
  readonly #key: VaultKey;

  constructor(shelf: Shelf, key: VaultKey) {
    this.#shelf = shelf;
    this.#key = key;
  }

  async readAll(): Promise<readonly StoredIdentity[]> {
    const identities: StoredIdentity[] = [];
    for (const entry of await this.#shelf.entries()) {
      const identity = await this.#read(entry);
      if (identity !== null) identities.push(identity);
    }
    return identities;
  }

  /** Looks the files over once more. Rejects with `NO_KEY_ACCESS`, `VAULT_CORRUPT` and the like. */
  async check(name: PeerName): Promise<void> {
    const entry = identityEntry(name);
    const found = await this.#read(entry);
    if (found === null) throw damaged(this.#shelf.path(entry, 'json'), 'missing');
  }

  /** Gives what will be read from now on. Throws `MalformedBytes` for what could not be. */
  async add(identity: StoredIdentity): Promise<StoredIdentity> {
    const entry = identityEntry(identity.name);
    const publicFields = encodeIdentity(identity);
    const keyFields = encodePrivateKey(identity.key, purposeOf(entry), this.#key);
    const key = decodePrivateKey(new Fields(keyFields), identity.name, purposeOf(entry), this.#key);
    const stored = { ...decodeIdentity(new Fields(publicFields), entry), key };
    await this.#shelf.write(entry, 'key', { kind: 'identityKey', fields: keyFields });
    await this.#shelf.write(entry, 'json', { kind: 'identity', fields: publicFields });
    return stored;
  }

  /** The same for an identity whose key is there already. */
  async replace(identity: StoredIdentity): Promise<StoredIdentity> {
    const entry = identityEntry(identity.name);
    const fields = encodeIdentity(identity);
    const stored = { ...decodeIdentity(new Fields(fields), entry), key: identity.key };
    await this.#shelf.write(entry, 'json', { kind: 'identity', fields });
    return stored;
  }

  async remove(identity: StoredIdentity): Promise<void> {
    await this.#shelf.remove(identityEntry(identity.name));
  }

  async #read(entry: string): Promise<StoredIdentity | null> {
    const identity = await this.#shelf.read(entry, 'json', 'identity', (fields) =>
      decodeIdentity(fields, entry),
    );
    if (identity === null) return null;
    const key = await this.#shelf.read(entry, 'key', 'identityKey', (fields) =>
      decodePrivateKey(fields, identity.name, purposeOf(entry), this.#key),
    );
    if (key === null) throw damaged(this.#shelf.path(entry, 'key'), 'missing');
    return { ...identity, key };
  }
}

function encodeIdentity(identity: PublicIdentity): FieldRecord {
  const { name, createdAt } = identity;
  return { name, createdAt, certificate: base64urlText(identity.certificate) };
}

/** Throws `MalformedBytes`. */
function decodeIdentity(fields: Fields, entry: string): PublicIdentity {
  const name = parsePeerName(fields.text('name'));
  if (identityEntry(name) !== entry) throw new MalformedBytes('name: not that of the file');
  const createdAt = fields.wallTime('createdAt');
  return {
    name,
    createdAt,
    certificate: fields.bytes('certificate', 1, LIMITS.certificateBytesMax),
  };
}

function purposeOf(entry: string): KeyPurpose {
  return `identities/${entry}.key`;
}
