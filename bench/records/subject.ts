// What a subject of publish, search and open-group is: one way to keep records on this disk. The
// works, the samples, the clocks and the arithmetic are the harness's and the same for all.

import type { Question } from './questions.ts';

export interface Subject {
  /** Opens what is in this directory, which is empty the first time. */
  open(place: Place): Promise<Store>;
}

export interface Place {
  readonly directory: string;
  readonly collection: CollectionName;
  /** What an acknowledgement should survive: the end of the process, or the loss of power too. */
  readonly durability: 'process' | 'power';
}

/** `notes` have one attribute, `items` have five (samples.ts). */
export type CollectionName = 'notes' | 'items';

export interface Store {
  /** Resolves when all are stored and acknowledged, by one transaction where the subject has any. */
  addAll(samples: readonly Sample[]): Promise<unknown>;
  add(sample: Sample): Promise<unknown>;
  /** The keys of the newest, a page of them; each record is read. */
  newest(): Promise<readonly Key[]>;
  /** The same for those that answer the question. */
  find?(question: Question): Promise<readonly Key[]>;
  /** Reads one record; the length of its data. */
  read?(key: Key): Promise<number>;
  close(): Promise<void>;
}

export type Key = string | number;

export interface Sample {
  /** A GUID. */
  readonly type: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** What a page of a program shows. */
export const PAGE_RECORDS = 50;
