// Histories of a record store: steps drawn at random, turned into the changes that a group would make,
// and everything that a store can be asked afterwards.

import fc from 'fast-check';
import { unreachable } from '../../src/core/base/assert.ts';
import { bytesKey, compareBytes } from '../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { AttributeValue, RecordAttribute } from '../../src/core/domain/records.ts';
import type {
  Condition,
  SearchClause,
  SearchOrder,
  SearchRequest,
} from '../../src/core/domain/search.ts';
import type { RecordStore, StoreChange } from '../../src/core/ports/record-store.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import {
  putOf,
  type RecordWish,
  recordOf,
  TEST_MOMENT,
  type TestAuthor,
  TestJournal,
} from '../support/record-builder.ts';
import { batchesOf, createdBy } from './member-pages.ts';
import { elementsOf } from './record-elements-kit.ts';

const TYPES = [1, 2, 3].map((byte) => new Uint8Array(16).fill(byte));
const NAMES = ['a', 'B', 'b'];

export interface Wish {
  /** Which of the records so far it is a version of; null for a new one. */
  readonly versionOf: number | null;
  readonly type: number;
  readonly createdMs: number;
  readonly ordinal: number;
  readonly lifetimeMs: number;
  readonly refreshMs: number | null;
  readonly isDeleted: boolean;
  readonly dataBytes: number;
  readonly attributes: readonly RecordAttribute[];
  /** False for a record of the batch that is not stored. */
  readonly isStored: boolean;
  readonly isShadowKept: boolean;
}

export type Step =
  | {
      readonly kind: 'publish';
      readonly journal: number;
      readonly wishes: readonly Wish[];
      readonly hasLeaves: boolean;
      readonly fails: boolean;
    }
  | {
      readonly kind: 'remove' | 'restore' | 'removeShadow' | 'again' | 'lateShadow';
      readonly record: number;
    }
  | { readonly kind: 'sweep'; readonly now: number }
  | { readonly kind: 'security'; readonly item: number; readonly isPut: boolean };

const moment = fc.integer({ min: 0, max: 3 });

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom('', 'a', 'A', 'ab', 'é', '\uffee', '😀', '😀a').map((text) => ({
    kind: 'string' as const,
    value: text,
  })),
  fc.constantFrom(-(10n ** 18n) + 1n, -1n, 0n, 2n ** 53n, 2n ** 53n + 1n).map((number) => ({
    kind: 'int' as const,
    value: number,
  })),
  fc.integer({ min: -2, max: 2 }).map((at) => ({ kind: 'date' as const, value: wallTimeOf(at) })),
);

const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), value), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((pairs) =>
    pairs.map(([name, one]) => ({ name, value: one })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  );

const wish: fc.Arbitrary<Wish> = fc.record({
  versionOf: fc.option(fc.nat(20), { freq: 2 }),
  type: fc.nat(TYPES.length - 1),
  createdMs: moment,
  ordinal: fc.nat(2),
  lifetimeMs: fc.integer({ min: 1, max: 6 }),
  refreshMs: fc.option(fc.integer({ min: 1, max: 9 })),
  isDeleted: fc.boolean(),
  dataBytes: fc.constantFrom(0, 3, 1_025),
  attributes,
  isStored: fc.boolean(),
  isShadowKept: fc.boolean(),
});

const recordStep = (kind: 'remove' | 'restore' | 'removeShadow' | 'again' | 'lateShadow') =>
  fc.record({ kind: fc.constant(kind), record: fc.nat(20) });

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      journal: fc.nat(3),
      wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
      hasLeaves: fc.boolean(),
      fails: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: recordStep('remove') },
  recordStep('restore'),
  recordStep('removeShadow'),
  recordStep('again'),
  recordStep('lateShadow'),
  fc.record({ kind: fc.constant('sweep' as const), now: fc.integer({ min: 0, max: 12 }) }),
  fc.record({
    kind: fc.constant('security' as const),
    item: fc.nat(5),
    isPut: fc.nat(3).map((one) => one > 0),
  }),
);

const clause: fc.Arbitrary<SearchClause> = fc.oneof(
  fc.record({
    kind: fc.constant('clause' as const),
    subject: fc.constantFrom(...NAMES).map((name) => ({ kind: 'attribute' as const, name })),
    compare: fc.constantFrom(
      'equal',
      'notEqual',
      'less',
      'lessOrEqual',
      'greater',
      'greaterOrEqual',
    ),
    operand: value,
  }),
  fc.record({
    kind: fc.constant('clause' as const),
    subject: fc.constantFrom(...NAMES).map((name) => ({ kind: 'attribute' as const, name })),
    compare: fc.constantFrom('equal', 'notEqual'),
    operand: fc
      .array(fc.constantFrom({ literal: 'a' }, { literal: '😀' }, 'one' as const, 'any' as const), {
        maxLength: 3,
      })
      .map((pattern) => ({ kind: 'pattern' as const, pattern })),
  }),
  fc.record({
    kind: fc.constant('clause' as const),
    subject: fc.constantFrom('createdAt' as const, 'modifiedAt' as const).map((field) => ({
      kind: 'field' as const,
      field,
    })),
    compare: fc.constantFrom(
      'equal',
      'notEqual',
      'less',
      'lessOrEqual',
      'greater',
      'greaterOrEqual',
    ),
    operand: moment.map((at) => ({ kind: 'date' as const, value: wallTimeOf(TEST_MOMENT + at) })),
  }),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    clause,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).tree;

const order: fc.Arbitrary<SearchOrder> = fc.oneof(
  fc.record({
    by: fc.constantFrom('createdAt' as const, 'modifiedAt'),
    isDescending: fc.boolean(),
  }),
  fc.record({
    by: fc.constant('attribute' as const),
    name: fc.constantFrom(...NAMES),
    kind: fc.constantFrom('string' as const, 'int' as const, 'date' as const),
    isDescending: fc.boolean(),
  }),
);

export const search: fc.Arbitrary<SearchRequest> = fc.record({
  where: fc.option(condition),
  order,
  limit: fc.integer({ min: 1, max: 4 }),
  after: fc.constant(null),
  now: moment.map((at) => wallTimeOf(TEST_MOMENT + at)),
});

interface Published {
  readonly contents: BatchContents;
  readonly place: number;
}

/** Turns steps into changes, which depend on the steps before only. */
export class HistoryWriter {
  readonly #cast: readonly TestAuthor[];
  readonly #journals: readonly TestJournal[];
  readonly published: Published[] = [];

  /** Two journals of each author. */
  constructor(cast: readonly TestAuthor[]) {
    this.#cast = cast;
    this.#journals = cast.flatMap((author) => [
      new TestJournal(author, 1),
      new TestJournal(author, 2),
    ]);
  }

  /** Null for a step that has nothing to work on. `store` says what is there to begin with. */
  changesFor(one: Step, store: RecordStore): readonly StoreChange[] | null {
    if (one.kind === 'sweep') {
      const now = wallTimeOf(TEST_MOMENT + one.now);
      return [{ kind: 'removeShadowsUntil', now }, ...removalsOf(store, one.now)];
    }
    if (one.kind === 'security') return [securityChange(one.item, one.isPut)];
    if (one.kind === 'publish') return this.#publish(one, store);
    const chosen = this.published.at(one.record % Math.max(this.published.length, 1));
    const entry = chosen?.contents.entries[chosen.place];
    if (chosen === undefined || entry === undefined) return null;
    const { id, data } = entry;
    const removeAt = wallTimeOf(TEST_MOMENT + 7);
    switch (one.kind) {
      case 'remove':
        return [{ kind: 'removeRecord', id }];
      case 'removeShadow':
        return [{ kind: 'removeShadow', id }];
      case 'restore':
        return store.findShadow(id) === null ? null : [{ kind: 'restoreShadow', id, removeAt }];
      case 'again':
        return [batchOf(chosen.contents, true), putOf(chosen.contents, entry, this.#cast)];
      case 'lateShadow': {
        const record = recordOf(chosen.contents, entry, (key) => nameIn(this.#cast, key));
        const shadow = { kind: 'putShadow', record, data, path: null, until: removeAt } as const;
        return [batchOf(chosen.contents, false), shadow];
      }
      default:
        return unreachable(one);
    }
  }

  #publish(one: Step & { readonly kind: 'publish' }, store: RecordStore): readonly StoreChange[] {
    const journal = this.#journals[one.journal];
    if (journal === undefined) throw new Error('no such journal');
    const contents = journal.publish(
      one.wishes.map((each) => this.#recordWish(each, journal.author)),
    );
    const changes: StoreChange[] = [batchOf(contents, one.hasLeaves)];
    const put = new Set<string>();
    contents.entries.forEach((entry, place) => {
      const wanted = one.wishes[place];
      if (wanted?.isStored !== true) return;
      const { id } = entry;
      const isThere = put.has(bytesKey(id)) || store.findRecord(id) !== null;
      const until = wallTimeOf(TEST_MOMENT + wanted.lifetimeMs);
      if (wanted.isShadowKept && isThere) changes.push({ kind: 'keepShadow', id, until });
      const path = one.hasLeaves ? null : new Uint8Array(32).fill(place);
      changes.push({ ...putOf(contents, entry, this.#cast), path });
      put.add(bytesKey(id));
    });
    if (!one.fails) {
      this.published.push(...contents.entries.map((_, place) => ({ contents, place })));
    }
    return changes;
  }

  #recordWish(one: Wish, author: TestAuthor): RecordWish {
    const chosen =
      one.versionOf === null
        ? undefined
        : this.published.at(one.versionOf % Math.max(this.published.length, 1));
    const before = chosen?.contents.entries[chosen.place]?.content;
    const createdAt = before?.createdAt ?? wallTimeOf(TEST_MOMENT + one.createdMs);
    const modifiedAt = wallTimeOf(createdAt + one.createdMs);
    const body: RecordWish = one.isDeleted
      ? { isDeleted: true }
      : {
          attributes: one.attributes,
          data: new Uint8Array(one.dataBytes).fill(one.lifetimeMs),
          refreshMs: one.refreshMs,
        };
    return {
      type: before?.type ?? TYPES[one.type] ?? new Uint8Array(16),
      creator: before?.creator ?? author.publicKey,
      createdAt,
      ordinal: before?.ordinal ?? one.ordinal,
      version: (before?.version ?? 0) + 1,
      modifiedAt,
      expiresAt: wallTimeOf(modifiedAt + one.lifetimeMs),
      ...body,
    };
  }
}

function securityChange(item: number, isPut: boolean): StoreChange {
  const digest = new Uint8Array(32).fill(item);
  if (!isPut) return { kind: 'removeSecurity', digest };
  const form = item % 2 === 0 ? 'page' : 'statement';
  return { kind: 'putSecurity', digest, form, bytes: new Uint8Array(100 * item).fill(item) };
}

function removalsOf(store: RecordStore, now: number): readonly StoreChange[] {
  const due = store.removable(wallTimeOf(TEST_MOMENT + now), 3);
  return due.map(({ id }) => ({ kind: 'removeRecord', id }));
}

function batchOf({ batch, leaves }: BatchContents, hasLeaves: boolean): StoreChange {
  return { kind: 'putBatch', batch, leaves: hasLeaves ? leaves : null };
}

function nameIn(cast: readonly TestAuthor[], publicKey: Uint8Array): TestAuthor['name'] {
  const author = cast.find((one) => bytesKey(one.publicKey) === bytesKey(publicKey));
  if (author === undefined) throw new Error('an author outside the cast');
  return author.name;
}

/** The answers to everything that a store can be asked about these records, in one value. */
export function answersOf(
  store: RecordStore,
  published: readonly Published[],
  cast: readonly TestAuthor[],
): unknown {
  const ids = new Map<string, Uint8Array>();
  const hashes = new Map<string, Uint8Array>();
  for (const { contents, place } of published) {
    const id = contents.entries[place]?.id;
    if (id !== undefined) ids.set(bytesKey(id), id);
    hashes.set(bytesKey(contents.batch.hash), contents.batch.hash);
  }
  const moments = [0, 3, 9].map((at) => wallTimeOf(TEST_MOMENT + at));
  return {
    records: [...ids.values()].map((id) => [
      store.findRecord(id),
      store.readData(id),
      store.findShadow(id),
    ]),
    batches: [...hashes.values()].map((hash) => [store.findBatch(hash), store.versionsIn(hash)]),
    security: store.securityItems(null, 100),
    journals: cast.flatMap(({ publicKey }) =>
      [1, 2].map((byte) => {
        const journal = new Uint8Array(8).fill(byte);
        const around = [1, 2, 3, 5].map((from) => store.batchesAround(publicKey, journal, from, 2));
        return [store.lastBatch(publicKey, journal), around];
      }),
    ),
    authors: cast.map(({ publicKey }) => [
      store.use(publicKey),
      store.findMember(publicKey),
      store.chainsOf(publicKey),
      createdBy(store, publicKey, 2).toSorted((a, b) => compareBytes(a.id, b.id)),
      store.nextRefresh(publicKey),
      batchesOf(store, publicKey, 2),
      moments.map((now) => store.refreshable(publicKey, now, 5)),
    ]),
    elements: elementsOf(store, 3).toSorted((a, b) => compareBytes(a.id, b.id)),
    totalUse: store.totalUse(),
    nextRemoval: store.nextRemoval(),
    removable: moments.map((now) => store.removable(now, 5)),
  };
}

/** All pages of a search, and whether each was said to be the last. */
export function pagesOf(store: RecordStore, request: SearchRequest): unknown[] {
  const pages: unknown[] = [];
  for (let after = request.after; ; ) {
    const { records, next } = store.search({ ...request, after });
    pages.push(records, next === null);
    if (next === null || pages.length > 200) return pages;
    after = next;
  }
}
