// Groups: made, opened, closed, deleted, taken online, and how they are.

import { dwordOf, entriesOf, nameOf, optionalNameOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { addressTextOf } from '../connections/addresses.ts';
import { requireCloud } from '../peers/clouds.ts';
import type { HGROUP, HRESULT } from '../surface/basic-types.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_NOT_FOUND,
  PEER_S_ALREADY_CONNECTED,
  S_OK,
} from '../surface/results.ts';
import type { User } from '../user.ts';

type LifeFunctions = Pick<
  GroupFunctions,
  | 'PeerGroupOpen'
  | 'PeerGroupConnect'
  | 'PeerGroupConnectByAddress'
  | 'PeerGroupClose'
  | 'PeerGroupDelete'
  | 'PeerGroupGetStatus'
>;

export function groupFunctions(user: User): LifeFunctions {
  return {
    PeerGroupOpen: (pwzIdentity, pwzGroupPeerName, pwzCloud) =>
      user.grouping(() => openGroup(user, pwzIdentity, pwzGroupPeerName, pwzCloud)),
    PeerGroupConnect: (hGroup) =>
      user.grouping(() => {
        const { peer } = user.groupHandles.entry(hGroup);
        return { hr: resultOf(peer.connect({ addresses: null })) };
      }),
    PeerGroupConnectByAddress: (hGroup, cAddresses, pAddresses) =>
      user.grouping(() => {
        const { peer } = user.groupHandles.entry(hGroup);
        const addresses = addressesOf(cAddresses, pAddresses);
        peer.connect({ addresses });
        return {};
      }),
    PeerGroupClose: (hGroup) => user.grouping(() => closed(user.peers.close(hGroup))),
    PeerGroupDelete: (pwzIdentity, pwzGroupPeerName) =>
      user.grouping(() => deleteGroup(user, pwzIdentity, pwzGroupPeerName)),
    PeerGroupGetStatus: (hGroup) =>
      user.grouping(() => ({ dwStatus: user.groupHandles.entry(hGroup).peer.status })),
  };
}

async function openGroup(
  user: User,
  pwzIdentity: unknown,
  pwzGroupPeerName: unknown,
  pwzCloud: unknown,
): Promise<{ hGroup: HGROUP }> {
  const identity = nameOf(pwzIdentity);
  const group = nameOf(pwzGroupPeerName);
  requireCloud(pwzCloud);
  demand(isThere(user, identity, group), PEER_E_NOT_FOUND);
  await user.node.checkKeys(identity);
  return { hGroup: await user.peers.openHandle(identity, group) };
}

async function deleteGroup(
  user: User,
  pwzIdentity: unknown,
  pwzGroupPeerName: unknown,
): Promise<object> {
  const given = optionalNameOf(pwzIdentity);
  const group = nameOf(pwzGroupPeerName);
  const identity = given ?? user.identities.default().name;
  demand(isThere(user, identity, group), PEER_E_NOT_FOUND);
  await user.node.checkKeys(identity);
  await user.peers.closeFor({ identity, group }, async () => {
    const isMember = hasGroup(user, identity, group);
    if (isMember) await user.node.deleteGroup(group, { identity });
    await user.memory.forgetGroup({ identity, group });
  });
  return {};
}

/** A member of it, or about to become one. */
function isThere(user: User, identity: string, group: string): boolean {
  return (
    hasGroup(user, identity, group) || user.memory.passwordJoinOf(identity, group) !== undefined
  );
}

function hasGroup({ node }: User, identity: string, group: string): boolean {
  return node.groups.some((each) => each.identity === identity && each.name === group);
}

/** As many as the API tries; each is somebody's machine that is asked for a connection. */
const ENDPOINTS_MAX = 256;

/** One at least, each of them sound. What is said twice is tried once, and what is beyond the limit not at all. */
function addressesOf(cAddresses: unknown, pAddresses: unknown): readonly string[] {
  const count = dwordOf(cAddresses);
  demand(count > 0, E_INVALIDARG);
  const addresses = new Set(entriesOf(pAddresses, count).map(addressTextOf));
  return [...addresses].slice(0, ENDPOINTS_MAX);
}

function resultOf(isConnecting: boolean): HRESULT {
  return isConnecting ? S_OK : PEER_S_ALREADY_CONNECTED;
}

async function closed(closing: Promise<void>): Promise<object> {
  await closing;
  return {};
}
