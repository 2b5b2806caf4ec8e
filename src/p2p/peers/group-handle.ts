// One handle of a group: one application of the user. What it has registered for ends with it.

import type { Registration } from '../events/registration.ts';
import type { LocalPeer } from './local-peer.ts';

export interface GroupHandle {
  readonly peer: LocalPeer;
  readonly registrations: Set<Registration>;
}
