// What will happen in a simulated world, in the order of time and, within one moment, in the order in
// which it was arranged. Nothing else lets time pass.

import { assert } from '../core/base/assert.ts';
import { Heap } from './heap.ts';

/** Something to come; `cancel` takes it off. */
export interface Appointment {
  cancel(): void;
}

class Entry implements Appointment {
  readonly atMs: number;
  readonly sequence: number;
  act: (() => void) | null;

  constructor(atMs: number, sequence: number, act: () => void) {
    this.atMs = atMs;
    this.sequence = sequence;
    this.act = act;
  }

  cancel(): void {
    this.act = null;
  }
}

/**
 * Time passes in steps of 1/1024 ms, upwards: sums of such times are exact, so that whoever waits for a
 * moment is never woken a rounding before it, again and again.
 */
const GRID_PER_MS = 1_024;

export class Agenda {
  readonly #heap = new Heap<Entry>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence),
  );
  #nowMs: number;
  #sequence = 0;
  #done = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events have happened. */
  get done(): number {
    return this.#done;
  }

  at(atMs: number, act: () => void): Appointment {
    assert(atMs >= this.#nowMs, 'what is arranged lies ahead');
    this.#sequence += 1;
    const entry = new Entry(onGrid(atMs), this.#sequence, act);
    this.#heap.push(entry);
    return entry;
  }

  after(delayMs: number, act: () => void): Appointment {
    return this.at(this.#nowMs + delayMs, act);
  }

  /** Lets the next thing happen; false, and time is `endMs`, when nothing is due by then. */
  next(endMs: number): boolean {
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      const { act } = first;
      if (act !== null && first.atMs > endMs) break;
      this.#heap.pop();
      if (act === null) continue;
      first.act = null;
      this.#nowMs = first.atMs;
      this.#done += 1;
      act();
      return true;
    }
    this.#nowMs = Math.max(this.#nowMs, onGrid(endMs));
    return false;
  }
}

function onGrid(atMs: number): number {
  return Math.ceil(atMs * GRID_PER_MS) / GRID_PER_MS;
}
