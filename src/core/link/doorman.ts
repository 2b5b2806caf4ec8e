// Whom the door is opened to before anybody knows who they are (security.md, "Strangers"). Bounds
// handshakes in flight, in all and for one host, and turns away hosts that fail too often; a host
// that proves a membership gets its place back at once and pays nothing.

import type { Instant } from '../base/time.ts';
import { customerOf } from '../domain/addresses.ts';
import { LIMITS } from '../domain/limits.ts';

export type Arrival =
  | { readonly kind: 'comeIn'; readonly patienceMs: number }
  | { readonly kind: 'turnAway'; readonly why: 'full' | 'hostFull' | 'hostFailing' };

/** How many handshakes in flight halve the patience: a guess, between the 10 of MS-PPGRH and none. */
const HALVING = 64;
/** With the door full of strangers a member on a slow line still has this long. */
const PATIENCE_MIN_MS = 1_000;

interface Host {
  inFlight: number;
  failuresLeft: number;
  countedAt: Instant;
}

export class Doorman {
  #inFlight = 0;
  readonly #hosts = new Map<string, Host>();

  get inFlight(): number {
    return this.#inFlight;
  }

  arrive(address: string, now: Instant): Arrival {
    if (this.#inFlight >= LIMITS.handshakesMax) return { kind: 'turnAway', why: 'full' };
    const host = this.#hostOf(address, now);
    if (host.inFlight >= LIMITS.handshakesPerAddressMax)
      return { kind: 'turnAway', why: 'hostFull' };
    if (host.failuresLeft < 1) return { kind: 'turnAway', why: 'hostFailing' };
    const patienceMs = LIMITS.handshakeMs * 0.5 ** (this.#inFlight / HALVING);
    this.#inFlight += 1;
    host.inFlight += 1;
    return { kind: 'comeIn', patienceMs: Math.max(PATIENCE_MIN_MS, patienceMs) };
  }

  /** Every arrival that came in leaves once, proven or not. */
  leave(address: string, isProven: boolean, now: Instant): void {
    this.#inFlight -= 1;
    const host = this.#hostOf(address, now);
    host.inFlight -= 1;
    if (!isProven) host.failuresLeft -= 1;
  }

  #hostOf(address: string, now: Instant): Host {
    const key = customerOf(address);
    const host = this.#hosts.get(key) ?? freshHost(now);
    const refill = ((now - host.countedAt) / 1000) * LIMITS.failuresPerAddressRefill;
    host.failuresLeft = Math.min(LIMITS.failuresPerAddressBurst, host.failuresLeft + refill);
    host.countedAt = now;
    this.#hosts.delete(key);
    this.#hosts.set(key, host);
    this.#forgetOldest();
    return host;
  }

  /** The longest unseen go first, except those that are still inside. */
  #forgetOldest(): void {
    if (this.#hosts.size <= LIMITS.addressesRememberedMax) return;
    for (const [key, host] of this.#hosts) {
      if (host.inFlight > 0) continue;
      this.#hosts.delete(key);
      return;
    }
  }
}

function freshHost(now: Instant): Host {
  return { inFlight: 0, failuresLeft: LIMITS.failuresPerAddressBurst, countedAt: now };
}
