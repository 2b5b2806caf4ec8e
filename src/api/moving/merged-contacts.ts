// The address book of a group, with members of whom somebody else has told where they are.

import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import type { Contact } from '../../core/domain/invitation.ts';

/** Whoever is known here already is known better. */
export function withContacts(
  book: StoredGroup['addressBook'],
  contacts: readonly Contact[],
): StoredGroup['addressBook'] {
  const strangers = contacts.filter(({ member }) => !book.some((known) => known.member === member));
  return [
    ...book,
    ...strangers.map(({ member, addresses }) => ({
      member,
      addresses: addresses.map((address) => ({ ...address, lastSuccessAt: null })),
    })),
  ];
}
