// The subjects that replicate, in the order in which a round runs and the tables show them. Each is
// filled by the subject of the same name in records/subject-list.ts.

import type { SubjectEntry } from '../harness/subject-entry.ts';
import type { RecordSubjectName } from '../records/subject-list.ts';
import type { Subject } from './subject.ts';

export const REPLICATION_SUBJECTS = {
  peergroup: { load: () => import('../subjects/peergroup-replica.ts') },
  hypercore: {
    load: () => import('../subjects/hypercore-replica.ts'),
    peer: 'hypercore',
    remark:
      'one signature for all blocks, a hash for each, over a Noise stream; RocksDB without sync; no attributes',
  },
} as const satisfies Readonly<Partial<Record<RecordSubjectName, SubjectEntry<Subject>>>>;

export async function loadReplicationSubject(name: string): Promise<Subject> {
  const entry = Object.entries(REPLICATION_SUBJECTS).find(([known]) => known === name)?.[1];
  if (entry === undefined) throw new Error(`no subject ${name}`);
  return (await entry.load()).subject;
}
