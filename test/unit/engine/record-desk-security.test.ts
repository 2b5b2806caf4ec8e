// What a record desk does with what is said about who belongs (protocol.md §14): stored, then it holds,
// then it is told, and then what does not count any more goes, turn by turn.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { RecordChange } from '../../../src/core/domain/records.ts';
import type { Durability, StoreChange } from '../../../src/core/ports/record-store.ts';
import { markVerified } from '../../../src/core/records/verified-batch.ts';
import type { SecurityState } from '../../../src/core/security/security-state.ts';
import { type ChangeOrigin, RecordDesk } from '../../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../../src/engine/signature-checks.ts';
import {
  CAST,
  craft,
  craftOne,
  EVERYBODY,
  NOW,
  newBook,
  newNote,
  newStore,
  sent,
  versionBy,
} from '../../support/record-club.ts';
import {
  DISK_FULL,
  DISK_RETRY_MS,
  instantChecker,
  WatchedStore,
} from '../../support/record-office.ts';
import { removal, type Said } from '../../support/removals.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const { alice, bob, carol, eve } = CAST;
const EVE = eve.person.publicKey;
const BATCH = LIMITS.recordsInBatchMax;

/** More than one step removes. */
const LARGE = [1, 2, 3].map((journal) =>
  sent(
    craft(
      eve,
      Array.from({ length: BATCH }, (_, at) => versionBy(eve, { ordinal: journal * 10_000 + at })),
      { standing: { journal: new Uint8Array(8).fill(journal) } },
    ),
  ),
);

class DurableStore extends WatchedStore {
  readonly durabilities: Durability[] = [];

  override commit(changes: readonly StoreChange[], durability: Durability): void {
    super.commit(changes, durability);
    this.durabilities.push(durability);
  }
}

/** Carol's desk, where everybody is known; what it says comes in the order of its saying. */
function office(recorder = carol, store = new DurableStore(newStore(recorder).journal)) {
  const clock = new SimulatedClock(NOW);
  const book = newBook(recorder, store);
  const log: string[] = [];
  const told: RecordChange[] = [];
  const states: SecurityState[] = [];
  const failures: unknown[] = [];
  const checks = new SignatureChecks(instantChecker, store);
  const desk = new RecordDesk(
    { book, store, clock, checks, durability: 'power' },
    {
      onStored: (changes: readonly StoreChange[], origin: ChangeOrigin) => {
        const kinds = [...new Set(changes.map(({ kind }) => kind))].join('+');
        log.push(`stored ${kinds} ${origin}`);
        if (kinds.includes('putSecurity')) assert.notEqual(book.security.hitKeys().size, 0);
      },
      onSecurity: (state) => {
        log.push('security');
        states.push(state);
        assert.equal(state, book.security);
      },
      onChanges: (changes) => {
        log.push(`told ${changes.length}`);
        told.push(...changes);
      },
      onFailed: (error) => failures.push(error),
    },
  );
  for (const { membership } of EVERYBODY) {
    assert.ok(desk.learnMembership(membership.chain.map(({ der }) => der)).ok);
  }
  log.splice(0);
  store.durabilities.splice(0);
  const hear = ({ pages, statement }: Said) => {
    for (const page of pages) desk.learnPage(page, 'a neighbor');
    return desk.learnStatement(statement, 'a neighbor');
  };
  return { clock, store, book, desk, log, told, states, failures, hear };
}

type Office = ReturnType<typeof office>;

function fill({ book, store }: Office): void {
  for (const batch of LARGE) {
    const step = book.admit(markVerified(batch), NOW);
    store.commit(step.changes, 'process');
  }
}

test('a removal is stored, holds, is told, and its sweep goes turn by turn', () => {
  const at = office();
  fill(at);
  assert.equal(at.hear(removal([alice], eve)).kind, 'stored');
  assert.deepEqual(at.log.splice(0), ['stored putSecurity elsewhere', 'security']);
  assert.equal(at.store.use(EVE).records, 3 * BATCH, 'nothing went in this turn');
  at.clock.advance(0);
  assert.deepEqual(at.log, [
    'stored removeRecord elsewhere',
    `told ${2 * BATCH}`,
    'stored removeRecord elsewhere',
    `told ${BATCH}`,
  ]);
  assert.equal(at.store.use(EVE).records, 0);
  assert.ok(at.told.every(({ kind }) => kind === 'revoked'));
  assert.deepEqual(at.failures, []);
});

test('what was heard of before changes nothing and is not told again', () => {
  const at = office();
  const said = removal([alice], eve);
  at.hear(said);
  at.clock.advance(0);
  at.log.splice(0);
  assert.equal(at.hear(said).kind, 'known');
  assert.equal(at.hear({ pages: [], statement: said.statement.subarray(1) }).kind, 'unsound');
  at.clock.advance(0);
  assert.deepEqual(at.log, []);
});

test('when it cannot be stored nothing holds and nothing goes, and the next time it does', () => {
  const at = office();
  fill(at);
  const said = removal([alice], eve);
  at.store.onCommit = () => {
    throw DISK_FULL;
  };
  assert.throws(() => at.hear(said), DISK_FULL);
  at.clock.advance(0);
  assert.deepEqual(at.log, []);
  assert.equal(at.book.security.hitKeys().size, 0);
  assert.equal(at.store.use(EVE).records, 3 * BATCH);
  at.store.onCommit = () => undefined;
  assert.equal(at.hear(said).kind, 'stored');
  at.clock.advance(0);
  assert.equal(at.store.use(EVE).records, 0);
});

test('a sweep that cannot be stored is reported, and goes on when there is a disk again', () => {
  const at = office();
  fill(at);
  at.hear(removal([alice], eve));
  let commits = 0;
  at.store.onCommit = () => {
    commits += 1;
    if (commits > 1) throw DISK_FULL;
  };
  at.clock.advance(0);
  assert.deepEqual(at.failures, [DISK_FULL]);
  assert.equal(at.store.use(EVE).records, BATCH);
  at.clock.advance(DISK_RETRY_MS);
  assert.deepEqual(at.failures, [DISK_FULL, DISK_FULL]);
  at.store.onCommit = () => undefined;
  at.clock.advance(DISK_RETRY_MS);
  assert.equal(at.store.use(EVE).records, 0);
  assert.equal(at.told.length, 3 * BATCH);
});

test('what was left when the process ended goes when the desk is opened again', () => {
  const before = office();
  fill(before);
  before.hear(removal([alice], eve));
  before.desk.close();
  before.clock.advance(0);
  assert.equal(before.store.use(EVE).records, 3 * BATCH);
  const again = newBook(carol, before.store);
  const told: RecordChange[] = [];
  const clock = new SimulatedClock(NOW);
  const checks = new SignatureChecks(instantChecker, before.store);
  const desk = new RecordDesk(
    { book: again, store: before.store, clock, checks, durability: 'power' },
    { onChanges: (changes) => told.push(...changes), onFailed: assert.fail },
  );
  clock.advance(0);
  assert.equal(before.store.use(EVE).records, 0);
  assert.equal(told.length, 3 * BATCH);
  desk.close();
});

test('our own statement is on the disk as our records are, with its pages, before it is told', () => {
  const at = office(alice);
  const kept = sent(craftOne(eve, {}));
  const { pages, statement } = removal([alice], eve, { kept: [kept] });
  assert.equal(at.desk.publishStatement(statement, pages).kind, 'stored');
  assert.deepEqual(at.store.durabilities, ['power']);
  assert.deepEqual(at.log, ['stored putSecurity here', 'security']);
  assert.equal(at.store.securityItems(null, 9).length, 2);
});

test('whoever is removed is told so by each publication, and what was waiting as well', () => {
  const at = office(bob);
  const results: string[] = [];
  const publish = (): void =>
    at.desk.publish([newNote('mine')], (result) => {
      results.push(result.kind === 'refused' ? result.refusal.code : result.kind);
    });
  publish();
  at.clock.advance(0);
  publish();
  at.hear(removal([alice], bob, { reason: 'enough' }));
  publish();
  at.clock.advance(0);
  assert.deepEqual(results, ['published', 'MEMBERSHIP_REMOVED', 'MEMBERSHIP_REMOVED']);
  at.clock.advance(60_000);
  assert.deepEqual(at.failures, []);
});

test('a statement that waited for a membership is stored when that comes', () => {
  const store = new DurableStore(newStore(carol).journal);
  const clock = new SimulatedClock(NOW);
  const book = newBook(carol, store);
  const checks = new SignatureChecks(instantChecker, store);
  const desk = new RecordDesk(
    { book, store, clock, checks, durability: 'power' },
    { onChanges: () => undefined, onFailed: assert.fail },
  );
  const learn = (who: typeof alice): boolean =>
    desk.learnMembership(who.membership.chain.map(({ der }) => der)).ok;
  learn(carol);
  learn(eve);
  const { ann } = CAST;
  const said = removal([ann], eve);
  assert.equal(desk.learnStatement(said.statement, 'a neighbor').kind, 'awaits');
  assert.equal(book.security.removalOf(eve.membership), null);
  learn(ann);
  assert.equal(book.security.removalOf(eve.membership)?.why, 'removed');
  desk.close();
});

test('a listener that breaks on a state ends the desk, and the state holds', () => {
  const store = new DurableStore(newStore(carol).journal);
  const clock = new SimulatedClock(NOW);
  const book = newBook(carol, store);
  const bug = new BrokenInvariant('two and two are four');
  const failures: unknown[] = [];
  const checks = new SignatureChecks(instantChecker, store);
  const desk = new RecordDesk(
    { book, store, clock, checks, durability: 'power' },
    {
      onSecurity: () => {
        throw bug;
      },
      onChanges: () => undefined,
      onFailed: (error) => failures.push(error),
    },
  );
  for (const { membership } of EVERYBODY) {
    desk.learnMembership(membership.chain.map(({ der }) => der));
  }
  assert.equal(desk.learnStatement(removal([alice], eve).statement, null).kind, 'stored');
  assert.deepEqual(failures, [bug]);
  assert.equal(book.security.removalOf(eve.membership)?.why, 'removed');
});
