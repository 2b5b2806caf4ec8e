// The members of which addresses are known here, as an application sees them.

import { formatAddress } from '../core/domain/addresses.ts';
import type { AddressEntries } from './address-memory.ts';

/** A member of which addresses are known here: from the invitation, from itself, or because it was reached. */
export interface KnownMember {
  readonly name: string;
  /** `host:port` each; those that worked before come first. */
  readonly addresses: readonly string[];
}

export function knownMembersOf(entries: AddressEntries): readonly KnownMember[] {
  return entries.map(({ member, addresses }) => ({
    name: member,
    addresses: addresses.map(formatAddress),
  }));
}
