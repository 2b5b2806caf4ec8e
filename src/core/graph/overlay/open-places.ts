// Addresses at which somebody of the group may be found, nobody knows who (protocol.md §13.3): each is dialed
// once when it is named, and again when nobody else is left. Bounded; of too many the later ones are left out.

import { type Address, formatAddress } from '../../domain/addresses.ts';
import { LIMITS } from '../../domain/limits.ts';

export class OpenPlaces {
  readonly #addressByText = new Map<string, Address>();
  /** Those that were named and not dialed since. */
  readonly #fresh = new Set<string>();

  add(addresses: readonly Address[]): void {
    for (const address of addresses) {
      const text = formatAddress(address);
      const hasRoom = this.#addressByText.size < LIMITS.contactsKeptMax;
      if (!hasRoom && !this.#addressByText.has(text)) continue;
      this.#addressByText.set(text, address);
      this.#fresh.add(text);
    }
  }

  all(): readonly Address[] {
    return [...this.#addressByText.values()];
  }

  takeFresh(): Address | null {
    for (const text of this.#fresh) {
      this.#fresh.delete(text);
      const address = this.#addressByText.get(text);
      if (address !== undefined) return address;
    }
    return null;
  }

  /** It is known who is there. */
  remove(address: Address): void {
    this.#addressByText.delete(formatAddress(address));
  }
}
