// Issues the membership of one who is admitted, and stores it with the statement that says so before anybody
// has it: otherwise a crash would leave a member that nobody else knows, or one that used nothing (protocol.md §15.5).

import type { WallTime } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { JoinRequest } from '../../core/join/admitter.ts';
import type { JoinDecision } from '../../core/join/join-laws.ts';
import { admissionStatement, offerEndStatement } from '../../core/join/offer-admission.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import type { OfferView } from '../../core/security/security-state.ts';
import type { JoinHostParts } from './join-host-parts.ts';

export type Issue = Extract<JoinDecision, { readonly kind: 'issue' }>;

export type Issued =
  | { readonly ok: true; readonly membership: Membership }
  /** Why not, for people. */
  | { readonly ok: false; readonly refusal: string };

export function issueMembership(
  request: JoinRequest,
  issue: Issue,
  parts: JoinHostParts,
  now: WallTime,
): Issued {
  const certificate = parts.issuer.issueMembership(issue.request);
  const chain = [...issue.issuerChain, certificate].map(({ der }) => der);
  const judged = parts.judge.judge(chain, parts.own().group, now);
  if (!judged.ok) return { ok: false, refusal: judged.refusal.detail };
  const membership = judged.value;
  try {
    const refusal = store(request, membership, issue.view, parts, now);
    return refusal === null ? { ok: true, membership } : { ok: false, refusal };
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    return { ok: false, refusal: `it could not be stored: ${error.code}` };
  }
}

/** Nobody comes in by it any more; where it cannot be stored, or is not ours to end, nobody here lets them. */
export function endOffer({ statement }: OfferView, parts: JoinHostParts): void {
  const { desk, own, signer, state, clock } = parts;
  const { wallTime } = clock.now();
  const view = state().findOffer(statement.digest, wallTime);
  if (view === null || view.state !== 'open') return;
  try {
    desk.publishStatement(offerEndStatement(view, { own: own(), signer }, wallTime));
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
  }
}

/** In one commit; null when it is on the disk. */
function store(
  request: JoinRequest,
  membership: Membership,
  view: OfferView | null,
  parts: JoinHostParts,
  now: WallTime,
): string | null {
  const { desk, own, signer, crypto } = parts;
  const chain = membership.chain.map(({ der }) => der);
  const author = { own: own(), signer, crypto, now };
  const admission = view === null ? null : admissionStatement(request, view, membership, author);
  const learned = desk.learnMembership(chain, 'here', admission);
  return learned.ok ? null : learned.refusal.detail;
}
