// Gives somebody a membership, for `setRole` and `issue` alike: to a member another one in place of what it has,
// and with a smaller role whatever gave it more is taken away; to anybody else its first.

import { keyDigestOf } from '../../adapters/x509/certificate-codec.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import { authorityOf, authorityOfDigest, type PeerName } from '../../core/domain/names.ts';
import type { MembershipRequest } from '../../core/ports/certificate-codec.ts';
import { planRevocation } from '../../core/security/plan-revocation.ts';
import { planRoleChange, type RoleChange } from '../../core/security/role-change.ts';
import { type MembershipWish, planMembership } from '../../core/trust/issuing.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';
import type { GroupAuthority } from './group-authority.ts';
import type { ExactDates } from './issue-options.ts';
import type { GrantedRole } from './membership-options.ts';

/** A certificate that begins earlier than it was made is also valid by a clock that is slow. */
const BACKDATING_MS = 86_400_000;

/** All that are known of one member, the one that counts first. */
export type KnownMemberships = readonly [Membership, ...Membership[]];

export interface Newcomer {
  readonly name: PeerName;
  readonly publicKey: Uint8Array;
  readonly friendlyName: string;
}

/** Ready to be signed. */
export interface PlannedGrant extends Pick<RoleChange, 'request' | 'voided'> {
  readonly publicKey: Uint8Array;
}

/** A lease that begins now. Throws why it cannot be. */
export function planLease(
  memberships: KnownMemberships,
  { role, leaseMs }: { readonly role: GrantedRole; readonly leaseMs: number },
  authority: GroupAuthority,
): PlannedGrant {
  const { signer: issuerKey, own: issuer } = authority;
  return planned(memberships, authority, {
    role,
    leaseMs,
    issuer,
    issuerKey,
    endsAt: authority.endOf(leaseMs),
  });
}

/** Of these dates exactly. Throws why it cannot be. */
export function planDated(
  memberships: KnownMemberships,
  wish: {
    readonly role: GrantedRole;
    readonly friendlyName: string | null;
    readonly dates: ExactDates;
  },
  authority: GroupAuthority,
): PlannedGrant {
  const { dates, role } = wish;
  const { signer: issuerKey, own: issuer } = authority;
  const endsAt = dates.notAfter;
  const plan = planned(memberships, authority, { role, leaseMs: null, issuer, issuerKey, endsAt });
  const friendlyName = wish.friendlyName ?? plan.request.friendlyName;
  const subject = { ...subjectOf(memberships[0]), friendlyName };
  // A wish is cut at the end of the issuer's own; whoever names dates gets those or none.
  const { notBefore, notAfter } = requestOf(
    { subject, role, notBefore: dates.notBefore ?? plan.request.notBefore, notAfter: endsAt },
    authority,
  );
  return { ...plan, request: { ...plan.request, friendlyName, notBefore, notAfter } };
}

/** The first of somebody. Throws why it cannot be. */
export function planFirst(
  { name, publicKey, friendlyName }: Newcomer,
  { role, dates }: { readonly role: GrantedRole; readonly dates: ExactDates },
  authority: GroupAuthority,
): PlannedGrant {
  const early = Math.max(authority.now - BACKDATING_MS, authority.own.notBefore);
  const keyDigest = keyDigestOf(publicKey);
  if (authorityOfDigest(keyDigest) !== authorityOf(name)) {
    throw new PeerGroupError('IDENTITY_INVALID', `The key is not that of ${name}.`);
  }
  const request = requestOf(
    {
      subject: { subject: name, publicKey, keyDigest, friendlyName },
      role,
      notBefore: dates.notBefore ?? wallTimeOf(early),
      notAfter: dates.notAfter,
    },
    authority,
  );
  return { request, voided: [], publicKey };
}

/** Stores it, and says what of the member's other memberships is void from now on. The chain. */
export async function publishGrant(
  { request, voided, publicKey }: PlannedGrant,
  authority: GroupAuthority,
): Promise<readonly Uint8Array[]> {
  const chain = authority.issue(request);
  for (const certificates of voided) {
    const reason = `is ${request.role} now`;
    const wish = { target: publicKey, scope: 'certificates', certificates, reason } as const;
    const plan = planRevocation(wish, await authority.knownSecurity());
    if (!plan.ok) throw errorOfRefusal(plan.refusal);
    authority.publish(plan.value.body, plan.value.pages);
  }
  return chain;
}

/** Throws `IDENTITY_INVALID` when somebody gave another key for the member. */
export function requireKeyOf({ publicKey, member }: Membership, given: Uint8Array | null): void {
  if (given === null || equalBytes(given, publicKey)) return;
  throw new PeerGroupError('IDENTITY_INVALID', `The key is not that of ${member}.`);
}

function planned(
  memberships: KnownMemberships,
  { state, crypto, now }: GroupAuthority,
  wish: Omit<Parameters<typeof planRoleChange>[0], 'memberships' | 'backdatingMs'>,
): PlannedGrant {
  const plan = planRoleChange(
    { ...wish, memberships, backdatingMs: BACKDATING_MS },
    { removalOf: (each) => state.removalOf(each), crypto },
    now,
  );
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  return { ...plan.value, publicKey: memberships[0].publicKey };
}

function requestOf(
  wish: Pick<MembershipWish, 'subject' | 'role' | 'notBefore' | 'notAfter'>,
  { own, signer, now }: GroupAuthority,
): MembershipRequest {
  const plan = planMembership(
    { ...wish, issuerChain: own.chain, issuerKey: signer, leaseMs: null },
    now,
  );
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  return plan.value;
}

function subjectOf({ member, publicKey, friendlyName }: Membership): MembershipWish['subject'] {
  return { subject: member, publicKey, keyDigest: keyDigestOf(publicKey), friendlyName };
}
