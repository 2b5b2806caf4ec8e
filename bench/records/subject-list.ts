// The subjects that keep records, in the order in which a round runs and the tables show them.

import type { SubjectEntry } from '../harness/subject-entry.ts';
import type { Subject } from './subject.ts';

export const RECORD_SUBJECTS = {
  'bare-sqlite': {
    load: () => import('../subjects/bare-sqlite.ts'),
    remark: 'rows that nobody signed, in tables and indexes made by hand for the work',
  },
  peergroup: { load: () => import('../subjects/peergroup-records.ts') },
  hypercore: {
    load: () => import('../subjects/hypercore.ts'),
    peer: 'hypercore',
    remark:
      'one signature for an append; it never waits for the disk (RocksDB without sync), so what was ' +
      'acknowledged survives the end of the process but not a loss of power; no attributes',
  },
  orbitdb: {
    load: () => import('../subjects/orbitdb.ts'),
    peer: '@orbitdb/core',
    remark:
      'one signature for an entry; it never waits for the disk (LevelDB without sync); blocks lie in ' +
      'LevelDB without Helia around it, and nothing is pinned or announced; no index by attribute',
  },
} as const satisfies Readonly<Record<string, SubjectEntry<Subject>>>;

export type RecordSubjectName = keyof typeof RECORD_SUBJECTS;

export async function loadRecordSubject(name: string): Promise<Subject> {
  const entry = Object.entries(RECORD_SUBJECTS).find(([known]) => known === name)?.[1];
  if (entry === undefined) throw new Error(`no subject ${name}`);
  return (await entry.load()).subject;
}
