// What everybody needs who gives memberships away: the right to do so, and dates in whole seconds.

import type { GrantedRole, MemberView, PeerGroup } from '../../api/index.ts';
import { demand } from '../calls/failure.ts';
import { msOfFiletime } from '../calls/filetime.ts';
import type { LocalPeer } from '../peers/local-peer.ts';
import type { FILETIME } from '../surface/basic-types.ts';
import { PEER_E_NOT_AUTHORIZED } from '../surface/results.ts';
import { isAdministrator } from './roles.ts';

const SECOND_MS = 1_000;

export interface Granted {
  readonly role: GrantedRole;
  /** What the group knows of whoever gets it. */
  readonly known: MemberView | null;
}

/** Throws PEER_E_GROUP_NOT_READY, and PEER_E_NOT_AUTHORIZED for whoever may issue nothing. */
export function requireIssuer(peer: LocalPeer): PeerGroup {
  const group = peer.requireReady();
  const isOver = group.membership.notAfter.getTime() <= Date.now();
  demand(peer.role !== 'member' && !isOver, PEER_E_NOT_AUTHORIZED);
  return group;
}

/** Of an administrator; inviting members do not count. */
export function requireAdministrator(peer: LocalPeer): PeerGroup {
  const group = requireIssuer(peer);
  demand(isAdministrator(peer.role), PEER_E_NOT_AUTHORIZED);
  return group;
}

/** An inviting member makes plain members, and of nobody who is more. */
export function requireGrant(peer: LocalPeer, { role, known }: Granted): void {
  const isPlain = role === 'member' && (known === null || known.role === 'member');
  demand(isAdministrator(peer.role) || isPlain, PEER_E_NOT_AUTHORIZED);
}

export async function knownMember(group: PeerGroup, name: string): Promise<MemberView | null> {
  const members = await group.memberships.list();
  return members.find((each) => each.name === name) ?? null;
}

/** The end of the issuer's own. */
export function ownEnd({ membership }: PeerGroup): Date {
  return membership.notAfter;
}

/** Rounded down, as certificates know no fractions. */
export function secondOf(filetime: FILETIME): Date {
  return wholeSecond(msOfFiletime(filetime));
}

export function presentSecond(): Date {
  return wholeSecond(Date.now());
}

/**
 * The present second, or the next one, which is waited for: of two memberships the one counts that begins later, and
 * one that is issued while its member is online begins after it came.
 */
export async function secondAfter(known: MemberView | null, isOnline: boolean): Promise<Date> {
  const second = presentSecond();
  const isLater = known === null || known.notBefore < second;
  if (isLater && !isOnline) return second;
  const next = second.getTime() + SECOND_MS;
  await new Promise((resolve) => setTimeout(resolve, next - Date.now()));
  // Timers may ring a little early.
  while (Date.now() < next) await new Promise((resolve) => setTimeout(resolve, 1));
  return presentSecond();
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / SECOND_MS) * SECOND_MS);
}
