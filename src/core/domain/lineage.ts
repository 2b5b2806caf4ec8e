// Who answers for a member: those that one of them can multiply by inviting (protocol.md §13.3).

import type { Membership } from './membership.ts';
import type { PeerName } from './names.ts';

/** The members below a creator that its membership comes from, and itself. Whoever a creator invited has nobody else to answer for it. */
export function lineageOf({ member, line }: Membership): readonly PeerName[] {
  const [, , ...belowCreator] = line;
  const issuers = belowCreator.slice(0, -1).map((certificate) => certificate.subject);
  return [...issuers, member];
}
