// Members end with the same records, whatever order and company they arrive in (protocol.md §12.6,
// §12.7): random versions of several authors, honest, hostile, too early and of members not known yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import type { BatchContents } from '../../../src/core/records/batch-contents.ts';
import {
  BOB_RENEWED,
  CAST,
  craft,
  DAY_MS,
  EVERYBODY,
  idOf,
  type Keeper,
  keeper,
  NOW,
  type Recorder,
  sent,
  sentApart,
  versionBy,
  viewOf,
} from '../../support/record-club.ts';
import { stringOf } from '../../support/record-samples.ts';

const { alice, ann, mallory, bob, carol, eve } = CAST;
const RECORDS = 3;
const CREATORS: readonly Recorder[] = [bob, eve, alice];
/** When everything that may come at all has come. */
const SETTLED_MS = LIMITS.clockAheadMs;

interface Said {
  readonly author: Recorder;
  readonly which: number;
  readonly version: number;
  readonly isDeleted: boolean;
  readonly modifiedMs: number;
  readonly lifetimeMs: number;
  readonly text: string;
  /** Breaks a law. */
  readonly isBad: boolean;
}

const anySaying: fc.Arbitrary<Said> = fc.record(
  {
    author: fc.constantFrom(alice, ann, mallory, bob, bob, eve, carol),
    which: fc.nat(RECORDS - 1),
    version: fc.integer({ min: 1, max: 4 }),
    isDeleted: fc.boolean(),
    // One of them is of the future until everything has settled.
    modifiedMs: fc.constantFrom(0, 1, 2, LIMITS.clockAheadMs + 1_000),
    // The last of them needs the membership that Bob gets later.
    lifetimeMs: fc.constantFrom(DAY_MS, 2 * DAY_MS, 100 * DAY_MS),
    text: fc.constantFrom('', 'a', 'b'),
    isBad: fc.boolean(),
  },
  { noNullPrototype: true },
);

/** Each of them a batch of somebody's, some with several versions of one record. */
const anyBatches = fc.array(fc.array(anySaying, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 7,
});

function contentOf({ which, isBad, isDeleted, text, ...said }: Said): RecordContent {
  const modifiedAt = wallTimeOf(NOW + said.modifiedMs);
  const [creator = bob] = CREATORS.slice(which);
  return versionBy(said.author, {
    creator: creator.membership.publicKey,
    ordinal: which,
    version: isBad && said.version === 4 ? 2 ** 40 : said.version,
    createdAt: NOW,
    modifiedAt,
    expiresAt: wallTimeOf(modifiedAt + said.lifetimeMs),
    isDeleted,
    attributes: isDeleted || text === '' ? [] : [{ name: 'text', value: stringOf(text) }],
  }).content;
}

function batchesOf(sayings: readonly (readonly Said[])[]): readonly BatchContents[] {
  return sayings.map((said, at) => {
    const [{ author } = { author: bob }] = said;
    const drafts = said.map((one) => ({ content: contentOf({ ...one, author }), data: null }));
    const standing = { journal: new Uint8Array(8).fill(at + 1) };
    return craft(author, drafts, { standing });
  });
}

const IDS = Array.from({ length: RECORDS }, (_, which) =>
  idOf(
    contentOf({
      author: bob,
      which,
      version: 1,
      isDeleted: false,
      modifiedMs: 0,
      lifetimeMs: 1,
      text: '',
      isBad: false,
    }),
  ),
);

type Arrival = (home: Keeper) => void;

/** Batches whole or in parts, and memberships, all to be shuffled. */
function arrivals(batches: readonly BatchContents[], isApart: boolean): readonly Arrival[] {
  const parts = isApart ? batches.flatMap(sentApart) : batches.map((batch) => sent(batch));
  return [
    ...parts.map((part, at) => (home: Keeper) => void home.take(part, `neighbor ${at % 3}`)),
    ...[...EVERYBODY, BOB_RENEWED].map((known) => (home: Keeper) => home.learn(known)),
  ];
}

function settled(events: readonly Arrival[]) {
  const home = keeper(carol, { knows: [] });
  for (const event of events) event(home);
  home.passTime(SETTLED_MS / 2);
  home.passTime(SETTLED_MS / 2);
  const view = viewOf(home.store, IDS, home.now);
  assert.deepEqual(
    replayed(home),
    view.filter(({ seen }) => seen !== null).map(({ seen }) => seen),
  );
  return view;
}

/** What somebody sees who only listened to what was told. */
function replayed(home: Keeper): readonly (string | null)[] {
  const seenById = new Map<string, string>();
  for (const { kind, before, after } of home.takeTold()) {
    const id = String(before?.id ?? after?.id);
    assert.equal(seenById.get(id) ?? null, before === null ? null : String(before.hash), kind);
    if (after === null) seenById.delete(id);
    else seenById.set(id, String(after.hash));
  }
  return IDS.map((id) => seenById.get(String(id)))
    .filter((hash) => hash !== undefined)
    .map((hash) => Buffer.from(hash.split(',').map(Number)).toString('hex'));
}

test('every order of arrival ends with the same records, winners and shadows', () => {
  let decided = 0;
  const anyRun = anyBatches.chain((sayings) => {
    const batches = batchesOf(sayings);
    const [whole, apart] = [arrivals(batches, false), arrivals(batches, true)];
    const shuffled = (events: readonly Arrival[]) =>
      fc.shuffledSubarray([...events], { minLength: events.length });
    return fc.record({
      orders: fc.tuple(shuffled(whole), shuffled(whole), shuffled(apart), shuffled(apart)),
    });
  });
  fc.assert(
    fc.property(anyRun, ({ orders }) => {
      const [first, ...others] = orders.map(settled);
      for (const other of others) assert.deepEqual(other, first);
      if (first?.some(({ shadow }) => shadow !== null)) decided += 1;
    }),
    { numRuns: 200 },
  );
  assert.ok(decided > 20, `${decided} runs had a shadow`);
});
