// Joining: an invitation is taken up without talking to anybody, and one for a group's password is only prepared until
// the peer connects.

import { optionalNameOf, textOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { translated } from '../calls/hresult-of.ts';
import { type ReadInvitation, readInvitation, requireInTime } from '../invitations/invitations.ts';
import { requireCloud } from '../peers/clouds.ts';
import type { HGROUP, HRESULT } from '../surface/basic-types.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_GROUP_IN_USE,
  PEER_E_INVALID_PEER_NAME,
  PEER_E_INVITATION_NOT_TRUSTED,
  PEER_S_ALREADY_A_MEMBER,
  S_OK,
} from '../surface/results.ts';
import type { User } from '../user.ts';

type JoiningFunctions = Pick<GroupFunctions, 'PeerGroupJoin' | 'PeerGroupPasswordJoin'>;

/** Clocks that are off by less may join by a password; members say so when they are asked. The backdating of the API. */
const CLOCK_SKEW_MS = 86_400_000;

export function joiningFunctions(user: User): JoiningFunctions {
  return {
    PeerGroupJoin: (...values) => user.grouping(() => join(user, values)),
    PeerGroupPasswordJoin: (...values) => user.grouping(() => prepare(user, values)),
  };
}

async function join(
  user: User,
  [pwzIdentity, pwzInvitation, pwzCloud]: readonly unknown[],
): Promise<{ readonly hGroup: HGROUP }> {
  const given = optionalNameOf(pwzIdentity);
  demand(typeof pwzInvitation === 'string', E_INVALIDARG);
  requireCloud(pwzCloud);
  const identity = await joiner(user, given);
  const invitation = await readInvitation(user.node, pwzInvitation);
  const isOurs = invitation.kind === 'member' && invitation.subject === identity;
  demand(isOurs, PEER_E_INVITATION_NOT_TRUSTED);
  requireInTime(invitation);
  return await user.peers.inTurn(identity, invitation.group, async () => ({
    hGroup: await takeUp(user, identity, invitation),
  }));
}

async function takeUp(
  { node, peers, memory }: User,
  identity: string,
  { group, line }: ReadInvitation,
): Promise<HGROUP> {
  const open = peers.find(identity, group);
  if (open !== null && open.group !== null) {
    await open.group.memberships.take(line);
    return peers.handleOf(open);
  }
  const joined = await translated({ ALREADY_OPEN: PEER_E_GROUP_IN_USE }, () =>
    node.joinGroup(line, { identity }),
  );
  const hGroup = peers.handleOf(peers.take(joined));
  await memory.forgetPasswordJoin({ identity, group });
  return hGroup;
}

async function prepare(
  user: User,
  [pwzIdentity, pwzInvitation, pwzPassword, pwzCloud]: readonly unknown[],
): Promise<{ readonly hGroup: HGROUP; readonly hr: HRESULT }> {
  const given = optionalNameOf(pwzIdentity);
  demand(typeof pwzInvitation === 'string', E_INVALIDARG);
  const password = textOf(pwzPassword);
  requireCloud(pwzCloud);
  const identity = await joiner(user, given);
  const invitation = await readInvitation(user.node, pwzInvitation);
  demand(invitation.kind === 'password', PEER_E_INVITATION_NOT_TRUSTED);
  requireInTime(invitation, CLOCK_SKEW_MS);
  const { group, groupFriendlyName: friendlyName, line } = invitation;
  const { memory, peers } = user;
  return await peers.inTurn(identity, group, async () => {
    const isMember = user.node.groups.some(
      (each) => each.identity === identity && each.name === group,
    );
    const isAgain = isMember || memory.passwordJoinOf(identity, group) !== undefined;
    if (!isMember) {
      await memory.keepPasswordJoin({ identity, group, friendlyName, invitation: line, password });
    }
    const hGroup = peers.handleOf(await peers.open(identity, group));
    return { hGroup, hr: isAgain ? PEER_S_ALREADY_A_MEMBER : S_OK };
  });
}

/** NULL is the default identity. */
async function joiner({ identities, node }: User, given: string | null): Promise<string> {
  const { name } =
    given === null ? identities.default() : identities.named(given, PEER_E_INVALID_PEER_NAME);
  await node.checkKeys(name);
  return name;
}
