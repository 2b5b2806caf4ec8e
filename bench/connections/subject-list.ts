// The subjects that connect two processes, in the order in which a round runs and the tables show
// them.

import type { SubjectEntry } from '../harness/subject-entry.ts';
import type { Subject } from './subject.ts';

export const CONNECTION_SUBJECTS = {
  'raw-tcp': { load: () => import('../subjects/raw-tcp.ts') },
  'raw-tls': { load: () => import('../subjects/raw-tls.ts') },
  peergroup: { load: () => import('../subjects/peergroup.ts') },
  'libp2p-tls': { load: () => import('../subjects/libp2p-tls.ts'), peer: 'libp2p' },
  'libp2p-noise': { load: () => import('../subjects/libp2p-noise.ts'), peer: 'libp2p' },
  'libp2p-tls-writev': { load: () => import('../subjects/libp2p-tls-writev.ts'), peer: 'libp2p' },
  hyperdht: { load: () => import('../subjects/hyperdht.ts'), peer: 'hyperdht' },
} as const satisfies Readonly<Record<string, SubjectEntry<Subject>>>;

export type ConnectionSubjectName = keyof typeof CONNECTION_SUBJECTS;

export async function loadConnectionSubject(name: string): Promise<Subject> {
  const entry = Object.entries(CONNECTION_SUBJECTS).find(([known]) => known === name)?.[1];
  if (entry === undefined) throw new Error(`no subject ${name}`);
  return (await entry.load()).subject;
}
