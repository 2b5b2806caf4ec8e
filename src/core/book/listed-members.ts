// Until when a member is one, by the chains alone that are listed (protocol.md §14.9): all members list the same
// ones, whatever else each of them has stored, so whoever judges by them judges as everybody does.

import { bytesKey } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PeerName } from '../domain/names.ts';
import type { RecordStore, StoredMember } from '../ports/record-store.ts';
import type { SecurityState } from '../security/security-state.ts';
import type { KnownMemberships } from './known-memberships.ts';
import { lastExpiration } from './record-laws.ts';

export interface ListedMembersParts {
  readonly store: Pick<RecordStore, 'findMember' | 'chainsOf'>;
  readonly memberships: Pick<KnownMemberships, 'find'>;
  readonly security: () => SecurityState;
}

export class ListedMembers {
  readonly #parts: ListedMembersParts;
  /** What was found in this state. */
  readonly #foundByKey = new Map<string, StoredMember | null>();
  #state: SecurityState | null = null;

  constructor(parts: ListedMembersParts) {
    this.#parts = parts;
  }

  /** Null without a listed membership; else with the latest end of those. */
  find(publicKey: Uint8Array): StoredMember | null {
    const { store, security } = this.#parts;
    const state = security();
    // Nobody was ever removed: every chain is listed.
    if (state.hitKeys().size === 0) return store.findMember(publicKey);
    if (state !== this.#state) this.forget();
    this.#state = state;
    const key = bytesKey(publicKey);
    const known = this.#foundByKey.get(key);
    if (known !== undefined) return known;
    if (this.#foundByKey.size >= LIMITS.membershipsRememberedMax) this.#foundByKey.clear();
    const found = this.#look(publicKey, state);
    this.#foundByKey.set(key, found);
    return found;
  }

  /** The name of a member of whom a listed membership reaches to this moment. */
  nameUntil(publicKey: Uint8Array, moment: WallTime): PeerName | null {
    const found = this.find(publicKey);
    return found === null || moment > lastExpiration(found) ? null : found.member;
  }

  /** Memberships have come. */
  forget(): void {
    this.#foundByKey.clear();
  }

  /** The chain that ends last comes first. */
  #look(publicKey: Uint8Array, state: SecurityState): StoredMember | null {
    const { store, memberships } = this.#parts;
    for (const chainDigest of store.chainsOf(publicKey)) {
      const membership = memberships.find(chainDigest);
      if (membership === null || !state.isChainListed(membership)) continue;
      return { member: membership.member, notAfter: membership.notAfter };
    }
    return null;
  }
}
