// The subjects by name, in the order in which a round runs and the tables show them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PEERS_DIRECTORY } from '../peers/load.ts';
import type { Subject } from './subject.ts';

export const SUBJECT_NAMES = [
  'raw-tcp',
  'raw-tls',
  'peergroup',
  'libp2p-tls',
  'libp2p-noise',
  'libp2p-tls-writev',
  'hyperdht',
] as const;

export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** The package that a subject needs in bench/peers. */
const PEER_PACKAGE: Partial<Record<SubjectName, string>> = {
  'libp2p-tls': 'libp2p',
  'libp2p-noise': 'libp2p',
  'libp2p-tls-writev': 'libp2p',
  hyperdht: 'hyperdht',
};

const SUBJECTS_DIRECTORY = join(import.meta.dirname, '..', 'subjects');

const INSTALL_PEERS = 'npm ci --prefix bench/peers';

export function isSubjectName(name: string): name is SubjectName {
  return SUBJECT_NAMES.some((known) => known === name);
}

/** Why a subject cannot run here, in one line, or null when it can. */
export function whyMissing(name: SubjectName): string | null {
  if (!existsSync(subjectFile(name))) return `bench/subjects/${name}.ts does not exist`;
  const peer = PEER_PACKAGE[name];
  if (peer !== undefined && !existsSync(join(PEERS_DIRECTORY, 'node_modules', peer))) {
    return `${peer} is not installed; install it by: ${INSTALL_PEERS}`;
  }
  return null;
}

/**
 * Each file exports `subject`. Only the subject's own processes load it, so that one cannot slow
 * another.
 */
export async function loadSubject(name: SubjectName): Promise<Subject> {
  const { subject } = (await import(pathToFileURL(subjectFile(name)).href)) as {
    readonly subject: Subject;
  };
  return subject;
}

function subjectFile(name: SubjectName): string {
  return join(SUBJECTS_DIRECTORY, `${name}.ts`);
}
