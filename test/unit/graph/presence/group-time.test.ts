// The group's time: it follows the median, slowly, never back, and not fewer than half who lie.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { instantOf, type Now, wallTimeOf } from '../../../../src/core/base/time.ts';
import { linkIdOf } from '../../../../src/core/domain/links.ts';
import { GroupTime } from '../../../../src/core/graph/presence/group-time.ts';

const EPOCH = 1_800_000_000_000;
const MINUTE_MS = 60_000;

function at(ms: number, clockErrorMs = 0): Now {
  return { instant: instantOf(ms), wallTime: wallTimeOf(EPOCH + ms + clockErrorMs) };
}

/** Each neighbor says every two seconds that its clock is so far from true time. */
function hearFor(time: GroupTime, minutes: number, errorsMs: readonly number[], ownErrorMs = 0) {
  for (let ms = 0; ms <= minutes * MINUTE_MS; ms += 2_000) {
    for (const [link, errorMs] of errorsMs.entries()) {
      time.heard(linkIdOf(link), wallTimeOf(EPOCH + ms + errorMs), 0, at(ms, ownErrorMs));
    }
  }
  const end = at(minutes * MINUTE_MS, ownErrorMs);
  return time.at(end) - EPOCH - minutes * MINUTE_MS;
}

test('alone it is our own time', () => {
  const time = new GroupTime(at(0, 5_000));
  assert.equal(time.at(at(1_000, 5_000)), EPOCH + 6_000);
});

test('a clock that is wrong by minutes comes to the time of its neighbors', () => {
  const error = hearFor(new GroupTime(at(0, 300_000)), 90, [0, 100, -100], 300_000);
  assert.ok(Math.abs(error) <= 100, `${error} ms`);
});

test('one neighbor of several cannot draw it away, whatever it says', () => {
  for (const lie of [1_000, 600_000, -1_199_000, 1_201_000, 3e10, -3e10]) {
    const error = hearFor(new GroupTime(at(0)), 60, [lie, 20, -20]);
    assert.ok(Math.abs(error) <= 20, `${error} ms after ${lie}`);
  }
});

test('fewer than half who lie do not draw it beyond those who do not', () => {
  const honest = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 6 });
  const lies = fc.array(fc.integer({ min: -2_000_000, max: 2_000_000 }), { maxLength: 2 });
  fc.assert(
    fc.property(honest, lies, fc.boolean(), (errors, liars, liarsFirst) => {
      const all = liarsFirst ? [...liars, ...errors] : [...errors, ...liars];
      const error = hearFor(new GroupTime(at(0)), 20, all);
      assert.ok(Math.abs(error) <= 51, `${error} ms`);
    }),
    { numRuns: 50 },
  );
});

test('a clock that is more than twenty minutes off counts for nothing', () => {
  assert.equal(hearFor(new GroupTime(at(0)), 60, [1_200_001]), 0);
  assert.ok(hearFor(new GroupTime(at(0)), 600, [1_199_000]) > 0);
});

test('it never goes back, and never a tenth faster or slower than our clock', () => {
  const steps = fc.array(
    fc.record({
      passMs: fc.integer({ min: 0, max: 20_000 }),
      saidMs: fc.integer({ min: -1_500_000, max: 1_500_000 }),
      jumpMs: fc.constantFrom(0, 0, 0, -3_600_000, 3_600_000, 30_000),
      isDown: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const time = new GroupTime(at(0));
      let [ms, errorMs, before] = [0, 0, time.at(at(0)) as number];
      for (const { passMs, saidMs, jumpMs, isDown } of all) {
        ms += passMs;
        errorMs += jumpMs;
        const now = at(ms, errorMs);
        const told = time.at(now);
        assert.ok(told >= before + 0.9 * passMs - 2 && told <= before + 1.1 * passMs + 2);
        before = told;
        if (isDown) time.neighborDown(linkIdOf(1), now);
        else time.heard(linkIdOf(1), wallTimeOf(EPOCH + ms + saidMs), 0, now);
        assert.equal(time.at(now), told, 'a word alone moves nothing');
      }
    }),
  );
});

test('what the way took is added, by half of the round trip', () => {
  const time = new GroupTime(at(0));
  for (let ms = 0; ms <= 60 * MINUTE_MS; ms += 2_000) {
    const said = wallTimeOf(EPOCH + ms - 40);
    for (const link of [1, 2]) time.heard(linkIdOf(link), said, 80, at(ms));
  }
  assert.equal(time.at(at(60 * MINUTE_MS)), EPOCH + 60 * MINUTE_MS);
});

test('whoever comes back goes on from the time at which it left, unless a clock was wrong then', () => {
  const left = wallTimeOf(at(0).wallTime + 600_000);
  assert.equal(new GroupTime(at(0), left).at(at(0)), left);
  const wrong = wallTimeOf(at(0).wallTime + 1_200_001);
  assert.equal(new GroupTime(at(0), wrong).at(at(0)), at(0).wallTime);
  const earlier = wallTimeOf(at(0).wallTime - 1);
  assert.equal(new GroupTime(at(0), earlier).at(at(0)), at(0).wallTime);
});
