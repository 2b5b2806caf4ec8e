// Runs the record book of a group on a clock of the test: one commit for what is published in a turn,
// nothing told before it is stored, and what fails because of the disk is tried again.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { RecordDesk } from '../../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../../src/engine/signature-checks.ts';
import {
  CAST,
  craftOne,
  deletion,
  NOW,
  newBook,
  newNote,
  newStore,
  newText,
  sent,
} from '../../support/record-club.ts';
import {
  DISK_FULL,
  DISK_RETRY_MS,
  idIn,
  instantChecker,
  kindsOf,
  recordOffice,
} from '../../support/record-office.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { grant } from '../../support/trust-village.ts';

const { alice, ann, bob, carol, eve } = CAST;
const MINUTE_MS = 60_000;
const ANN_DEMOTED = grant(alice.membership.chain, alice.person, ann.person, {
  role: 'member',
  notAfter: ann.membership.notAfter,
});

describe('publishing', () => {
  test('makes one batch and one commit of what is published in a turn', () => {
    const { clock, store, publish, told } = recordOffice();
    const results = [publish(newNote('a')), publish(newNote('b'), newNote('c'))];
    assert.deepEqual(results, [[], []], 'later, never at once');
    clock.advance(0);
    assert.deepEqual(results.map(kindsOf), [['published'], ['published']]);
    assert.equal(store.commits.length, 1);
    assert.equal(told.length, 3);
    const last = store.lastBatch(bob.person.publicKey, store.journal);
    assert.equal(last?.statement.count, 3);
  });

  test('is answered when the records are stored and told', () => {
    const { clock, store, desk, told } = recordOffice();
    let seen = '';
    desk.publish([newNote('a')], () => {
      seen = `${store.totalUse().records} stored, ${told.length} told`;
    });
    clock.advance(0);
    assert.equal(seen, '1 stored, 1 told');
  });

  test('tells the refused alone of their refusal', () => {
    const { clock, publish } = recordOffice();
    const results = [publish(newNote('a')), publish(deletion(new Uint8Array(16))), publish()];
    clock.advance(0);
    assert.deepEqual(results.map(kindsOf), [['published'], ['refused'], ['published']]);
  });

  test('of very much takes several turns, in order', () => {
    const { clock, store, desk } = recordOffice();
    const many = Array.from({ length: 1_500 }, () => newNote());
    const answers: (readonly [string, number])[] = [];
    for (const wishes of [many, many, [...many, ...many], []]) {
      desk.publish(wishes, ({ kind }) => answers.push([kind, store.commits.length]));
    }
    clock.nextTurn(() => answers.push(['somebody else', store.commits.length]));
    clock.advance(0);
    assert.deepEqual(answers, [
      ['published', 1],
      ['somebody else', 1],
      ['published', 2],
      ['published', 3],
      ['published', 3],
    ]);
  });

  test('that the disk fails is told to those who published, and nothing is told to be there', () => {
    const { clock, store, publish, told, failures } = recordOffice();
    const first = publish(newNote('a'));
    clock.advance(0);
    told.splice(0);
    store.failNextCommit(DISK_FULL);
    const lost = [publish(newNote('b')), publish(newText(idIn(first), 'c'))];
    clock.advance(0);
    assert.deepEqual(lost, [
      [{ kind: 'failed', error: DISK_FULL }],
      [{ kind: 'failed', error: DISK_FULL }],
    ]);
    assert.deepEqual([told, failures], [[], []]);
    const next = publish(newText(idIn(first), 'd'));
    clock.advance(0);
    assert.deepEqual(kindsOf(next), ['published']);
    const last = store.lastBatch(bob.person.publicKey, store.journal);
    assert.equal(last?.statement.firstSequence, 2, 'the journal has no gap');
    assert.equal(told.length, 1);
  });

  test('what was published before the end is stored, and nothing afterwards', () => {
    const { clock, store, desk, publish } = recordOffice();
    const results = publish(newNote('a'));
    desk.close();
    assert.deepEqual(kindsOf(results), ['published']);
    assert.equal(clock.timerCount, 0);
    const late = publish(newNote('b'));
    clock.advance(0);
    clock.advance(60_000);
    assert.deepEqual(kindsOf(late), ['failed']);
    assert.equal(store.totalUse().records, 1);
  });
});

describe('what others forward', () => {
  test('is judged when its signature is found good, and told', async () => {
    const { take, told } = recordOffice();
    const batch = sent(craftOne(carol, {}));
    const results = await take(batch);
    assert.deepEqual(kindsOf(results), ['judged']);
    assert.equal(told.length, 1);
    const forged = craftOne(carol, { ordinal: 1 }, { signer: eve.person });
    assert.deepEqual(await take(sent(forged)), [{ kind: 'forged' }]);
    assert.equal(told.length, 1);
  });

  test('that the disk fails is told to who forwarded, who may bring it again', async () => {
    const { store, take, told } = recordOffice();
    const batch = sent(craftOne(carol, {}));
    store.failNextCommit(DISK_FULL);
    assert.deepEqual(await take(batch), [{ kind: 'failed', error: DISK_FULL }]);
    assert.deepEqual(told, []);
    assert.deepEqual(kindsOf(await take(batch)), ['judged']);
    assert.equal(told.length, 1);
  });

  test('is not called forged when nobody asks any more', async () => {
    const { desk, take, store } = recordOffice();
    desk.close();
    assert.deepEqual(await take(sent(craftOne(carol, {}))), [{ kind: 'closed' }]);
    assert.deepEqual(store.commits, []);
  });

  test('waits for a membership, and is judged when it comes', async () => {
    const { desk, take, told } = recordOffice(bob, []);
    await take(sent(craftOne(carol, {})));
    assert.deepEqual(told, []);
    desk.learnMembership(carol.membership.chain.map(({ der }) => der));
    assert.equal(told.length, 1);
  });

  test('is not lost when the disk fails as its membership comes', async () => {
    const { desk, store, take, told, clock, failures } = recordOffice(bob, []);
    await take(sent(craftOne(carol, {})));
    const chain = carol.membership.chain.map(({ der }) => der);
    store.failNextCommit(DISK_FULL);
    assert.throws(() => desk.learnMembership(chain), DISK_FULL);
    assert.equal(store.findMembership(carol.membership.chainDigest), null);
    desk.learnMembership(chain.slice(0, -1));
    desk.learnMembership(chain);
    clock.advance(0);
    assert.equal(told.length, 1);
    assert.deepEqual(failures, []);
  });

  test('of the future is judged when its time has come', async () => {
    const { clock, take, told } = recordOffice();
    const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + 7_000);
    await take(sent(craftOne(carol, { createdAt })));
    clock.advance(MINUTE_MS - 1);
    assert.deepEqual(told, []);
    clock.advance(1);
    assert.equal(told.length, 1);
  });

  test('and could not be stored when its time came is tried again', async () => {
    const { clock, store, take, told, failures } = recordOffice();
    const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + MINUTE_MS);
    await take(sent(craftOne(carol, { createdAt })));
    store.failNextCommit(DISK_FULL);
    clock.advance(MINUTE_MS);
    assert.deepEqual([told, failures], [[], [DISK_FULL]]);
    clock.advance(DISK_RETRY_MS - 1);
    assert.deepEqual(told, []);
    clock.advance(1);
    assert.equal(told.length, 1);
    assert.equal(failures.length, 1);
  });
});

describe('what is due', () => {
  test('a record that is over is removed and told, on time', () => {
    const { clock, store, publish, told } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 3_600_000) }));
    clock.advance(3_599_999);
    assert.equal(store.totalUse().records, 1);
    clock.advance(1);
    assert.equal(store.totalUse().records, 0);
    assert.equal(told.at(-1)?.kind, 'expired');
  });

  test('a refreshed record lives on, with a version for each half of its time', () => {
    const { clock, store, publish } = recordOffice();
    const lifeMs = LIMITS.refreshMsMin;
    const wish = newNote('', { expiresAt: wallTimeOf(NOW + lifeMs), isRefreshed: true });
    const results = publish(wish);
    clock.advance(10 * lifeMs);
    const record = store.findRecord(idIn(results));
    assert.equal(record?.content.version, 21);
    assert.equal(record.content.expiresAt, NOW + 11 * lifeMs);
  });

  test('what could not be done is reported and tried again in five seconds', () => {
    const { clock, store, publish, failures } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 1_000) }));
    clock.advance(0);
    store.failNextCommit(DISK_FULL);
    clock.advance(1_000);
    assert.deepEqual(failures, [DISK_FULL]);
    clock.advance(DISK_RETRY_MS - 1);
    assert.equal(store.totalUse().records, 1);
    clock.advance(1);
    assert.equal(store.totalUse().records, 0);
    assert.equal(failures.length, 1);
  });

  test('a disk that stays full is asked every five seconds, no more often', () => {
    const { clock, store, publish, failures } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 1_000) }));
    clock.advance(999);
    for (let second = 0; second < 60; second++) {
      store.failNextCommit(DISK_FULL);
      clock.advance(1_000);
    }
    assert.ok(failures.length >= 12 && failures.length <= 13, `${failures.length} failures`);
  });

  test('a refresh that is refused is tried every five seconds, no more often', async () => {
    const { clock, store, take, failures } = recordOffice({
      person: ann.person,
      membership: ANN_DEMOTED,
    });
    const refreshMs = LIMITS.refreshMsMin;
    const creator = carol.person.publicKey;
    // From her time as an administrator.
    const [result] = await take(craftOne(ann, { creator, version: 2, refreshMs }));
    assert.ok(result?.kind === 'judged' && result.verdicts[0]?.kind === 'accepted');
    clock.advance(refreshMs / 2 - 1);
    store.looks = 0;
    clock.advance(60_000);
    assert.ok(store.looks >= 12 && store.looks <= 13, `${store.looks} attempts`);
    assert.deepEqual(failures, []);
  });

  test('after a bug of ours nothing is stored any more, and nobody waits for it', () => {
    const { clock, store, publish, failures } = recordOffice();
    publish(newNote('', { expiresAt: wallTimeOf(NOW + 1_000) }));
    clock.advance(0);
    const bug = new BrokenInvariant('two and two are four');
    store.failNextCommit(bug);
    clock.advance(1_000);
    assert.deepEqual(failures, [bug]);
    const late = publish(newNote('b'));
    clock.advance(60_000);
    assert.deepEqual(late, [{ kind: 'failed', error: bug }]);
    assert.equal(failures.length, 1);
  });
});

test('somebody who publishes in answer to every change does not keep a turn from ending', () => {
  const clock = new SimulatedClock(NOW);
  const store = newStore(bob);
  const book = newBook(bob, store);
  const checks = new SignatureChecks(instantChecker, store);
  let answers = 0;
  const desk: RecordDesk = new RecordDesk(
    { book, store, clock, checks, durability: 'process' },
    {
      onChanges() {
        answers += 1;
        if (answers < 50) desk.publish([newNote()], () => {});
      },
      onFailed: assert.fail,
    },
  );
  desk.learnMembership(bob.membership.chain.map(({ der }) => der));
  desk.publish([newNote()], () => {});
  clock.advance(0);
  assert.equal(answers, 50);
});
