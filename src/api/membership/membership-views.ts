// What an application sees of who belongs to its group: members, why they may do what they may do, open
// invitations, and who was removed by whom.

import type { Role } from '../../core/domain/roles.ts';

/** A member, present or not. */
export interface MemberView {
  /** The peer name. */
  readonly name: string;
  /** What it calls itself: text of a stranger. */
  readonly friendlyName: string;
  /** The raw Ed25519 key that the name is bound to, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly role: Role;
  /**
   * `member`: it may connect and publish. `notYetValid`, `expired`: by our clock. `removed`: for good, with this
   * key; somebody who is to come back needs a new identity.
   */
  readonly state: 'member' | 'notYetValid' | 'expired' | 'removed';
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** It is renewed by itself for so long, at half of its life; null for one with fixed dates. Milliseconds. */
  readonly leaseMs: number | null;
  /** The name of whoever issued it; the group's own for its creator. */
  readonly issuer: string;
  /** What that one called itself then: text of a stranger. */
  readonly issuerFriendlyName: string;
  readonly isSelf: boolean;
  /** Why it is removed; null for one that is not. */
  readonly removal: RemovalView | null;
}

export interface RemovalView {
  /**
   * `removed`: itself. `issuerRemoved`: whoever issued its membership had been removed before. `ticketOverused`: a
   * ticket was used more often than it allows, in parts of the group that did not know of each other, and others came first.
   * `offerEnded`: the ticket had been revoked before.
   */
  readonly why: 'removed' | 'issuerRemoved' | 'ticketOverused' | 'offerEnded';
  /** The peer name of whoever said so, or the group's; null for an overused ticket. */
  readonly by: string | null;
  /** By that one's clock. */
  readonly at: Date;
  /** Text of a stranger; may be empty. */
  readonly reason: string;
}

/** Why a member may do what it may do. */
export interface Explanation {
  readonly member: MemberView;
  /** Each membership that is known of it, the one that counts first. */
  readonly memberships: readonly ExplainedMembership[];
  /** In words, a line each. */
  readonly lines: readonly string[];
}

export interface ExplainedMembership {
  readonly role: Role;
  readonly counts: boolean;
  /** Why it does not; empty when it does. */
  readonly why: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** From whoever the group key made its creator down to the member. */
  readonly issuedBy: readonly ExplainedIssuer[];
  /** SHA-256 of its certificate, 64 hexadecimal digits. */
  readonly certificate: string;
}

export interface ExplainedIssuer {
  readonly name: string;
  readonly friendlyName: string;
  readonly role: Role;
  readonly notAfter: Date;
}

/** What somebody said about removing a member, and what became of it. */
export interface RevocationView {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly member: string;
  readonly scope: 'member' | 'subtree' | 'certificates';
  /** `counts`, or what it lacks. */
  readonly state: 'counts' | 'needsCoSignature' | 'doesNotCount';
  /** For people. */
  readonly why: string;
  /** The peer names of those who signed it. */
  readonly signedBy: readonly string[];
  readonly at: Date;
  readonly reason: string;
}

/** A ticket, a password or a code by which somebody can become a member. */
export interface OpenInvitation {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly kind: 'ticket' | 'password' | 'code';
  readonly role: Exclude<Role, 'creator'>;
  readonly label: string;
  readonly state: 'open' | 'ended' | 'expired' | 'usedUp' | 'authorRemoved';
  /** Null when it has no limit. */
  readonly uses: number | null;
  readonly usesLeft: number | null;
  readonly expiresAt: Date;
  readonly needsApproval: boolean;
  /** The peer name of whoever made it. */
  readonly createdBy: string;
  /** The peer names of those whom it admitted. */
  readonly admitted: readonly string[];
  /** The line to give away; null for one that was made elsewhere. */
  readonly text: string | null;
}

/** Somebody who waits for a yes. */
export interface JoinRequest {
  /** Names it for `approve` and `deny`. */
  readonly id: string;
  /** The peer name. */
  readonly name: string;
  /** Text of a stranger. */
  readonly friendlyName: string;
  /** The id of the invitation. */
  readonly invitation: string;
  readonly since: Date;
}
