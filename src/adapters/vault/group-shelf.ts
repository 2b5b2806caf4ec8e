// Which files a group consists of, and in what order they are written: the group's private key before
// the membership that speaks of it, the address book last, because it may be lost.

import { WorldError } from '../../core/ports/world-error.ts';
import { type AddressBook, decodeAddressBook, encodeAddressBook } from './address-book.ts';
import { Fields } from './fields.ts';
import type { Shelf } from './shelf.ts';
import { damaged } from './storage-failures.ts';
import {
  decodeMembership,
  encodeMembership,
  groupEntry,
  type MembershipPart,
  type StoredGroup,
} from './stored-group.ts';
import { decodePrivateKey, encodePrivateKey, type KeyPurpose } from './stored-private-key.ts';
import type { VaultKey } from './vault-key.ts';

export class GroupShelf {
  readonly #shelf: Shelf;
  readonly #key: VaultKey;

  constructor(shelf: Shelf, key: VaultKey) {
    this.#shelf = shelf;
    this.#key = key;
  }

  async readAll(): Promise<readonly StoredGroup[]> {
    const groups: StoredGroup[] = [];
    for (const entry of await this.#shelf.entries()) {
      const group = await this.#read(entry);
      if (group !== null) groups.push(group);
    }
    return groups;
  }

  /**
   * Everything but the address book, durably, over `before` when it is there. Gives what will be read
   * from now on. Throws `MalformedBytes` for what could not be.
   */
  async write(
    group: StoredGroup,
    before: StoredGroup | null,
  ): Promise<Omit<StoredGroup, 'addressBook'>> {
    const entry = groupEntry(group.identity, group.name);
    const fields = encodeMembership(group, this.#key);
    const membership = decodeMembership(new Fields(fields), { entry, key: this.#key });
    const keyBefore = before?.groupKey ?? null;
    const groupKey = await this.#writeKey(entry, group, keyBefore);
    await this.#shelf.write(entry, 'json', { kind: 'group', fields });
    if (groupKey === null && keyBefore !== null) await this.#shelf.removePart(entry, 'key');
    return withoutFlag(membership, groupKey);
  }

  async writeAddressBook(group: StoredGroup, book: AddressBook): Promise<AddressBook> {
    const fields = encodeAddressBook(book);
    const stored = decodeAddressBook(new Fields(fields));
    const entry = groupEntry(group.identity, group.name);
    await this.#shelf.write(entry, 'addresses', { kind: 'addressBook', fields }, 'fleeting');
    return stored;
  }

  async remove(group: StoredGroup): Promise<void> {
    await this.#shelf.remove(groupEntry(group.identity, group.name));
  }

  /** For the error that names a group without its identity. */
  path(group: StoredGroup): string {
    return this.#shelf.path(groupEntry(group.identity, group.name), 'json');
  }

  /** The name of a group is bound to its key, so a key that is there is the same one. */
  async #writeKey(
    entry: string,
    { name, groupKey }: StoredGroup,
    before: Uint8Array | null,
  ): Promise<Uint8Array | null> {
    if (groupKey === null) return null;
    const fields = encodePrivateKey(groupKey, purposeOf(entry), this.#key);
    const stored = decodePrivateKey(new Fields(fields), name, purposeOf(entry), this.#key);
    if (before !== null) return before;
    await this.#shelf.write(entry, 'key', { kind: 'groupKey', fields });
    return stored;
  }

  async #read(entry: string): Promise<StoredGroup | null> {
    const membership = await this.#shelf.read(entry, 'json', 'group', (fields, version) =>
      decodeMembership(fields, { entry, version, key: this.#key }),
    );
    if (membership === null) return null;
    const groupKey = await this.#readKey(entry, membership);
    return {
      ...withoutFlag(membership, groupKey),
      addressBook: await this.#readAddressBook(entry),
    };
  }

  /** A key of which the membership does not speak was being added or taken away when a crash came. */
  async #readKey(entry: string, membership: MembershipPart): Promise<Uint8Array | null> {
    if (!membership.hasGroupKey) {
      await this.#shelf.removePart(entry, 'key');
      return null;
    }
    const key = await this.#shelf.read(entry, 'key', 'groupKey', (fields) =>
      decodePrivateKey(fields, membership.name, purposeOf(entry), this.#key),
    );
    if (key === null) throw damaged(this.#shelf.path(entry, 'key'), 'missing');
    return key;
  }

  async #readAddressBook(entry: string): Promise<AddressBook> {
    try {
      return (await this.#shelf.read(entry, 'addresses', 'addressBook', decodeAddressBook)) ?? [];
    } catch (error) {
      // It was written without waiting for the disk: a crash may have left half of it.
      const isLost = error instanceof WorldError && error.code === 'VAULT_CORRUPT';
      if (isLost) return [];
      throw error;
    }
  }
}

function withoutFlag(
  membership: MembershipPart,
  groupKey: Uint8Array | null,
): Omit<StoredGroup, 'addressBook'> {
  const { hasGroupKey: _, ...rest } = membership;
  return { ...rest, groupKey };
}

function purposeOf(entry: string): KeyPurpose {
  return `groups/${entry}.key`;
}
