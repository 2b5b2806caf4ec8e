// Whether somebody is admitted (protocol.md §15.5): one decision over what is known about who belongs, our own
// membership and the time. Nothing is stored and nothing is signed here; what is decided is carried out by
// the one who asked, and asked again when something has happened in between.

import { unreachable } from '../base/assert.ts';
import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { Refusal } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { mayIssue } from '../domain/roles.ts';
import type { MembershipRequest } from '../ports/certificate-codec.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import { answerRenewal, type RenewalIssuer } from '../security/renewals.ts';
import type { OfferView, SecurityState } from '../security/security-state.ts';
import { type ChainJudge, judgeDates } from '../trust/chain.ts';
import { planMembership } from '../trust/issuing.ts';
import type { JoinRefuseReason } from '../wire/join.ts';
import { ticketUseBytes } from '../wire/security.ts';
import type { JoinRequest } from './admitter.ts';

/** What the one who is asked knows. */
export interface JoinScene {
  readonly state: SecurityState;
  /** Ours, as it counts now. */
  readonly own: Membership;
  readonly signer: Signer;
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  /** All known chains of a key. */
  readonly membershipsOf: (publicKey: Uint8Array) => readonly Membership[];
}

/** What the joiner has shown so far, and by which door it came. */
export interface JoinEvidence {
  /** Door secret of the offers whose door it is; null for the door of the member itself. */
  readonly door: Uint8Array | null;
  readonly passwordShown: boolean;
  readonly isApproved: boolean;
}

export type JoinDecision =
  | {
      readonly kind: 'refuse';
      readonly reason: JoinRefuseReason;
      readonly detail: string;
      /** Whom others are to be asked for who may issue it; null when nobody else would do. */
      readonly askFor: Role | null;
    }
  /** It has to show the password. */
  | { readonly kind: 'prove'; readonly view: OfferView }
  /** Somebody has to say yes. */
  | { readonly kind: 'ask'; readonly view: OfferView }
  /** It is a member already: by this offer, or by a renewal that it has missed. */
  | { readonly kind: 'again'; readonly membership: Membership }
  | {
      readonly kind: 'issue';
      readonly issuerChain: Membership['chain'];
      readonly request: MembershipRequest;
      /** Null for a renewal, which is no use of an offer. */
      readonly view: OfferView | null;
    };

/** A certificate that begins earlier than it was made is also valid by a clock that is slow. */
const BACKDATING_MS = 86_400_000;
/** The same words for all that is not there, and for what is behind another door. */
const UNKNOWN = 'no such invitation is known here';

export function judgeJoin(
  request: JoinRequest,
  evidence: JoinEvidence,
  scene: JoinScene,
  now: WallTime,
): JoinDecision {
  const skewMs = request.sentAt - now;
  if (Math.abs(skewMs) > LIMITS.joinSkewMaxMs) {
    return refused('clock', `the clocks differ by ${Math.round(skewMs / 1000)} s`);
  }
  const { claim } = request;
  switch (claim.kind) {
    case 'renewal':
      return evidence.door === null
        ? judgeRenewal(request, claim.chain, scene, now)
        : refused('unknownOffer', UNKNOWN);
    case 'ticket':
    case 'password':
      return judgeOffer(request, claim.offer, evidence, scene, now);
    default:
      return unreachable(claim);
  }
}

function judgeOffer(
  request: JoinRequest,
  digest: Uint8Array,
  evidence: JoinEvidence,
  scene: JoinScene,
  now: WallTime,
): JoinDecision {
  const { door, passwordShown, isApproved } = evidence;
  // Whoever has the name of one door learns nothing about the offers behind others.
  const view = door === null ? null : scene.state.findOffer(digest, now);
  const isItsDoor = view !== null && door !== null && equalBytes(door, view.offer.doorSecret);
  if (!isItsDoor || (view.offer.by === 'ticket') !== (request.claim.kind === 'ticket')) {
    return refused('unknownOffer', UNKNOWN);
  }
  if (request.claim.kind === 'ticket') {
    if (!isTicketUse(request, request.claim.proof, view, scene)) {
      return refused('failed', 'the proof is not by the key of the ticket');
    }
  } else if (!passwordShown) {
    return judgeBeforePassword(request, view, scene, now);
  }
  return (
    judgeKnown(request, view, scene, now) ??
    openness(view) ??
    powerless(view, scene, now) ??
    (view.offer.needsApproval && !isApproved
      ? { kind: 'ask', view }
      : issueFor(request, view, scene, now))
  );
}

/** What may be said to one who knows the invitation, and not yet its password. */
function judgeBeforePassword(
  request: JoinRequest,
  view: OfferView,
  scene: JoinScene,
  now: WallTime,
): JoinDecision {
  // Whoever was admitted comes again when the answer was lost: also when the last use was its own.
  const wasAdmitted = admissionOf(request, view) !== undefined;
  return (
    (wasAdmitted ? null : openness(view)) ?? powerless(view, scene, now) ?? { kind: 'prove', view }
  );
}

function isTicketUse(
  { joiner }: JoinRequest,
  proof: Uint8Array,
  { offer, statement }: OfferView,
  { own, crypto }: JoinScene,
): boolean {
  const spoken = ticketUseBytes(own.group, statement.digest, joiner.publicKey);
  return crypto.verify(offer.key, spoken, proof);
}

/** A key that was removed comes back by no offer; one that was admitted by this one is answered again. */
function judgeKnown(
  request: JoinRequest,
  view: OfferView,
  scene: JoinScene,
  now: WallTime,
): JoinDecision | null {
  const { state } = scene;
  if (wasRemoved(request.joiner.publicKey, state)) {
    return refused('removed', 'this key was removed from the group');
  }
  const admission = admissionOf(request, view);
  if (admission === undefined) return null;
  if (admission.fate === 'ticketOverused') return refused('usedUp', 'others came first');
  if (admission.fate !== 'in') return refused('ended', 'the invitation was taken back');
  const known = scene.membershipsOf(request.joiner.publicKey);
  const [first] = known;
  if (first === undefined) return refused('busy', 'the membership has not come here yet');
  return powerless(view, scene, now) ?? again(first, known, scene, now);
}

/** Somebody took rights away from this key; that an admission of it was void is no such thing. */
function wasRemoved(publicKey: Uint8Array, state: SecurityState): boolean {
  if (!state.hitKeys().has(bytesKey(publicKey))) return false;
  return state
    .revocations()
    .some(({ counts, revocation }) => counts && equalBytes(revocation.target, publicKey));
}

function admissionOf({ joiner }: JoinRequest, { admissions }: OfferView) {
  const ofKey = admissions.filter(({ admission }) =>
    equalBytes(admission.member, joiner.publicKey),
  );
  return ofKey.find(({ fate }) => fate === 'in') ?? ofKey[0];
}

function openness({ state, offer }: OfferView): JoinDecision | null {
  switch (state) {
    case 'open':
      return null;
    case 'expired':
      return refused('expired', 'the invitation has run out');
    case 'usedUp':
      return refused('usedUp', `all ${offer.usesMax} uses are taken`);
    case 'ended':
      return refused('ended', 'the invitation was taken back');
    case 'authorRemoved':
      return refused('ended', 'whoever made the invitation was removed');
  }
}

function powerless({ offer }: OfferView, scene: JoinScene, now: WallTime): JoinDecision | null {
  const [issuer] = issuersOf(scene, now);
  if (issuer !== undefined && mayIssue(scene.own.role, offer.role)) return null;
  return notIssuer(offer.role, `a ${scene.own.role} does not admit a ${offer.role}`);
}

function issueFor(
  { joiner }: JoinRequest,
  view: OfferView,
  { own, signer }: JoinScene,
  now: WallTime,
): JoinDecision {
  const { role, leaseMs } = view.offer;
  const planned = planMembership(
    {
      issuerChain: own.chain,
      issuerKey: signer,
      subject: joiner,
      role,
      notBefore: wallTimeOf(Math.max(now - BACKDATING_MS, own.notBefore)),
      notAfter: wallTimeOf(Math.min(now + leaseMs, own.notAfter)),
      leaseMs,
    },
    now,
  );
  // What stands in our way need not stand in another's: the length of our chain, or the end of our time.
  if (!planned.ok) return notIssuer(role, planned.refusal.detail);
  return { kind: 'issue', issuerChain: own.chain, request: planned.value, view };
}

function judgeRenewal(
  { joiner }: JoinRequest,
  chain: readonly Uint8Array[],
  scene: JoinScene,
  now: WallTime,
): JoinDecision {
  const judged = scene.judge.judgeSoundness(chain);
  if (!judged.ok) return refused('failed', 'the chain is not sound');
  const asked = judged.value;
  if (asked.group !== scene.own.group) return refused('failed', 'the chain is of another group');
  if (asked.member !== joiner.subject || !equalBytes(asked.publicKey, joiner.publicKey)) {
    return refused('failed', 'the chain is for another key than the TLS certificate');
  }
  return again(asked, scene.membershipsOf(joiner.publicKey), scene, now);
}

/** The membership that it has, or one in place of it when its time is over. */
function again(
  asked: Membership,
  known: readonly Membership[],
  scene: JoinScene,
  now: WallTime,
): JoinDecision {
  const { state, crypto } = scene;
  const removalOf = (membership: Membership) => state.removalOf(membership);
  const issuers = issuersOf(scene, now);
  const answer = answerRenewal(asked, known, { issuers, removalOf, crypto }, now);
  switch (answer.kind) {
    case 'stored':
      return { kind: 'again', membership: answer.membership };
    case 'issue': {
      const { issuerChain, request } = answer.renewal;
      return { kind: 'issue', issuerChain, request, view: null };
    }
    case 'refused':
      return refusedRenewal(answer.refusal, asked.role);
  }
}

function refusedRenewal({ code, detail }: Refusal, role: Role): JoinDecision {
  switch (code) {
    case 'MEMBERSHIP_REMOVED':
      return refused('removed', detail);
    case 'MEMBERSHIP_EXPIRED':
      return refused('expired', detail);
    case 'MEMBERSHIP_NOT_YET_VALID':
      return refused('clock', detail);
    default:
      return notIssuer(role, detail);
  }
}

/** Ourselves, while our membership lives and lasts. */
function issuersOf({ state, own, signer }: JoinScene, now: WallTime): readonly RenewalIssuer[] {
  const isAlive = state.removalOf(own) === null && judgeDates(own, now).ok;
  return isAlive ? [{ chain: own.chain, key: signer }] : [];
}

function refused(reason: JoinRefuseReason, detail: string): JoinDecision {
  return { kind: 'refuse', reason, detail, askFor: null };
}

function notIssuer(role: Role, detail: string): JoinDecision {
  return { kind: 'refuse', reason: 'notIssuer', detail, askFor: role };
}
