// Attack 19: floods of what cannot be judged: batches of authors whom nobody knows, of the future, and
// with gaps in their journals. Each neighbor fills its own share of the room and no more.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import {
  AMPLE,
  batchIn,
  CAST,
  craft,
  craftOne,
  DAY_MS,
  keeper,
  kinds,
  NOW,
  newNote,
  only,
  sent,
  sentApart,
  versionBy,
} from '../support/record-club.ts';
import { person } from '../support/trust-cast.ts';

const { alice, ann, mallory, bob, carol, eve } = CAST;
const { batchesWaitingPerNeighborMax, neighborsWaitingMax } = LIMITS;

test('a flood of unknown authors does not displace what an honest neighbor forwarded', () => {
  const home = keeper(carol, { knows: [alice] });
  const note = keeper(bob).publish(newNote('of Bob'));
  home.take(sent(batchIn(note)), 'Ann');
  for (let at = 0; at < 300; at++) {
    const stranger = person(`Stranger ${at % 3}`);
    const membership = { ...eve.membership, chainDigest: new Uint8Array(32).fill(at) };
    const verdicts = home.take(craftOne({ person: stranger, membership }, { ordinal: at }), 'Eve');
    assert.deepEqual(kinds(verdicts), ['deferred']);
  }
  assert.equal(home.book.waitingBatches, 1 + batchesWaitingPerNeighborMax);
  home.learn(bob);
  assert.notEqual(home.store.findRecord(only(note).id), null);
});

test('one batch of many moments takes one place, and as many records as it likes', () => {
  const home = keeper(carol);
  const drafts = Array.from({ length: 1_024 }, (_, ordinal) =>
    versionBy(eve, { ordinal, createdAt: wallTimeOf(NOW + DAY_MS + ordinal) }),
  );
  home.take(sent(craft(eve, drafts)), 'Ann');
  assert.equal(home.book.waitingBatches, 1);
});

test('a batch of many moments is judged once a minute, however close they lie', () => {
  const home = keeper(carol);
  const drafts = Array.from({ length: 1_000 }, (_, ordinal) => {
    const createdAt = wallTimeOf(NOW + LIMITS.clockAheadMs + 1 + ordinal * 100);
    return versionBy(eve, { ordinal, createdAt });
  });
  home.take(sent(craft(eve, drafts)), 'Eve');
  const looks: (number | null)[] = [];
  for (let next = home.book.nextDue(); home.book.waitingBatches > 0; next = home.book.nextDue()) {
    looks.push((next ?? NOW) - NOW);
    home.now = next ?? NOW;
    home.doWhatIsDue();
  }
  assert.deepEqual(looks, [60_000, 120_000]);
  assert.equal(home.store.totalUse().records, 1_000);
});

test('an administrator who changes records of people nobody knows fills one share', () => {
  const home = keeper(carol);
  const drafts = Array.from({ length: 300 }, (_, at) =>
    versionBy(mallory, { creator: person(`Nobody ${at}`).publicKey, version: 2 }),
  );
  const batch = craft(mallory, drafts);
  home.take(sent(batch), 'Mallory');
  for (const part of sentApart(batch)) home.take(part, 'Mallory');
  assert.equal(home.book.waitingBatches, batchesWaitingPerNeighborMax);
  assert.equal(home.store.findBatch(batch.batch.hash), null);
});

test('so many neighbors have a share, and one that comes and goes under new names has no more', () => {
  const home = keeper(carol, { knows: [alice] });
  const batch = craftOne(bob, {});
  for (let at = 0; at < 1_000; at++) home.take(batch, `Eve ${at}`);
  assert.equal(home.book.waitingBatches, neighborsWaitingMax);
});

test('gaps in a journal cost what is stored of it, within the quota, and accuse nobody', () => {
  const home = keeper(carol, { quotas: { ...AMPLE, bytesPerAuthorMax: 20_000 } });
  const journal = new Uint8Array(8).fill(1);
  let stored = 0;
  for (let ordinal = 0; ordinal < 200; ordinal++) {
    const firstSequence = 2 + 1_000_003 * (ordinal + 1);
    const previous = new Uint8Array(32).fill(1 + ordinal);
    const standing = { journal, firstSequence, previous };
    const verdicts = home.take(sent(craftOne(eve, { ordinal }, { standing })));
    if (kinds(verdicts)[0] === 'accepted') stored += 1;
  }
  assert.ok(stored > 10 && stored < 60, `${stored} were stored`);
  assert.ok(home.store.use(eve.person.publicKey).bytes < 21_000);
  assert.deepEqual(home.store.equivocations(null), []);
  assert.deepEqual(kinds(home.take(sent(craftOne(ann, {})))), ['accepted'], 'others are heard');
});

test('the last sequence that there is can be used, and nothing beyond it', () => {
  const home = keeper(carol);
  const firstSequence = Number.MAX_SAFE_INTEGER;
  const standing = { firstSequence, previous: new Uint8Array(32).fill(1) };
  assert.deepEqual(kinds(home.take(sent(craftOne(eve, {}, { standing })))), ['accepted']);
  assert.throws(() => craft(eve, [versionBy(eve, {}), versionBy(eve, {})], { standing }));
});
