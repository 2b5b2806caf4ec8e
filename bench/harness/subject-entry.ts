// A line of the lists of subjects. Each process loads only the subject that it runs, so that one
// cannot slow another.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS_DIRECTORY } from '../peers/load.ts';

export interface SubjectEntry<Subject> {
  load(): Promise<{ readonly subject: Subject }>;
  /** The package that it needs in bench/peers. */
  readonly peer?: string;
  /** What whoever reads its figures must know. */
  readonly remark?: string;
}

const INSTALL_PEERS = 'npm ci --prefix bench/peers';

/** Why a subject cannot run here, in one line, or null when it can. */
export function whyMissing({ peer }: SubjectEntry<unknown>): string | null {
  if (peer === undefined || existsSync(join(PEERS_DIRECTORY, 'node_modules', peer))) return null;
  return `${peer} is not installed; install it by: ${INSTALL_PEERS}`;
}
