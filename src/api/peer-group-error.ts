// The one class of errors at the front door. Branch on `code`; read `message` and `hint`.

import { MalformedBytes } from '../core/base/malformed-bytes.ts';
import { formatAddress } from '../core/domain/addresses.ts';
import type { Refusal } from '../core/domain/refusals.ts';
import { WorldError } from '../core/ports/world-error.ts';
import type { CandidateResult } from '../engine/dial-race.ts';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.ts';

/** What became of one address that an open tried. */
export interface FailedCandidate {
  /** `host:port`, with brackets around an IPv6 host. */
  readonly address: string;
  /** How it came to be tried: named by the caller, reached before, from the invitation, told by the member. */
  readonly source: 'given' | 'success' | 'invitation' | 'member';
  /** `NOT_TRIED` when the open was over before its turn. */
  readonly code: ErrorCode | 'NOT_TRIED';
  readonly detail: string;
  /** Milliseconds. */
  readonly tookMs: number;
}

export interface PeerGroupErrorOptions {
  readonly hint?: string;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly candidates?: readonly FailedCandidate[];
  readonly cause?: unknown;
}

const BRAND = Symbol.for('peergroup.PeerGroupError');

/** Everything that peergroup throws and rejects with. */
export class PeerGroupError extends Error {
  override readonly name = 'PeerGroupError';
  /** Stable: programs branch on it. docs/errors.md lists all. */
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** True when the same call may succeed later without a change. */
  readonly isRetryable: boolean;
  /** Figures and names that belong to the code. */
  readonly details: Readonly<Record<string, string | number>>;
  /** One entry for each address that was tried, in the order of the attempts; empty for other errors. */
  readonly candidates: readonly FailedCandidate[];
  readonly [BRAND] = true;

  constructor(code: ErrorCode, detail: string, options: PeerGroupErrorOptions = {}) {
    const { meaning, hint, isRetryable } = ERROR_CATALOGUE[code];
    // Names and words of others stand in it, and end on somebody's terminal.
    const words = detail.replaceAll(/\p{C}/gu, ' ');
    const message = words === '' ? meaning : `${meaning} ${words}`;
    super(`${code}: ${message}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? hint;
    this.isRetryable = isRetryable;
    this.details = options.details ?? {};
    this.candidates = options.candidates ?? [];
  }
}

/** True for a `PeerGroupError` of any copy of this package, with this code when one is given. */
export function isPeerGroupError(error: unknown, code?: ErrorCode): error is PeerGroupError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}

export function errorOfRefusal(refusal: Refusal): PeerGroupError {
  return new PeerGroupError(refusal.code, refusal.detail);
}

/** What adapters throw, as the front door throws it; anything else is a bug and stays what it is. */
export function errorOfWorld(error: unknown): unknown {
  if (!(error instanceof WorldError)) return error;
  return new PeerGroupError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: error.details,
    cause: error,
  });
}

/** Runs what touches the world and translates its failures. */
export async function facingTheWorld<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw errorOfWorld(error);
  }
}

/** The same for what does not wait. */
export function facingTheWorldNow<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw errorOfWorld(error);
  }
}

export function invalidArgument(name: string, expected: string): PeerGroupError {
  return new PeerGroupError('INVALID_ARGUMENT', `${name}: expected ${expected}.`);
}

/** Runs a parser of core on an argument. */
export function parsedArgument<Value>(name: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw new PeerGroupError('INVALID_ARGUMENT', `${name}: ${error.message}.`);
  }
}

export function failedCandidate(result: CandidateResult): FailedCandidate {
  const { candidate, outcome, tookMs } = result;
  const failure = outcome.kind === 'failed' ? outcome.failure : null;
  return {
    address: formatAddress(candidate.address),
    source: candidate.source,
    code: failure?.code ?? (outcome.kind === 'notTried' ? 'NOT_TRIED' : 'ABORTED'),
    detail: failure?.detail ?? '',
    tookMs,
  };
}
