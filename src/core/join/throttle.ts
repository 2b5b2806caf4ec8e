// How often a password may be tried (protocol.md §15.7): counted for each offer over all who admit, as far as they
// tell each other, and for each host. Counts are in memory only, and by the monotonic clock: no setting of the
// machine's time forgives anything or keeps anybody out.
//
// Whoever is sent a challenge can try one password with it at home and never answer. So `failed` is called
// when the challenge leaves, and `succeeded` takes that back when the right answer comes.

import { bytesKey } from '../base/bytes.ts';
import type { Instant, Now } from '../base/time.ts';
import { customerOf } from '../domain/addresses.ts';
import { LIMITS } from '../domain/limits.ts';

export interface GuessRefusal {
  readonly retryAfterMs: number;
}

interface Failure {
  readonly at: Instant;
  /** Key of the member that told of it; null for one that was seen here. */
  readonly toldBy: string | null;
  /** Null for one that was told of. */
  readonly customer: string | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** After the fifth in a row: a guess. The next ones double it, so that a day without any success has 33 tries. */
const FIRST_DELAY_MS = 60_000;
/** Twice as many as decide: those that succeed are taken out again, and what they put out must not be missing then. */
const FAILURES_KEPT_MAX = 2 * LIMITS.guessesPerDay;

export class GuessThrottle {
  /** By the offer; the one whose latest failure is oldest comes first. */
  readonly #guessesByOffer = new Map<string, OfferGuesses>();
  /** By the customer; the latest times, ascending. The one that failed longest ago comes first. */
  readonly #timesByCustomer = new Map<string, readonly Instant[]>();

  /** Null when a password may be tried now; otherwise when to come again. */
  refusalOf(offerDigest: Uint8Array, host: string, now: Now): GuessRefusal | null {
    const { instant } = now;
    const guesses = this.#guessesByOffer.get(bytesKey(offerDigest));
    const times = this.#timesByCustomer.get(customerOf(host)) ?? [];
    const hostWindow = { max: LIMITS.guessesPerHostPerMinute, lengthMs: MINUTE_MS };
    const waits = [guesses?.waitMs(instant) ?? 0, waitOf(times, hostWindow, instant)];
    const retryAfterMs = Math.ceil(Math.max(...waits));
    return retryAfterMs > 0 ? { retryAfterMs } : null;
  }

  /** Somebody at `host` can try a password now. */
  failed(offerDigest: Uint8Array, host: string, now: Now): void {
    const customer = customerOf(host);
    const failure = { at: now.instant, toldBy: null, customer };
    this.#take(bytesKey(offerDigest), failure);
    const times = [...(this.#timesByCustomer.get(customer) ?? []), now.instant];
    this.#timesByCustomer.delete(customer);
    this.#timesByCustomer.set(customer, times.slice(-LIMITS.guessesPerHostPerMinute));
    forgetFirst(this.#timesByCustomer, LIMITS.addressesRememberedMax);
  }

  /**
   * A member that may issue the role says that somebody failed at its end. To be asked only for offers that are
   * there. What one member says counts up to its share, so that nobody alone can close an offer to all.
   */
  failedElsewhere(offerDigest: Uint8Array, byMemberKey: Uint8Array, now: Now, count = 1): void {
    const offer = bytesKey(offerDigest);
    const failure = { at: now.instant, toldBy: bytesKey(byMemberKey), customer: null };
    // More than its share would not count.
    for (let left = Math.min(count, LIMITS.guessesToldPerDay); left > 0; left--) {
      this.#take(offer, failure);
    }
  }

  /** The last one from this host was none, and those before it are in a row no more. */
  succeeded(offerDigest: Uint8Array, host: string): void {
    const customer = customerOf(host);
    const taken = this.#guessesByOffer.get(bytesKey(offerDigest))?.succeed(customer) ?? null;
    if (taken === null) return;
    const times = this.#timesByCustomer.get(customer) ?? [];
    this.#timesByCustomer.set(customer, times.slice(0, -1));
  }

  /** How many count of all that there were, of which those that each other member told of up to its share. */
  failuresOf(offerDigest: Uint8Array): number {
    return this.#guessesByOffer.get(bytesKey(offerDigest))?.total ?? 0;
  }

  #take(offer: string, failure: Failure): void {
    const known = this.#guessesByOffer.get(offer);
    if (known === undefined && !this.#makeRoom(failure.toldBy === null)) return;
    const guesses = known ?? new OfferGuesses();
    if (!guesses.take(failure)) return;
    this.#guessesByOffer.delete(offer);
    this.#guessesByOffer.set(offer, guesses);
  }

  /** What others tell of never takes the place of anything. */
  #makeRoom(isSeenHere: boolean): boolean {
    if (this.#guessesByOffer.size < LIMITS.guessedOffersMax) return true;
    if (!isSeenHere) return false;
    for (const [offer, guesses] of this.#guessesByOffer) {
      if (guesses.isSeenHere) continue;
      this.#guessesByOffer.delete(offer);
      return true;
    }
    forgetFirst(this.#guessesByOffer, LIMITS.guessedOffersMax - 1);
    return true;
  }
}

/** The wrong passwords of one offer. The latest are enough: who would have to know more is refused by them. */
class OfferGuesses {
  #failures: readonly Failure[] = [];
  /** Those from here on are in a row. */
  #rowBegins = 0;
  #isSeenHere = false;

  get isSeenHere(): boolean {
    return this.#isSeenHere;
  }

  get total(): number {
    return counted(this.#failures).length;
  }

  /** False for what is beyond the share of the member that told of it. */
  take(failure: Failure): boolean {
    const { toldBy, at } = failure;
    if (toldBy === null) this.#isSeenHere = true;
    else if (!this.#isWithinShare(toldBy, at)) return false;
    const failures = [...this.#failures, failure];
    const surplus = Math.max(0, failures.length - FAILURES_KEPT_MAX);
    this.#failures = failures.slice(surplus);
    this.#rowBegins = Math.max(0, this.#rowBegins - surplus);
    return true;
  }

  succeed(customer: string): Failure | null {
    const index = this.#failures.findLastIndex((each) => each.customer === customer);
    const [taken = null] = index < 0 ? [] : this.#failures.slice(index, index + 1);
    this.#failures = this.#failures.filter((_, at) => at !== index);
    this.#rowBegins = this.#failures.length;
    return taken;
  }

  waitMs(now: Instant): number {
    const times = this.#failures.map(({ at }) => at);
    const perMinute = waitOf(times, { max: LIMITS.guessesPerMinute, lengthMs: MINUTE_MS }, now);
    const perDay = waitOf(times, { max: LIMITS.guessesPerDay, lengthMs: DAY_MS }, now);
    return Math.max(perMinute, perDay, this.#delayMs(now));
  }

  /** Of the row as it counts; what is a day old is in no row any more. */
  #delayMs(now: Instant): number {
    const inDay = this.#failures.slice(this.#rowBegins).filter(({ at }) => now - at < DAY_MS);
    const row = counted(inDay);
    const last = row.at(-1);
    const surplus = row.length - LIMITS.guessesInRow;
    if (last === undefined || surplus < 0) return 0;
    const delayMs = Math.min(LIMITS.guessDelayMsMax, FIRST_DELAY_MS * 2 ** surplus);
    return last.at + delayMs - now;
  }

  #isWithinShare(toldBy: string, now: Instant): boolean {
    const times = this.#failures.filter((each) => each.toldBy === toldBy).map(({ at }) => at);
    return waitOf(times, { max: LIMITS.guessesToldPerDay, lengthMs: DAY_MS }, now) <= 0;
  }
}

/** Those that were seen here, and of each member that told of others the first ones up to its share. */
function counted(failures: readonly Failure[]): readonly Failure[] {
  const toldByMember = new Map<string, number>();
  return failures.filter(({ toldBy }) => {
    if (toldBy === null) return true;
    const told = (toldByMember.get(toldBy) ?? 0) + 1;
    toldByMember.set(toldBy, told);
    return told <= LIMITS.guessesToldInRow;
  });
}

/** How long until there are fewer than `max` within the time; 0 or less when there are. `times` ascend. */
function waitOf(
  times: readonly Instant[],
  window: { readonly max: number; readonly lengthMs: number },
  now: Instant,
): number {
  const first = times.at(-window.max);
  return first === undefined ? 0 : first + window.lengthMs - now;
}

function forgetFirst(map: Map<string, unknown>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return;
    map.delete(key);
  }
}
