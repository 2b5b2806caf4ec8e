// Who takes part in a record bench, and what they find: a directory for each process that is empty and
// goes with it, or one that was filled once and serves all rounds.

import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { removeDirectory, temporaryDirectory } from '../harness/temporary-directory.ts';
import type { Material, Troupe } from '../harness/troupe.ts';
import { type Shelf, Solo } from './solo.ts';
import type { CollectionName } from './subject.ts';
import { RECORD_SUBJECTS, type RecordSubjectName } from './subject-list.ts';

export interface Filling {
  readonly collection: CollectionName;
  /** Records, a multiple of 1,000. */
  readonly size: number;
  readonly quickSize: number;
  readonly capMs: number;
  readonly quickCapMs: number;
  /** So slow that what they have by the cap has to do. */
  readonly mayFallShort: readonly RecordSubjectName[];
}

/** Of the records that come into an empty directory; more may come, and then attributes repeat. */
const EMPTY_SHELF_SIZE = 1_000_000;

/** The batch that is under way when time is up, and closing. */
const SLACK_MS = 60_000;

const TMPFS_MAGIC = 0x01021994;

export function solos(names: readonly RecordSubjectName[], filling: Filling | null): Troupe<Solo> {
  return {
    subjects: Object.fromEntries(names.map((name) => [name, RECORD_SUBJECTS[name]])),
    remark: diskRemark(),
    prepare: async (name, isQuick) =>
      filling === null ? '' : JSON.stringify(await fill(name, filling, isQuick)),
    start: (name, material) =>
      filling === null ? startEmpty(name) : Solo.start(name, shelfOf(material), () => {}),
  };
}

async function startEmpty(name: string): Promise<Solo> {
  const directory = temporaryDirectory();
  const shelf: Shelf = { directory, collection: 'notes', size: EMPTY_SHELF_SIZE, records: 0 };
  return await Solo.start(name, shelf, () => removeDirectory(directory));
}

/** Through the subject's own front door, as an application would. */
export async function fill(name: string, filling: Filling, isQuick: boolean): Promise<Shelf> {
  const { collection, mayFallShort } = filling;
  const size = isQuick ? filling.quickSize : filling.size;
  const capMs = isQuick ? filling.quickCapMs : filling.capMs;
  const shelf: Shelf = { directory: temporaryDirectory(), collection, size, records: 0 };
  const solo = await Solo.start(name, shelf, () => {});
  try {
    await solo.open('process');
    const { records } = await solo.ask({ name: 'fill', capMs }, capMs + SLACK_MS);
    await solo.close();
    if (records < size && !mayFallShort.some((slow) => slow === name)) {
      throw new Error(`${records} of ${size} records within ${capMs} ms`);
    }
    return { ...shelf, records };
  } finally {
    await solo.kill();
  }
}

export function shelfOf(material: Material): Shelf {
  const shelf: Shelf = JSON.parse(material);
  return shelf;
}

export function diskRemark(): string | null {
  const isInMemory = statfsSync(tmpdir()).type === TMPFS_MAGIC;
  return isInMemory ? `${tmpdir()} lies in memory: set TMPDIR to a directory on a disk` : null;
}
