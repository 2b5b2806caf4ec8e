// Puts a repaired database where the damaged one is, which stays beside it under another name. From the
// moment that the repaired file has its name, the swap is carried through, by whoever opens next if need
// be: an old log must never come to lie beside a new file, nor an old file be opened without its log.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../database-lock.ts';

/** Damaged files that are kept. */
const KEPT_MAX = 1_000;
const PARTS = ['', '-wal', '-shm', '-journal', '.lock'];

/** Where a repair writes, until it is done. */
export function unfinishedPath(path: string): string {
  return `${path}.repairing`;
}

/** What another repair left behind when it died goes first. */
export function removeUnfinished(path: string): void {
  for (const part of PARTS) rmSync(unfinishedPath(path) + part, { force: true });
}

/** The finished file takes the place of the damaged one; the name that this has now. */
export function finishRepair(path: string): string | null {
  const file = openSync(unfinishedPath(path), 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinishedPath(path), repairedPath(path));
  syncDirectory(dirname(path));
  removeUnfinished(path);
  return swapRepaired(path);
}

/** Null when no repair was under way. Only while nobody has the database open. */
export function swapRepaired(path: string): string | null {
  const repaired = repairedPath(path);
  if (!existsSync(repaired)) return null;
  const aside = freeName(path);
  rmSync(`${path}-shm`, { force: true });
  // The log goes first: as long as the file itself is here, the name for both is the same again.
  if (sizeOf(`${path}-wal`) === 0) rmSync(`${path}-wal`);
  for (const part of ['-wal', '']) {
    if (existsSync(path + part)) renameSync(path + part, aside + part);
  }
  syncDirectory(dirname(path));
  renameSync(repaired, path);
  syncDirectory(dirname(path));
  return aside;
}

/** Null for a file that is not there. */
function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

function repairedPath(path: string): string {
  return `${path}.repaired`;
}

function freeName(path: string): string {
  for (let number = 1; number < KEPT_MAX; number++) {
    const name = `${path}.damaged-${number}`;
    if (!existsSync(name)) return name;
  }
  return `${path}.damaged-${KEPT_MAX}`;
}
