// Who is at the other end of a link that was authenticated.

import type { Address } from '../domain/addresses.ts';
import type { Membership } from '../domain/membership.ts';

export interface FarEnd {
  readonly membership: Membership;
  /** Random for each opening of the group by the other process. */
  readonly nodeId: bigint;
  /** The dialer's number for this attempt, 32 hexadecimal digits. */
  readonly attempt: string;
  readonly isSeparate: boolean;
  /** It dialed for a link of the group's graph; false at a dialer. */
  readonly isNeighbor: boolean;
  /** Where it says it listens; believed for this member alone. */
  readonly listenAddresses: readonly Address[];
  /** The longest message it takes. */
  readonly messageBytesMax: number;
  /** Its clock less ours when its HELLO came, in milliseconds; unsigned by anybody but itself. */
  readonly clockSkewMs: number;
}
