// The members of a group as p2p.h lists them: those that the database knows, ourselves first, with what presence says.

import type { MemberView, PeerNode, PresentMember } from '../../api/index.ts';
import { peerAddressOf } from '../connections/addresses.ts';
import { hasPropertyFlag, type PeerGroupSettings, settingsOf } from '../peers/group-settings.ts';
import type { LocalPeer } from '../peers/local-peer.ts';
import { PEER_GROUP_PROPERTY_FLAGS, PEER_MEMBER_FLAGS } from '../surface/enumerations.ts';
import type { PEER_ADDRESS, PEER_CREDENTIAL_INFO, PEER_MEMBER } from '../surface/structures.ts';
import { credentialInfoOf, publicKeyInfoOf } from './member-credentials.ts';
import { nodeIdOf } from './node-ids.ts';

/** Before the first synchronisation nobody but ourselves. */
export async function membersOf(peer: LocalPeer, node: PeerNode): Promise<readonly PEER_MEMBER[]> {
  const { group } = peer;
  if (group === null) return [preparedMember(peer, node)];
  const settings = settingsOf(group);
  const known = await group.memberships.list();
  const listed = peer.isReady ? known.filter(({ state }) => state !== 'removed') : [];
  const self = known.filter(({ isSelf }) => isSelf);
  const others = listed.filter(({ isSelf }) => !isSelf);
  const present = presenceOf(peer.present());
  const shown = await shownMembers(peer, others, settings);
  return [...self, ...shown].map((view) =>
    memberOf(view, present.get(view.name) ?? null, { settings, group: group.name }),
  );
}

function memberOf(
  view: MemberView,
  addresses: readonly string[] | null,
  { settings, group }: { readonly settings: PeerGroupSettings; readonly group: string },
): PEER_MEMBER {
  const pAddresses = publishesPresence(view, settings) ? (addresses ?? []).map(peerAddressOf) : [];
  return {
    dwFlags: addresses === null ? 0 : PEER_MEMBER_FLAGS.PEER_MEMBER_PRESENT,
    ...memberParts(view.name, group, pAddresses),
    pCredentialInfo: credentialInfoOf(view),
  };
}

function memberParts(
  pwzIdentity: string,
  group: string,
  pAddresses: PEER_ADDRESS[],
): Omit<PEER_MEMBER, 'dwFlags' | 'pCredentialInfo'> {
  const ullNodeId = nodeIdOf(group, pwzIdentity);
  return { pwzIdentity, pwzAttributes: null, ullNodeId, cAddresses: pAddresses.length, pAddresses };
}

/** Whose credentials end before its presence would says nothing of where it is. */
function publishesPresence({ notAfter }: MemberView, settings: PeerGroupSettings): boolean {
  const isOff = hasPropertyFlag(settings, PEER_GROUP_PROPERTY_FLAGS.PEER_DISABLE_PRESENCE);
  return !isOff && notAfter.getTime() - Date.now() >= settings.ulPresenceLifetime * 1_000;
}

/** Where each is; a member that is there twice is at the addresses of both. */
function presenceOf(present: readonly PresentMember[]): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, readonly string[]>();
  for (const { name, addresses: at } of present) {
    addresses.set(name, [...new Set([...(addresses.get(name) ?? []), ...at])]);
  }
  return addresses;
}

/**
 * Where members publish nothing of themselves unless they act, those that have: publishing presence is an act, and so are
 * publishing a record and issuing a membership.
 */
async function shownMembers(
  { group }: LocalPeer,
  others: readonly MemberView[],
  settings: PeerGroupSettings,
): Promise<readonly MemberView[]> {
  const { PEER_MEMBER_DATA_OPTIONAL, PEER_DISABLE_PRESENCE } = PEER_GROUP_PROPERTY_FLAGS;
  const isQuiet =
    hasPropertyFlag(settings, PEER_MEMBER_DATA_OPTIONAL) &&
    hasPropertyFlag(settings, PEER_DISABLE_PRESENCE);
  if (!isQuiet || group === null) return others;
  const issuers = new Set(others.map(({ issuer }) => issuer));
  const publishers = new Set<string>();
  for await (const { creator, modifiedBy } of group.records.all()) {
    publishers.add(creator).add(modifiedBy);
  }
  return others.filter(
    ({ name, role }) => role === 'creator' || issuers.has(name) || publishers.has(name),
  );
}

/** Nobody has issued anything to it yet. */
function preparedMember({ identity, groupName }: LocalPeer, node: PeerNode): PEER_MEMBER {
  const own = node.identities.find(({ name }) => name === identity);
  const pCredentialInfo: PEER_CREDENTIAL_INFO = {
    dwFlags: 0,
    pwzFriendlyName: own?.friendlyName ?? identity,
    pPublicKey: publicKeyInfoOf(own?.publicKey ?? new Uint8Array()),
    pwzIssuerPeerName: '',
    pwzIssuerFriendlyName: '',
    ftValidityStart: 0n,
    ftValidityEnd: 0n,
    cRoles: 0,
    pRoles: [],
  };
  return { dwFlags: 0, ...memberParts(identity, groupName, []), pCredentialInfo };
}
