// Takes the records of a group out to a file and in from one (p2p.h: PeerGroupExportDatabase, PeerGroupImportDatabase),
// while the group is offline.

import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';

import type { PeerGroup } from '../../api/index.ts';
import { nameOf } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { translated } from '../calls/hresult-of.ts';
import type { LocalPeer } from '../peers/local-peer.ts';
import type { GroupFunctions } from '../surface/group-functions.ts';
import {
  E_ACCESSDENIED,
  E_INVALIDARG,
  ERROR_PATH_NOT_FOUND,
  PEER_E_GROUP_IN_USE,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_DATABASE,
  PEER_E_INVALID_GROUP,
} from '../surface/results.ts';
import type { User } from '../user.ts';

type DatabaseFunctions = Pick<
  GroupFunctions,
  'PeerGroupExportDatabase' | 'PeerGroupImportDatabase'
>;

/** What is closed meanwhile is no group any more. */
const WORDS = {
  ABORTED: PEER_E_INVALID_GROUP,
  DATABASE_TOO_NEW: PEER_E_INVALID_DATABASE,
} as const;

export function databaseFunctions(user: User): DatabaseFunctions {
  return {
    PeerGroupExportDatabase: (hGroup, pwzFilePath) =>
      user.grouping(() => exportDatabase(user, hGroup, pwzFilePath)),
    PeerGroupImportDatabase: (hGroup, pwzFilePath) =>
      user.grouping(() => importDatabase(user, hGroup, pwzFilePath)),
  };
}

async function exportDatabase(user: User, hGroup: unknown, pwzFilePath: unknown): Promise<object> {
  const { peer } = user.groupHandles.entry(hGroup);
  const path = pathOf(pwzFilePath);
  const { records } = idleGroup(peer);
  await requireFolder(dirname(path));
  const before = await statOf(path);
  demand(before === null || !before.isDirectory(), E_ACCESSDENIED);
  // A new file would take the place of one that may not be written, too.
  if (before !== null) await access(path, constants.W_OK);
  await translated(WORDS, () => records.exportTo(path));
  return {};
}

async function importDatabase(user: User, hGroup: unknown, pwzFilePath: unknown): Promise<object> {
  const { peer } = user.groupHandles.entry(hGroup);
  const path = pathOf(pwzFilePath);
  const { records } = idleGroup(peer);
  await requireFolder(dirname(path));
  await access(path, constants.R_OK);
  const file = await statOf(path);
  demand(file === null || !file.isDirectory(), E_ACCESSDENIED);
  // What is no file at all, as a pipe, might be waited for without end.
  demand(file === null || file.isFile(), PEER_E_INVALID_DATABASE);
  await translated(WORDS, () => records.importFrom(path));
  return {};
}

function pathOf(value: unknown): string {
  const path = nameOf(value);
  demand(isAbsolute(path), E_INVALIDARG);
  return path;
}

function idleGroup(peer: LocalPeer): PeerGroup {
  demand(!peer.isOnline && !peer.isConnecting, PEER_E_GROUP_IN_USE);
  // A join that no member has admitted yet has no records.
  if (peer.group === null) throw new Failure(PEER_E_GROUP_NOT_READY);
  return peer.group;
}

async function requireFolder(path: string): Promise<void> {
  const folder = await statOf(path);
  demand(folder?.isDirectory() === true, ERROR_PATH_NOT_FOUND);
}

/** Null for what is not there. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
