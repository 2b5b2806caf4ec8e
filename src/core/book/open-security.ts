// What a record book has to know of memberships and statements before it judges anything: both read from
// the store, and each knowing of the other.

import type { Membership } from '../domain/membership.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { SecurityBook } from '../security/security-book.ts';
import type { ChainJudge } from '../trust/chain.ts';
import { KnownMemberships } from './known-memberships.ts';
import type { BookParts } from './record-book.ts';

export interface SecurityOpening {
  readonly store: RecordStore;
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  /** Any of the group: its chain begins with the group's key. */
  readonly membership: Membership;
}

/** Throws `WorldError`. */
export function openSecurity({
  store,
  crypto,
  judge,
  membership,
}: SecurityOpening): Pick<BookParts, 'memberships' | 'security'> {
  const { group, chain } = membership;
  const memberships = new KnownMemberships(group, store, judge);
  const security = new SecurityBook({
    group,
    rootKey: chain[0].publicKey,
    crypto,
    membershipOf: (chainDigest) => memberships.find(chainDigest),
    store,
  });
  security.load();
  return { memberships, security };
}
