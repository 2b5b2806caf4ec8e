// The identities and groups of one user. Reading is from memory, for everything was read and checked
// at opening; writing is to disk first, one write after the other, and what is acknowledged survives
// kill -9. What is given out is shared, not copied: nobody changes its bytes.

import { assert } from '../../core/base/assert.ts';
import { compareText } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import type { AddressBook } from './address-book.ts';
import type { GroupShelf } from './group-shelf.ts';
import type { IdentityShelf } from './identity-shelf.ts';
import { identityEntry, type StoredIdentity } from './identity-shelf.ts';
import {
  groupEntry,
  type NextSecret,
  type StoredGroup,
  withNextSecret,
  withoutTicket,
  withTicket,
} from './stored-group.ts';
import type { StoredTicket } from './stored-secrets.ts';
import type { VaultLock } from './vault-lock.ts';

export interface VaultParts {
  readonly identityShelf: IdentityShelf;
  readonly groupShelf: GroupShelf;
  readonly identities: readonly StoredIdentity[];
  readonly groups: readonly StoredGroup[];
  readonly lock: VaultLock;
  /** Rejects when directory or key file are not as private as they were. */
  readonly checkKeyFile: () => Promise<void>;
  readonly writeKeyFile: (passphrase: string | null) => Promise<void>;
}

/** Made by `openVault`. Every method that writes may reject with `STORAGE_FAILED`. */
export class Vault {
  readonly #parts: VaultParts;
  readonly #identityByEntry: Map<string, StoredIdentity>;
  readonly #groupByEntry: Map<string, StoredGroup>;
  #lastWrite: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#identityByEntry = new Map(
      parts.identities.map((found) => [identityEntry(found.name), found]),
    );
    this.#groupByEntry = new Map(
      parts.groups.map((found) => [groupEntry(found.identity, found.name), found]),
    );
  }

  /** In the order of their creation. */
  identities(): readonly StoredIdentity[] {
    return [...this.#identityByEntry.values()].sort(
      (a, b) => a.createdAt - b.createdAt || compareText(a.name, b.name),
    );
  }

  /** Throws `IDENTITY_NOT_FOUND`. */
  identity(name: PeerName): StoredIdentity {
    const found = this.#identityByEntry.get(identityEntry(name));
    if (found?.name !== name) {
      throw new WorldError('IDENTITY_NOT_FOUND', `no identity ${name} here`, {
        details: { identity: name },
      });
    }
    return found;
  }

  /**
   * Whether the keys on the disk, and those of the identity where one is named, can still be read by us and by nobody
   * else. Rejects with `NO_KEY_ACCESS`, `VAULT_CORRUPT` and `IDENTITY_NOT_FOUND`.
   */
  checkAccess(name: PeerName | null): Promise<void> {
    return this.#write(async () => {
      await this.#parts.checkKeyFile();
      if (name !== null) await this.#parts.identityShelf.check(this.identity(name).name);
    });
  }

  /** Rejects with `IDENTITY_EXISTS` when there is an identity with this key. */
  addIdentity(identity: StoredIdentity): Promise<void> {
    return this.#write(async () => {
      const entry = identityEntry(identity.name);
      const present = this.#identityByEntry.get(entry);
      if (present !== undefined) {
        const details = { identity: present.name };
        throw new WorldError('IDENTITY_EXISTS', `there is an identity ${present.name} already`, {
          details,
        });
      }
      this.#identityByEntry.set(entry, await this.#parts.identityShelf.add(identity));
    });
  }

  /** Rejects with `IDENTITY_NOT_FOUND`. */
  replaceIdentityCertificate(name: PeerName, certificate: Uint8Array): Promise<void> {
    return this.#write(async () => {
      const identity = { ...this.identity(name), certificate };
      this.#identityByEntry.set(
        identityEntry(name),
        await this.#parts.identityShelf.replace(identity),
      );
    });
  }

  /** Rejects with `IDENTITY_NOT_FOUND`, and with `IDENTITY_IN_USE` while it has groups. */
  removeIdentity(name: PeerName): Promise<void> {
    return this.#write(async () => {
      const identity = this.identity(name);
      requireNoGroups(identity, this.groups(name));
      await this.#parts.identityShelf.remove(identity);
      this.#identityByEntry.delete(identityEntry(name));
    });
  }

  /** In the order of joining. Throws `IDENTITY_NOT_FOUND`. */
  groups(identity: PeerName): readonly StoredGroup[] {
    const { name } = this.identity(identity);
    return [...this.#groupByEntry.values()]
      .filter((group) => group.identity === name)
      .sort((a, b) => a.joinedAt - b.joinedAt || compareText(a.name, b.name));
  }

  /** Throws `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  group(identity: PeerName, name: GroupName): StoredGroup {
    const found = this.#groupByEntry.get(groupEntry(this.identity(identity).name, name));
    if (found?.name !== name) {
      const details = { identity, group: name };
      throw new WorldError('GROUP_NOT_FOUND', `no group ${name} here`, { details });
    }
    return found;
  }

  /** Adds the group or replaces it whole. Rejects with `IDENTITY_NOT_FOUND`. */
  putGroup(group: StoredGroup): Promise<void> {
    return this.#write(async () => {
      const entry = groupEntry(this.identity(group.identity).name, group.name);
      await this.#putGroup(entry, group, this.#groupByEntry.get(entry) ?? null);
    });
  }

  /** The identity has another membership now. Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  replaceMembership(
    identity: PeerName,
    name: GroupName,
    chain: readonly Uint8Array[],
  ): Promise<void> {
    return this.#changeGroup(identity, name, (group) => ({ ...group, chain }));
  }

  /** The one before is kept among the earlier ones. Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  replaceSecret(identity: PeerName, name: GroupName, next: NextSecret): Promise<void> {
    return this.#changeGroup(identity, name, (group) => withNextSecret(group, next));
  }

  /** Of too many the oldest is forgotten. Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  keepTicket(identity: PeerName, name: GroupName, ticket: StoredTicket): Promise<void> {
    return this.#changeGroup(identity, name, (group) => withTicket(group, ticket));
  }

  /** Nothing to do when it is not kept. Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  forgetTicket(identity: PeerName, name: GroupName, offer: Uint8Array): Promise<void> {
    return this.#changeGroup(identity, name, (group) => withoutTicket(group, offer));
  }

  /** Atomic, but not safe from a loss of power. Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  putAddressBook(identity: PeerName, name: GroupName, book: AddressBook): Promise<void> {
    return this.#write(() => this.#putAddressBook(this.group(identity, name), book));
  }

  /** Rejects with `IDENTITY_NOT_FOUND` or `GROUP_NOT_FOUND`. */
  removeGroup(identity: PeerName, name: GroupName): Promise<void> {
    return this.#write(async () => {
      await this.#parts.groupShelf.remove(this.group(identity, name));
      this.#groupByEntry.delete(groupEntry(identity, name));
    });
  }

  /** Null leaves the vault without one. The old passphrase opens it until this has resolved. */
  changePassphrase(passphrase: string | null): Promise<void> {
    return this.#write(() => this.#parts.writeKeyFile(passphrase));
  }

  /** Waits for the writes that have begun and lets the next opener in. Further writes are refused. */
  close(): Promise<void> {
    this.#closed ??= this.#lastWrite.then(() => this.#parts.lock.release());
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #changeGroup(
    identity: PeerName,
    name: GroupName,
    change: (group: StoredGroup) => StoredGroup,
  ): Promise<void> {
    return this.#write(async () => {
      const before = this.group(identity, name);
      const after = change(before);
      if (after !== before) await this.#putGroup(groupEntry(identity, name), after, before);
    });
  }

  async #putGroup(entry: string, group: StoredGroup, before: StoredGroup | null): Promise<void> {
    const addressBook = before?.addressBook ?? [];
    const written = { ...(await this.#parts.groupShelf.write(group, before)), addressBook };
    this.#groupByEntry.set(entry, written);
    if (group.addressBook !== addressBook) await this.#putAddressBook(written, group.addressBook);
  }

  async #putAddressBook(group: StoredGroup, book: AddressBook): Promise<void> {
    const addressBook = await this.#parts.groupShelf.writeAddressBook(group, book);
    this.#groupByEntry.set(groupEntry(group.identity, group.name), { ...group, addressBook });
  }

  /** One at a time, in the order of the calls. */
  #write(act: () => Promise<void>): Promise<void> {
    assert(this.#closed === null, 'nothing is written to a closed vault');
    const done = this.#lastWrite.then(act).catch((error: unknown) => {
      // The same checks as at reading: what the caller gave could not have been read again.
      assert(
        !(error instanceof MalformedBytes),
        `what is stored is well formed: ${messageOf(error)}`,
      );
      throw error;
    });
    this.#lastWrite = Promise.allSettled([done]);
    return done;
  }
}

function requireNoGroups({ name }: StoredIdentity, groups: readonly StoredGroup[]): void {
  if (groups.length === 0) return;
  const names = groups.map((group) => group.name).join(', ');
  throw new WorldError('IDENTITY_IN_USE', `${name} is a member of ${names}`, {
    details: { identity: name, groups: names },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
