// One who came to join, on one wire: its frames, and how long it may take. What is answered is said by the
// host; behind a last answer the wire is ended, and cut soon.

import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { Admitter, AdmitterStep } from '../../core/join/admitter.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Wire, WireListener } from '../../core/ports/wires.ts';
import { HandshakeFrames } from '../../core/wire/handshake-frames.ts';

export interface VisitParts {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly admitter: Admitter;
  readonly patienceMs: number;
  readonly onStep: (step: AdmitterStep) => void;
  /** Once, last: we answered, or it went, or it took too long. */
  readonly onOver: () => void;
}

/** How long one that was answered may take to read it. */
const FAREWELL_MS = 1_000;

export class JoinVisit implements WireListener {
  readonly #parts: VisitParts;
  readonly #frames = new HandshakeFrames('dialer');
  #isOver = false;
  #stopTimer: () => void;

  constructor(parts: VisitParts) {
    this.#parts = parts;
    this.#stopTimer = parts.clock.wakeAfter(parts.patienceMs, () => this.end([]));
    parts.wire.attach(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get admitter(): Admitter {
    return this.#parts.admitter;
  }

  /** An answer that is not the last, and how long the next step may take. */
  send(frames: readonly Uint8Array[], patienceMs: number): void {
    if (this.#isOver) return;
    this.#stopTimer();
    this.#stopTimer = this.#parts.clock.wakeAfter(patienceMs, () => this.end([]));
    this.#parts.wire.send(frames, () => undefined);
  }

  /** The last answer; none for one that is told nothing. */
  end(frames: readonly Uint8Array[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    const { wire, clock, onOver } = this.#parts;
    if (frames.length > 0) wire.send(frames, () => undefined);
    wire.finish();
    clock.wakeAfter(FAREWELL_MS, () => wire.cut());
    onOver();
  }

  onBytes(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#frames.push(bytes);
    try {
      this.#takeFrames();
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.end([]);
    }
    return true;
  }

  onEnd(): void {
    this.end([]);
  }

  onClosed(): void {
    this.end([]);
  }

  #takeFrames(): void {
    while (!this.#isOver) {
      const frame = this.#frames.next();
      if (frame === null) return;
      this.#parts.onStep(this.#parts.admitter.receive(frame.kind, frame.payload));
    }
  }
}
