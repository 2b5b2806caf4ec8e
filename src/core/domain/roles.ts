// What a member may issue (docs/glossary.md, "role"). The order is one of power: nobody grants more
// than it holds, and only the group key makes a creator.

export type Role = 'creator' | 'administrator' | 'invitingMember' | 'member';

/** The number of each role in a membership certificate (protocol.md §3.3). */
export const ROLE_NUMBERS: Readonly<Record<Role, number>> = {
  creator: 1,
  administrator: 2,
  invitingMember: 3,
  member: 4,
};

export const ROLES: readonly Role[] = ['creator', 'administrator', 'invitingMember', 'member'];

const ISSUABLE: Readonly<Record<Role | 'groupKey', readonly Role[]>> = {
  groupKey: ['creator'],
  creator: ['administrator', 'invitingMember', 'member'],
  administrator: ['administrator', 'invitingMember', 'member'],
  invitingMember: ['member'],
  member: [],
};

export function mayIssue(issuer: Role | 'groupKey', role: Role): boolean {
  return ISSUABLE[issuer].includes(role);
}

/** True for the roles that may issue anything at all, which are certificate authorities to X.509. */
export function isIssuingRole(role: Role): boolean {
  return ISSUABLE[role].length > 0;
}
