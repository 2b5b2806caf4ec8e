// Makes an invitation for one identity: issues its membership and seals it with what the invited one
// needs to find the group.

import { type WallTime, wallTimeOf } from '../core/base/time.ts';
import { LEASE_SECONDS_MAX } from '../core/domain/certificates.ts';
import type { Contact, Invitation } from '../core/domain/invitation.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { Role } from '../core/domain/roles.ts';
import type { Signer } from '../core/ports/crypto.ts';
import type { ChainJudge } from '../core/trust/chain.ts';
import { readIdentityCard } from '../core/trust/identity-card.ts';
import { sealInvitation } from '../core/trust/invitation.ts';
import { planMembership } from '../core/trust/issuing.ts';
import { requireText } from './arguments.ts';
import type { GroupHouse } from './group-house.ts';
import { requireMoment } from './membership/issue-options.ts';
import { errorOfRefusal, invalidArgument } from './peer-group-error.ts';

const GRANTABLE: readonly Role[] = ['administrator', 'invitingMember', 'member'];
const DAY_MS = 86_400_000;
/** A certificate that begins earlier than it was made is also valid by a clock that is slow. */
export const BACKDATING_MS: number = DAY_MS;
export interface InviteOptions {
  /** `'member'` by default. Nobody grants more than it holds. */
  readonly role?: Exclude<Role, 'creator'>;
  /**
   * Fixed dates: the membership ends then, unless somebody issues another. Never after the end of the inviter's own.
   * Without it the membership is a lease, which members that may issue it renew by themselves.
   */
  readonly expiresAt?: Date;
  /** An exact start, to the second, only together with `expiresAt`. By default it is valid at once, also by clocks that are slow. */
  readonly notBefore?: Date;
  /** Milliseconds of the lease: a second at least, that of the group by default (`setProperties`). Not together with `expiresAt`. */
  readonly leaseMs?: number;
}

export interface Inviter {
  readonly membership: Membership;
  readonly house: GroupHouse;
  readonly belonging: {
    /** The lease is that of memberships for which the inviter says nothing else, in milliseconds. */
    readonly settings: { readonly friendlyName: string; readonly leaseMs: number };
    /** Throws why we give nothing away any more. */
    requireLiving(): void;
    /** Throws for one of somebody who was removed. */
    requireNotRemoved(membership: Membership): void;
  };
  readonly contacts: () => readonly Contact[];
}

/** Throws what `PeerGroup.invite` rejects with. */
export function makeInvitation(card: string, options: InviteOptions, inviter: Inviter): string {
  requireText('card', card);
  const { role = 'member' } = options;
  const { membership, house, belonging, contacts } = inviter;
  const { settings } = belonging;
  const leaseMs = requireLease(options, settings.leaseMs);
  if (!GRANTABLE.includes(role)) {
    throw invalidArgument('role', "'administrator', 'invitingMember' or 'member'");
  }
  const { notBefore, expiresAt } = requireDates(options);
  const identity = readIdentityCard(card.trim(), house.judge);
  if (!identity.ok) throw errorOfRefusal(identity.refusal);
  belonging.requireLiving();
  const now = house.clock.now().wallTime;
  const lastMs = Math.min(now + (leaseMs ?? settings.leaseMs), membership.notAfter);
  const plan = planMembership(
    {
      issuerChain: membership.chain,
      issuerKey: house.key,
      subject: identity.value,
      role,
      notBefore: notBefore ?? wallTimeOf(Math.max(now - BACKDATING_MS, membership.notBefore)),
      notAfter: expiresAt ?? wallTimeOf(lastMs),
      leaseMs,
    },
    now,
  );
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  const certificate = house.issuer.issueMembership(plan.value);
  const chain = [...membership.chain, certificate].map(({ der }) => der);
  const groupFriendlyName = settings.friendlyName;
  const discoverySecret = house.discoverySecret();
  const sealing = { ...house, groupFriendlyName, discoverySecret, contacts: contacts() };
  return sealedInvitation(chain, sealing, (invited) => belonging.requireNotRemoved(invited));
}

/** What an invitation is made of, beside the membership. */
export interface InvitationSealing extends Pick<Invitation, 'groupFriendlyName' | 'contacts'> {
  readonly judge: ChainJudge;
  /** Of whoever issued the membership. */
  readonly key: Signer;
  readonly discoverySecret: Uint8Array;
}

/** For a membership that may begin later. `require` throws for one that nobody would take. */
export function sealedInvitation(
  chain: readonly Uint8Array[],
  { judge, key, groupFriendlyName, discoverySecret, contacts }: InvitationSealing,
  require: (membership: Membership) => void = () => undefined,
): string {
  const invited = judge.judgeSoundness(chain);
  if (!invited.ok) throw errorOfRefusal(invited.refusal);
  const membership = invited.value;
  require(membership);
  return sealInvitation({ groupFriendlyName, discoverySecret, contacts, membership }, key);
}

function requireDates({ notBefore, expiresAt }: InviteOptions): {
  readonly notBefore: WallTime | null;
  readonly expiresAt: WallTime | null;
} {
  if (notBefore !== undefined && expiresAt === undefined) {
    throw invalidArgument('notBefore', 'left out where there is no expiresAt');
  }
  return {
    notBefore: notBefore === undefined ? null : requireMoment('notBefore', notBefore),
    expiresAt: expiresAt === undefined ? null : requireMoment('expiresAt', expiresAt),
  };
}

/** Null for a membership that has fixed dates. */
function requireLease({ expiresAt, leaseMs }: InviteOptions, otherwise: number): number | null {
  if (expiresAt !== undefined) {
    if (leaseMs === undefined) return null;
    throw invalidArgument('leaseMs', 'left out where there is an expiresAt');
  }
  const given = leaseMs ?? otherwise;
  const isLease = Number.isSafeInteger(given) && given >= 1_000;
  if (isLease && given <= LEASE_SECONDS_MAX * 1_000) return given;
  throw invalidArgument('leaseMs', 'milliseconds, a second at least');
}
