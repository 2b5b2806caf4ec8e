// The roles of a group as p2p.h names them: GUIDs, of which a creator has none of its own and counts as an administrator.

import type { GrantedRole, MemberView } from '../../api/index.ts';
import { guidOf } from '../calls/arguments.ts';
import { Failure } from '../calls/failure.ts';
import type { PEER_ROLE_ID } from '../surface/basic-types.ts';
import {
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_GROUP_ROLE_MEMBER,
} from '../surface/constants.ts';
import { PEER_E_INVALID_ROLE_PROPERTY } from '../surface/results.ts';

export type Role = MemberView['role'];

const GUIDS: Readonly<Record<Role, PEER_ROLE_ID>> = {
  creator: PEER_GROUP_ROLE_ADMIN,
  administrator: PEER_GROUP_ROLE_ADMIN,
  invitingMember: PEER_GROUP_ROLE_INVITING_MEMBER,
  member: PEER_GROUP_ROLE_MEMBER,
};

/** The highest first. */
const GRANTED: readonly GrantedRole[] = ['administrator', 'invitingMember', 'member'];

export function guidOfRole(role: Role): PEER_ROLE_ID {
  return GUIDS[role];
}

/** Of a GUID in lower case; null for one that is no role. */
export function roleOfGuid(guid: PEER_ROLE_ID): GrantedRole | null {
  return GRANTED.find((role) => GUIDS[role] === guid) ?? null;
}

/** Of a caller's list, in which a role may stand twice; null of an empty one. Throws for what is no role. */
export function highestRole(guids: readonly unknown[]): GrantedRole | null {
  const roles = guids.map((guid) => {
    const role = roleOfGuid(guidOf(guid));
    if (role === null) throw new Failure(PEER_E_INVALID_ROLE_PROPERTY);
    return role;
  });
  return GRANTED.find((role) => roles.includes(role)) ?? null;
}

export function isAdministrator(role: Role): boolean {
  return role === 'creator' || role === 'administrator';
}

/** The lesser of both: what somebody may do who holds the one and acts under the other. */
export function lesserRole(one: Role, other: Role): Role {
  const order: readonly Role[] = ['creator', ...GRANTED];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}
