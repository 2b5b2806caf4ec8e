// Where others are told that members can be reached: ourselves first, then those of whom we know most recently,
// each with the addresses that mean the same on every machine.

import { type Address, isLinkLocal, isUnicast } from '../core/domain/addresses.ts';
import type { Contact } from '../core/domain/invitation.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { AddressEntries } from './address-memory.ts';

/** `known` is in the order of the address memory: those heard of last come last. */
export function toldContacts(own: Contact, known: AddressEntries, max: number): readonly Contact[] {
  // The same identity may have other nodes.
  const ourselves = known.filter(({ member }) => member === own.member);
  const addresses = [...own.addresses, ...ourselves.flatMap((contact) => contact.addresses)];
  const others = known.filter(({ member }) => member !== own.member).toReversed();
  return [{ member: own.member, addresses }, ...others]
    .map((contact) => ({ member: contact.member, addresses: tellable(contact.addresses) }))
    .filter((contact) => contact.addresses.length > 0)
    .slice(0, max);
}

function tellable(addresses: readonly Address[]): readonly Address[] {
  return addresses
    .filter(({ host }) => !host.includes('%') && isUnicast(host) && !isLinkLocal(host))
    .slice(0, LIMITS.addressesPerMemberMax)
    .map(({ host, port }) => ({ host, port }));
}
