// What can be wrong with an export file, as `WorldError`. It is found out before anything is imported.

import { WorldError } from '../../../core/ports/world-error.ts';

export function exportDamaged(path: string, reason: string, cause?: unknown): WorldError {
  return new WorldError('EXPORT_DAMAGED', `damaged export file ${path}: ${reason}`, {
    hint: `Export again, or copy ${path} again from where it was made.`,
    details: { path, reason },
    cause,
  });
}

export function exportOfAnother(path: string, what: 'group' | 'member'): WorldError {
  return new WorldError('DATABASE_OF_ANOTHER', `the export file ${path} is of another ${what}`, {
    hint: `Import it into the group and with the identity that it was exported from.`,
    details: { path, what },
  });
}

export function exportTooNew(path: string, version: number, known: number): WorldError {
  const versions = `version ${version}, and this release knows ${known}`;
  return new WorldError('DATABASE_TOO_NEW', `the export file ${path} is of ${versions}`, {
    hint: 'Update peergroup.',
    details: { path, version, known },
  });
}
