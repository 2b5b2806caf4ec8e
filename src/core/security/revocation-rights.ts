// Before a revocation is signed: whether it would take anything away, and whether these signers are enough
// (protocol.md §14.3).

import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Crypto } from '../ports/crypto.ts';
import { issuerOf } from '../trust/laws.ts';
import type { StatementSigner } from './held-statement.ts';
import type { RevocationWish } from './plan-revocation.ts';
import { hasRight } from './rights.ts';
import type { SecurityState } from './security-state.ts';

export interface RevocationCase {
  readonly wish: Pick<RevocationWish, 'target' | 'scope' | 'certificates'>;
  /** Who would sign it. */
  readonly signers: readonly StatementSigner[];
  /** All that are known, of everybody or of the target. */
  readonly memberships: Iterable<Membership>;
  readonly state: SecurityState;
  readonly crypto: Pick<Crypto, 'sha256'>;
}

/** The memberships that would end. Refused when one of the target that was not taken away would not. */
export function refusalOfRevocation(asked: RevocationCase): Verdict<readonly Membership[]> {
  const { signers, state } = asked;
  const removed = signers.find(({ membership }) => isRemoved(membership, state));
  if (removed !== undefined) {
    const name = removed.membership?.friendlyName ?? '';
    return refuse('MEMBERSHIP_REMOVED', `${name} was removed and removes nobody`);
  }
  const living = [...asked.memberships].filter(
    (membership) => isMeant(membership, asked) && !isTakenAway(membership, state),
  );
  if (living.length === 0) {
    return refuse('NOT_AUTHORIZED', 'the member has no membership that could be taken away');
  }
  const left = living.find(
    (membership) => !hasRight(signers, membership.line, membership.line.length - 1),
  );
  if (left === undefined) return accept(living);
  return refuse('NOT_AUTHORIZED', reasonFor(left, signers));
}

function isRemoved(membership: Membership | null, state: SecurityState): boolean {
  return membership !== null && state.removalOf(membership) !== null;
}

/**
 * By a revocation of somebody in its chain. What is void only because of the offer it came by can be removed all
 * the same: revocations of such a member count until that is done.
 */
function isTakenAway(membership: Membership, state: SecurityState): boolean {
  const removal = state.removalOf(membership);
  if (removal === null) return false;
  const body = state.findStatement(removal.statement)?.body;
  if (body?.kind !== 'revocation') return false;
  return membership.chain.some(({ publicKey }) => equalBytes(publicKey, body.target));
}

function isMeant(
  { publicKey, line, certificate }: Membership,
  { wish, crypto }: RevocationCase,
): boolean {
  if (!equalBytes(publicKey, wish.target)) return false;
  if (wish.scope !== 'certificates') return true;
  const shown = [certificate, issuerOf(line)].map(({ der }) => bytesKey(crypto.sha256(der)));
  return wish.certificates.some((each) => shown.includes(bytesKey(each)));
}

function reasonFor(
  { role, friendlyName }: Membership,
  signers: readonly StatementSigner[],
): string {
  const isAdministrators = signers.some(({ membership }) => membership?.role === 'administrator');
  if (role === 'administrator' && isAdministrators) {
    return `${friendlyName} is an administrator: co-signing is needed, by another administrator whom no administrator stands above that stands above you`;
  }
  const by = signers[0]?.membership?.role ?? 'nobody';
  const article = by === 'administrator' || by === 'invitingMember' ? 'an' : 'a';
  return `${article} ${by} may not remove ${friendlyName}, who is ${role}`;
}
