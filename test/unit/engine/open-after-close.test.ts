// Opening to a member while the last connection with it is just being closed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { desks } from '../../support/simulated-desks.ts';

test('an open while the shared connection is being closed gives one that is open', () => {
  for (const closer of ['alice', 'bob'] as const) {
    for (const ms of [0, 1, 5, 10, 11, 15, 20, 25, 30]) {
      const { clock, alice, bob, ...others } = desks({ latencyMs: 10 });
      void others;
      alice.open(bob);
      clock.advance(200);
      const leaving = closer === 'alice' ? alice : bob;
      clock.turn(() => leaving.lines[0]?.close('done', '', 3_000));
      clock.advance(ms);
      const open = alice.open(bob);
      let wasOpen = false;
      for (let step = 0; step < 2_000 && open.results.length === 0; step++) clock.advance(1);
      const [result] = open.results;
      if (result?.kind === 'connected') wasOpen = result.line.isOpen;
      // Bob's goodbye may be on its way while Alice still has the connection: that race is nobody's.
      const isRace = closer === 'bob' && ms <= 10;
      assert.ok(wasOpen || isRace, `${closer} closes, ${ms} ms later: ${result?.kind}`);
    }
  }
});
