// One JOIN on one wire, at the end of the one who wants to be a member: says it, and hears what comes of it.
// Bounded in time; the wire is ended with the talk.

import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { AskFailure } from '../../core/join/join-failure.ts';
import {
  type Joined,
  Joiner,
  type JoinerFacts,
  type JoinerStep,
  type JoinerTools,
} from '../../core/join/joiner.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Wire, WireListener } from '../../core/ports/wires.ts';
import { HandshakeFrames } from '../../core/wire/handshake-frames.ts';
import type { JoinRefuse } from '../../core/wire/join.ts';

export type TalkEnd =
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'refused'; readonly refuse: JoinRefuse; readonly heardAt: WallTime }
  | { readonly kind: 'failed'; readonly failure: AskFailure; readonly detail: string };

export interface TalkParts {
  readonly wire: Wire;
  readonly clock: Clock;
  /** `farCertificate` and `exporter` are read from the wire. */
  readonly facts: Omit<JoinerFacts, 'farCertificate' | 'exporter'>;
  readonly tools: JoinerTools;
  /** Whom we mean to ask. */
  readonly member: PeerName;
  /** It lets us wait for somebody's yes. */
  readonly onPending: () => void;
  /** Once, last. */
  readonly onEnd: (end: TalkEnd) => void;
}

export class JoinTalk implements WireListener {
  readonly #parts: TalkParts;
  readonly #frames = new HandshakeFrames('listener');
  #joiner: Joiner | null = null;
  #isOver = false;
  #stopTimer: () => void;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#stopTimer = parts.clock.wakeAfter(LIMITS.joinMs, () => {
      this.#fail({ kind: 'lost' }, `no answer within ${LIMITS.joinMs} ms`);
    });
    parts.wire.attach(this);
  }

  start(): void {
    const { wire, tools, facts, member, clock } = this.#parts;
    const identity = tools.judge.verifyIdentity(wire.farCertificate);
    if (!identity.ok) {
      this.#unsound('NOT_AUTHENTICATED', identity.refusal.detail);
      return;
    }
    const farCertificate = identity.value;
    if (farCertificate.subject !== member) {
      this.#unsound('WRONG_IDENTITY', `${farCertificate.subject} answers there`);
      return;
    }
    this.#joiner = new Joiner({ ...facts, farCertificate, exporter: wire.exporter }, tools);
    wire.send(this.#joiner.start(clock.now()), () => undefined);
  }

  /** Gives it up without a word. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#parts.wire.cut();
  }

  onBytes(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#frames.push(bytes);
    try {
      this.#takeFrames();
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#unsound('PROTOCOL_VIOLATION', error.message);
    }
    return true;
  }

  onEnd(): void {
    this.#fail({ kind: 'lost' }, 'it ended without an answer');
  }

  onClosed(cause: string | null): void {
    this.#fail({ kind: 'lost' }, `the connection broke${cause === null ? '' : `: ${cause}`}`);
  }

  #takeFrames(): void {
    while (!this.#isOver && this.#joiner !== null) {
      const frame = this.#frames.next();
      if (frame === null) return;
      this.#follow(this.#joiner.receive(frame.kind, frame.payload, this.#parts.clock.now()));
    }
  }

  #follow(step: JoinerStep): void {
    const { wire, clock, onPending } = this.#parts;
    switch (step.kind) {
      case 'wait':
        wire.send(step.send, () => undefined);
        return;
      case 'pending':
        // How long we wait is the caller's to say from here on.
        this.#stopTimer();
        onPending();
        return;
      case 'joined':
        this.#end({ kind: 'joined', joined: step.joined });
        return;
      case 'refusedByThem':
        this.#end({ kind: 'refused', refuse: step.refuse, heardAt: clock.now().wallTime });
        return;
      case 'wrongPassword':
        this.#fail({ kind: 'wrongPassword' }, '');
        return;
      case 'refusedByUs':
        this.#unsound(step.refusal.code, step.refusal.detail);
    }
  }

  #unsound(code: (AskFailure & { kind: 'unsound' })['code'], detail: string): void {
    this.#fail({ kind: 'unsound', code }, detail);
  }

  #fail(failure: AskFailure, detail: string): void {
    this.#end({ kind: 'failed', failure, detail });
  }

  #end(end: TalkEnd): void {
    if (this.#isOver) return;
    this.cancel();
    this.#parts.onEnd(end);
  }
}
