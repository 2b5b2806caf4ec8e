// Who belongs to a group, and who of them is online.

import { flagsOf, optionalNameOf } from '../calls/arguments.ts';
import { Enumeration } from '../calls/enumeration.ts';
import { newEnumerationHandle } from '../calls/new-handle.ts';
import { membersOf } from '../members/member-list.ts';
import type { HPEERENUM } from '../surface/basic-types.ts';
import type { ConnectionFunctions } from '../surface/connection-functions.ts';
import { PEER_MEMBER_FLAGS } from '../surface/enumerations.ts';
import type { PEER_MEMBER } from '../surface/structures.ts';
import type { User } from '../user.ts';

export function memberFunctions(user: User): Pick<ConnectionFunctions, 'PeerGroupEnumMembers'> {
  return {
    PeerGroupEnumMembers: (hGroup, dwFlags, pwzIdentity) =>
      user.grouping(async () => {
        const { peer } = user.groupHandles.entry(hGroup);
        const flags = flagsOf(dwFlags, PEER_MEMBER_FLAGS.PEER_MEMBER_PRESENT);
        const identity = optionalNameOf(pwzIdentity);
        const members = await membersOf(peer, user.node);
        const isWanted = ({ dwFlags: has, pwzIdentity: name }: PEER_MEMBER): boolean =>
          (has & flags) === flags && (identity === null || name === identity);
        return { hPeerEnum: enumerationOf(user, members.filter(isWanted)) };
      }),
  };
}

function enumerationOf(user: User, members: readonly PEER_MEMBER[]): HPEERENUM<PEER_MEMBER> {
  const hPeerEnum = newEnumerationHandle<PEER_MEMBER>();
  user.enumerations.add(hPeerEnum, new Enumeration(members));
  return hPeerEnum;
}
