// Opens the folder of one user and gives every function of p2p.h on it. No socket is opened here: a group that goes
// online listens.

import { isIP } from 'node:net';

import { openNode } from '../api/index.ts';
import { commonFunctions } from './functions/common.ts';
import { configFunctions } from './functions/config.ts';
import { connectionFunctions } from './functions/connections.ts';
import { credentialFunctions } from './functions/credentials.ts';
import { databaseFunctions } from './functions/database.ts';
import { eventFunctions } from './functions/events.ts';
import { groupPropertyFunctions } from './functions/group-properties.ts';
import { groupFunctions } from './functions/groups.ts';
import { identityFunctions } from './functions/identities.ts';
import { invitationFunctions } from './functions/invitations.ts';
import { joiningFunctions } from './functions/joining.ts';
import { listingFunctions } from './functions/listings.ts';
import { memberFunctions } from './functions/members.ts';
import { recordFunctions } from './functions/records.ts';
import { startFunctions } from './functions/start.ts';
import { timeFunctions } from './functions/time.ts';
import type { P2P, P2POptions } from './surface/p2p.ts';
import { type ListeningWish, User } from './user.ts';
import { UserMemory } from './user-memory.ts';

const DISCOVERIES: ReadonlySet<unknown> = new Set(['none', 'local', 'internet']);

/**
 * Opens the folder, which is made when it is missing. Rejects when it is in use by another P2P object, in this process
 * or another, when it cannot be used, and for options that are none.
 */
export async function openP2P(options: P2POptions): Promise<P2P> {
  const { directory, listening } = checked(options);
  const node = await openNode({ directory });
  try {
    return p2pOf(new User(node, await UserMemory.open(directory), listening));
  } catch (error) {
    await node.close();
    throw error;
  }
}

function p2pOf(user: User): P2P {
  return {
    ...startFunctions(user),
    ...groupFunctions(user),
    ...groupPropertyFunctions(user),
    ...timeFunctions(user),
    ...memberFunctions(user),
    ...connectionFunctions(user),
    ...recordFunctions(user),
    ...databaseFunctions(user),
    ...eventFunctions(user),
    ...invitationFunctions(user),
    ...credentialFunctions(user),
    ...joiningFunctions(user),
    ...configFunctions(user),
    ...identityFunctions(user),
    ...listingFunctions(user),
    ...commonFunctions(user),
    close: () => user.close(),
    [Symbol.asyncDispose]: () => user.close(),
  };
}

function checked(options: P2POptions): {
  readonly directory: string;
  readonly listening: ListeningWish;
} {
  if (typeof options !== 'object' || options === null) throw new TypeError('options: an object');
  const { directory, host = '::', port = 0, discovery = 'local' } = options;
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw new TypeError('directory: the path of a folder');
  }
  if (typeof host !== 'string' || isIP(host) === 0) throw new TypeError('host: an IP address');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError('port: a whole number from 0 to 65535');
  }
  if (!DISCOVERIES.has(discovery)) {
    throw new TypeError("discovery: 'none', 'local' or 'internet'");
  }
  return { directory, listening: { host, port } };
}
