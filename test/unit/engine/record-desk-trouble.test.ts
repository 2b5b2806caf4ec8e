// What a record desk bears: callers who never stop, one that breaks it, data too large for one step, and
// a disk that fails where nobody expects it. Nobody pays for another, and the desk never falls asleep.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { equalBytes } from '../../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RecordWish } from '../../../src/core/book/record-drafts.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { StoreChange } from '../../../src/core/ports/record-store.ts';
import { WorldError } from '../../../src/core/ports/world-error.ts';
import { RecordDesk } from '../../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../../src/engine/signature-checks.ts';
import {
  CAST,
  craft,
  craftOne,
  DAY_MS,
  HOUR_MS,
  NOW,
  newBook,
  newNote,
  newStore,
  newText,
  sent,
  versionBy,
} from '../../support/record-club.ts';
import {
  DISK_FULL,
  DISK_RETRY_MS,
  idIn,
  instantChecker,
  kindsOf,
  officeAt,
  recordOffice,
} from '../../support/record-office.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const { bob, carol, eve } = CAST;
const MINUTE_MS = 60_000;
/** Each of them takes the simulated store longer than the one before. */
const AWAITED = 200;
const BUG = new BrokenInvariant('two and two are four');
const READ_FAILED = new WorldError('STORAGE_FAILED', 'a read failed');
/** Two of them fit into a step, three do not. */
const LARGE_BYTES = 7_000_000;

/** No caller can make it: a type has 16 bytes. */
const BREAKS_US: RecordWish = newNote('', { type: new Uint8Array(5) });

function large(more: Partial<RecordWish & { kind: 'add' }> = {}): RecordWish {
  return newNote('', { data: new Uint8Array(LARGE_BYTES), ...more });
}

function recordsIn(changes: readonly StoreChange[]): number {
  return changes.filter(({ kind }) => kind === 'putRecord').length;
}

function isEves(changes: readonly StoreChange[]): boolean {
  const { publicKey } = eve.person;
  return changes.some(
    (change) => change.kind === 'putBatch' && equalBytes(change.batch.statement.author, publicKey),
  );
}

describe('publishing', () => {
  test('one record after the other leaves timers their turn', async () => {
    const { desk } = officeAt({
      ...systemClock,
      now: () => ({ ...systemClock.now(), wallTime: NOW }),
    });
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    let published = 0;
    for (let count = 0; count < AWAITED; count++) {
      await new Promise<void>((resolve) => {
        desk.publish([newNote()], ({ kind }) => {
          if (kind === 'published') published += 1;
          resolve();
        });
      });
    }
    clearInterval(timer);
    desk.close();
    assert.equal(published, AWAITED);
    assert.ok(ticks > 0, 'no timer had its turn');
  });

  test('fails alone when it breaks us, whatever is published in the same turn', () => {
    const { clock, store, publish } = recordOffice();
    const wishes = [newNote('a'), newNote('b'), BREAKS_US, newNote('c'), newNote('d')];
    const results = wishes.map((wish) => publish(wish));
    clock.advance(0);
    const expected = ['published', 'published', 'failed', 'published', 'published'];
    assert.deepEqual(results.flatMap(kindsOf), expected);
    assert.equal(store.totalUse().records, 4);
    assert.deepEqual(publish(newNote('e')), []);
    clock.advance(0);
    assert.equal(store.totalUse().records, 5, 'the desk goes on');
  });

  test('fails alone when it breaks the store', () => {
    const { clock, store, publish } = recordOffice();
    store.onCommit = (changes) => {
      const isBad = changes.some(
        (change) => change.kind === 'putRecord' && change.record.content.expiresAt === NOW + 5_000,
      );
      if (isBad) throw BUG;
    };
    const results = [
      publish(newNote('a')),
      publish(newNote('', { expiresAt: wallTimeOf(NOW + 5_000) })),
      publish(newNote('b')),
    ];
    clock.advance(0);
    assert.deepEqual(results.flatMap(kindsOf), ['published', 'failed', 'published']);
    assert.equal(store.totalUse().records, 2);
  });

  test('is not tried once for each when the disk is full', () => {
    const { clock, store, publish } = recordOffice();
    let attempts = 0;
    store.onCommit = () => {
      attempts += 1;
      throw DISK_FULL;
    };
    const results = [publish(newNote('a')), publish(newNote('b')), publish(newNote('c'))];
    clock.advance(0);
    assert.deepEqual(results.flatMap(kindsOf), ['failed', 'failed', 'failed']);
    assert.equal(attempts, 1);
  });

  test('of large data takes several turns, be they new or kept by a change', () => {
    const { clock, store, publish } = recordOffice();
    const added = [publish(large()), publish(large()), publish(large())];
    clock.advance(0);
    assert.deepEqual(store.commits.map(recordsIn), [2, 1]);
    store.commits.splice(0);
    const changed = added.map((results) => publish(newText(idIn(results), 'x')));
    clock.advance(0);
    assert.deepEqual(store.commits.map(recordsIn), [2, 1]);
    assert.deepEqual(changed.flatMap(kindsOf), ['published', 'published', 'published']);
    store.commits.splice(0);
    publish(large(), large(), large());
    clock.advance(0);
    assert.deepEqual(store.commits.map(recordsIn), [3], 'those of one caller are not divided');
  });

  test('that was stored is told so when the store fails afterwards, and what is due is done all the same', () => {
    const { clock, store, publish, told, failures } = recordOffice();
    clock.advance(0);
    let isFailing = false;
    store.onRead = () => {
      if (isFailing && store.commits.length > 0) throw READ_FAILED;
    };
    isFailing = true;
    const results = publish(newNote('', { expiresAt: wallTimeOf(NOW + HOUR_MS) }));
    clock.advance(0);
    assert.deepEqual(kindsOf(results), ['published']);
    clock.advance(DISK_RETRY_MS);
    assert.deepEqual(failures, [READ_FAILED]);
    isFailing = false;
    clock.advance(HOUR_MS);
    assert.equal(store.totalUse().records, 0);
    assert.equal(told.at(-1)?.kind, 'expired');
  });

  test('that was stored is told so when a bug of ours comes afterwards, and nothing is published any more', () => {
    const clock = new SimulatedClock(NOW);
    const store = newStore(bob);
    const failures: unknown[] = [];
    const listener = {
      onChanges: () => {
        throw BUG;
      },
      onFailed: (error: unknown) => failures.push(error),
    };
    const checks = new SignatureChecks(instantChecker, store);
    const book = newBook(bob, store);
    const desk = new RecordDesk({ book, store, clock, checks, durability: 'power' }, listener);
    desk.learnMembership(bob.membership.chain.map(({ der }) => der));
    const answers: string[] = [];
    const publish = () => desk.publish([newNote()], ({ kind }) => answers.push(kind));
    publish();
    clock.advance(0);
    publish();
    clock.advance(0);
    assert.deepEqual([answers, failures], [['published', 'failed'], [BUG]]);
    assert.equal(store.totalUse().records, 1);
    assert.equal(clock.timerCount, 0);
  });
});

describe('what others forward', () => {
  test('and nobody forwarded does not wait when it cannot be judged yet', async () => {
    const { book, take } = recordOffice(bob, []);
    const [result] = await take(sent(craftOne(carol, {})), null);
    assert.ok(result?.kind === 'judged');
    assert.deepEqual(kindsOf(result.verdicts), ['deferred']);
    assert.equal(book.waitingBatches, 0);
  });

  test('is not taken after a bug of ours, which is named', async () => {
    const { clock, store, publish, take } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 1_000) }));
    clock.advance(0);
    store.failNextCommit(BUG);
    clock.advance(1_000);
    assert.deepEqual(await take(sent(craftOne(carol, {}))), [{ kind: 'failed', error: BUG }]);
  });

  test('and cannot be stored when its membership comes does not fail the membership', async () => {
    const { clock, desk, store, take, told, failures } = recordOffice(bob, []);
    await take(sent(craftOne(carol, {})));
    store.onCommit = (changes) => {
      if (recordsIn(changes) > 0) throw DISK_FULL;
    };
    assert.ok(desk.learnMembership(carol.membership.chain.map(({ der }) => der)).ok);
    assert.deepEqual(failures, [DISK_FULL]);
    store.onCommit = () => {};
    clock.advance(DISK_RETRY_MS - 1);
    assert.deepEqual(told, []);
    clock.advance(1);
    assert.equal(told.length, 1);
  });
});

describe('what is due', () => {
  test('of large records is refreshed some at a time, each in a turn of its own', () => {
    const { clock, store, publish } = recordOffice();
    const refreshed = { expiresAt: wallTimeOf(NOW + HOUR_MS), isRefreshed: true };
    publish(large(refreshed), large(refreshed), large(refreshed));
    clock.advance(0);
    store.commits.splice(0);
    clock.advance(HOUR_MS / 2);
    assert.deepEqual(store.commits.map(recordsIn), [2, 1]);
  });

  test('a batch that cannot be stored keeps nothing else from its end or its next life', async () => {
    const { clock, store, publish, take, told, failures } = recordOffice();
    publish(
      newNote('short', { expiresAt: wallTimeOf(NOW + HOUR_MS) }),
      newNote('kept', { expiresAt: wallTimeOf(NOW + 2 * HOUR_MS), isRefreshed: true }),
    );
    const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + MINUTE_MS);
    await take(sent(craftOne(eve, { createdAt, expiresAt: wallTimeOf(NOW + 30 * DAY_MS) })));
    clock.advance(0);
    store.onCommit = (changes) => {
      if (isEves(changes)) throw DISK_FULL;
    };
    clock.advance(5 * HOUR_MS);
    const kinds = new Set(told.map(({ kind }) => kind));
    assert.ok(kinds.has('expired') && kinds.has('updated'), [...kinds].join());
    assert.equal(store.totalUse().records, 1, 'the one that is kept alive');
    const attemptsMax = (5 * HOUR_MS) / DISK_RETRY_MS + 1;
    assert.ok(failures.length > 1 && failures.length <= attemptsMax, `${failures.length} failures`);
    store.onCommit = () => {};
    clock.advance(DISK_RETRY_MS);
    assert.equal(store.totalUse().records, 2);
  });

  test('a batch that cannot be stored over and over waits in one place, whatever is still to come of it', async () => {
    const { clock, store, book, take } = recordOffice();
    const drafts = [MINUTE_MS, DAY_MS].map((aheadMs, ordinal) => {
      const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + aheadMs);
      return versionBy(eve, { ordinal, createdAt });
    });
    await take(sent(craft(eve, drafts)));
    store.onCommit = () => {
      throw DISK_FULL;
    };
    clock.advance(HOUR_MS);
    assert.equal(book.waitingBatches, 1);
    store.onCommit = () => {};
    clock.advance(DISK_RETRY_MS);
    assert.deepEqual([store.totalUse().records, book.waitingBatches], [1, 1]);
  });

  test('batches that cannot be stored do not keep the others that waited with them', async () => {
    const { clock, store, take, told } = recordOffice();
    const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + MINUTE_MS);
    await take(sent(craftOne(eve, { createdAt })), 'Eve');
    await take(sent(craftOne(carol, { createdAt })), 'Carol');
    store.onCommit = (changes) => {
      if (isEves(changes)) throw DISK_FULL;
    };
    clock.advance(MINUTE_MS);
    assert.equal(told.length, 1);
  });

  test('that is refused is not tried more often because somebody publishes', () => {
    const { clock, store, publish } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 1_000) }));
    clock.advance(0);
    let attempts = 0;
    store.onCommit = (changes) => {
      if (!changes.some(({ kind }) => kind === 'removeRecord')) return;
      attempts += 1;
      throw DISK_FULL;
    };
    clock.advance(1_000);
    for (let count = 0; count < 400; count++) {
      publish(newNote());
      clock.advance(25);
    }
    assert.ok(attempts >= 2 && attempts <= 3, `${attempts} attempts in ten seconds`);
  });
});
