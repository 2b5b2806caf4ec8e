// Carries out a join that was prepared with a password: a member that may is asked to let us in.

import type { PeerGroup } from '../../api/index.ts';
import { Failure } from '../calls/failure.ts';
import type { ConnectWish } from '../peers/going-online.ts';
import { PEER_E_NOT_AUTHORIZED } from '../surface/results.ts';
import type { User } from '../user.ts';

/** Of each member that is asked, and of all together. */
const PATIENCE_MS = 5_000;
/** As the API has it. */
const PASSWORD_LENGTH_MAX = 255;
/** Too short for one. */
const NO_PASSWORD = '-';

/** Rejects as `joinGroup` of the API. */
export async function joinPrepared(
  { node, memory }: User,
  { identity, groupName: group }: { readonly identity: string; readonly groupName: string },
  { addresses, signal }: ConnectWish & { readonly signal: AbortSignal },
): Promise<PeerGroup> {
  const prepared = memory.passwordJoinOf(identity, group);
  if (prepared === undefined) throw new Failure(PEER_E_NOT_AUTHORIZED);
  const joined = await node.joinGroup(prepared.invitation, {
    identity,
    password: passwordToShow(prepared.password),
    timeoutMs: PATIENCE_MS,
    signal,
    ...(addresses === null ? {} : { addresses, onlyGiven: true }),
  });
  await memory.forgetPasswordJoin({ identity, group });
  return joined;
}

/** What no password can be is shown as one that is wrong: what comes of it is said by whoever is there. */
function passwordToShow(password: string): string {
  return password === '' || password.length > PASSWORD_LENGTH_MAX ? NO_PASSWORD : password;
}
