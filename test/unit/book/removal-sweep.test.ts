// What does not count any more goes from the store (protocol.md §14): a little at a time, from wherever it
// was left, and nothing else goes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { MemoryRecordStore } from '../../../src/sim/disk/memory-record-store.ts';
import { newMemoryStore } from '../../support/memory-store.ts';
import {
  batchIn,
  CAST,
  craft,
  craftOne,
  DAY_MS,
  deletion,
  Keeper,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  only,
  sent,
  versionBy,
  viewOf,
} from '../../support/record-club.ts';
import { removal, type Said, signed } from '../../support/removals.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const EVE = eve.person.publicKey;
const [GONE, LATER] = [removal([alice], eve), wallTimeOf(NOW + 5_000)];

const EPOCH = {
  kind: 'epoch',
  previous: new Uint8Array(32),
  secretDigest: new Uint8Array(32),
  revocations: [],
} as const;

/** Two batches of Eve with as many records as one may have, and one of Bob. */
const LARGE = [1, 2].map((journal) =>
  sent(
    craft(
      eve,
      Array.from({ length: LIMITS.recordsInBatchMax }, (_, at) =>
        versionBy(eve, { ordinal: journal * 10_000 + at }),
      ),
      { standing: { journal: new Uint8Array(8).fill(journal) } },
    ),
  ),
);
const OF_BOB = sent(craftOne(bob, {}));

/** The removal is stored, and nothing was swept. */
function tell(home: Keeper, { pages, statement }: Said): void {
  for (const page of pages) store(home, home.book.learnPage(page));
  store(home, home.book.learnStatement(statement));
}

function store(home: Keeper, learned: ReturnType<Keeper['book']['learnStatement']>): void {
  if (learned.kind !== 'stored') return;
  home.store.commit(learned.changes, 'process');
  home.book.onStored(learned.changes);
}

describe('a sweep', () => {
  test('goes in bounded steps, tells what went, and leaves what counts', () => {
    const home = keeper(carol);
    for (const batch of [...LARGE, OF_BOB]) home.take(batch);
    tell(home, GONE);
    assert.equal(home.book.isSwept, false);
    const steps: number[] = [];
    let told = 0;
    while (!home.book.isSwept) {
      const step = home.book.sweep(home.now, 100);
      home.store.commit(step.changes, 'process');
      steps.push(step.changes.length);
      told += step.told.length;
      for (const { kind, after } of step.told) assert.deepEqual([kind, after], ['revoked', null]);
    }
    const { recordsInBatchMax } = LIMITS;
    assert.deepEqual(
      steps.filter((count) => count > 0),
      [recordsInBatchMax, recordsInBatchMax],
    );
    assert.equal(told, 2 * recordsInBatchMax);
    assert.equal(home.store.use(EVE).records, 0);
    assert.equal(home.store.use(bob.person.publicKey).records, 1);
  });

  test('goes on wherever the process died', () => {
    let home = keeper(carol);
    for (const batch of [...LARGE, OF_BOB]) home.take(batch);
    tell(home, GONE);
    for (let opened = 0; ; opened++) {
      assert.ok(opened < 10, 'it comes to its end');
      if (home.store.use(EVE).records === 0) break;
      const step = home.book.sweep(home.now, 1);
      // The last of each process is lost before it is stored.
      if (opened % 2 === 0) home.store.commit(step.changes, 'process');
      home = new Keeper(carol, home.store.restarted(), { knows: [] });
    }
    assert.equal(home.store.totalUse().records, 1);
  });

  test('begins again when a step could not be stored', () => {
    const home = keeper(carol);
    for (const batch of LARGE) home.take(batch);
    tell(home, GONE);
    while (!home.book.isSwept) home.book.sweep(home.now, 5_000);
    assert.equal(home.store.use(EVE).records, 2 * LIMITS.recordsInBatchMax, 'nothing was stored');
    home.book.sweepAnew();
    home.sweep();
    assert.equal(home.store.use(EVE).records, 0);
  });

  test('goes on where it stands when something is said that decides about no batch', () => {
    let begun = 0;
    class Watched extends MemoryRecordStore {
      override memberships(...given: Parameters<MemoryRecordStore['memberships']>) {
        if (given[0] === null) begun += 1;
        return super.memberships(...given);
      }
    }
    const home = new Keeper(carol, new Watched(new Uint8Array(8)));
    for (const batch of LARGE) home.take(batch);
    tell(home, GONE);
    begun = 0;
    for (let said = 1; said <= LARGE.length; said++) {
      home.store.commit(home.book.sweep(home.now, 1).changes, 'process');
      const secretDigest = new Uint8Array(32).fill(said);
      tell(home, { pages: [], statement: signed([alice], { ...EPOCH, secretDigest }) });
    }
    assert.equal(home.book.isSwept, false);
    home.sweep();
    assert.equal(begun, 1);
    assert.equal(home.store.use(EVE).records, 0);
  });

  test('asks nothing of the store while nobody was removed', () => {
    const asked: string[] = [];
    class Watched extends MemoryRecordStore {
      override batchesOf(...given: Parameters<MemoryRecordStore['batchesOf']>) {
        asked.push('batches');
        return super.batchesOf(...given);
      }
    }
    const home = new Keeper(carol, new Watched(new Uint8Array(8)));
    for (const batch of [...LARGE, OF_BOB]) home.take(batch);
    assert.ok(home.book.isSwept);
    home.hear({ pages: [], statement: signed([alice], EPOCH) });
    assert.deepEqual(asked, []);
    home.hear(GONE);
    assert.ok(asked.length > 0);
  });

  test('looks at the batches of those only whom a removal hits', () => {
    const authors: Uint8Array[] = [];
    class Watched extends MemoryRecordStore {
      override batchesOf(...given: Parameters<MemoryRecordStore['batchesOf']>) {
        authors.push(given[0]);
        return super.batchesOf(...given);
      }
    }
    const home = new Keeper(carol, new Watched(new Uint8Array(8)));
    for (const batch of [...LARGE, OF_BOB]) home.take(batch);
    home.hear(GONE);
    for (const author of authors) assert.deepEqual(author, EVE);
  });

  test('is not made again for what takes nothing away', () => {
    const home = keeper(carol);
    for (const batch of LARGE) home.take(batch);
    home.hear(GONE);
    tell(home, { pages: [], statement: signed([alice], EPOCH) });
    assert.ok(home.book.isSwept);
    tell(home, removal([alice], bob));
    assert.equal(home.book.isSwept, false);
  });

  test('tells nothing of a deletion that goes with nothing below it', () => {
    const author = keeper(eve);
    const published = author.publish(newNote('short'));
    author.now = LATER;
    const deleted = sent(batchIn(author.publish(deletion(only(published).id))));
    const home = keeper(carol);
    home.now = LATER;
    for (const batch of [sent(batchIn(published)), deleted]) home.take(batch);
    home.takeTold();
    home.hear(GONE);
    assert.deepEqual(home.takeTold(), []);
    assert.equal(home.store.findRecord(only(published).id), null);
  });

  test('brings nothing back that is over', () => {
    const owner = keeper(bob);
    const published = owner.publish(newNote('short', { expiresAt: wallTimeOf(NOW + 10_000) }));
    const note = sent(batchIn(published));
    const vandal = keeper(mallory);
    vandal.take(note);
    vandal.now = LATER;
    const change = sent(batchIn(vandal.publish(newText(only(published).id, 'nonsense'))));
    const home = keeper(carol);
    home.now = LATER;
    for (const batch of [note, change]) home.take(batch);
    home.takeTold();
    home.now = wallTimeOf(NOW + 20_000);
    home.hear(removal([alice], mallory));
    const [told] = home.takeTold();
    assert.deepEqual([told?.kind, told?.after], ['revoked', null]);
    home.doWhatIsDue();
    assert.equal(home.store.findRecord(only(published).id), null);
    assert.equal(home.store.totalUse().records, 0);
  });

  test('leaves what a page may list that is not here, until it comes', () => {
    const [kept, lost] = LARGE;
    assert.ok(kept !== undefined && lost !== undefined);
    const cutoffs = [1, 2].map((byte) => ({
      journal: new Uint8Array(8).fill(byte),
      sequence: LIMITS.recordsInBatchMax,
    }));
    const said = removal([alice], eve, { kept: [kept], cutoffs });
    const home = keeper(carol);
    for (const batch of LARGE) home.take(batch);
    home.hear({ ...said, pages: [] });
    assert.equal(home.store.use(EVE).records, 2 * LIMITS.recordsInBatchMax);
    for (const page of said.pages) home.hearPage(page);
    assert.equal(home.store.use(EVE).records, LIMITS.recordsInBatchMax);
    const first = kept.entries[0]?.id ?? new Uint8Array(16);
    assert.notEqual(home.store.findRecord(first), null);
  });

  test('what was removed comes back when the removal does not count any more', () => {
    const batch = sent(craftOne(eve, {}));
    const home = keeper(carol);
    home.take(batch);
    home.hear(removal([mallory], eve));
    assert.deepEqual(kinds(home.take(batch)), ['MEMBERSHIP_REMOVED']);
    home.hear(removal([alice], mallory));
    assert.deepEqual(kinds(home.take(batch)), ['accepted'], 'Mallory had no right any more');
  });
});

describe('what waits', () => {
  test('is dropped when its author is removed, whatever it waits for', () => {
    const home = keeper(carol, { knows: [alice, carol, eve, bob] });
    const future = wallTimeOf(NOW + DAY_MS);
    const late = sent(
      craftOne(eve, { createdAt: future, expiresAt: wallTimeOf(NOW + 2 * DAY_MS) }),
    );
    const ofBob = sent(
      craftOne(bob, { createdAt: future, expiresAt: wallTimeOf(NOW + 2 * DAY_MS) }),
    );
    for (const batch of [late, ofBob]) assert.deepEqual(kinds(home.take(batch)), ['deferred']);
    assert.equal(home.book.waitingBatches, 2);
    home.hear(GONE);
    assert.equal(home.book.waitingBatches, 1);
    home.passTime(2 * DAY_MS - 3_600_000);
    assert.equal(home.store.use(EVE).records, 0);
    assert.equal(home.store.use(bob.person.publicKey).records, 1);
  });

  test('is judged when its chain comes, which stays known: nothing of it comes in', () => {
    const home = keeper(carol, { knows: [alice, carol] });
    const batch = sent(craftOne(eve, {}));
    assert.deepEqual(kinds(home.take(batch)), ['deferred']);
    home.hear(GONE);
    home.learn(eve);
    assert.equal(home.store.use(EVE).records, 0);
    assert.equal(home.book.waitingBatches, 0);
    assert.notEqual(home.store.findMembership(eve.membership.chainDigest), null);
  });
});

/** Vandalism, and honest work of everybody, before and after; Mallory and Eve are removed. */
function history() {
  const [ofBob, ofEve] = [keeper(bob), keeper(eve)];
  const [mine, hers] = [ofBob.publish(newNote('Bob')), ofEve.publish(newNote('Eve'))];
  const published = [sent(batchIn(mine)), sent(batchIn(hers))];
  const [good, bad] = [keeper(ann), keeper(mallory)];
  for (const batch of published) for (const each of [good, bad]) each.take(batch);
  for (const [at, each] of [good, bad].entries()) each.now = wallTimeOf(NOW + 1_000 * (at + 1));
  const kept = sent(batchIn(bad.publish(newText(only(hers).id, 'mended'))));
  const batches = [
    ...published,
    kept,
    sent(batchIn(bad.publish(newText(only(mine).id, 'nonsense')))),
    sent(batchIn(bad.publish(deletion(only(hers).id)))),
    sent(batchIn(bad.publish(newNote('an advertisement')))),
    sent(batchIn(ofEve.publish(newNote('more of Eve')))),
  ];
  const [first] = published.slice(1);
  assert.ok(first !== undefined);
  const said = [
    removal([alice], mallory, { kept: [kept] }),
    removal([ann], eve, { kept: [first] }),
    removal([mallory], bob),
  ];
  const ids = [...new Set(batches.flatMap(({ entries }) => entries.map(({ id }) => id)))];
  return { batches, said, ids };
}

test('in whatever order records and removals come, in the end the same counts', () => {
  const { batches, said, ids } = history();
  const events = [
    ...batches.map((_, at) => ({ batch: at })),
    ...said.map((_, at) => ({ said: at })),
  ];
  const order = fc.shuffledSubarray(events, { minLength: events.length });
  const outcome = (chosen: readonly (typeof events)[number][]) => {
    const home = new Keeper(carol, newMemoryStore(new Uint8Array(8)));
    home.now = LATER;
    for (const one of chosen) {
      if ('batch' in one)
        for (const batch of batches.slice(one.batch, one.batch + 1)) home.take(batch);
      else for (const each of said.slice(one.said, one.said + 1)) home.hear(each);
    }
    // As comparing does: what one lacks that the others have comes once more.
    for (const batch of batches) home.take(batch);
    return viewOf(home.store, ids, home.now).map(({ shadow: _, ...seen }) => seen);
  };
  const expected = outcome(events);
  assert.ok(expected.some(({ seen }) => seen !== null));
  assert.ok(expected.some(({ seen }) => seen === null));
  fc.assert(
    fc.property(order, (chosen) => {
      assert.deepEqual(outcome(chosen), expected);
    }),
    { numRuns: 40 },
  );
});
