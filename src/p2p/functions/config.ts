// A group that is carried to another machine of the same user, without its records.

import type { PeerGroup } from '../../api/index.ts';
import { booleanOf, textOf } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { translated } from '../calls/hresult-of.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  PEER_E_ALREADY_EXISTS,
  PEER_E_GROUP_IN_USE,
  PEER_E_GROUP_NOT_READY,
  PEER_E_IDENTITY_NOT_FOUND,
} from '../surface/results.ts';
import type { User } from '../user.ts';
import {
  configPassword,
  type GroupConfig,
  readConfigXml,
  writeConfigXml,
} from '../xml/config-xml.ts';

type ConfigFunctions = Pick<GroupFunctions, 'PeerGroupExportConfig' | 'PeerGroupImportConfig'>;

interface Imported {
  readonly pwzIdentity: string;
  readonly pwzGroup: string;
}

export function configFunctions(user: User): ConfigFunctions {
  return {
    PeerGroupExportConfig: (hGroup, pwzPassword) =>
      user.grouping(() => exportConfig(user, hGroup, pwzPassword)),
    PeerGroupImportConfig: (...values) => user.grouping(() => importConfig(user, values)),
  };
}

async function exportConfig(
  user: User,
  hGroup: unknown,
  pwzPassword: unknown,
): Promise<{ readonly pwzXML: string }> {
  const { peer } = user.groupHandles.entry(hGroup);
  const given = textOf(pwzPassword);
  const { group } = peer;
  // Only prepared: there is no membership yet that could be carried anywhere.
  if (group === null) throw new Failure(PEER_E_GROUP_NOT_READY);
  await user.node.checkKeys(peer.identity);
  const isOwner = group.membership.role === 'creator';
  const face = { identity: peer.identity, group: group.name, chain: chainOf(group), isOwner };
  const sealed = await group.exportConfig({ password: configPassword(face, given) });
  return { pwzXML: writeConfigXml({ ...face, sealed }) };
}

async function importConfig(
  user: User,
  [pwzXML, pwzPassword, fOverwrite]: readonly unknown[],
): Promise<Imported> {
  const text = textOf(pwzXML);
  const password = textOf(pwzPassword);
  const overwrite = booleanOf(fOverwrite);
  const config = readConfigXml(text);
  const { identity, group } = config;
  await user.peers.inTurn(identity, group, () => takeUp(user, config, { password, overwrite }));
  return { pwzIdentity: identity, pwzGroup: group };
}

async function takeUp(
  { node, peers, memory }: User,
  config: GroupConfig,
  { password, overwrite }: { readonly password: string; readonly overwrite: boolean },
): Promise<void> {
  const { identity, group, sealed } = config;
  const place = { identity, group };
  // A join that is only prepared is there for us, and not for the API.
  const isPrepared = memory.passwordJoinOf(identity, group) !== undefined;
  const words = {
    IDENTITY_NOT_FOUND: PEER_E_IDENTITY_NOT_FOUND,
    ALREADY_OPEN: PEER_E_GROUP_IN_USE,
  };
  await translated(words, async () => {
    demand(!isPrepared || overwrite, PEER_E_ALREADY_EXISTS);
    demand(!isPrepared || peers.find(identity, group) === null, PEER_E_GROUP_IN_USE);
    await node.importGroup(sealed, { password: configPassword(config, password), overwrite });
  });
  await memory.forgetPasswordJoin(place);
}

/** Its own membership with all that it stands on. */
function chainOf(group: PeerGroup): Uint8Array {
  const blocks = group.toPem().match(/[^-]+(?=-----END)/g) ?? [];
  return Buffer.concat(blocks.map((block) => Buffer.from(block, 'base64')));
}
