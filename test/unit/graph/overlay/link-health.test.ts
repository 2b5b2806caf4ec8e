// When a neighbor is asked whether it is there, suspected and given up; and whether we may judge.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf } from '../../../../src/core/base/time.ts';
import { LinkHealth } from '../../../../src/core/graph/overlay/link-health.ts';
import { LocalHealth } from '../../../../src/core/graph/overlay/local-health.ts';

const IDLE_MS = 2_000;

/** Serves each deadline of a link for ten minutes and notes what it wants and when, until it is given up. */
function wishes(health: LinkHealth, fromMs = 0, stretch = 1): readonly string[] {
  const noted: string[] = [];
  for (let guard = 0; guard < 1_000; guard++) {
    const deadline = health.nextDeadline(IDLE_MS, stretch);
    if (deadline === null || deadline > fromMs + 600_000) return noted;
    const due = instantOf(Math.max(fromMs, deadline));
    const wish = health.wish(due, IDLE_MS, stretch);
    assert.notEqual(wish, 'none', `a deadline for nothing at ${due}`);
    noted.push(`${due} ${wish}`);
    if (wish === 'giveUp') return noted;
    health.pinged(guard, due);
  }
  throw new Error('deadlines without end');
}

test('a silent neighbor is asked after two seconds, again after each more, and given up after five', () => {
  const noted = wishes(new LinkHealth(instantOf(0)));
  assert.deepEqual(noted, ['2000 ping', '3000 ping', '4000 ping', '5000 giveUp']);
});

test('one that answers lives, and its round trip is known', () => {
  const health = new LinkHealth(instantOf(0));
  let dueMs = 0;
  for (let round = 1; round <= 20; round++) {
    const due = health.nextDeadline(IDLE_MS, 1);
    assert.ok(due !== null && due > dueMs);
    dueMs = due;
    assert.equal(health.wish(due, IDLE_MS, 1), 'ping');
    health.pinged(round, due);
    health.heard(instantOf(due + 300));
    assert.equal(health.answered(round, instantOf(due + 300)), 300);
    assert.equal(health.answered(round, instantOf(due + 300)), null, 'answered once');
  }
  assert.equal(health.roundTripMs, 300);
});

test('when a deadline has come something is due, whatever fractions the clock has', () => {
  for (let number = 0; number < 2_000; number++) {
    const beginMs = number * 0.1 + 1_000_000.3;
    const health = new LinkHealth(instantOf(beginMs));
    const deadline = health.nextDeadline(2_000, 1);
    assert.ok(deadline !== null);
    assert.notEqual(health.wish(deadline, 2_000, 1), 'none', `${beginMs}`);
  }
});

test('on a slow way the patience is four round trips', () => {
  const health = new LinkHealth(instantOf(0));
  health.pinged(1, instantOf(0));
  health.heard(instantOf(800));
  health.answered(1, instantOf(800));
  const noted = wishes(health, 800);
  assert.equal(noted.at(-1), `${800 + IDLE_MS + 3 * 4 * 800} giveUp`);
});

test('one that is heard all the time is asked every ten seconds, for its heads', () => {
  const health = new LinkHealth(instantOf(0));
  let pings = 0;
  for (let ms = 0; ms <= 60_000; ms += 100) {
    health.heard(instantOf(ms));
    if (health.wish(instantOf(ms), IDLE_MS, 1) !== 'ping') continue;
    pings += 1;
    health.pinged(pings, instantOf(ms));
  }
  assert.equal(pings, 6);
});

test('one that never answers a ping but is heard lives: what piles up may stand before the answer', () => {
  const health = new LinkHealth(instantOf(0));
  for (let ms = 100; ms <= 60_000; ms += 100) {
    health.heard(instantOf(ms));
    const wish = health.wish(instantOf(ms), IDLE_MS, 1);
    assert.notEqual(wish, 'giveUp');
    if (wish === 'ping') health.pinged(1, instantOf(ms));
  }
});

test('while we do not read, silence says nothing, but ours would: and it counts anew when we do', () => {
  const health = new LinkHealth(instantOf(0));
  health.setReading(false, instantOf(0));
  const asked = wishes(health);
  assert.ok(asked.length > 2);
  assert.deepEqual(
    asked.filter((wish) => !wish.endsWith(' ping')),
    [],
  );
  assert.equal(health.isSuspect(instantOf(500_000), 1), false);
  health.setReading(true, instantOf(600_000));
  // The last question was at 600 s, so the next is not due before it is idle.
  assert.equal(wishes(health, 600_000).at(-1), '605000 giveUp');
});

test('who is slow itself waits as many times longer', () => {
  assert.equal(wishes(new LinkHealth(instantOf(0)), 0, 8).at(-1), '26000 giveUp');
});

test('lateness stretches the patience up to eight times, and punctuality brings it back', () => {
  const own = new LocalHealth();
  assert.equal(own.served(instantOf(0), instantOf(5)), false);
  assert.ok(own.stretch < 1.1);
  own.served(instantOf(0), instantOf(1_000));
  assert.equal(own.stretch, 5);
  own.served(instantOf(0), instantOf(2_900));
  assert.equal(own.stretch, 8);
  for (let count = 0; count < 30; count++) own.served(instantOf(0), instantOf(0));
  assert.equal(own.stretch, 1);
});

test('after our own sleep nobody is given up before it was asked', () => {
  assert.equal(new LocalHealth().served(instantOf(0), instantOf(3_000)), true);
  const health = new LinkHealth(instantOf(0));
  health.pinged(1, instantOf(2_000));
  health.forgive(instantOf(3_600_000), IDLE_MS);
  const noted = wishes(health, 3_600_000);
  assert.deepEqual(noted.slice(0, 1), ['3600000 ping']);
  assert.equal(noted.at(-1), '3603000 giveUp');
});
