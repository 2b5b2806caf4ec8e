// Who may take a membership away (protocol.md §14.3). Judged chain by chain, from those who sign and the
// chain alone: a right does not depend on what else is known, nor on who renewed whom.

import { equalBytes } from '../base/bytes.ts';
import type { CertificateChain, Membership } from '../domain/membership.ts';
import { mayIssue, ROLE_NUMBERS } from '../domain/roles.ts';
import type { StatementSigner } from './held-statement.ts';

/** Whether these signers together may take away the membership at `place` of the line, the creator's being 1. */
export function hasRight(
  signers: readonly StatementSigner[],
  line: CertificateChain,
  place: number,
): boolean {
  const leaf = line[place];
  if (leaf?.kind !== 'membership') return false;
  const above = line.slice(1, place);
  const isAloneEnough = signers.some(({ publicKey, membership }) => {
    if (membership === null) return true;
    const { role } = membership;
    if (equalBytes(publicKey, leaf.publicKey)) return ROLE_NUMBERS[role] <= ROLE_NUMBERS[leaf.role];
    if (!mayIssue(role, leaf.role)) return false;
    if (role === 'creator') return true;
    if (role === 'administrator' && leaf.role !== 'administrator') return true;
    return above.some((certificate) => equalBytes(certificate.publicKey, publicKey));
  });
  return isAloneEnough || (leaf.role === 'administrator' && haveTwoVotes(signers, leaf.publicKey));
}

/**
 * Two administrators, neither of them the target, and with no administrator above both: whoever is one could
 * make any number of others, and would have as many votes.
 */
function haveTwoVotes(signers: readonly StatementSigner[], target: Uint8Array): boolean {
  const voters = signers.flatMap(({ publicKey, membership }) =>
    membership?.role === 'administrator' && !equalBytes(publicKey, target) ? [membership] : [],
  );
  return voters.some((one, at) => voters.slice(at + 1).some((other) => areIndependent(one, other)));
}

/** True when no administrator's key stands in the lines of both. */
function areIndependent(one: Membership, other: Membership): boolean {
  const keys = administratorKeys(one);
  return !administratorKeys(other).some((key) => keys.some((own) => equalBytes(own, key)));
}

function administratorKeys({ line }: Membership): readonly Uint8Array[] {
  const [, ...memberships] = line;
  return memberships
    .filter(({ role }) => role === 'administrator')
    .map(({ publicKey }) => publicKey);
}
