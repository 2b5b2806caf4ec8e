// Takes those who come to our door to become members, or members again (protocol.md §15): has their right
// judged, their password shown and somebody asked, stores what was issued and only then gives it away.
// Everything that a stranger can cause here is bounded: joins under way, for each host, their time and bytes.

import type { Now } from '../../core/base/time.ts';
import { utf8Bytes } from '../../core/base/utf8.ts';
import { customerOf } from '../../core/domain/addresses.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Role } from '../../core/domain/roles.ts';
import { Admitter, type AdmitterStep, type JoinRequest } from '../../core/join/admitter.ts';
import { type JoinDecision, judgeJoin } from '../../core/join/join-laws.ts';
import { type PendingJoin, PendingJoins } from '../../core/join/pending-joins.ts';
import type { Wire } from '../../core/ports/wires.ts';
import type { OfferView } from '../../core/security/security-state.ts';
import { encodeFrame, KIND } from '../../core/wire/frame.ts';
import { encodeJoinRefuse, type JoinRefuseReason } from '../../core/wire/join.ts';
import type { Receiver } from '../doors.ts';
import type { JoinHostParts } from './join-host-parts.ts';
import { endOffer, type Issue, issueMembership } from './join-issuing.ts';
import { JoinVisit } from './join-visit.ts';

/** One that is under way or waits. */
interface Guest {
  readonly visit: JoinVisit;
  /** Secret of the door it came by; null for our own. */
  readonly door: Uint8Array | null;
  readonly host: string;
  /** To be told once whether it proved to be somebody. */
  readonly leave: (isProven: boolean) => void;
  passwordShown: boolean;
  /** It can try a password with what it was sent, and has not shown the right one. */
  guessing: OfferView | null;
  /** What somebody has to say yes to. */
  waits: { readonly pending: PendingJoin; readonly request: JoinRequest } | null;
}

interface Refused {
  readonly reason: JoinRefuseReason;
  readonly detail: string;
  readonly askFor?: Role | null;
}

export class JoinHost {
  readonly #parts: JoinHostParts;
  readonly #pending = new PendingJoins();
  readonly #guests = new Set<Guest>();
  #isClosed = false;

  constructor(parts: JoinHostParts) {
    this.#parts = parts;
  }

  /** Takes those who come by the door of offers with this secret, or with null by our own, which is for renewals. */
  door(secret: Uint8Array | null): Receiver {
    return {
      receive: (wire, patienceMs, leave, first) =>
        this.#receive({ wire, patienceMs, leave, first, door: secret }),
    };
  }

  /** Those for whom somebody has to say yes, the first first. */
  waiting(): readonly PendingJoin[] {
    return this.#pending.waiting(this.#parts.clock.now());
  }

  /** Whoever waits here is admitted, or comes again and is. False when nobody waits under this id. */
  approve(id: string): boolean {
    return this.#answer(id, 'approved');
  }

  deny(id: string): boolean {
    return this.#answer(id, 'denied');
  }

  /** Takes nobody any more. */
  close(): void {
    this.#isClosed = true;
    for (const guest of [...this.#guests]) {
      this.#refuse(guest, { reason: 'busy', detail: 'the group is being closed here' });
    }
  }

  #receive(coming: {
    readonly wire: Wire;
    readonly patienceMs: number;
    readonly leave: (isProven: boolean) => void;
    readonly first: Uint8Array | undefined;
    readonly door: Uint8Array | null;
  }): void {
    const { wire, patienceMs, leave, door, first } = coming;
    const { clock, judge, crypto, own, signer, certificateDigest } = this.#parts;
    const host = customerOf(wire.remoteAddress?.host ?? '');
    const identity = judge.verifyIdentity(wire.farCertificate);
    if (!identity.ok || !this.#hasRoomFor(host)) {
      turnAway(wire, identity.ok, this.#parts);
      leave(false);
      return;
    }
    const admitter = new Admitter(
      {
        group: own().group,
        signer,
        ownCertificateDigest: certificateDigest,
        farCertificate: identity.value,
        exporter: wire.exporter,
      },
      crypto,
    );
    const visit: JoinVisit = new JoinVisit({
      wire,
      clock,
      admitter,
      patienceMs: Math.min(patienceMs, LIMITS.joinMs),
      onStep: (step) => this.#onStep(guest, step),
      onOver: () => this.#onOver(guest),
    });
    const guest: Guest = {
      visit,
      door,
      host,
      leave: once(leave),
      passwordShown: false,
      guessing: null,
      waits: null,
    };
    this.#guests.add(guest);
    if (first !== undefined) visit.onBytes(first);
  }

  /** Those who wait for a yes are bounded by the questions about them. */
  #hasRoomFor(host: string): boolean {
    const underWay = [...this.#guests].filter(({ waits }) => waits === null);
    return (
      !this.#isClosed &&
      underWay.length < LIMITS.joinsUnderWayMax &&
      underWay.filter((each) => each.host === host).length < LIMITS.joinsPerHostMax
    );
  }

  #onStep(guest: Guest, step: AdmitterStep): void {
    switch (step.kind) {
      case 'asked':
        this.#decide(guest, step.request);
        return;
      case 'proved':
        this.#onProved(guest, step.request);
        return;
      case 'wrongPassword':
        this.#refuse(guest, { reason: 'wrongPassword', detail: '' });
        return;
      case 'violated':
        guest.visit.end([]);
    }
  }

  #onProved(guest: Guest, request: JoinRequest): void {
    const { guessing } = guest;
    if (guessing !== null) {
      this.#parts.throttle.succeeded(guessing.statement.digest, guest.host);
    }
    guest.guessing = null;
    guest.passwordShown = true;
    this.#decide(guest, request);
  }

  #decide(guest: Guest, request: JoinRequest): void {
    const now = this.#parts.clock.now();
    const decision = this.#judge(guest, request, now);
    switch (decision.kind) {
      case 'refuse':
        this.#refuse(guest, decision);
        return;
      case 'prove':
        this.#challenge(guest, decision.view);
        return;
      case 'ask':
        this.#ask(guest, request, decision.view, now);
        return;
      case 'again':
        this.#admit(guest, decision.membership);
        return;
      case 'issue':
        this.#issue(guest, request, decision, now);
    }
  }

  #judge(guest: Guest, request: JoinRequest, now: Now): JoinDecision {
    const { state, own, signer, crypto, judge, membershipsOf } = this.#parts;
    const { door, passwordShown } = guest;
    const { claim, joiner } = request;
    const answer =
      claim.kind === 'renewal' ? null : this.#pending.answerOf(claim.offer, joiner, now);
    const evidence = { door, passwordShown, isApproved: answer === 'approved' };
    const scene = { state: state(), own: own(), signer, crypto, judge, membershipsOf };
    return judgeJoin(request, evidence, scene, now.wallTime);
  }

  #challenge(guest: Guest, view: OfferView): void {
    // Before anything is opened: a member may have put any number of boxes in front of ours.
    const early = this.#whyNoGuess(guest, view);
    if (early !== null) {
      this.#refuse(guest, early);
      return;
    }
    const verifier = this.#parts.verifierOf(view);
    if (verifier === null) {
      const { role } = view.offer;
      this.#refuse(guest, { reason: 'notIssuer', detail: 'not told the password', askFor: role });
      return;
    }
    this.#parts.withExchange((exchange) => {
      if (guest.visit.isOver) return;
      // Again, for others have been challenged meanwhile.
      const late = this.#whyNoGuess(guest, view);
      if (late !== null) {
        this.#refuse(guest, late);
        return;
      }
      const { own, throttle, clock } = this.#parts;
      // It counts as a wrong guess until it is a right one: many at once are not as good as none.
      throttle.failed(view.statement.digest, guest.host, clock.now());
      const frames = exchange && guest.visit.admitter.challenge(own(), verifier, exchange);
      if (frames === null) {
        this.#refuse(guest, { reason: 'failed', detail: 'no exchange of a password' });
        return;
      }
      guest.guessing = view;
      guest.visit.send(frames, LIMITS.joinMs);
    });
  }

  #whyNoGuess(guest: Guest, view: OfferView): Refused | null {
    const { throttle, clock } = this.#parts;
    if (this.#isSpent(view)) {
      return { reason: 'ended', detail: 'too many wrong codes were tried' };
    }
    const refusal = throttle.refusalOf(view.statement.digest, guest.host, clock.now());
    if (refusal === null) return null;
    const seconds = Math.ceil(refusal.retryAfterMs / 1000);
    return { reason: 'throttled', detail: `come again in ${seconds} s` };
  }

  /** Codes are short: after a few wrong ones nobody comes in by it any more. */
  #isSpent({ offer, statement }: OfferView): boolean {
    if (offer.by !== 'code') return false;
    return this.#parts.throttle.failuresOf(statement.digest) >= LIMITS.codeGuessesMax;
  }

  #ask(guest: Guest, request: JoinRequest, view: OfferView, now: Now): void {
    const offer = view.statement.digest;
    if (this.#pending.answerOf(offer, request.joiner, now) === 'denied') {
      this.#refuse(guest, { reason: 'denied', detail: 'somebody said no' });
      return;
    }
    const question = this.#pending.ask(offer, request.joiner, guest.host, now);
    if (question === null) {
      this.#refuse(guest, { reason: 'busy', detail: 'too many wait for a yes' });
      return;
    }
    const { pending, isNew } = question;
    // It came again by another connection, and waits there.
    for (const other of this.#guestsOf(pending.id)) other.visit.end([]);
    guest.waits = { pending, request };
    guest.visit.send(guest.visit.admitter.pend(), LIMITS.joinPendingMs);
    guest.leave(true);
    if (isNew) this.#parts.listener.onPending(pending);
  }

  #answer(id: string, answer: 'approved' | 'denied'): boolean {
    const { clock } = this.#parts;
    if (this.#pending.answer(id, answer, clock.now()) === null) return false;
    for (const guest of this.#guestsOf(id)) {
      if (guest.waits !== null) this.#decide(guest, guest.waits.request);
    }
    return true;
  }

  #guestsOf(id: string): readonly Guest[] {
    return [...this.#guests].filter(({ waits }) => waits?.pending.id === id);
  }

  #issue(guest: Guest, request: JoinRequest, issue: Issue, now: Now): void {
    const issued = issueMembership(request, issue, this.#parts, now.wallTime);
    if (!issued.ok) {
      this.#refuse(guest, { reason: 'failed', detail: issued.refusal });
      return;
    }
    const { view } = issue;
    if (view !== null) this.#pending.settled(view.statement.digest, request.joiner);
    this.#parts.listener.onAdmitted(issued.membership, view);
    this.#admit(guest, issued.membership);
  }

  #admit(guest: Guest, membership: Membership): void {
    const { own, groupFriendlyName, discovery, contacts } = this.#parts;
    const { secret, epochDepth } = discovery();
    const frames = guest.visit.admitter.admit({
      own: own(),
      membership,
      groupFriendlyName: groupFriendlyName(),
      epochDepth,
      discoverySecret: secret,
      contacts: contacts(),
    });
    guest.leave(true);
    guest.visit.end(frames);
  }

  #refuse(guest: Guest, { reason, detail, askFor = null }: Refused): void {
    const { clock, issuersOf } = this.#parts;
    guest.visit.end(
      guest.visit.admitter.refuse({
        reason,
        detail: shortened(detail),
        clock: clock.now().wallTime,
        contacts: askFor === null ? [] : issuersOf(askFor),
      }),
    );
  }

  #onOver(guest: Guest): void {
    this.#guests.delete(guest);
    guest.leave(false);
    const { guessing } = guest;
    guest.guessing = null;
    if (guessing !== null) this.#onGuess(guessing);
  }

  /** Also of one who went away without a word: it may have tried a password with what it was sent. */
  #onGuess(view: OfferView): void {
    this.#parts.listener.onGuess(view.statement.digest);
    if (this.#isSpent(view)) endOffer(view, this.#parts);
  }
}

/** Whoever is too many is told to come again; one without a proper identity is told nothing. */
function turnAway(wire: Wire, isTold: boolean, { clock }: JoinHostParts): void {
  if (!isTold) {
    wire.cut();
    return;
  }
  const refuse = { reason: 'busy', detail: 'too many join at once', contacts: [] } as const;
  const payload = encodeJoinRefuse({ ...refuse, clock: clock.now().wallTime });
  wire.attach({ onBytes: () => false, onEnd: () => undefined, onClosed: () => undefined });
  wire.send([encodeFrame(KIND.joinRefuse, payload)], () => undefined);
  wire.finish();
  clock.wakeAfter(FAREWELL_MS, () => wire.cut());
}

const FAREWELL_MS = 1_000;

/** What a refusal has room for; a character takes four bytes at most. */
function shortened(detail: string): string {
  const max = LIMITS.closeReasonBytesMax;
  if (utf8Bytes(detail).length <= max) return detail;
  return Array.from(detail)
    .slice(0, max / 4)
    .join('');
}

function once(act: (isProven: boolean) => void): (isProven: boolean) => void {
  let isDone = false;
  return (isProven) => {
    if (isDone) return;
    isDone = true;
    act(isProven);
  };
}
