// The Peer Identity Manager: it makes, names, describes, moves and deletes the identities of this user. It needs no
// start-up.

import type { KeyObject } from 'node:crypto';
import { types } from 'node:util';

import { nameOf, optionalNameOf, textOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { newKeyHandle } from '../calls/new-handle.ts';
import {
  CLASSIFIER_LENGTH_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  partsOfName,
  unsecuredName,
} from '../identities/peer-names.ts';
import type { HCRYPTPROV } from '../surface/basic-types.ts';
import type { IdentityFunctions } from '../surface/identity-functions.ts';
import { E_HANDLE, E_INVALIDARG } from '../surface/results.ts';
import type { User } from '../user.ts';
import {
  readIdentityExportXml,
  sealingPassword,
  writeIdentityExportXml,
} from '../xml/identity-export-xml.ts';
import { writeIdentityXml } from '../xml/identity-xml.ts';

type ManagerFunctions = Pick<
  IdentityFunctions,
  | 'PeerIdentityCreate'
  | 'PeerIdentityDelete'
  | 'PeerIdentityExport'
  | 'PeerIdentityImport'
  | 'PeerIdentityGetCryptKey'
  | 'PeerIdentityGetDefault'
  | 'PeerIdentityGetFriendlyName'
  | 'PeerIdentitySetFriendlyName'
  | 'PeerIdentityGetXML'
  | 'PeerCreatePeerName'
>;

export function identityFunctions(user: User): ManagerFunctions {
  const { identities } = user;
  return {
    PeerIdentityCreate: (...values) => user.call(() => create(user, values)),
    PeerIdentityDelete: (pwzIdentity) =>
      user.call(async () => {
        await identities.delete(nameOf(pwzIdentity));
        return {};
      }),
    PeerIdentityExport: (...values) => user.call(() => exported(user, values)),
    PeerIdentityImport: (...values) => user.call(() => imported(user, values)),
    PeerIdentityGetCryptKey: (pwzIdentity) => user.call(() => keyOf(user, pwzIdentity)),
    PeerIdentityGetDefault: () => user.call(() => ({ pwzPeerName: identities.default().name })),
    PeerIdentityGetFriendlyName: (pwzIdentity) =>
      user.call(async () => {
        const { friendlyName } = await identities.withKeys(nameOf(pwzIdentity));
        return { pwzFriendlyName: friendlyName };
      }),
    PeerIdentitySetFriendlyName: (...values) => user.call(() => rename(user, values)),
    PeerIdentityGetXML: (pwzIdentity) => user.call(() => described(user, pwzIdentity)),
    PeerCreatePeerName: (...values) => user.call(() => joinedName(values)),
  };
}

type Values = readonly unknown[];

async function create(user: User, [pwzClassifier, pwzFriendlyName, hCryptProv]: Values) {
  const classifier = classifierOf(pwzClassifier);
  const friendlyName = friendlyNameOf(pwzFriendlyName);
  const key = givenKey(user, hCryptProv);
  const { name } = await user.identities.create({ classifier, friendlyName, key });
  return { pwzIdentity: name };
}

/** Null for a new one. */
function givenKey(user: User, value: unknown): KeyObject | null {
  if (value === null || value === undefined) return null;
  const key = types.isKeyObject(value) ? value : user.keys.entry(value);
  demand(key.type === 'private' && key.asymmetricKeyType === 'ed25519', E_INVALIDARG);
  return key;
}

async function exported({ identities }: User, [pwzIdentity, pwzPassword]: Values) {
  const name = nameOf(pwzIdentity);
  const password = sealingPassword(name, textOf(pwzPassword));
  const sealed = await (await identities.withKeys(name)).export({ password });
  return { pwzExportXML: writeIdentityExportXml({ name, sealed }) };
}

async function imported({ identities }: User, [pwzImportXML, pwzPassword]: Values) {
  const { name, sealed } = readIdentityExportXml(textOf(pwzImportXML));
  const password = sealingPassword(name, textOf(pwzPassword));
  return { pwzIdentity: (await identities.import(sealed, password)).name };
}

async function keyOf(
  user: User,
  pwzIdentity: unknown,
): Promise<{ readonly hCryptProv: HCRYPTPROV }> {
  const { name } = await user.identities.withKeys(nameOf(pwzIdentity));
  const key = user.node.privateKeyOf(name);
  return { hCryptProv: user.keys.add(newKeyHandle(key), key) };
}

async function rename(user: User, [pwzIdentity, pwzFriendlyName]: Values): Promise<object> {
  const name = nameOf(pwzIdentity);
  const friendlyName = friendlyNameOf(pwzFriendlyName);
  await user.identities.withKeys(name);
  await user.node.renameIdentity(name, friendlyName);
  return {};
}

async function described({ identities }: User, pwzIdentity: unknown) {
  const name = optionalNameOf(pwzIdentity);
  const identity =
    name === null ? await identities.defaultOrNew() : identities.named(name, E_HANDLE);
  return { pwzIdentityXML: writeIdentityXml(identity) };
}

function joinedName([pwzIdentity, pwzClassifier]: Values): { readonly pwzPeerName: string } {
  const name = optionalNameOf(pwzIdentity);
  const classifier = classifierOf(pwzClassifier);
  demand(name !== null || classifier !== '', E_INVALIDARG);
  if (name === null) return { pwzPeerName: unsecuredName(classifier) };
  const parts = partsOfName(name);
  demand(parts !== null, E_INVALIDARG);
  return { pwzPeerName: classifier === '' ? name : `${parts.authority}.${classifier}` };
}

/** Empty for NULL. */
function classifierOf(value: unknown): string {
  return boundedText(value, CLASSIFIER_LENGTH_MAX);
}

/** Empty for NULL, which is the name itself. */
function friendlyNameOf(value: unknown): string {
  return boundedText(value, FRIENDLY_NAME_LENGTH_MAX);
}

function boundedText(value: unknown, lengthMax: number): string {
  const text = value === null || value === undefined ? '' : textOf(value);
  demand(text.length <= lengthMax, E_INVALIDARG);
  return text;
}
