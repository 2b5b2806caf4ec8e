// Looks through what is stored before a node is connected: the set of records goes into the index, the
// memberships into the directory. Some at a time, for a group with a million records must not keep
// everything else from its turn. What is stored meanwhile goes straight to the two.

import type { Membership } from '../domain/membership.ts';
import type { ElementIndex } from '../graph/sync/element-index.ts';
import type { ElementPosition, RecordStore } from '../ports/record-store.ts';
import type { Directory } from './directory.ts';
import { elementOf } from './element-of.ts';

/** A guess: some 10 ms of reading. */
const PAGE_ELEMENTS = 4_096;
/** The same: a chain that is not remembered is judged anew. */
const PAGE_MEMBERSHIPS = 64;

export interface LoadingParts {
  readonly store: RecordStore;
  readonly index: ElementIndex;
  readonly directory: Directory;
  /** Null for a chain that is not sound, which is not stored. */
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
}

type Phase =
  | { readonly name: 'memberships'; readonly after: Uint8Array | null }
  | { readonly name: 'records'; readonly after: ElementPosition | null }
  | { readonly name: 'done' };

export class Loading {
  readonly #parts: LoadingParts;
  #phase: Phase = { name: 'memberships', after: null };

  constructor(parts: LoadingParts) {
    this.#parts = parts;
  }

  get isDone(): boolean {
    return this.#phase.name === 'done';
  }

  /** One page more; of a small group that is all. Throws `WorldError`. */
  goOn(): void {
    const before = this.#phase;
    if (before.name === 'memberships') this.#phase = this.#readMemberships(before.after);
    const now = this.#phase;
    if (now.name === 'records') this.#phase = this.#readRecords(now.after);
  }

  #readMemberships(after: Uint8Array | null): Phase {
    const { store, directory, membershipOf } = this.#parts;
    const page = store.memberships(after, PAGE_MEMBERSHIPS);
    for (const { chainDigest } of page) {
      const membership = membershipOf(chainDigest);
      if (membership !== null) directory.add(membership);
    }
    const last = page.at(-1);
    const isLast = page.length < PAGE_MEMBERSHIPS || last === undefined;
    return isLast
      ? { name: 'records', after: null }
      : { name: 'memberships', after: last.chainDigest };
  }

  #readRecords(after: ElementPosition | null): Phase {
    const { store, index } = this.#parts;
    const { elements, next } = store.elements(after, PAGE_ELEMENTS);
    for (const { id, hash, modifiedAt } of elements) index.put(id, elementOf(hash), modifiedAt);
    return next === null ? { name: 'done' } : { name: 'records', after: next };
  }
}
