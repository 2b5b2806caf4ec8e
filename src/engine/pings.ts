// The PINGs of one line that wait for their PONG (protocol.md §8.2).

import type { Instant } from '../core/base/time.ts';

/** Told once: the round trip, or null when the line ended first. */
export type PingDone = (roundTripMs: number | null) => void;

interface Ping {
  readonly askedAt: Instant;
  readonly done: PingDone;
}

export class Pings {
  readonly #byNonce = new Map<number, Ping>();
  #last = 0;

  /** The number to send. */
  ask(askedAt: Instant, done: PingDone): number {
    this.#last = (this.#last + 1) % 2 ** 32;
    this.#byNonce.set(this.#last, { askedAt, done });
    return this.#last;
  }

  /** False for a number that nobody waits for. */
  answered(nonce: number, now: Instant): boolean {
    const ping = this.#byNonce.get(nonce);
    if (ping === undefined) return false;
    this.#byNonce.delete(nonce);
    ping.done(now - ping.askedAt);
    return true;
  }

  giveUp(): void {
    for (const { done } of this.#byNonce.values()) done(null);
    this.#byNonce.clear();
  }
}
