// Who waits for somebody's yes, and for how long.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { PendingJoins } from '../../../src/core/join/pending-joins.ts';
import { NOW } from '../../support/golden-chains.ts';
import { OFFER } from '../../support/join-pair.ts';
import { person } from '../../support/trust-cast.ts';
import { identityOf } from '../../support/trust-village.ts';

const DORA = identityOf(person('Dora'));
const HOST = '192.0.2.99';

function at(ms: number): Now {
  return { instant: instantOf(1_000 + ms), wallTime: NOW };
}

test('a question is asked once, and its answer is for good', () => {
  const joins = new PendingJoins();
  assert.equal(joins.answerOf(OFFER, DORA, at(0)), null);
  const asked = joins.ask(OFFER, DORA, HOST, at(0));
  assert.ok(asked?.isNew);
  assert.equal(joins.ask(OFFER, DORA, HOST, at(1))?.isNew, false);
  assert.deepEqual(joins.waiting(at(1)), [asked.pending]);
  assert.equal(joins.answer('somebody else', 'approved', at(2)), null);
  assert.deepEqual(joins.answer(asked.pending.id, 'denied', at(2)), asked.pending);
  assert.equal(joins.answer(asked.pending.id, 'approved', at(3)), null);
  assert.equal(joins.answerOf(OFFER, DORA, at(3)), 'denied');
  assert.deepEqual(joins.waiting(at(3)), []);
});

test('a question and its answer are kept for ten minutes', () => {
  const joins = new PendingJoins();
  const asked = joins.ask(OFFER, DORA, HOST, at(0));
  joins.answer(asked?.pending.id ?? '', 'approved', at(5));
  assert.equal(joins.answerOf(OFFER, DORA, at(LIMITS.joinPendingMs - 1)), 'approved');
  assert.equal(joins.answerOf(OFFER, DORA, at(LIMITS.joinPendingMs)), null);
});

test('those who wait keep their places when too many come', () => {
  const joins = new PendingJoins();
  for (let count = 0; count < LIMITS.joinsPendingMax; count++) {
    const offer = OFFER.slice();
    offer[0] = count;
    assert.ok(joins.ask(offer, DORA, `192.0.2.${count}`, at(count)) !== null);
  }
  assert.equal(joins.ask(new Uint8Array(32).fill(99), DORA, HOST, at(100)), null);
  assert.equal(joins.waiting(at(100)).length, LIMITS.joinsPendingMax);
  const later = at(LIMITS.joinPendingMs + 1);
  assert.ok(joins.ask(new Uint8Array(32).fill(99), DORA, HOST, later)?.isNew);
});

test('whoever became a member is asked about no more', () => {
  const joins = new PendingJoins();
  joins.ask(OFFER, DORA, HOST, at(0));
  joins.settled(OFFER, DORA);
  assert.deepEqual(joins.waiting(at(1)), []);
  assert.ok(joins.ask(OFFER, DORA, HOST, at(2))?.isNew);
});
