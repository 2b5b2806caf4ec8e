// PeerGroupStartup and PeerGroupShutdown: counted, and the last one to end releases everything.

import { networkInterfaces } from 'node:os';

import { dwordOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import type { WORD } from '../surface/basic-types.ts';
import { PEER_GROUP_VERSION } from '../surface/constants.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_IPV6_NOT_INSTALLED,
  PEER_E_UNSUPPORTED_VERSION,
} from '../surface/results.ts';
import type { PEER_VERSION_DATA } from '../surface/structures.ts';
import type { User } from '../user.ts';

const WORD_MAX = 0xffff;
/** 1.0 and 1.1: the major number in the low byte. */
const VERSIONS: readonly WORD[] = [0x0001, PEER_GROUP_VERSION];

export function startFunctions(
  user: User,
): Pick<GroupFunctions, 'PeerGroupStartup' | 'PeerGroupShutdown'> {
  return {
    PeerGroupStartup: (wVersionRequested) => user.call(() => startUp(user, wVersionRequested)),
    PeerGroupShutdown: () => user.grouping(() => shutDown(user)),
  };
}

function startUp(user: User, requested: unknown): { readonly pVersionData: PEER_VERSION_DATA } {
  const wVersion = dwordOf(requested);
  demand(wVersion <= WORD_MAX, E_INVALIDARG);
  demand(VERSIONS.includes(wVersion), PEER_E_UNSUPPORTED_VERSION);
  demand(hasIpv6(), PEER_E_IPV6_NOT_INSTALLED);
  user.startUp();
  return { pVersionData: { wVersion, wHighestVersion: PEER_GROUP_VERSION } };
}

async function shutDown(user: User): Promise<object> {
  await user.shutDown();
  return {};
}

/** An address of any interface counts, loopback included. */
function hasIpv6(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ family }) => family === 'IPv6');
}
