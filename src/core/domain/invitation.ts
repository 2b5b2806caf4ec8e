// What an invitation for one identity says (protocol.md §5.2), once core/trust has opened it.

import type { Address } from './addresses.ts';
import type { Membership } from './membership.ts';
import type { PeerName } from './names.ts';

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
