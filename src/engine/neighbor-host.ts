// What the reception at the door needs of whoever keeps the neighbor links of the group
// (protocol.md §7.7): they come through the same door as direct connections.

import type { FarEnd } from '../core/link/far-end.ts';
import type { RefuseReason } from '../core/wire/hello.ts';
import type { AuthenticatedLink } from './link-handshake.ts';

export interface NeighborHost {
  /** Why this one does not come in; null when it does, and then `welcome` follows before anybody else is asked about. */
  refusalOf(caller: FarEnd): RefuseReason | null;
  welcome(link: AuthenticatedLink): void;
}
