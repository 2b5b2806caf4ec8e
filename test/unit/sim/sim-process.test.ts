// Simulated processes live, freeze and die, and their clocks are the Clock port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { Agenda } from '../../../src/sim/agenda.ts';
import { CrashSignal, SimProcess } from '../../../src/sim/sim-process.ts';
import { WALL_BEGINS_MS, WORLD_BEGINS_MS } from '../../../src/sim/sim-time.ts';

function newProcess() {
  const agenda = new Agenda(WORLD_BEGINS_MS);
  const thrown: unknown[] = [];
  const process = new SimProcess('ann', agenda, {
    onTurnEnded: () => undefined,
    onThrown: (_process, error) => thrown.push(error),
  });
  const runFor = (ms: number): void => {
    const endMs = agenda.nowMs + ms;
    while (agenda.next(endMs));
  };
  return { agenda, process, thrown, runFor };
}

test('things happen in the order of time, and of one time in the order of arrangement', () => {
  const { agenda, runFor } = newProcess();
  const happened: string[] = [];
  const note = (what: string) => () => happened.push(what);
  agenda.after(20, note('late'));
  agenda.after(10, note('first at ten'));
  agenda.after(10, note('second at ten'));
  agenda.after(10, note('never')).cancel();
  agenda.after(30, note('too late'));
  runFor(25);
  assert.deepEqual(happened, ['first at ten', 'second at ten', 'late']);
  assert.equal(agenda.nowMs, WORLD_BEGINS_MS + 25);
});

test('what a turn puts off happens at its end, before the next turn of the same moment', () => {
  const { process, runFor } = newProcess();
  const happened: string[] = [];
  process.nextTurn(() => {
    happened.push('turn');
    process.nextTurn(() => happened.push('next turn'));
    process.endOfTurn(() => {
      happened.push('end');
      process.endOfTurn(() => happened.push('end of the end'));
    });
  });
  process.nextTurn(() => happened.push('other turn'));
  runFor(0);
  assert.deepEqual(happened, ['turn', 'end', 'end of the end', 'other turn', 'next turn']);
});

test('what is due while a process is frozen happens when it thaws', () => {
  const { process, runFor } = newProcess();
  const happened: number[] = [];
  process.wakeAfter(10, () => happened.push(process.now().instant));
  process.freeze();
  runFor(100);
  assert.deepEqual(happened, []);
  process.thaw();
  runFor(0);
  assert.deepEqual(happened, [WORLD_BEGINS_MS + 100]);
});

test('nothing of a dead process ever happens, not even the rest of its last turn', () => {
  const { process, thrown, runFor } = newProcess();
  const happened: string[] = [];
  process.wakeAfter(10, () => {
    process.endOfTurn(() => happened.push('the end of its last turn'));
    process.die();
    throw new CrashSignal('here');
  });
  process.wakeAfter(20, () => happened.push('a wake-up'));
  runFor(100);
  process.turn(() => happened.push('a turn'));
  assert.deepEqual([happened, thrown, process.timerCount], [[], [], 0]);
});

test('a wall clock is wrong by as much as it was set, and the monotonic one is that of all', () => {
  const { process, runFor } = newProcess();
  assert.equal(process.now().wallTime, WALL_BEGINS_MS);
  process.setWallTime(wallTimeOf(WALL_BEGINS_MS - 300_000));
  runFor(1_000);
  assert.equal(process.now().wallTime, WALL_BEGINS_MS - 299_000);
  assert.equal(process.now().instant, WORLD_BEGINS_MS + 1_000);
});

test('what is thrown in a turn is told, and ends that turn alone', () => {
  const { process, thrown, runFor } = newProcess();
  const error = new Error('a bug');
  process.nextTurn(() => {
    throw error;
  });
  runFor(0);
  assert.deepEqual(thrown, [error]);
  assert.ok(process.isAlive);
});
