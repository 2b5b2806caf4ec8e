// The common time of a group and the UTC of this machine: one and the same offset, added and taken away.

import { filetimeOf } from '../calls/arguments.ts';
import type { FILETIME } from '../surface/basic-types.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import type { User } from '../user.ts';

type TimeFunctions = Pick<
  GroupFunctions,
  'PeerGroupUniversalTimeToPeerTime' | 'PeerGroupPeerTimeToUniversalTime'
>;

/** 100 ns each. */
const STEPS_PER_MS = 10_000n;

export function timeFunctions(user: User): TimeFunctions {
  return {
    PeerGroupUniversalTimeToPeerTime: (hGroup, pftUniversalTime) =>
      user.grouping(() => ({ ftPeerTime: shifted(user, hGroup, pftUniversalTime, 1n) })),
    PeerGroupPeerTimeToUniversalTime: (hGroup, pftPeerTime) =>
      user.grouping(() => ({ ftUniversalTime: shifted(user, hGroup, pftPeerTime, -1n) })),
  };
}

function shifted(user: User, hGroup: unknown, time: unknown, sign: bigint): FILETIME {
  const { peer } = user.groupHandles.entry(hGroup);
  const given = filetimeOf(time);
  peer.requireReady();
  return filetimeOf(given + sign * BigInt(peer.offsetMs) * STEPS_PER_MS);
}
