// Files and directories that only their owner may use. A write is all or nothing: a temporary file
// beside the target, then a rename. Modes are checked before anything is read and symbolic links are
// not followed. On Windows modes mean nothing: there the user's profile directory protects the vault.

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf, noAccess, storageFailed } from './storage-failures.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const MODES_MEAN_SOMETHING = process.platform !== 'win32';

const TEMPORARY_NAME = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** 10, 20, 40 … 1280 ms: a virus scanner or an indexer on Windows holds a new file for about that long. */
const RENAMES_MAX = 9;
const RENAME_PAUSE_MS = 10;

/** `durable` survives the loss of power, `fleeting` may be lost with it. Both are atomic. */
export type Durability = 'durable' | 'fleeting';

/** Makes the directory when it is missing, with its parents, or checks that it is private. */
export async function openPrivateDirectory(path: string): Promise<void> {
  try {
    const firstMade = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
    if (firstMade !== undefined) await syncUpTo(dirname(resolve(firstMade)), resolve(path));
  } catch (error) {
    throw storageFailed(path, error);
  }
  const found = await stat(path).catch((error: unknown) => {
    throw storageFailed(path, error);
  });
  requirePrivate(path, found.mode, DIRECTORY_MODE);
}

/** The names in a directory, sorted, without the temporary files of writes that never ended: those are removed. */
export async function sweptNames(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw isForbidden(error)
      ? notOurs(directory, 'cannot be read')
      : storageFailed(directory, error);
  });
  for (const name of names) {
    if (TEMPORARY_NAME.test(name)) await removeFile(join(directory, name));
  }
  return names.filter((name) => !TEMPORARY_NAME.test(name)).sort();
}

/** Null when the file is missing, and `'tooLong'` when it is longer than `bytesMax`, before it is read. */
export async function readPrivateFile(
  path: string,
  bytesMax: number,
): Promise<Uint8Array | 'tooLong' | null> {
  let file: FileHandle | undefined;
  try {
    const named = await lstat(path);
    if (!named.isFile())
      throw noAccess(path, 'is no plain file', `Put the file itself at ${path}.`);
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const opened = await file.stat();
    requirePrivate(path, opened.mode, FILE_MODE);
    return opened.size > bytesMax ? 'tooLong' : await file.readFile();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (isForbidden(error) || errnoOf(error) === 'ELOOP') throw notOurs(path, 'cannot be read');
    throw errnoOf(error) === 'NO_KEY_ACCESS' ? error : storageFailed(path, error);
  } finally {
    await file?.close();
  }
}

/** Creates or replaces. After a failure the old content stands. */
export async function writePrivateFile(
  path: string,
  bytes: Uint8Array,
  durability: Durability,
): Promise<void> {
  const temporaryPath = temporaryPathFor(path);
  try {
    const file = await open(temporaryPath, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      if (durability === 'durable') await file.sync();
    } finally {
      await file.close();
    }
    await retryWhileHeld(() => rename(temporaryPath, path));
    if (durability === 'durable') await syncDirectory(dirname(path));
  } catch (error) {
    // What cannot be removed now is swept at the next opening.
    await Promise.allSettled([rm(temporaryPath, { force: true })]);
    throw storageFailed(path, error);
  }
}

/** Durable; the name that was there before is gone. */
export async function renameFile(from: string, to: string): Promise<void> {
  try {
    await retryWhileHeld(() => rename(from, to));
    await syncDirectory(dirname(to));
  } catch (error) {
    throw storageFailed(from, error);
  }
}

/** A missing file is as good as a removed one. */
export async function removeFile(path: string): Promise<void> {
  try {
    await retryWhileHeld(() => rm(path, { force: true }));
  } catch (error) {
    throw storageFailed(path, error);
  }
}

/** Makes renames and removals durable. Windows cannot open directories, and needs no such call. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Some network file systems have no such operation; there the rename has to do.
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error;
  } finally {
    await directory.close();
  }
}

/** Windows refuses to rename or remove a file that somebody has open for a moment. */
export async function retryWhileHeld(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      const isHeld = ['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error) ?? '');
      if (!isHeld || attempt === RENAMES_MAX) throw error;
      await pause(RENAME_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

function requirePrivate(path: string, mode: number, wanted: number): void {
  if (!MODES_MEAN_SOMETHING || (mode & OTHERS) === 0) return;
  const command = `chmod ${wanted.toString(8)} ${shellWord(path)}`;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw noAccess(path, `can be used by others (mode ${shown})`, `Run: ${command}`);
}

function notOurs(path: string, reason: string): Error {
  return noAccess(
    path,
    reason,
    `Make it a plain file or directory that belongs to you: ls -ld ${shellWord(path)}`,
  );
}

function isForbidden(error: unknown): boolean {
  return errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM';
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function temporaryPathFor(path: string): string {
  const name = path.slice(dirname(path).length + 1);
  return join(dirname(path), `.${name}.${randomBytes(6).toString('hex')}.tmp`);
}

async function syncUpTo(top: string, bottom: string): Promise<void> {
  for (let path = bottom; path.length >= top.length; path = dirname(path)) {
    await syncDirectory(path);
    if (path === dirname(path)) break;
  }
}
