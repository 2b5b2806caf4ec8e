// Tries the candidates for one open, each a little after the last as RFC 8305 has it, until one is a
// link. Whatever loses is given up; every candidate keeps its result.

import { ATTEMPT_DELAY_MS, type Candidate } from '../core/direct/candidates.ts';
import { formatAddress } from '../core/domain/addresses.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { LinkFailure } from './link-failure.ts';
import type { AuthenticatedLink } from './link-handshake.ts';

export type CandidateOutcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly failure: LinkFailure }
  /** Another one was faster, or the open was over before its turn. */
  | { readonly kind: 'givenUp' }
  | { readonly kind: 'notTried' };

export interface CandidateResult {
  readonly candidate: Candidate;
  readonly outcome: CandidateOutcome;
  /** From its start to its end, in milliseconds. */
  readonly tookMs: number;
}

export interface RaceEnd {
  readonly link: AuthenticatedLink | null;
  readonly results: readonly CandidateResult[];
}

/** Starts one attempt; the result gives it up. */
export type Attempt = (candidate: Candidate, listener: AttemptListener) => () => void;

export interface AttemptListener {
  onUp(link: AuthenticatedLink): void;
  onFailed(failure: LinkFailure): void;
}

interface Runner {
  readonly candidate: Candidate;
  readonly startedAtMs: number;
  outcome: CandidateOutcome | null;
  tookMs: number;
  giveUp: () => void;
}

export class DialRace {
  readonly #candidates: readonly Candidate[];
  readonly #attempt: Attempt;
  readonly #clock: Clock;
  readonly #done: (end: RaceEnd) => void;
  readonly #runners: Runner[] = [];
  #isOver = false;
  #stopTimer: () => void = () => undefined;

  constructor(race: {
    readonly candidates: readonly Candidate[];
    readonly attempt: Attempt;
    readonly clock: Clock;
    readonly done: (end: RaceEnd) => void;
  }) {
    this.#candidates = race.candidates;
    this.#attempt = race.attempt;
    this.#clock = race.clock;
    this.#done = race.done;
  }

  start(): void {
    if (this.#candidates.length > 0) this.#startNext();
    else this.#stopTimer = this.#clock.wakeAfter(0, () => this.#end(null));
  }

  /** Ends the race without a winner; what still ran ends with `failure`. */
  stop(failure: LinkFailure): void {
    if (this.#isOver) return;
    for (const runner of this.#runners) {
      if (runner.outcome === null) this.#finish(runner, { kind: 'failed', failure });
    }
    this.#end(null);
  }

  #startNext(): void {
    this.#stopTimer();
    const candidate = this.#candidates[this.#runners.length];
    if (this.#isOver || candidate === undefined) return;
    const runner: Runner = {
      candidate,
      startedAtMs: this.#clock.now().instant,
      outcome: null,
      tookMs: 0,
      giveUp: () => undefined,
    };
    this.#runners.push(runner);
    this.#stopTimer = this.#clock.wakeAfter(ATTEMPT_DELAY_MS, () => this.#startNext());
    runner.giveUp = this.#attempt(candidate, {
      onUp: (link) => this.#onUp(runner, link),
      onFailed: (failure) => this.#onFailed(runner, failure),
    });
  }

  #onUp(runner: Runner, link: AuthenticatedLink): void {
    if (this.#isOver || runner.outcome !== null) {
      link.wire.cut();
      return;
    }
    this.#finish(runner, { kind: 'connected' });
    this.#end(link);
  }

  #onFailed(runner: Runner, failure: LinkFailure): void {
    if (this.#isOver || runner.outcome !== null) return;
    this.#finish(runner, { kind: 'failed', failure });
    const isLast = this.#runners.length === this.#candidates.length;
    if (isLast && this.#runners.every((each) => each.outcome !== null)) this.#end(null);
    else this.#startNext();
  }

  #finish(runner: Runner, outcome: CandidateOutcome): void {
    runner.outcome = outcome;
    runner.tookMs = this.#clock.now().instant - runner.startedAtMs;
  }

  #end(link: AuthenticatedLink | null): void {
    this.#isOver = true;
    this.#stopTimer();
    for (const runner of this.#runners) {
      if (runner.outcome?.kind === 'connected') continue;
      runner.outcome ??= { kind: 'givenUp' };
      runner.giveUp();
    }
    this.#done({ link, results: this.#results() });
  }

  #results(): readonly CandidateResult[] {
    return this.#candidates.map((candidate, at) => {
      const runner = this.#runners[at];
      if (runner === undefined) return { candidate, outcome: { kind: 'notTried' }, tookMs: 0 };
      return { candidate, outcome: runner.outcome ?? { kind: 'givenUp' }, tookMs: runner.tookMs };
    });
  }
}

/** The failure that says most about why an open failed, for the error's code and text. */
export function tellingFailure(results: readonly CandidateResult[]): LinkFailure {
  const failures = results.flatMap(({ outcome }) =>
    outcome.kind === 'failed' ? [outcome.failure] : [],
  );
  const [best] = failures.sort((a, b) => weight(a) - weight(b));
  return best ?? { code: 'UNREACHABLE', detail: 'no candidate was tried' };
}

const BY_WEIGHT: readonly LinkFailure['code'][] = [
  'CONNECTION_REFUSED',
  'MEMBERSHIP_EXPIRED',
  'MEMBERSHIP_NOT_YET_VALID',
  'UNSUPPORTED_VERSION',
  'WRONG_IDENTITY',
  'NOT_AUTHENTICATED',
  'PROTOCOL_VIOLATION',
  'TIMED_OUT',
  'UNREACHABLE',
];

function weight(failure: LinkFailure): number {
  const at = BY_WEIGHT.indexOf(failure.code);
  return at < 0 ? BY_WEIGHT.length : at;
}

/** One line for people. */
export function describeResult(result: CandidateResult): string {
  const where = formatAddress(result.candidate.address);
  const { outcome } = result;
  if (outcome.kind !== 'failed') return `${where}: ${outcome.kind}`;
  return `${where}: ${outcome.failure.code} (${outcome.failure.detail})`;
}
