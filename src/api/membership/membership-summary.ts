// What our own membership says, in short.

import type { Membership } from '../../core/domain/membership.ts';
import type { Role } from '../../core/domain/roles.ts';

/** What this member may do, from when until when. */
export interface MembershipSummary {
  readonly role: Role;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** It is renewed by itself for so many milliseconds, at half of them; null for one with fixed dates. */
  readonly leaseMs: number | null;
  /** Memberships between the group's root and this one, this one included; 24 at most. */
  readonly depth: number;
  /** The name of the member who issued it; the group's own for its creator. */
  readonly issuer: string;
}

export function summaryOf(membership: Membership): MembershipSummary {
  const { role, notBefore, notAfter, leaseMs, depth, chain, group } = membership;
  const last = chain.at(-1);
  const issuer = last?.kind === 'membership' ? last.issuer : group;
  return {
    role,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    leaseMs,
    depth,
    issuer,
  };
}
