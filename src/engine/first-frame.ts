// Waits for the first frame of somebody who came, to see what it is: HELLO and JOIN come by one door
// (protocol.md §15.2). Decides by the header alone; what was read is handed on unread.

import { concatBytes } from '../core/base/bytes.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Wire, WireListener } from '../core/ports/wires.ts';
import { FRAME_HEADER_BYTES } from '../core/wire/frame.ts';

/** `first` is all that was read so far. */
type OnKind = (kind: number, first: Uint8Array, patienceLeftMs: number) => void;

interface Awaited {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly onKind: OnKind;
  /** It ended, or nothing came in time; the wire is cut. */
  readonly onNothing: () => void;
}

/** Exactly one of `onKind` and `onNothing` is called, once and later. */
export function awaitFirstFrame(awaited: Awaited): void {
  awaited.wire.attach(new FirstFrame(awaited));
}

class FirstFrame implements WireListener {
  readonly #awaited: Awaited;
  readonly #beganAtMs: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #stopTimer: () => void;
  #length = 0;
  #isOver = false;

  constructor(awaited: Awaited) {
    const { clock, patienceMs } = awaited;
    this.#awaited = awaited;
    this.#beganAtMs = clock.now().instant;
    this.#stopTimer = clock.wakeAfter(patienceMs, () => this.#end());
  }

  onBytes(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    if (this.#length < FRAME_HEADER_BYTES) return true;
    this.#isOver = true;
    this.#stopTimer();
    const { clock, patienceMs, onKind } = this.#awaited;
    const first = concatBytes(this.#chunks);
    const leftMs = patienceMs - (clock.now().instant - this.#beganAtMs);
    onKind(first[FRAME_HEADER_BYTES - 1] ?? 0, first, Math.max(0, leftMs));
    return true;
  }

  onEnd(): void {
    this.#end();
  }

  onClosed(): void {
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#awaited.wire.cut();
    this.#awaited.onNothing();
  }
}
