// What was said about removing members and taking roles away, as an application sees it: a revocation that counts
// may take nothing away all the same, when whoever signed it had not the right alone.

import { equalBytes } from '../../core/base/bytes.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Revocation } from '../../core/domain/security.ts';
import type { Crypto } from '../../core/ports/crypto.ts';
import type { MembershipsByMember } from '../../core/security/memberships-by-member.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { issuerOf } from '../../core/trust/laws.ts';
import { namesByKey, revocationViewOf } from './member-views.ts';
import type { RevocationView } from './membership-views.ts';

interface Judging {
  readonly state: SecurityState;
  readonly crypto: Pick<Crypto, 'sha256'>;
}

export function removalsOf(
  known: MembershipsByMember,
  { state, crypto }: Judging,
): readonly RevocationView[] {
  const nameOf = namesByKey([...known.members()].flatMap((name) => [...known.of(name)]));
  return state.revocations().map((view) => {
    const shown = revocationViewOf(view, nameOf);
    if (!view.counts) return shown;
    const member = nameOf(view.revocation.target);
    const memberships = member === null ? [] : [...known.of(member)];
    const left = memberships.filter(
      (each) => isMeant(each, view.revocation, crypto) && state.removalOf(each) === null,
    );
    if (left.length === 0) return shown;
    const isOfAdministrator = left.some(({ role }) => role === 'administrator');
    return isOfAdministrator
      ? { ...shown, state: 'needsCoSignature', why: NEEDS_ANOTHER }
      : { ...shown, state: 'doesNotCount', why: WITHOUT_RIGHT };
  });
}

const NEEDS_ANOTHER =
  'another administrator has to sign it as well, whom no administrator stands above that stands above the first';
const WITHOUT_RIGHT = 'whoever signed it may not take this membership away';

function isMeant(
  { publicKey, line, certificate }: Membership,
  { target, scope, certificates }: Revocation,
  crypto: Pick<Crypto, 'sha256'>,
): boolean {
  if (!equalBytes(publicKey, target)) return false;
  if (scope !== 'certificates') return true;
  // Under the number of the first grant its renewals are meant as well.
  return [certificate, issuerOf(line)].some(({ der }) => {
    const digest = crypto.sha256(der);
    return certificates.some((each) => equalBytes(each, digest));
  });
}
