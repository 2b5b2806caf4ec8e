// Runs the handshake of core/link on a wire and, when it succeeds, makes the `AuthenticatedLink`:
// nothing else in the house can. Bounded in time from the first byte to the last.

import { MalformedBytes } from '../core/base/malformed-bytes.ts';
import type { PeerName } from '../core/domain/names.ts';
import type { Removal } from '../core/domain/security.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { HandshakeStep } from '../core/link/handshake.ts';
import { Handshake, type HandshakeFacts, type HandshakeTools } from '../core/link/handshake.ts';
import { removalText } from '../core/link/removal-text.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Wire, WireListener } from '../core/ports/wires.ts';
import { HandshakeFrames } from '../core/wire/handshake-frames.ts';
import type { RefuseReason } from '../core/wire/hello.ts';
import type { LinkFailure } from './link-failure.ts';

interface LinkParts {
  readonly wire: Wire;
  readonly farEnd: FarEnd;
  readonly role: 'dialer' | 'listener';
  /** Bytes that came behind the handshake. */
  readonly rest: Uint8Array;
}

let seal: (parts: LinkParts) => AuthenticatedLink;

/** A wire whose far end proved, on this very connection, that it is a member of our group. */
export class AuthenticatedLink {
  readonly wire: Wire;
  readonly farEnd: FarEnd;
  readonly role: 'dialer' | 'listener';
  readonly rest: Uint8Array;

  private constructor(parts: LinkParts) {
    this.wire = parts.wire;
    this.farEnd = parts.farEnd;
    this.role = parts.role;
    this.rest = parts.rest;
  }

  static {
    seal = (parts) => new AuthenticatedLink(parts);
  }
}

/** Exactly one of `onUp` and `onFailed` is called, once. */
interface HandshakeListener {
  /** Dialer only: our HELLO went out. */
  onGreeted(): void;
  /** Listener only: a member asks to come in; `admit` or `turnAway` is to follow. */
  onAsked(farEnd: FarEnd): void;
  onUp(link: AuthenticatedLink): void;
  onFailed(failure: LinkFailure): void;
}

export interface HandshakeRun {
  readonly wire: Wire;
  /** `farCertificate` and `exporter` are read from the wire. */
  readonly facts: Omit<HandshakeFacts, 'farCertificate' | 'exporter'>;
  readonly tools: HandshakeTools;
  readonly clock: Clock;
  readonly patienceMs: number;
  /** Dialer: whom we mean to reach. */
  readonly expected: PeerName | null;
  readonly listener: HandshakeListener;
}

/** How long a far end that was turned away may take to read why. */
const FAREWELL_MS = 1_000;

export class LinkHandshake implements WireListener {
  readonly #run: HandshakeRun;
  readonly #frames: HandshakeFrames;
  #handshake: Handshake | null = null;
  #asked: FarEnd | null = null;
  #isOver = false;
  #stopTimer: () => void;

  constructor(run: HandshakeRun) {
    this.#run = run;
    this.#frames = new HandshakeFrames(run.facts.role === 'dialer' ? 'listener' : 'dialer');
    this.#stopTimer = run.clock.wakeAfter(run.patienceMs, () => this.#onLate());
    run.wire.attach(this);
  }

  /** `first` are bytes that were read from the wire already. */
  start(first?: Uint8Array): void {
    const { wire, tools, expected, facts, clock } = this.#run;
    const identity = tools.judge.verifyIdentity(wire.farCertificate);
    if (!identity.ok) {
      this.#fail({ code: 'NOT_AUTHENTICATED', detail: identity.refusal.detail });
      return;
    }
    const farCertificate = identity.value;
    if (expected !== null && farCertificate.subject !== expected) {
      this.#fail({ code: 'WRONG_IDENTITY', detail: `${farCertificate.subject} answers there` });
      return;
    }
    this.#handshake = new Handshake({ ...facts, farCertificate, exporter: wire.exporter }, tools);
    this.#send(this.#handshake.start(clock.now()));
    if (facts.role === 'dialer') this.#run.listener.onGreeted();
    if (first !== undefined) this.onBytes(first);
  }

  /** Either outcome has been told. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Lets in the far end that asked. */
  admit(): void {
    const farEnd = this.#asked;
    if (this.#isOver || farEnd === null || this.#handshake === null) return;
    const removal = this.#removalOf(farEnd);
    if (removal !== null) {
      this.turnAway('removed', removalText(removal));
      return;
    }
    this.#send(this.#handshake.admit(this.#run.clock.now()));
    this.#up(farEnd);
  }

  /** The far end that asked is no member any more: it does not come in. */
  refuseIfRemoved(): void {
    const farEnd = this.#asked;
    const removal = farEnd === null ? null : this.#removalOf(farEnd);
    if (removal !== null) this.turnAway('removed', removalText(removal));
  }

  #removalOf({ membership, isNeighbor }: FarEnd): Removal | null {
    const { facts } = this.#run;
    return facts.removalOf(membership, isNeighbor || facts.isNeighbor);
  }

  /** Tells a member why it does not come in, and a stranger nothing. */
  turnAway(reason: RefuseReason, detail: string): void {
    if (this.#isOver) return;
    if (this.#asked !== null && this.#handshake !== null) {
      this.#send(this.#handshake.turnAway(reason, detail));
    }
    const code = reason === 'removed' ? 'MEMBERSHIP_REMOVED' : 'CONNECTION_REFUSED';
    this.#fail({ code, detail, reason });
  }

  /** Gives the attempt up without a word. */
  cancel(): void {
    this.#fail({ code: 'ABORTED', detail: 'given up' });
  }

  onBytes(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#frames.push(bytes);
    try {
      this.#takeFrames();
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#fail({ code: 'PROTOCOL_VIOLATION', detail: error.message });
    }
    return true;
  }

  onEnd(): void {
    this.#fail({ code: 'NOT_AUTHENTICATED', detail: 'the link ended while authenticating' });
  }

  onClosed(cause: string | null): void {
    const detail = `the link broke while authenticating${cause === null ? '' : `: ${cause}`}`;
    this.#fail({ code: 'NOT_AUTHENTICATED', detail });
  }

  #takeFrames(): void {
    while (!this.#isOver && this.#asked === null && this.#handshake !== null) {
      const frame = this.#frames.next();
      if (frame === null) return;
      this.#follow(this.#handshake.receive(frame.kind, frame.payload, this.#run.clock.now()));
    }
  }

  #follow(step: HandshakeStep): void {
    switch (step.kind) {
      case 'wait':
        this.#send(step.send);
        return;
      case 'asked':
        this.#asked = step.farEnd;
        // From here on whoever was told of the asker decides for how long.
        this.#stopTimer();
        // A dialer has nothing to say before WELCOME; what it says all the same waits in the network.
        this.#run.wire.setReading(false);
        this.#run.listener.onAsked(step.farEnd);
        return;
      case 'up':
        this.#send(step.send);
        this.#up(step.farEnd);
        return;
      case 'refusedByThem':
        this.#fail(refusedBy(step.refuse.reason, step.refuse.detail));
        return;
      case 'refusedByUs':
        this.#send(step.send);
        this.#fail({ code: step.refusal.code, detail: step.refusal.detail });
    }
  }

  #up(farEnd: FarEnd): void {
    this.#settle();
    const { wire, facts, listener } = this.#run;
    const link = seal({ wire, farEnd, role: facts.role, rest: this.#frames.rest() });
    // Before the line takes over, which may want to read no more already.
    wire.setReading(true);
    listener.onUp(link);
  }

  #onLate(): void {
    this.#fail({ code: 'TIMED_OUT', detail: `no WELCOME within ${this.#run.patienceMs} ms` });
  }

  #fail(failure: LinkFailure): void {
    if (this.#isOver) return;
    this.#settle();
    const { wire, clock, listener } = this.#run;
    wire.finish();
    clock.wakeAfter(FAREWELL_MS, () => wire.cut());
    wire.setReading(true);
    listener.onFailed(failure);
  }

  #settle(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#stopTimer = () => undefined;
  }

  #send(frames: readonly Uint8Array[]): void {
    if (frames.length > 0) this.#run.wire.send(frames, () => undefined);
  }
}

function refusedBy(reason: RefuseReason, detail: string): LinkFailure {
  switch (reason) {
    case 'notMember':
      return {
        code: 'NOT_AUTHENTICATED',
        detail: 'the far end does not take us for a member',
        reason,
      };
    case 'membershipExpired':
      return { code: 'MEMBERSHIP_EXPIRED', detail: 'says the far end', reason };
    case 'membershipNotYetValid':
      return { code: 'MEMBERSHIP_NOT_YET_VALID', detail: 'says the far end', reason };
    case 'unsupportedVersion':
      return { code: 'UNSUPPORTED_VERSION', detail: 'the far end speaks another version', reason };
    case 'removed':
      return {
        code: 'MEMBERSHIP_REMOVED',
        detail: detail === '' ? 'says the far end' : `says the far end: ${detail}`,
        reason,
      };
    default: {
      const words = detail === '' ? reason : `${reason}: ${detail}`;
      return { code: 'CONNECTION_REFUSED', detail: words, reason };
    }
  }
}
