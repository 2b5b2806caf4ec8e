// The ids of one step. Publishing asks for the id of a record when it looks whether it is free, when it
// drafts, and when it makes the batch, and each would cost a hash.

import type { RecordContent } from '../domain/records.ts';
import type { RecordIds } from './record-ids.ts';

type Key = Pick<RecordContent, 'creator' | 'type' | 'createdAt' | 'ordinal'>;

export class RememberedIds implements Pick<RecordIds, 'idOf'> {
  readonly #ids: Pick<RecordIds, 'idOf'>;
  /** Ordinals of a step are nearly always different; of equal ones the last is remembered. */
  readonly #lastByOrdinal = new Map<number, { readonly key: Key; readonly id: Uint8Array }>();

  constructor(ids: Pick<RecordIds, 'idOf'>) {
    this.#ids = ids;
  }

  /** Before the next step. */
  forget(): void {
    this.#lastByOrdinal.clear();
  }

  /** 16 bytes, which must not be changed. */
  idOf(key: Key): Uint8Array {
    const last = this.#lastByOrdinal.get(key.ordinal);
    if (last !== undefined && isSame(last.key, key)) return last.id;
    const id = this.#ids.idOf(key);
    this.#lastByOrdinal.set(key.ordinal, { key, id });
    return id;
  }
}

/** By reference where there are bytes: what looks different is only computed once more. */
function isSame(a: Key, b: Key): boolean {
  return a.createdAt === b.createdAt && a.type === b.type && a.creator === b.creator;
}
