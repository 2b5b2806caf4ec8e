// Which of those that are tried have not failed yet: endpoints that were given, or members of whom an address is known.

import type { DialFailedEvent, PeerGroup } from '../../api/index.ts';

export class DialTries {
  readonly #group: PeerGroup;
  /** Null for all members that are known. */
  readonly #addresses: readonly string[] | null;
  readonly #failedAddresses = new Set<string>();
  readonly #failedMembers = new Set<string>();

  constructor(group: PeerGroup, addresses: readonly string[] | null) {
    this.#group = group;
    this.#addresses = addresses;
  }

  hear({ member, address }: DialFailedEvent): void {
    if (member !== null) this.#failedMembers.add(member);
    else if (address !== null) this.#failedAddresses.add(address);
  }

  /** Each has failed once at least, and nobody has come instead. */
  get areOver(): boolean {
    const { neighbors, knownMembers, self } = this.#group;
    if (neighbors.length > 0) return false;
    // Texts may differ of one and the same endpoint; then it takes as long as the patience does.
    if (this.#addresses !== null) return this.#failedAddresses.size >= this.#addresses.length;
    return knownMembers.every(({ name }) => name === self || this.#failedMembers.has(name));
  }
}
