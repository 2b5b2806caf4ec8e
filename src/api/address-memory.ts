// Where the members of a group can be reached, as far as this node knows: what worked, what members
// said of themselves, what the invitation brought. Written to the vault now and then; losing it is
// harmless.

import type { WallTime } from '../core/base/time.ts';
import type { Candidate } from '../core/direct/candidates.ts';
import { usableFrom } from '../core/direct/candidates.ts';
import { type Address, formatAddress } from '../core/domain/addresses.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { PeerName } from '../core/domain/names.ts';

/** Null for an address that has been heard of and not yet reached. */
interface Known extends Address {
  readonly lastSuccessAt: WallTime | null;
}

export type AddressEntries = readonly {
  readonly member: PeerName;
  readonly addresses: readonly Known[];
}[];

/** A guess: some hundred bytes each. The longest unused are forgotten first. */
const MEMBERS_MAX = 4_096;

export class AddressMemory {
  readonly #byMember = new Map<PeerName, readonly Known[]>();
  readonly #onChange: () => void;

  constructor(entries: AddressEntries, onChange: () => void) {
    for (const { member, addresses } of entries) this.#byMember.set(member, addresses);
    this.#onChange = onChange;
  }

  entries(): AddressEntries {
    return [...this.#byMember].map(([member, addresses]) => ({ member, addresses }));
  }

  candidatesFor(member: PeerName): readonly Candidate[] {
    return (this.#byMember.get(member) ?? []).map(({ host, port, lastSuccessAt }) => ({
      address: { host, port },
      source: lastSuccessAt === null ? 'member' : 'success',
    }));
  }

  /** We reached the member there. */
  reached(member: PeerName, address: Address, at: WallTime): void {
    this.#put(member, [{ ...address, lastSuccessAt: at }]);
  }

  /**
   * The member says that it listens there. Believed for this member alone, and not when it names our
   * own machine or a local network while it came from afar: dialling those would scan for it.
   */
  told(member: PeerName, addresses: readonly Address[], cameFrom: Address | null): void {
    const usable = usableFrom(addresses, cameFrom);
    if (usable.length > 0)
      this.#put(
        member,
        usable.map((address) => ({ ...address, lastSuccessAt: null })),
      );
  }

  #put(member: PeerName, news: readonly Known[]): void {
    const before = this.#byMember.get(member) ?? [];
    const kept = merged(before, news);
    this.#byMember.delete(member);
    this.#byMember.set(member, kept);
    for (const oldest of this.#byMember.keys()) {
      if (this.#byMember.size <= MEMBERS_MAX) break;
      this.#byMember.delete(oldest);
    }
    if (!isSame(before, kept)) this.#onChange();
  }
}

/** News before what is old; of those that were ever reached only the latest half keeps its place. */
function merged(before: readonly Known[], news: readonly Known[]): readonly Known[] {
  const known = new Map<string, Known>();
  for (const address of [...news, ...before]) {
    const text = formatAddress(address);
    const lastSuccessAt = known.get(text)?.lastSuccessAt ?? address.lastSuccessAt;
    known.set(text, { ...address, lastSuccessAt });
  }
  const all = [...known.values()];
  const reached = all
    .filter(({ lastSuccessAt }) => lastSuccessAt !== null)
    .sort((a, b) => (b.lastSuccessAt ?? 0) - (a.lastSuccessAt ?? 0))
    .slice(0, LIMITS.addressesPerMemberMax / 2);
  const told = all.filter(({ lastSuccessAt }) => lastSuccessAt === null);
  return [...reached, ...told].slice(0, LIMITS.addressesPerMemberMax);
}

function isSame(before: readonly Known[], after: readonly Known[]): boolean {
  const text = (addresses: readonly Known[]) =>
    addresses
      .map((address) => `${formatAddress(address)} ${address.lastSuccessAt === null}`)
      .join();
  return text(before) === text(after);
}
