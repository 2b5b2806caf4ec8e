// Time from outside. Only the owner of the clock waits; whoever asks for a wake-up is told once.

import type { Now } from '../base/time.ts';

export interface Clock {
  now(): Now;
  /**
   * Calls `wake` after `delayMs` milliseconds, never before this call has returned. The result takes
   * the wish back. A pending wake-up does not keep the process alive.
   */
  wakeAfter(delayMs: number, wake: () => void): () => void;
  /** Calls `act` when what runs now and what it promised is done, before the next event is taken. */
  endOfTurn(act: () => void): void;
  /**
   * Calls `act` in a turn of its own, after the events and wake-ups that are due by then. What is done
   * over and over goes on here: at the end of a turn nothing else would ever have its turn. It keeps
   * the process alive.
   */
  nextTurn(act: () => void): void;
}

export interface Chance {
  /** Bytes from a cryptographic source. */
  bytes(length: number): Uint8Array;
}
