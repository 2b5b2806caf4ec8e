// Turns what the file system says into `WorldError`. Messages name paths and never contents.

import { WorldError } from '../../core/ports/world-error.ts';

export function storageFailed(path: string, error: unknown): WorldError {
  const errno = errnoOf(error) ?? 'UNKNOWN';
  return new WorldError('STORAGE_FAILED', `storage failed (${errno}): ${path}`, {
    details: { path, errno },
    cause: error,
  });
}

export function damaged(path: string, reason: string): WorldError {
  return new WorldError('VAULT_CORRUPT', `damaged vault file ${path}: ${reason}`, {
    hint: `Restore ${path} from a backup, or move it out of the vault to go on without it.`,
    details: { path, reason },
  });
}

export function noAccess(path: string, reason: string, hint: string): WorldError {
  return new WorldError('NO_KEY_ACCESS', `no key access: ${path} ${reason}`, {
    hint,
    details: { path },
  });
}

/** The name of the error, as `ENOENT`, when the file system gave it one. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
