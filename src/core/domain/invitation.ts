// What an invitation for one identity says (protocol.md §5.2), and one for whoever comes (§15.1), once core/trust
// has read it.

import type { WallTime } from '../base/time.ts';
import type { Address } from './addresses.ts';
import type { Membership } from './membership.ts';
import type { GroupName, PeerName } from './names.ts';
import type { JoinOffer } from './security.ts';

/** A member that an invited one may ask first. */
export interface Contact {
  readonly member: PeerName;
  readonly addresses: readonly Address[];
}

export interface Invitation {
  /** The group's name for people when the invitation was written; the root's may be older. */
  readonly groupFriendlyName: string;
  /** What members find each other by, 32 bytes. Whoever holds the text holds it. */
  readonly discoverySecret: Uint8Array;
  readonly contacts: readonly Contact[];
  /** The invited member's own. */
  readonly membership: Membership;
}

/** What everybody needs who wants to come by an offer. */
interface OfferRoute {
  /** The group's name for people when the text was written. */
  readonly groupFriendlyName: string;
  /** Bound to the key of the group, so that nobody can be led into another one of the same friendly name. */
  readonly group: GroupName;
  /** Digest of the statement that makes the offer, 32 bytes. */
  readonly offer: Uint8Array;
  /** As in the offer, 32 bytes. */
  readonly doorSecret: Uint8Array;
  readonly expiresAt: WallTime;
  readonly contacts: readonly Contact[];
}

/** Whoever holds the text holds the ticket. */
export interface TicketText extends OfferRoute {
  readonly by: 'ticket';
  readonly role: JoinOffer['role'];
  /** Of the Ed25519 key whose public half is the offer's, 32 bytes. */
  readonly seed: Uint8Array;
}

/** The text alone admits nobody. Which of both it is says how what a person types is read. */
export interface PasswordText extends OfferRoute {
  readonly by: 'password' | 'code';
  readonly role: Exclude<JoinOffer['role'], 'administrator'>;
}

export type OfferText = TicketText | PasswordText;
