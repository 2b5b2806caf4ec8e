// A group as it is carried to another machine of the same user: taken from the vault there, put into the vault
// here. Nobody else is asked, and nobody is told; the records come from the other members.

import { SigningKey } from '../../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import type { Vault } from '../../adapters/vault/vault.ts';
import { keyDigestOf } from '../../adapters/x509/certificate-codec.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { Address } from '../../core/domain/addresses.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Membership } from '../../core/domain/membership.ts';
import {
  authorityOf,
  authorityOfDigest,
  type GroupName,
  type PeerName,
} from '../../core/domain/names.ts';
import type { AddressEntries } from '../address-memory.ts';
import type { NodeServices } from '../node-services.ts';
import { PeerGroupError } from '../peer-group-error.ts';
import { toldContacts } from '../told-contacts.ts';
import { membershipOf } from '../vault-entries.ts';
import { decodeGroupConfig, encodeGroupConfig, type GroupConfig } from './group-config.ts';
import { withContacts } from './merged-contacts.ts';
import { isNewerSecret, mergedSecrets } from './merged-secrets.ts';
import {
  openText,
  requirePassword,
  type SealOptions,
  sealText,
  type TextForm,
} from './sealed-text.ts';

const FORM: TextForm = { prefix: 'peergroup-group:', textMax: LIMITS.groupExportTextMax };

export interface ImportGroupOptions extends SealOptions {
  /** True by default. False refuses a group that is here already. */
  readonly overwrite?: boolean;
}

export interface GroupExportParts {
  readonly group: StoredGroup;
  /** Those met last come last. */
  readonly addresses: AddressEntries;
  /** Where this node listens: the machine that imports it finds this one there. */
  readonly ownAddresses: readonly Address[];
}

export interface OpenedGroupExport {
  readonly config: GroupConfig;
  readonly membership: Membership;
}

export async function exportGroup(parts: GroupExportParts, options: SealOptions): Promise<string> {
  const password = requirePassword(options);
  const content = encodeGroupConfig({ ...parts.group, contacts: contactsOf(parts) });
  return await sealText(FORM, content, password);
}

/** Stores nothing. The dates of the membership are not judged. Rejects with `EXPORT_NOT_OPENED`. */
export async function openGroupExport(
  text: string,
  options: SealOptions,
  { judge }: NodeServices,
): Promise<OpenedGroupExport> {
  const password = requirePassword(options);
  return await openText(FORM, text, password, (content) => {
    const config = decodeGroupConfig(content);
    const sound = judge.judgeSoundness(config.chain);
    if (!sound.ok) throw new MalformedBytes(sound.refusal.detail);
    if (config.groupKey !== null) requireKeyOf(sound.value.group, config.groupKey);
    return { config, membership: sound.value };
  });
}

/**
 * What the vault has of the group from now on: of two memberships, and of two secrets, the newer one. Throws
 * `IDENTITY_NOT_FOUND` and `ALREADY_EXISTS`.
 */
export function importedGroup(
  { config, membership }: OpenedGroupExport,
  { overwrite = true }: ImportGroupOptions,
  { vault, services }: { readonly vault: Vault; readonly services: NodeServices },
): StoredGroup {
  const { group: name, member: identity } = membership;
  requireHere(vault.identities(), identity);
  const before = vault.groups(identity).find((group) => group.name === name);
  if (before === undefined) return newGroup(config, membership, services);
  if (!overwrite) throw new PeerGroupError('ALREADY_EXISTS', name);
  const isNewer = isNewerMembership(membership, membershipOf(before, services));
  const now = services.clock.now().wallTime;
  const secrets = isNewerSecret(config, before)
    ? mergedSecrets(config, before, now)
    : mergedSecrets(before, config, now);
  return {
    ...before,
    ...secrets,
    chain: isNewer ? config.chain : before.chain,
    groupKey: before.groupKey ?? config.groupKey,
    addressBook: withContacts(before.addressBook, config.contacts),
  };
}

/** The one that begins later; of two that begin in one second the one that lasts longer. */
function isNewerMembership(one: Membership, other: Membership): boolean {
  if (one.notBefore !== other.notBefore) return one.notBefore > other.notBefore;
  return one.notAfter > other.notAfter;
}

function newGroup(
  { contacts, ...config }: GroupConfig,
  { group: name, member: identity }: Membership,
  { clock }: NodeServices,
): StoredGroup {
  const addressBook = withContacts([], contacts);
  return { name, identity, ...config, tickets: [], joinedAt: clock.now().wallTime, addressBook };
}

function requireHere(identities: readonly StoredIdentity[], name: PeerName): void {
  if (identities.some((identity) => identity.name === name)) return;
  throw new PeerGroupError('IDENTITY_NOT_FOUND', name, {
    hint: 'Import the identity first: the group was exported for this one.',
    details: { identity: name },
  });
}

function contactsOf({ group, addresses, ownAddresses }: GroupExportParts): readonly Contact[] {
  const own = { member: group.identity, addresses: ownAddresses };
  return toldContacts(own, addresses, LIMITS.contactsInExportMax);
}

/** Throws `MalformedBytes`. */
function requireKeyOf(group: GroupName, key: Uint8Array): void {
  const digest = keyDigestOf(SigningKey.fromPkcs8(key).publicKey);
  if (authorityOfDigest(digest) !== authorityOf(group)) {
    throw new MalformedBytes('group key: not that of the group');
  }
}
