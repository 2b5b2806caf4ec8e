// Whether a batch counts in the present state of security (protocol.md §14): asked when it comes, when it
// waited, and of those that are stored when the state has changed, always in the same way.

import { bytesKey } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { SignedBatch } from '../domain/records.ts';
import type { SecurityState, SignedVerdict } from '../security/security-state.ts';

/** By its hash, and by where it ends in the journal of its author; `membership` is the one that it names. */
export function judgeBatch(
  { hash, statement }: Pick<SignedBatch, 'hash' | 'statement'>,
  membership: Membership,
  security: SecurityState,
): SignedVerdict {
  const { journal, firstSequence, count } = statement;
  return security.judgeSigned(membership, hash, { journal, sequence: firstSequence + count - 1 });
}

/** One of the pages that may list what is signed under this membership; zeros when none is named. */
export function awaitedPage(membership: Membership, security: SecurityState): Uint8Array {
  const keys = new Set(membership.chain.map(({ publicKey }) => bytesKey(publicKey)));
  const missing = new Set(security.missingPages().map(bytesKey));
  for (const { revocation, counts } of security.revocations()) {
    if (!counts || !keys.has(bytesKey(revocation.target))) continue;
    const page = revocation.keptPages.find((digest) => missing.has(bytesKey(digest)));
    if (page !== undefined) return page;
  }
  return new Uint8Array(32);
}

/** For people: by whom the membership was taken away, and why. */
export function removalText(membership: Membership, security: SecurityState): string {
  const removal = security.removalOf(membership);
  if (removal === null) return `${membership.member} was removed before it signed this`;
  const { why, by, reason } = removal;
  const said = [by === null ? null : `by ${by}`, reason === '' ? null : `because: ${reason}`];
  const more = said.filter((part) => part !== null).join(', ');
  return `${membership.member} is no member any more (${why}${more === '' ? '' : ` ${more}`})`;
}
