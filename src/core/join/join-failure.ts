// Why nobody became a member, as the front door reports it (docs/errors.md): of all who were asked, what says
// most about what to do now, in one line.

import type { WallTime } from '../base/time.ts';
import { type Address, formatAddress } from '../domain/addresses.ts';
import type { PeerName } from '../domain/names.ts';
import type { RefusalCode } from '../domain/refusals.ts';
import type { JoinRefuse, JoinRefuseReason } from '../wire/join.ts';

export type JoinFailureCode =
  | 'TICKET_EXPIRED'
  | 'TICKET_USED_UP'
  | 'TICKET_REVOKED'
  | 'NOBODY_CAN_ADMIT'
  | 'CLOCK_SKEW'
  | 'JOIN_DENIED'
  | 'JOIN_PENDING'
  | 'WRONG_PASSWORD'
  | 'TOO_MANY_ATTEMPTS'
  | 'MEMBERSHIP_REMOVED'
  | 'ABORTED';

/** Why one member that was asked did not admit us. */
export type AskFailure =
  /** Its own word. */
  | { readonly kind: 'refused'; readonly reason: JoinRefuseReason }
  | { readonly kind: 'wrongPassword' }
  /** What it gave us does not hold. */
  | { readonly kind: 'unsound'; readonly code: RefusalCode }
  /** Nobody there, nobody by this name, or no peer. */
  | { readonly kind: 'unreached' }
  /** It said nothing in time, or the connection broke. */
  | { readonly kind: 'lost' }
  /** It let us wait for somebody's yes. */
  | { readonly kind: 'pending' };

export interface AskedMember {
  /** Null when nobody was named who should be there, and nobody was. */
  readonly member: PeerName | null;
  /** Null when none of its addresses answered. */
  readonly address: Address | null;
  readonly failure: AskFailure;
  readonly detail: string;
  /** Its clock less ours, in milliseconds; null when it did not say. */
  readonly skewMs: number | null;
}

export interface JoinFailure {
  readonly code: JoinFailureCode;
  /** One line, for people. */
  readonly detail: string;
  /** Of the one whose word decided, when the clocks differ. */
  readonly skewMs: number | null;
}

/** Clocks of members differ by so much as a rule; what is beyond it can make good dates bad. */
const SKEW_TOLD_MS = 60_000;

const CODES: Readonly<Record<JoinRefuseReason, JoinFailureCode>> = {
  removed: 'MEMBERSHIP_REMOVED',
  denied: 'JOIN_DENIED',
  wrongPassword: 'WRONG_PASSWORD',
  clock: 'CLOCK_SKEW',
  throttled: 'TOO_MANY_ATTEMPTS',
  ended: 'TICKET_REVOKED',
  usedUp: 'TICKET_USED_UP',
  expired: 'TICKET_EXPIRED',
  busy: 'NOBODY_CAN_ADMIT',
  notIssuer: 'NOBODY_CAN_ADMIT',
  unknownOffer: 'NOBODY_CAN_ADMIT',
  failed: 'NOBODY_CAN_ADMIT',
};

/** The first of these that any of them said is what is reported. */
const BY_WEIGHT: readonly JoinFailureCode[] = [
  'WRONG_PASSWORD',
  'JOIN_DENIED',
  'JOIN_PENDING',
  'MEMBERSHIP_REMOVED',
  'CLOCK_SKEW',
  'TICKET_REVOKED',
  'TICKET_USED_UP',
  'TICKET_EXPIRED',
  'TOO_MANY_ATTEMPTS',
  'NOBODY_CAN_ADMIT',
];

/** Their word for it, kept as what became of asking this member. */
export function refusedBy(
  member: PeerName,
  address: Address,
  { reason, detail, clock }: JoinRefuse,
  now: WallTime,
): AskedMember {
  const failure = { kind: 'refused', reason } as const;
  return { member, address, failure, detail: shown(detail), skewMs: clock - now };
}

/** Nobody else needs to be asked after this one. */
export function isFinal({ failure }: AskedMember): boolean {
  // A second admitter would be one more guess at the password, or ask a second person for the same.
  return (
    failure.kind === 'wrongPassword' ||
    (failure.kind === 'refused' &&
      (failure.reason === 'wrongPassword' || failure.reason === 'denied'))
  );
}

export function tellingJoinFailure(asked: readonly AskedMember[]): JoinFailure {
  const told = asked.map((each) => ({ each, code: codeOf(each) }));
  for (const wanted of BY_WEIGHT) {
    const found = told.filter(({ code }) => code === wanted);
    const [first] = found;
    if (first === undefined) continue;
    if (wanted === 'NOBODY_CAN_ADMIT') break;
    const { skewMs, detail } = first.each;
    const words = detail === '' ? describeAsked(first.each) : shown(detail);
    return { code: wanted, detail: words, skewMs };
  }
  const detail =
    asked.length === 0 ? 'nobody is known who could be asked' : asked.map(describeAsked).join('; ');
  return { code: 'NOBODY_CAN_ADMIT', detail, skewMs: null };
}

function codeOf({ failure, skewMs }: AskedMember): JoinFailureCode {
  switch (failure.kind) {
    case 'wrongPassword':
      return 'WRONG_PASSWORD';
    case 'pending':
      return 'JOIN_PENDING';
    case 'unsound':
      // It was issued a moment ago: when it is not valid now, one of the two clocks is wrong.
      return failure.code === 'MEMBERSHIP_NOT_YET_VALID' || failure.code === 'MEMBERSHIP_EXPIRED'
        ? 'CLOCK_SKEW'
        : 'NOBODY_CAN_ADMIT';
    case 'refused': {
      const isLate = failure.reason === 'expired' && Math.abs(skewMs ?? 0) > SKEW_TOLD_MS;
      return isLate ? 'CLOCK_SKEW' : CODES[failure.reason];
    }
    case 'unreached':
    case 'lost':
      return 'NOBODY_CAN_ADMIT';
  }
}

/** `alice at 192.0.2.1:4001: notIssuer (a member does not admit a member)`. */
export function describeAsked({ member, address, failure, detail }: AskedMember): string {
  const who = member ?? 'whoever is';
  const where = address === null ? '' : ` at ${formatAddress(address)}`;
  const what = failure.kind === 'refused' ? failure.reason : failure.kind;
  const why = detail === '' ? '' : ` (${detail})`;
  return shown(`${who}${where}: ${what}${why}`);
}

/** People read it on their terminals, and anybody may have written it: words, and names that nobody has checked. */
function shown(words: string): string {
  return words.replace(/\p{C}/gu, ' ');
}
