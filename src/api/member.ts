// A member of a group as the application sees it.

import type { Role } from '../core/domain/roles.ts';
import type { FarEnd } from '../core/link/far-end.ts';

export interface Member {
  /** The peer name: bound to the member's key, the same in every group and at every peer. */
  readonly name: string;
  /** Free text that the member chose; not unique, and no proof of anything. */
  readonly friendlyName: string;
  readonly role: Role;
  /** Tells the processes of one member apart; new whenever the group is opened. */
  readonly nodeId: bigint;
}

export function memberOf(farEnd: FarEnd): Member {
  const { member, friendlyName, role } = farEnd.membership;
  return { name: member, friendlyName, role, nodeId: farEnd.nodeId };
}
