// The subjects that compare sets, in the order in which a round runs and the tables show them.

import type { SubjectEntry } from '../harness/subject-entry.ts';
import type { Subject } from './subject.ts';

export const COMPARED_SUBJECTS = {
  peergroup: { load: () => import('../subjects/peergroup-sets.ts') },
  negentropy: {
    load: () => import('../subjects/negentropy-sets.ts'),
    peer: 'negentropy',
    remark: 'elements of 32 B in a sorted array, no frames around messages',
  },
} as const satisfies Readonly<Record<string, SubjectEntry<Subject>>>;

export async function loadComparedSubject(name: string): Promise<Subject> {
  const entry = Object.entries(COMPARED_SUBJECTS).find(([known]) => known === name)?.[1];
  if (entry === undefined) throw new Error(`no subject ${name}`);
  return (await entry.load()).subject;
}
