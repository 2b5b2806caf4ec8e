// Groups are made with properties, which all members read and their creator changes.

import type { PeerGroup } from '../../api/index.ts';
import { nameOf } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { Fields } from '../calls/fields.ts';
import { translated } from '../calls/hresult-of.ts';
import { passwordWish, withPassword } from '../invitations/passwords.ts';
import { requireCloud } from '../peers/clouds.ts';
import {
  changedSettings,
  classifierOf,
  fixedProperties,
  propertiesOf,
  requireUnchanged,
  wishedProperties,
} from '../peers/group-properties.ts';
import { DEFAULT_SETTINGS, settingsOf, settingsText } from '../peers/group-settings.ts';
import type { HGROUP } from '../surface/basic-types.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  ERROR_DELETE_PENDING,
  PEER_E_INVALID_CLASSIFIER,
  PEER_E_INVALID_PEER_NAME,
  PEER_E_NOT_AUTHORIZED,
} from '../surface/results.ts';
import type { PEER_GROUP_PROPERTIES } from '../surface/structures.ts';
import type { User } from '../user.ts';

type PropertyFunctions = Pick<
  GroupFunctions,
  'PeerGroupCreate' | 'PeerGroupGetProperties' | 'PeerGroupSetProperties'
>;

export function groupPropertyFunctions(user: User): PropertyFunctions {
  return {
    PeerGroupCreate: (pProperties) => user.grouping(() => createGroup(user, pProperties)),
    PeerGroupGetProperties: (hGroup) =>
      user.grouping(async () => {
        const group = user.groupHandles.entry(hGroup).peer.requireReady();
        return { pProperties: await readProperties(group) };
      }),
    PeerGroupSetProperties: (hGroup, pProperties) =>
      user.grouping(() => setProperties(user, hGroup, pProperties)),
  };
}

async function createGroup(user: User, pProperties: unknown): Promise<{ hGroup: HGROUP }> {
  const fields = new Fields(pProperties);
  const fixed = fixedProperties(fields);
  const creator = creatorOf(fixed.pwzCreatorPeerName);
  demand((fixed.pwzGroupPeerName ?? '') === '', PEER_E_INVALID_PEER_NAME);
  requireCloud(fixed.pwzCloud);
  const classifier = classifierOf(fixed);
  const wished = wishedProperties(fields);
  const changed = changedSettings(DEFAULT_SETTINGS, wished);
  const password = passwordWish(fields, changed);
  const identity = creatorName(user, creator);
  const settings = { ...changed, creator: identity };
  const friendlyName = wished.friendlyName ?? '';
  await user.node.checkKeys(identity);
  const group = await translated({ INVALID_ARGUMENT: PEER_E_INVALID_CLASSIFIER }, () =>
    user.node.createGroup({ identity, classifier, friendlyName }),
  );
  try {
    const application = settingsText(await withPassword(group, password, settings));
    await group.setProperties({ application });
    return { hGroup: user.peers.handleOf(user.peers.take(group)) };
  } catch (error) {
    // A group that nobody has a handle of would stay forever.
    await group.close();
    await user.node.deleteGroup(group.name, { identity });
    throw error;
  }
}

async function setProperties(user: User, hGroup: unknown, pProperties: unknown): Promise<object> {
  const { peer } = user.groupHandles.entry(hGroup);
  const fields = new Fields(pProperties);
  const fixed = fixedProperties(fields);
  const wished = wishedProperties(fields);
  const before = peer.group === null ? DEFAULT_SETTINGS : settingsOf(peer.group);
  const changed = changedSettings(before, wished);
  const password = passwordWish(fields, changed);
  const group = peer.requireReady();
  demand(group.membership.role === 'creator', PEER_E_NOT_AUTHORIZED);
  requireUnchanged(fixed, await readProperties(group));
  const friendlyName = wished.friendlyName === '' ? group.name : wished.friendlyName;
  const application = settingsText(await withPassword(group, password, changed));
  await group.setProperties({
    application,
    ...(friendlyName === undefined ? {} : { friendlyName }),
  });
  return {};
}

async function readProperties(group: PeerGroup): Promise<PEER_GROUP_PROPERTIES> {
  return propertiesOf(group, settingsOf(group).creator ?? (await knownCreator(group)));
}

/** Of a group that no facade has made. */
async function knownCreator(group: PeerGroup): Promise<string> {
  const members = await group.memberships.list();
  return members.find(({ role }) => role === 'creator')?.name ?? group.membership.issuer;
}

function creatorOf(name: string | null | undefined): string | null {
  return name === null || name === undefined ? null : nameOf(name);
}

/** NULL is the default identity. */
function creatorName({ identities, memory }: User, name: string | null): string {
  if (name === null) return identities.default().name;
  const isKnown = identities.all().some((each) => each.name === name);
  if (isKnown) return name;
  const isDeleted = memory.now.deletedIdentities.includes(name);
  throw new Failure(isDeleted ? ERROR_DELETE_PENDING : PEER_E_INVALID_PEER_NAME);
}
