// The race of the candidates: each a little after the last, the first link wins, and every candidate
// has its result.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ATTEMPT_DELAY_MS, type Candidate } from '../../../src/core/direct/candidates.ts';
import {
  type AttemptListener,
  type CandidateResult,
  DialRace,
  describeResult,
  type RaceEnd,
  tellingFailure,
} from '../../../src/engine/dial-race.ts';
import type { LinkFailure } from '../../../src/engine/link-failure.ts';
import type { AuthenticatedLink } from '../../../src/engine/link-handshake.ts';
import { NOW } from '../../support/golden-chains.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { shake } from '../../support/simulated-link.ts';
import { SimulatedWire } from '../../support/simulated-wire.ts';

const UNREACHABLE: LinkFailure = { code: 'UNREACHABLE', detail: 'nobody there' };

function freshLink(): AuthenticatedLink {
  const meeting = shake();
  meeting.clock.advance(100);
  const [link] = meeting.logs.dialer.up;
  assert.ok(link !== undefined);
  return link;
}

interface Runner {
  readonly startedAtMs: number;
  readonly listener: AttemptListener;
  givenUp: number;
}

function race(count: number) {
  const clock = new SimulatedClock(NOW);
  const began = clock.now().instant;
  const candidates = Array.from(
    { length: count },
    (_, at): Candidate => ({
      address: { host: `192.0.2.${at}`, port: 4001 },
      source: 'given',
    }),
  );
  const runners: Runner[] = [];
  const ends: RaceEnd[] = [];
  const dialRace = new DialRace({
    candidates,
    clock,
    attempt: (_, listener) => {
      const runner = { startedAtMs: clock.now().instant - began, listener, givenUp: 0 };
      runners.push(runner);
      return () => {
        runner.givenUp += 1;
      };
    },
    done: (end) => ends.push(end),
  });
  dialRace.start();
  const runner = (at: number): Runner => {
    const found = runners[at];
    assert.ok(found !== undefined, `attempt ${at} has begun`);
    return found;
  };
  const outcomes = (): readonly string[] =>
    (ends[0]?.results ?? []).map(({ outcome }) => outcome.kind);
  return { clock, runners, runner, ends, outcomes, dialRace };
}

test('attempts start 250 ms apart, and at once when all before them have failed', () => {
  const { clock, runners, runner } = race(5);
  clock.advance(600);
  assert.deepEqual(
    runners.map(({ startedAtMs }) => startedAtMs),
    [0, 250, 500],
  );
  runner(0).listener.onFailed(UNREACHABLE);
  assert.deepEqual(
    runners.map(({ startedAtMs }) => startedAtMs),
    [0, 250, 500, 600],
  );
  clock.advance(ATTEMPT_DELAY_MS - 1);
  assert.equal(runners.length, 4);
  clock.advance(1);
  assert.deepEqual(
    runners.map(({ startedAtMs }) => startedAtMs),
    [0, 250, 500, 600, 850],
  );
});

test('the first link wins, whoever still runs is given up, and the others are not tried', () => {
  const { clock, runner, ends, outcomes } = race(4);
  clock.advance(ATTEMPT_DELAY_MS);
  runner(1).listener.onFailed(UNREACHABLE);
  const link = freshLink();
  clock.advance(30);
  runner(2).listener.onUp(link);
  assert.equal(ends.length, 1);
  assert.equal(ends[0]?.link, link);
  assert.deepEqual(outcomes(), ['givenUp', 'failed', 'connected', 'notTried']);
  assert.deepEqual([runner(0).givenUp, runner(2).givenUp], [1, 0]);
  assert.deepEqual(
    ends[0]?.results.map(({ tookMs }) => tookMs),
    [0, 0, 30, 0],
  );
  assert.equal(clock.timerCount, 0);
});

test('one that comes too late is cut, and changes nothing', () => {
  const { clock, runner, ends } = race(2);
  clock.advance(ATTEMPT_DELAY_MS);
  const [winner, loser] = [freshLink(), freshLink()];
  runner(0).listener.onUp(winner);
  runner(1).listener.onUp(loser);
  runner(1).listener.onFailed(UNREACHABLE);
  assert.equal(ends.length, 1);
  assert.ok(winner.wire instanceof SimulatedWire && loser.wire instanceof SimulatedWire);
  assert.deepEqual([winner.wire.isClosed, loser.wire.isClosed], [false, true]);
});

test('a race is lost when the last candidate has failed, and not before', () => {
  const { clock, runner, ends, outcomes } = race(3);
  runner(0).listener.onFailed(UNREACHABLE);
  runner(1).listener.onFailed(UNREACHABLE);
  clock.advance(10_000);
  assert.equal(ends.length, 0);
  runner(2).listener.onFailed({ code: 'TIMED_OUT', detail: 'late' });
  assert.deepEqual(outcomes(), ['failed', 'failed', 'failed']);
  assert.equal(ends[0]?.link, null);
  assert.deepEqual(
    ends[0]?.results.map(({ tookMs }) => tookMs),
    [0, 0, 10_000],
  );
});

test('candidates that fail one after the other at once do not end the race twice', () => {
  const clock = new SimulatedClock(NOW);
  const ends: RaceEnd[] = [];
  const candidates = Array.from(
    { length: 12 },
    (_, at): Candidate => ({
      address: { host: `192.0.2.${at}`, port: 4001 },
      source: 'given',
    }),
  );
  new DialRace({
    candidates,
    clock,
    attempt: (_, listener) => {
      clock.wakeAfter(0, () => listener.onFailed(UNREACHABLE));
      return () => undefined;
    },
    done: (end) => ends.push(end),
  }).start();
  clock.advance(10);
  assert.equal(ends.length, 1);
  assert.equal(ends[0]?.results.length, 12);
});

test('a race that is stopped gives up what runs, and says why it ended', () => {
  const { clock, runner, ends, dialRace } = race(3);
  clock.advance(ATTEMPT_DELAY_MS);
  dialRace.stop({ code: 'TIMED_OUT', detail: 'no answer' });
  dialRace.stop({ code: 'ABORTED', detail: '' });
  assert.equal(ends.length, 1);
  assert.deepEqual(
    ends[0]?.results.map(({ outcome }) =>
      outcome.kind === 'failed' ? outcome.failure.code : outcome.kind,
    ),
    ['TIMED_OUT', 'TIMED_OUT', 'notTried'],
  );
  assert.deepEqual([runner(0).givenUp, runner(1).givenUp], [1, 1]);
  clock.advance(10_000);
  assert.equal(clock.timerCount, 0);
});

const resultOf = (failure: LinkFailure): CandidateResult => ({
  candidate: { address: { host: '2001:db8::1', port: 4001 }, source: 'given' },
  outcome: { kind: 'failed', failure },
  tookMs: 1,
});

test('of several failures the one is told that says most', () => {
  const refused: LinkFailure = { code: 'CONNECTION_REFUSED', detail: '', reason: 'notAccepting' };
  const wrong: LinkFailure = { code: 'WRONG_IDENTITY', detail: '' };
  const order = [refused, wrong, UNREACHABLE];
  for (const first of order) {
    for (const second of order) {
      const told = tellingFailure([resultOf(first), resultOf(second)]);
      assert.equal(told, order[Math.min(order.indexOf(first), order.indexOf(second))]);
    }
  }
  assert.equal(tellingFailure([]).code, 'UNREACHABLE');
  assert.equal(
    describeResult(resultOf(UNREACHABLE)),
    '[2001:db8::1]:4001: UNREACHABLE (nobody there)',
  );
});
