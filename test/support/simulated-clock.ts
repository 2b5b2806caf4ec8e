// The Clock port under a test's control: time passes when the test says so, timers run in the order
// of their time, and every timer is a turn of its own. What was put off to the next turn comes behind
// the timers that are due, before time passes.

import assert from 'node:assert/strict';

import type { Now, WallTime } from '../../src/core/base/time.ts';
import { instantOf, wallTimeOf } from '../../src/core/base/time.ts';
import type { Clock } from '../../src/core/ports/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** More turns than that within one advance are an endless loop. */
const TURNS_MAX = 5_000_000;

export class SimulatedClock implements Clock {
  #instantMs = 1_000_000;
  #wallMs: number;
  #timers: Timer[] = [];
  #endOfTurn: (() => void)[] = [];
  #nextTurn: (() => void)[] = [];

  constructor(wallTime: WallTime) {
    this.#wallMs = wallTime;
  }

  /** How many wake-ups are pending. */
  get timerCount(): number {
    return this.#timers.length;
  }

  now(): Now {
    return { instant: instantOf(this.#instantMs), wallTime: wallTimeOf(this.#wallMs) };
  }

  wakeAfter(delayMs: number, wake: () => void): () => void {
    assert.ok(delayMs >= 0, 'a wake-up lies in the future');
    const timer = { dueMs: this.#instantMs + delayMs, wake };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1]?.dueMs ?? 0) > timer.dueMs) at -= 1;
    this.#timers.splice(at, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  endOfTurn(act: () => void): void {
    this.#endOfTurn.push(act);
  }

  nextTurn(act: () => void): void {
    this.#nextTurn.push(act);
  }

  /** Does what was put off to the end of the turn, and what that puts off. */
  endTurn(): void {
    for (let act = this.#endOfTurn.shift(); act !== undefined; act = this.#endOfTurn.shift()) act();
  }

  turn<Value>(act: () => Value): Value {
    const value = act();
    this.endTurn();
    return value;
  }

  /** Lets time pass; everything that is due by then happens. */
  advance(ms: number): void {
    this.endTurn();
    const endMs = this.#instantMs + ms;
    for (let turns = 0; ; turns++) {
      assert.ok(turns < TURNS_MAX, 'a turn never ends');
      const act = this.#takeDue(endMs);
      if (act === null) break;
      this.turn(act);
    }
    this.#moveTo(endMs);
  }

  /** The machine's clock was wrong and is set. */
  setWallTime(wallTime: WallTime): void {
    this.#wallMs = wallTime;
  }

  /** What is next; null when nothing is due by then. */
  #takeDue(endMs: number): (() => void) | null {
    const dueMs = this.#timers[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    const put = dueMs > this.#instantMs ? this.#nextTurn.shift() : undefined;
    if (put !== undefined) return put;
    if (dueMs > endMs) return null;
    this.#moveTo(dueMs);
    return this.#timers.shift()?.wake ?? null;
  }

  #moveTo(instantMs: number): void {
    this.#wallMs += instantMs - this.#instantMs;
    this.#instantMs = instantMs;
  }
}
