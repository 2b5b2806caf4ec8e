// Opens the vault in a directory, or makes one there: permissions, lock, key, then everything that
// stands in it, read and checked before anybody gets to see it.
//
//   lock.db, lock.pid   see vault-lock.ts        identities/<identity>.{json,key}
//   vault.key           see vault-key.ts         groups/<identity>-<group>.{json,key,addresses}

import { join, resolve } from 'node:path';
import { WorldError } from '../../core/ports/world-error.ts';
import { GroupShelf } from './group-shelf.ts';
import type { StoredIdentity } from './identity-shelf.ts';
import { IdentityShelf } from './identity-shelf.ts';
import {
  openPrivateDirectory,
  readPrivateFile,
  sweptNames,
  writePrivateFile,
} from './private-files.ts';
import { Shelf } from './shelf.ts';
import { damaged } from './storage-failures.ts';
import type { StoredGroup } from './stored-group.ts';
import { Vault } from './vault.ts';
import { decodeVaultFile, encodeVaultFile } from './vault-file.ts';
import { decodeVaultKey, unlockVaultKey, VaultKey } from './vault-key.ts';
import { VaultLock } from './vault-lock.ts';

const KEY_FILE_BYTES_MAX = 4_096;

export interface VaultOptions {
  /** Made when it is missing, with its parents. One that others can use is refused. */
  readonly directory: string;
  /** Of a new vault, or the one that it has. */
  readonly passphrase?: string;
}

/** Rejects with any of the `WorldError` codes that speak of vaults, keys or storage. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const passphrase = options.passphrase ?? null;
  requireNotEmpty(passphrase);
  const directory = resolve(options.directory);
  await openPrivateDirectory(directory);
  const lock = await VaultLock.acquire(directory);
  try {
    return await openLocked(directory, passphrase, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(
  directory: string,
  passphrase: string | null,
  lock: VaultLock,
): Promise<Vault> {
  await sweptNames(directory);
  const identityFiles = await Shelf.open(join(directory, 'identities'));
  const groupFiles = await Shelf.open(join(directory, 'groups'));
  const keyPath = join(directory, 'vault.key');
  const isNew =
    (await identityFiles.entries()).length === 0 && (await groupFiles.entries()).length === 0;
  const key =
    (await readKeyFile(keyPath, passphrase)) ?? (await newKey(keyPath, passphrase, isNew));
  const identityShelf = new IdentityShelf(identityFiles, key);
  const groupShelf = new GroupShelf(groupFiles, key);
  const identities = await identityShelf.readAll();
  const groups = await groupShelf.readAll();
  requireIdentities(groups, identities, groupShelf);
  return new Vault({
    identityShelf,
    groupShelf,
    identities,
    groups,
    lock,
    checkKeyFile: () => checkKeyFile(directory, keyPath),
    writeKeyFile: (next) => writeKey(keyPath, key, next),
  });
}

async function readKeyFile(path: string, passphrase: string | null): Promise<VaultKey | null> {
  const bytes = await readPrivateFile(path, KEY_FILE_BYTES_MAX);
  if (bytes === null) return null;
  if (bytes === 'tooLong') throw damaged(path, `longer than ${KEY_FILE_BYTES_MAX} bytes`);
  const locked = decodeVaultFile({ path, kind: 'vaultKey', bytes }, decodeVaultKey);
  return await unlockVaultKey(locked, passphrase);
}

async function checkKeyFile(directory: string, path: string): Promise<void> {
  await openPrivateDirectory(directory);
  const bytes = await readPrivateFile(path, KEY_FILE_BYTES_MAX);
  if (bytes === null) throw damaged(path, 'missing');
}

/** Only where nothing is sealed yet: under a new key the old secrets would be lost for good. */
async function newKey(path: string, passphrase: string | null, isNew: boolean): Promise<VaultKey> {
  if (!isNew) throw damaged(path, 'missing');
  const key = VaultKey.generate();
  await writeKey(path, key, passphrase);
  return key;
}

async function writeKey(path: string, key: VaultKey, passphrase: string | null): Promise<void> {
  requireNotEmpty(passphrase);
  const bytes = encodeVaultFile('vaultKey', await key.encode(passphrase));
  await writePrivateFile(path, bytes, 'durable');
}

function requireNotEmpty(passphrase: string | null): void {
  if (passphrase === '') throw new WorldError('WRONG_PASSPHRASE', 'a passphrase is not empty');
}

function requireIdentities(
  groups: readonly StoredGroup[],
  identities: readonly StoredIdentity[],
  shelf: GroupShelf,
): void {
  const names = new Set(identities.map(({ name }) => name));
  for (const group of groups) {
    if (!names.has(group.identity)) throw damaged(shelf.path(group), 'its identity is missing');
  }
}
