// How often a password may be tried: windows, the doubling delay, hosts, what others tell of, and bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { instantOf, type Now, wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { GuessThrottle } from '../../../src/core/join/throttle.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const OFFER = new Uint8Array(32).fill(1);
const HOST = '192.0.2.1';

function at(ms: number, wallMs = 0): Now {
  return { instant: instantOf(ms), wallTime: wallTimeOf(wallMs) };
}

function keyOf(number: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, place) => (place < 2 ? number >> (8 * place) : 7));
}

/** Each try from a host of its own, so that only the offer's own limits are seen. */
function hostOf(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
}

/** Tries whenever it may, from `begin` for `lengthMs`; how many tries that were. */
function triesOf(throttle: GuessThrottle, beginMs: number, lengthMs: number): number {
  let tries = 0;
  for (let ms = beginMs; ms < beginMs + lengthMs; ) {
    const refusal = throttle.refusalOf(OFFER, hostOf(tries), at(ms));
    if (refusal === null) throttle.failed(OFFER, hostOf(tries++), at(ms));
    else ms += refusal.retryAfterMs;
  }
  return tries;
}

test('four wrong passwords are nothing, and after the fifth there is a minute to wait', () => {
  const throttle = new GuessThrottle();
  for (let tries = 0; tries < 5; tries++) {
    assert.equal(throttle.refusalOf(OFFER, HOST, at(tries)), null);
    throttle.failed(OFFER, HOST, at(tries));
  }
  assert.deepEqual(throttle.refusalOf(OFFER, HOST, at(4)), { retryAfterMs: MINUTE_MS });
  assert.deepEqual(throttle.refusalOf(OFFER, '192.0.2.2', at(4)), { retryAfterMs: MINUTE_MS });
  assert.equal(throttle.refusalOf(OFFER, HOST, at(MINUTE_MS + 4)), null);
  assert.equal(throttle.refusalOf(keyOf(9), HOST, at(4)), null, 'another offer is another offer');
});

test('every further one doubles the wait, up to an hour', () => {
  const throttle = new GuessThrottle();
  for (let tries = 0; tries < 5; tries++) throttle.failed(OFFER, hostOf(tries), at(0));
  let now = 0;
  const waits: number[] = [];
  for (let tries = 0; tries < 8; tries++) {
    const refusal = throttle.refusalOf(OFFER, HOST, at(now));
    assert.ok(refusal !== null);
    waits.push(refusal.retryAfterMs / MINUTE_MS);
    now += refusal.retryAfterMs;
    assert.equal(throttle.refusalOf(OFFER, HOST, at(now)), null, 'the wait is the whole of it');
    throttle.failed(OFFER, hostOf(tries), at(now));
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
});

test('whoever never succeeds has 33 tries on the first day, and fewer on every later one', () => {
  const throttle = new GuessThrottle();
  assert.equal(triesOf(throttle, 0, DAY_MS), 33);
  assert.ok(triesOf(throttle, DAY_MS, DAY_MS) <= 33);
});

test('with successes between them there are 5 in a minute and 50 in a day', () => {
  const throttle = new GuessThrottle();
  const times: number[] = [];
  for (let ms = 0; ms < 2 * DAY_MS; ) {
    const refusal = throttle.refusalOf(OFFER, hostOf(times.length), at(ms));
    if (refusal === null) {
      throttle.failed(OFFER, hostOf(times.length), at(ms));
      times.push(ms);
      throttle.failed(OFFER, '198.51.100.1', at(ms));
      throttle.succeeded(OFFER, '198.51.100.1');
      ms += SECOND_MS;
    } else ms += refusal.retryAfterMs;
  }
  for (const [index, time] of times.entries()) {
    const within = (lengthMs: number) =>
      times.filter((each) => each >= time && each < time + lengthMs);
    assert.ok(within(MINUTE_MS).length <= LIMITS.guessesPerMinute, `${index}`);
    assert.ok(within(DAY_MS).length <= LIMITS.guessesPerDay, `${index}`);
  }
  assert.equal(times.length, 2 * LIMITS.guessesPerDay);
});

test('the right password takes its own challenge back and ends the row', () => {
  const throttle = new GuessThrottle();
  for (let tries = 0; tries < 4; tries++) throttle.failed(OFFER, HOST, at(tries));
  for (let joins = 0; joins < 100; joins++) {
    assert.equal(throttle.refusalOf(OFFER, '192.0.2.9', at(10 + joins)), null);
    throttle.failed(OFFER, '192.0.2.9', at(10 + joins));
    throttle.succeeded(OFFER, '192.0.2.9');
  }
  assert.equal(throttle.failuresOf(OFFER), 4);
  throttle.succeeded(OFFER, '203.0.113.1');
  throttle.succeeded(keyOf(3), HOST);
  assert.equal(throttle.failuresOf(OFFER), 4, 'who did not try takes nothing back');
});

test('whoever is sent challenges and never answers has had its tries', () => {
  const throttle = new GuessThrottle();
  let challenges = 0;
  while (throttle.refusalOf(OFFER, hostOf(challenges), at(0)) === null) {
    throttle.failed(OFFER, hostOf(challenges), at(0));
    challenges += 1;
  }
  assert.equal(challenges, LIMITS.guessesPerMinute);
});

test('one host has ten tries in a minute, whatever it wants to join, and a /64 is one host', () => {
  for (const hostFor of [() => HOST, (tries: number) => `2001:db8::${tries.toString(16)}`]) {
    const throttle = new GuessThrottle();
    for (let tries = 0; tries < 10; tries++) {
      assert.equal(throttle.refusalOf(keyOf(tries), hostFor(tries), at(tries)), null);
      throttle.failed(keyOf(tries), hostFor(tries), at(tries));
    }
    const refusal = throttle.refusalOf(keyOf(11), hostFor(11), at(10));
    assert.deepEqual(refusal, { retryAfterMs: MINUTE_MS - 10 });
    assert.equal(throttle.refusalOf(keyOf(11), hostFor(11), at(MINUTE_MS)), null);
    assert.equal(throttle.refusalOf(keyOf(11), '198.51.100.1', at(10)), null);
  }
});

test('the clock on the wall may jump as it likes', () => {
  const throttle = new GuessThrottle();
  for (let tries = 0; tries < 5; tries++) throttle.failed(OFFER, HOST, at(tries, tries * DAY_MS));
  for (const wallMs of [0, -DAY_MS, 1_000 * DAY_MS]) {
    const refusal = throttle.refusalOf(OFFER, HOST, at(4, wallMs));
    assert.deepEqual(refusal, { retryAfterMs: MINUTE_MS });
  }
});

test('what others tell of counts as what was seen here', () => {
  const throttle = new GuessThrottle();
  throttle.failed(OFFER, HOST, at(0));
  for (const member of [1, 2]) throttle.failedElsewhere(OFFER, keyOf(member), at(0), 2);
  assert.equal(throttle.failuresOf(OFFER), 5);
  assert.deepEqual(throttle.refusalOf(OFFER, HOST, at(0)), { retryAfterMs: MINUTE_MS });
});

test('a guesser that goes from one admitter to the next has at most 90 tries a day', () => {
  const day = fc.array(fc.nat(5), { minLength: 400, maxLength: 400 });
  const triesBy = (order: readonly number[]) => {
    const throttles = Array.from({ length: 6 }, () => new GuessThrottle());
    let tries = 0;
    for (const [step, which] of order.entries()) {
      const now = at((step * DAY_MS) / order.length);
      const throttle = throttles[which];
      if (throttle === undefined || throttle.refusalOf(OFFER, hostOf(step), now) !== null) continue;
      tries += 1;
      throttle.failed(OFFER, hostOf(step), now);
      for (const other of throttles) {
        if (other !== throttle) other.failedElsewhere(OFFER, keyOf(which), now);
        // Somebody else joins in between, so that no row keeps the guesser waiting.
        other.failed(OFFER, '198.51.100.1', now);
        other.succeeded(OFFER, '198.51.100.1');
      }
    }
    return tries;
  };
  fc.assert(
    fc.property(day, (order) => {
      assert.ok(triesBy(order) <= 90);
    }),
    { numRuns: 8 },
  );
  const oneByOne = Array.from({ length: 400 }, (_, step) => Math.min(5, Math.floor(step / 60)));
  assert.equal(triesBy(oneByOne), 90, 'the bound is reached, so it is no smaller one');
});

test('two members that lie about failures keep nobody out', () => {
  const throttle = new GuessThrottle();
  for (let ms = 0; ms < 3 * DAY_MS; ms += MINUTE_MS) {
    for (const liar of [1, 2]) throttle.failedElsewhere(OFFER, keyOf(liar), at(ms), 50);
    if (ms % HOUR_MS !== 0) continue;
    // Where the liars spend what they have at once, the others wait for a minute.
    const refusal = throttle.refusalOf(OFFER, HOST, at(ms + MINUTE_MS));
    assert.equal(refusal, null, `hour ${ms / HOUR_MS}`);
  }
});

test('one offer that is tried does not make another one wait, and too many offers are forgotten', () => {
  const throttle = new GuessThrottle();
  for (let tries = 0; tries < 5; tries++) throttle.failed(OFFER, hostOf(tries), at(tries));
  // Others tell of offers that nobody made: they take room, and never that of what was seen here.
  for (let offer = 0; offer < 10_000; offer++) {
    throttle.failedElsewhere(keyOf(offer), keyOf(1), at(100 + offer));
  }
  assert.ok(throttle.refusalOf(OFFER, HOST, at(100)) !== null);
  for (let offer = 0; offer < LIMITS.guessedOffersMax - 1; offer++) {
    throttle.failed(keyOf(20_000 + offer), hostOf(offer), at(200));
  }
  assert.equal(throttle.failuresOf(keyOf(5)), 0, 'what only others told of is gone');
  assert.ok(throttle.refusalOf(OFFER, HOST, at(200)) !== null, 'and what was seen here is not');
  throttle.failed(keyOf(30_000), HOST, at(300));
  assert.equal(throttle.failuresOf(OFFER), 0, 'until there is no room: the quietest goes');
});

test('an offer by a code is known to have failed three times, whoever saw it', () => {
  const throttle = new GuessThrottle();
  throttle.failedElsewhere(OFFER, keyOf(1), at(0), 50);
  assert.ok(throttle.failuresOf(OFFER) < LIMITS.codeGuessesMax, 'no single member ends a code');
  throttle.failed(OFFER, HOST, at(0));
  assert.equal(throttle.failuresOf(OFFER), LIMITS.codeGuessesMax);
});
