// Is the far end still there? Told by a clock that ticks once a second.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { PULSE_INTERVAL_MS, Pulse, type PulseVerdict } from '../../../src/core/link/pulse.ts';

interface Heartbeat {
  readonly pulse: Pulse;
  readonly tick: (ms?: number) => PulseVerdict;
  readonly nowMs: () => number;
}

function heartbeat(): Heartbeat {
  let ms = 0;
  const pulse = new Pulse(instantOf(0));
  const tick = (step = PULSE_INTERVAL_MS): PulseVerdict => {
    ms += step;
    return pulse.judge(instantOf(ms));
  };
  return { pulse, tick, nowMs: () => ms };
}

/** How long after `from` the far end is found dead, at most a minute. */
function msUntilDead({ tick, nowMs }: Heartbeat, from: number): number {
  for (let count = 0; count < 60; count++) if (tick() === 'dead') return nowMs() - from;
  return Number.POSITIVE_INFINITY;
}

test('a far end that falls silent is dead after 12 to 14 seconds', () => {
  for (const offset of [1, 250, 500, 999]) {
    const beat = heartbeat();
    beat.tick(offset);
    beat.pulse.heard();
    const took = msUntilDead(beat, beat.nowMs());
    assert.ok(took >= LIMITS.silenceMaxMs && took <= 14_000, `${took} ms`);
  }
});

test('one that never said anything is dead as soon', () => {
  assert.equal(msUntilDead(heartbeat(), 0), LIMITS.silenceMaxMs);
});

test('one that is heard every 4 seconds lives, also when two of three beats are lost', () => {
  for (const everySeconds of [1, 4, 11]) {
    const { pulse, tick } = heartbeat();
    for (let second = 1; second <= 300; second++) {
      if (second % everySeconds === 0) pulse.heard();
      assert.notEqual(tick(), 'dead', `second ${second}`);
    }
  }
});

test('who has sent nothing for 4 seconds says so, again and again', () => {
  const { pulse, tick } = heartbeat();
  const saidAt: number[] = [];
  for (let second = 1; second <= 20; second++) {
    pulse.heard();
    if (tick() !== 'sendKeepAlive') continue;
    saidAt.push(second);
    pulse.sent();
  }
  assert.deepEqual(saidAt, [4, 9, 14, 19]);
});

test('who sends all the time needs no sign of life besides', () => {
  const { pulse, tick } = heartbeat();
  for (let second = 1; second <= 60; second++) {
    pulse.heard();
    pulse.sent();
    assert.equal(tick(), 'fine');
  }
});

test('while we do not listen silence says nothing, and counts anew when we do', () => {
  const beat = heartbeat();
  beat.pulse.setListening(false);
  for (let second = 1; second <= 120; second++) assert.notEqual(beat.tick(), 'dead');
  beat.pulse.setListening(true);
  const took = msUntilDead(beat, beat.nowMs());
  assert.ok(took >= LIMITS.silenceMaxMs && took <= 14_000, `${took} ms`);
});

test('after our own sleep the far end has its time again', () => {
  const beat = heartbeat();
  for (let second = 1; second <= 11; second++) beat.tick();
  assert.notEqual(beat.tick(3_600_000), 'dead');
  const took = msUntilDead(beat, beat.nowMs());
  assert.equal(took, LIMITS.silenceMaxMs);
});

test('a far end that is doubted and silent is dead within 5 seconds', () => {
  for (const silentSeconds of [0, 1, 3, 5, 9]) {
    const beat = heartbeat();
    for (let second = 1; second <= silentSeconds; second++) beat.tick();
    beat.pulse.probe(instantOf(beat.nowMs()));
    const took = msUntilDead(beat, beat.nowMs());
    assert.ok(took <= 5_000, `${took} ms after ${silentSeconds} s of silence`);
  }
});

test('a far end that is doubted has time to answer, however long it was silent before', () => {
  for (const silentSeconds of [0, 1, 2, 3, 4, 5, 8]) {
    const { pulse, tick, nowMs } = heartbeat();
    for (let second = 1; second <= silentSeconds; second++) tick();
    pulse.probe(instantOf(nowMs()));
    assert.notEqual(tick(10), 'dead', `after ${silentSeconds} s`);
    pulse.heard();
    for (let second = 1; second <= 11; second++) assert.notEqual(tick(), 'dead');
  }
});

test('doubting again and again neither hastens nor puts off the end', () => {
  const beat = heartbeat();
  let diedAt = 0;
  for (let count = 1; count <= 10 && diedAt === 0; count++) {
    beat.pulse.probe(instantOf(beat.nowMs()));
    if (beat.tick() === 'dead') diedAt = beat.nowMs();
  }
  assert.ok(diedAt >= 3_000 && diedAt <= 5_000, `${diedAt} ms`);
});

test('a doubt is over when the far end is heard', () => {
  const beat = heartbeat();
  beat.pulse.probe(instantOf(beat.nowMs()));
  beat.tick();
  beat.pulse.heard();
  const took = msUntilDead(beat, beat.nowMs());
  assert.ok(took >= LIMITS.silenceMaxMs, `${took} ms`);
});

test('what was heard just before the doubt does not end it', () => {
  const beat = heartbeat();
  beat.pulse.heard();
  beat.pulse.probe(instantOf(beat.nowMs()));
  const took = msUntilDead(beat, beat.nowMs());
  assert.ok(took <= 5_000, `${took} ms`);
});
