// Regression: whoever is turned away at once, inside the question, is a proven member all the same,
// and nothing is kept of the attempt.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { desks } from '../../support/simulated-desks.ts';

test('a member that is refused a hundred times is no stranger, and may come in at last', () => {
  const { clock, alice, bob } = desks();
  bob.decide = (answer) => answer({ kind: 'refuse', reason: 'notAccepting', detail: '' });
  for (let count = 0; count < 100; count++) {
    const open = alice.open(bob);
    clock.advance(30);
    const [result] = open.results;
    assert.ok(result?.kind === 'failed');
    assert.equal(result.failure.reason, 'notAccepting', `attempt ${count}`);
  }
  assert.deepEqual(bob.doors.counters, { turnedAway: 0, failed: 0, proven: 100 });
  clock.advance(1_500);
  assert.equal(clock.timerCount, 0, 'nobody waits for the application any more');
  bob.decide = (answer) => answer({ kind: 'accept' });
  const open = alice.open(bob);
  clock.advance(100);
  assert.equal(open.results[0]?.kind, 'connected');
});
