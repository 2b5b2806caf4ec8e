// All that a store has of one member, page by page, and that the pages end.

import type {
  BatchesPage,
  CreatedPage,
  CreatedRecord,
  RecordStore,
} from '../../src/core/ports/record-store.ts';

/** The hashes, page by page. */
export function batchesOf(store: RecordStore, author: Uint8Array, max: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let after: number | null = null, pages = 0; pages < 1_000; pages++) {
    const page: BatchesPage = store.batchesOf(author, after, max);
    found.push(...page.batches.map(({ hash }) => hash));
    if (page.next === null) return found;
    after = page.next;
  }
  throw new Error('the batches do not end');
}

/** In the order of the pages. */
export function createdBy(
  store: RecordStore,
  creator: Uint8Array,
  max: number,
): readonly CreatedRecord[] {
  const found: CreatedRecord[] = [];
  for (let after: bigint | null = null, pages = 0; pages < 1_000; pages++) {
    const page: CreatedPage = store.createdBy(creator, after, max);
    found.push(...page.records);
    if (page.next === null) return found;
    after = page.next;
  }
  throw new Error('the records do not end');
}
