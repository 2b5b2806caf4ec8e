// How the subjects of a bench are brought onto the stage: as pairs of processes that talk, or each in
// one process of its own.

import type { SubjectEntry } from './subject-entry.ts';

/** The processes of one subject. */
export interface Crew {
  /** Resolves when they have ended. */
  kill(): Promise<void>;
}

/** What is made once in a run and given to all processes of a subject, as text: it crosses between them. */
export type Material = string;

export interface Troupe<SomeCrew extends Crew> {
  /** In the order in which a round runs and the tables show them. */
  readonly subjects: Readonly<Record<string, SubjectEntry<unknown>>>;
  /** What whoever reads the figures of this machine must know. */
  readonly remark: string | null;
  prepare(subject: string, isQuick: boolean): Promise<Material>;
  start(subject: string, material: Material): Promise<SomeCrew>;
}
