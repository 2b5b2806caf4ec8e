// Where the members of a group were reached. It changes often and can be found out again, so it is
// written without waiting for the disk, and a book that cannot be read counts as an empty one.

import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { type Address, canonicalHost } from '../../core/domain/addresses.ts';
import { type PeerName, parsePeerName } from '../../core/domain/names.ts';
import { type FieldRecord, Fields } from './fields.ts';

interface KnownAddress extends Address {
  /** Null for an address that has been heard of and not yet reached. */
  readonly lastSuccessAt: WallTime | null;
}

interface MemberAddresses {
  readonly member: PeerName;
  readonly addresses: readonly KnownAddress[];
}

export type AddressBook = readonly MemberAddresses[];

export function encodeAddressBook(book: AddressBook): FieldRecord {
  return {
    members: book.map(({ member, addresses }) => ({
      member,
      addresses: addresses.map(({ host, port, lastSuccessAt }) => ({ host, port, lastSuccessAt })),
    })),
  };
}

/** Throws `MalformedBytes`. */
export function decodeAddressBook(fields: Fields): AddressBook {
  return fields.list('members').map((value) => {
    const entry = new Fields(value);
    const member = parsePeerName(entry.text('member'));
    const addresses = entry.list('addresses').map(decodeAddress);
    entry.end();
    return { member, addresses };
  });
}

function decodeAddress(value: unknown): KnownAddress {
  const fields = new Fields(value);
  const host = fields.text('host');
  const port = fields.count('port');
  const lastSuccessAt = fields.wallTimeOrNull('lastSuccessAt');
  fields.end();
  if (canonicalHost(host) !== host || port < 1 || port > 65_535)
    throw new MalformedBytes('address');
  return { host, port, lastSuccessAt };
}
