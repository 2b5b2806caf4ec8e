// One process of a simulated world: its life, its turns, and its clocks, which are the Clock port. Wall
// clocks may be wrong; the monotonic one is common to all. What is due while a process is frozen happens
// when it thaws, and nothing of a dead one ever happens.

import { assert } from '../core/base/assert.ts';
import { instantOf, type Now, type WallTime, wallTimeOf } from '../core/base/time.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Agenda, Appointment } from './agenda.ts';
import { WALL_BEGINS_MS, WORLD_BEGINS_MS } from './sim-time.ts';

/** Thrown by a port of a process that has just died, to get out of what was under way. */
export class CrashSignal extends Error {
  override readonly name = 'CrashSignal';
}

export interface ProcessListener {
  /** After each turn. */
  onTurnEnded(process: SimProcess): void;
  onThrown(process: SimProcess, error: unknown): void;
}

export class SimProcess implements Clock {
  readonly name: string;
  /** How much its wall clock is ahead of the right time. */
  wallAheadMs: number;
  turns = 0;
  /** Turns that it asked for itself. */
  wakes = 0;
  readonly #agenda: Agenda;
  readonly #listener: ProcessListener;
  readonly #timers = new Set<Appointment>();
  #life: 'running' | 'frozen' | 'dead' = 'running';
  #endOfTurn: (() => void)[] = [];
  #held: (() => void)[] = [];
  readonly #onDeath: (() => void)[] = [];

  constructor(name: string, agenda: Agenda, listener: ProcessListener, wallAheadMs = 0) {
    this.name = name;
    this.#agenda = agenda;
    this.#listener = listener;
    this.wallAheadMs = wallAheadMs;
  }

  get isAlive(): boolean {
    return this.#life !== 'dead';
  }

  get isFrozen(): boolean {
    return this.#life === 'frozen';
  }

  /** Wake-ups and turns that are to come. */
  get timerCount(): number {
    return this.#timers.size;
  }

  now(): Now {
    const instant = this.#agenda.nowMs;
    const wall = WALL_BEGINS_MS + (instant - WORLD_BEGINS_MS) + this.wallAheadMs;
    return { instant: instantOf(instant), wallTime: wallTimeOf(Math.floor(wall)) };
  }

  /** Its clock is set. */
  setWallTime(wallTime: WallTime): void {
    this.wallAheadMs += wallTime - this.now().wallTime;
  }

  wakeAfter(delayMs: number, wake: () => void): () => void {
    assert(delayMs >= 0, 'a wake-up lies in the future');
    if (!this.isAlive) return () => undefined;
    const timer = this.#agenda.after(delayMs, () => {
      this.#timers.delete(timer);
      this.wakes += 1;
      this.turn(wake);
    });
    this.#timers.add(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  endOfTurn(act: () => void): void {
    this.#endOfTurn.push(act);
  }

  nextTurn(act: () => void): void {
    this.wakeAfter(0, act);
  }

  /** Does what is asked, and what that puts off to the end of the turn. */
  turn(act: () => void): void {
    if (this.#life === 'dead') return;
    if (this.#life === 'frozen') {
      this.#held.push(act);
      return;
    }
    this.turns += 1;
    try {
      act();
      while (this.#endOfTurn.length > 0) this.#endTurn();
    } catch (error) {
      if (!(error instanceof CrashSignal)) this.#listener.onThrown(this, error);
    }
    this.#listener.onTurnEnded(this);
  }

  freeze(): void {
    if (this.#life === 'running') this.#life = 'frozen';
  }

  thaw(): void {
    if (this.#life !== 'frozen') return;
    this.#life = 'running';
    for (const act of this.#held.splice(0)) this.#agenda.after(0, () => this.turn(act));
  }

  /** Ends at once; what is promised to the operating system happens. */
  die(): void {
    if (this.#life === 'dead') return;
    this.#life = 'dead';
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#endOfTurn = [];
    this.#held = [];
    for (const act of this.#onDeath) act();
  }

  whenDead(act: () => void): void {
    this.#onDeath.push(act);
  }

  #endTurn(): void {
    const acts = this.#endOfTurn;
    this.#endOfTurn = [];
    for (const act of acts) if (this.isAlive) act();
  }
}
