// Members to ask on the wire (protocol.md §5.2): a count, then for each its name and its addresses.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import type { Contact } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import { NAME_BYTES_MAX, parsePeerName } from '../domain/names.ts';
import { readAddresses, writeAddresses } from './address-codec.ts';

/** A name without a classifier, its length, and an empty list. */
const CONTACT_BYTES_MIN = 42;

export function writeContacts(out: ByteWriter, contacts: readonly Contact[]): void {
  assert(contacts.length <= LIMITS.contactsInInvitationMax, 'few members are named to be asked');
  out.varint(contacts.length);
  for (const { member, addresses } of contacts) writeAddresses(out.text(member), addresses);
}

/** Throws `MalformedBytes`. */
export function readContacts(input: ByteReader): readonly Contact[] {
  const contacts: Contact[] = [];
  const count = input.count(LIMITS.contactsInInvitationMax, CONTACT_BYTES_MIN);
  for (let left = count; left > 0; left--) {
    const member = parsePeerName(input.text(NAME_BYTES_MAX));
    contacts.push({ member, addresses: readAddresses(input) });
  }
  return contacts;
}
