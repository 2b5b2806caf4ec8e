// Who renews which lease when (protocol.md §15.8): every member that may issue a role plans by itself, from
// what all of them know, so that one of them does it and the others see that it was done. A renewal goes on
// where the membership stands: same key, same role, same lease, and a start just after the one before.

import { compareBytes, concatBytes } from '../base/bytes.ts';
import { fractionOf } from '../base/chance-fraction.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import type { Certificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain, Membership } from '../domain/membership.ts';
import type { Refusal, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import { mayIssue } from '../domain/roles.ts';
import type { MembershipRequest } from '../ports/certificate-codec.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import { judgeDates } from '../trust/chain.ts';
import { planMembership, renewedGrant } from '../trust/issuing.ts';
import { issuerOf, powerOf } from '../trust/laws.ts';
import { chainBeforeRenewal, pathOf } from '../trust/lines.ts';
import { chainBytes } from '../wire/chain-codec.ts';
import { countingOrder, type RemovalOf } from './counting-order.ts';

/** Under whose name somebody here may issue: its own membership, or the group's root with the group key. */
export interface RenewalIssuer {
  readonly chain: CertificateChain;
  /** The key of the last certificate in `chain`. */
  readonly key: Signer;
}

/** A member that is here, or asked. */
export interface RenewalCandidate {
  /** The one that counts of those that are known. */
  readonly membership: Membership;
  /** From when on we could have renewed it; what was due before is due now. */
  readonly since: WallTime;
}

export interface RenewalParts {
  readonly issuers: readonly RenewalIssuer[];
  readonly removalOf: RemovalOf;
  readonly crypto: Pick<Crypto, 'sha256'>;
}

export interface Renewal {
  readonly of: Membership;
  /** What stands before it in its chain: that of the issuer, and whom the member came from. */
  readonly issuerChain: CertificateChain;
  readonly request: MembershipRequest;
}

export interface RenewalPlan {
  /** To be issued now, those that end first before the others. */
  readonly renewals: readonly Renewal[];
  /** When to look again although nothing was heard; null when nothing will be due. */
  readonly nextAt: WallTime | null;
}

/** Issuers divide so much of a lease among themselves: what one did has reached the others by their turn. */
const TURNS_PART = 1 / 100;
/** Of the longest leases not more than this: a guess at what a partition that heals by itself takes. */
const TURNS_MAX_MS = 3_600_000;
/** Before the first turn others are heard: whoever comes in learns what was renewed while it was away. */
const HEARING_PART = 1 / 10;
/** An issuer that can give less than a whole lease leaves the others this many rounds of turns at most. */
const ROUNDS_LEFT_MAX = 20;
/** A renewal that ends later by less is not worth a certificate that everybody keeps. */
const GAIN_PART = 1 / 10;
/** A renewal begins so much after what it renews: later than it, and before whatever was granted since. */
const START_STEP_MS = 1_000;

/** What we renew now. Who holds no membership that may issue gives no issuers, and gets nothing. */
export function planRenewals(
  candidates: Iterable<RenewalCandidate>,
  parts: RenewalParts,
  now: WallTime,
): RenewalPlan {
  const ready: Renewal[] = [];
  let nextAt: WallTime | null = null;
  const look = (at: WallTime): void => {
    if (nextAt === null || at < nextAt) nextAt = at;
  };
  for (const candidate of candidates) {
    if (!isRenewable(candidate.membership, parts.removalOf, now)) continue;
    const turns = turnsOf(candidate, parts);
    const turn = turns.find(({ at }) => at > now);
    const renewal = firstRenewal(candidate.membership, turns, parts.crypto, now);
    if (renewal !== null) ready.push(renewal);
    else if (turn !== undefined) look(turn.at);
  }
  ready.sort((one, other) => byEnd(one.of, other.of));
  if (ready.length > LIMITS.renewalsInStepMax) look(now);
  return { renewals: ready.slice(0, LIMITS.renewalsInStepMax), nextAt };
}

export type RenewalAnswer =
  /** It is known already, and all that is needed. */
  | { readonly kind: 'stored'; readonly membership: Membership }
  | { readonly kind: 'issue'; readonly renewal: Renewal }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * For a member that comes with a membership that has ended, and proves that the key is its own: the renewal
 * that it has missed, or a new one when its lease ended at most a lease ago. `known` are those of its key.
 */
export function answerRenewal(
  asked: Membership,
  known: Iterable<Membership>,
  parts: RenewalParts,
  now: WallTime,
): RenewalAnswer {
  const order = countingOrder(parts.removalOf, now);
  const all = [asked, ...known];
  const best = all.reduce((one, other) => (order(other, one) < 0 ? other : one));
  const removal = parts.removalOf(best);
  if (removal !== null) {
    const reason = removal.reason === '' ? '' : `: ${removal.reason}`;
    return refusedWith('MEMBERSHIP_REMOVED', `the membership was taken away${reason}`);
  }
  const dates = judgeDates(best, now);
  if (dates.ok) return { kind: 'stored', membership: best };
  if (dates.refusal.code !== 'MEMBERSHIP_EXPIRED') {
    return { kind: 'refused', refusal: dates.refusal };
  }
  const late = lateness(best, latestEnd(all, best), now);
  if (late !== null) return refusedWith('MEMBERSHIP_EXPIRED', `${dates.refusal.detail}; ${late}`);
  return issuedBySomeKey(best, parts, now);
}

/**
 * Of those of the same role, whatever became of them: whoever renews a lease stands above the renewed one, and may
 * take that one away. What it was renewed from lives, and must not have become too old by it meanwhile.
 */
function latestEnd(known: readonly Membership[], { role }: Membership): WallTime {
  const ends = known.filter((each) => each.role === role).map(({ notAfter }) => notAfter);
  return wallTimeOf(Math.max(...ends));
}

/** Why it is not renewed although it has ended; null when it is. */
function lateness({ leaseMs }: Membership, endedAt: WallTime, now: WallTime): string | null {
  if (leaseMs === null) return 'it has fixed dates and is not renewed by itself';
  if (now <= endedAt + leaseMs) return null;
  return `it ended more than its lease of ${Math.round(leaseMs / 1000)} s ago`;
}

function issuedBySomeKey(
  membership: Membership,
  { issuers, crypto }: RenewalParts,
  now: WallTime,
): RenewalAnswer {
  const detail = `nobody here may renew a membership of the role ${membership.role}`;
  let refusal: Refusal = { code: 'NOT_AUTHORIZED', detail };
  for (const issuer of issuers) {
    if (!mayIssue(powerOf(issuerOf(issuer.chain)).role, membership.role)) continue;
    const planned = renewalBy(issuer, membership, crypto, now);
    if (planned.ok) return { kind: 'issue', renewal: planned.value };
    refusal = planned.refusal;
  }
  return { kind: 'refused', refusal };
}

/** Whether anybody at all would renew it some time: who may, and who is next, is another question. */
function isRenewable(membership: Membership, removalOf: RemovalOf, now: WallTime): boolean {
  const { leaseMs, notAfter } = membership;
  if (leaseMs === null || now > notAfter + leaseMs) return false;
  return removalOf(membership) === null;
}

interface Turn {
  readonly at: WallTime;
  readonly issuer: RenewalIssuer;
}

/** When each of our keys would do it, the first first. Empty when none of them may issue the role. */
function turnsOf(candidate: RenewalCandidate, { issuers, crypto }: RenewalParts): readonly Turn[] {
  const { membership, since } = candidate;
  const leaseMs = membership.leaseMs ?? 0;
  const dueAt = Math.max(membership.notAfter - leaseMs / 2, since);
  const roundMs = Math.min(leaseMs * TURNS_PART, TURNS_MAX_MS);
  return issuers
    .filter(({ chain }) => mayIssue(powerOf(issuerOf(chain)).role, membership.role))
    .map((issuer) => {
      const share = HEARING_PART + (1 - HEARING_PART) * shareOf(issuer, membership, crypto);
      const rounds = roundsLeft(issuer, membership, dueAt);
      return { at: wallTimeOf(Math.ceil(dueAt + (rounds + share) * roundMs)), issuer };
    })
    .sort((one, other) => one.at - other.at);
}

/**
 * Whoever can give more goes first: a round for each tenth of the lease that lies behind the issuer's own
 * end, and for each step by which the chain would become longer.
 */
function roundsLeft({ chain }: RenewalIssuer, membership: Membership, dueAt: number): number {
  const leaseMs = membership.leaseMs ?? 0;
  const missingMs = Math.max(0, dueAt + leaseMs - issuerOf(chain).notAfter);
  const deeper = Math.max(0, pathOf(chain).length - membership.depth);
  return Math.min(Math.floor((missingMs * 10) / leaseMs) + deeper, ROUNDS_LEFT_MAX);
}

/** From 0 to 1, another for each issuer, member and renewal. */
function shareOf(
  { key }: RenewalIssuer,
  { publicKey, chainDigest }: Membership,
  crypto: Pick<Crypto, 'sha256'>,
): number {
  return fractionOf(crypto.sha256(concatBytes([key.publicKey, publicKey, chainDigest])));
}

function firstRenewal(
  membership: Membership,
  turns: readonly Turn[],
  crypto: RenewalParts['crypto'],
  now: WallTime,
): Renewal | null {
  for (const { at, issuer } of turns) {
    if (at > now) return null;
    const planned = renewalBy(issuer, membership, crypto, now);
    if (planned.ok) return planned.value;
  }
  return null;
}

function renewalBy(
  { chain, key }: RenewalIssuer,
  membership: Membership,
  crypto: RenewalParts['crypto'],
  now: WallTime,
): Verdict<Renewal> {
  const { certificate: subject, line, role } = membership;
  const issuer = issuerOf(chain);
  const leaseMs = membership.leaseMs ?? 0;
  const notAfter = wallTimeOf(Math.min(now + leaseMs, issuer.notAfter));
  const begin = Math.min(membership.notBefore + START_STEP_MS, now);
  const notBefore = wallTimeOf(Math.max(begin, issuer.notBefore));
  if (notAfter - Math.max(membership.notAfter, now) < leaseMs * GAIN_PART) {
    const own = Math.floor((issuer.notAfter - now) / 1000);
    return refuse('LIFETIME_INVALID', `the issuer's own membership ends in ${own} s`);
  }
  const dates = { notBefore, notAfter, leaseMs };
  const renews = renewedGrant(line, crypto);
  const wish = { issuerChain: chain, issuerKey: key, subject, role, renews, ...dates };
  const planned = planMembership(wish, now);
  if (!planned.ok) return planned;
  const issuerChain = chainBeforeRenewal(chain, line);
  if (issuerChain === null) return refuse('CHAIN_TOO_LONG', 'the chains do not fit each other');
  if (!isShortEnough(issuerChain, subject)) {
    return refuse('CHAIN_TOO_LONG', 'the chain would have too many bytes');
  }
  return accept({ of: membership, issuerChain, request: planned.value });
}

/**
 * A renewal repeats what is said of the member, of the issuer and of the group, so it has fewer bytes than their
 * certificates together. Found out before it is signed, or those with the longest names would take every step.
 */
function isShortEnough(issuerChain: CertificateChain, subject: Certificate): boolean {
  const chain = [...issuerChain, subject, issuerOf(issuerChain)].map(({ der }) => der);
  return chainBytes(chain) <= LIMITS.chainBytesMax;
}

function refusedWith(
  code: 'MEMBERSHIP_REMOVED' | 'MEMBERSHIP_EXPIRED',
  detail: string,
): RenewalAnswer {
  return { kind: 'refused', refusal: { code, detail } };
}

function byEnd(one: Membership, other: Membership): number {
  return one.notAfter - other.notAfter || compareBytes(one.publicKey, other.publicKey);
}
